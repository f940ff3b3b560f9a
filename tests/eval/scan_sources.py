r"""Writes documents of known contents in LaTeX, to be made into scans: text, headings, notes, rows.

Their sentences are put together from lists of words, so that a document of any length can be made.
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["DOCUMENTS", "Source", "typeset"]

_CLAUSE = tuple(
    tuple(line.split(","))
    for line in """\
the,a,every,one,this,her,their,no,that,our
old,quiet,careful,northern,broken,patient,learned,narrow,second,foreign,honest,winter
keeper,teacher,village,machine,letter,harbour,printer,garden,captain,witness,bridge,farmer,school
carried,measured,described,refused,repaired,remembered,followed,published,crossed,received,observed
the,some,a few,most of the,all the,several,those,many of the
heavy,printed,early,hidden,common,distant,ancient,useful,public,wooden,silent,simple
stones,records,tables,voices,windows,rivers,numbers,pictures,questions,lanterns,engines,treaties
before,after,without,during,beyond,near,until,under,beside,against
the,that,another,its,any,such a,their,each
storm,journey,election,morning,quarrel,summer,experiment,funeral,wedding,harvest,inquiry,drought
""".splitlines()
)
_LINKS = (" and", ", while", "; indeed", ", because", ", although", ", so that", " where")

_HEAD = r"""\documentclass[%s]{%s}
\usepackage[T1]{fontenc}
\usepackage{lmodern,booktabs,multicol,titlesec,fancyhdr}
\usepackage[%s]{geometry}
\emergencystretch=2em
"""


@dataclass(slots=True)
class Source:
    """A document: its LaTeX, and what a reader should find in it, in order.

    `body` has the paragraphs and items; `headings` their level and text; `notes` footnotes,
    `margin` notes in the margin; `rows` the cells of tables; `entries` those of an index;
    `running` what recurs at the edges of pages.
    """

    name: str
    sentences: Iterator[str]
    latex: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    headings: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    margin: list[str] = field(default_factory=list)
    rows: list[tuple[str, ...]] = field(default_factory=list)
    entries: list[tuple[str, str]] = field(default_factory=list)
    running: list[str] = field(default_factory=list)

    def text(self, count: int = 1, *, note: str = "", margin: str = "", lead: str = "") -> None:
        """Add paragraphs of three to five sentences.

        The first gets a footnote by the command `note`, or a note in the margin, and is led by
        bold words.
        """
        for place in range(count):
            sentences = [next(self.sentences) for _ in range(3 + place % 3)]
            words = " ".join(sentences)
            if place == 0 and lead:
                self.body.append(lead)
                self.latex.append(rf"\noindent\textbf{{{lead}}}\quad ")
            self.body.append(words)
            if place == 0 and note:
                self.notes.append(next(self.sentences))
                sentences[0] += rf"{note}{{{self.notes[-1]}}}"
            if place == 0 and margin:
                self.margin.append(margin)
                sentences[1] = rf"\marginpar{{\footnotesize\raggedright {margin}}}" + sentences[1]
            self.latex.append(" ".join(sentences) + "\n")

    def heading(self, level: int, printed: str, latex: str) -> None:
        """Add a heading, by the LaTeX that prints it."""
        self.headings.append((level, printed))
        self.latex.append(latex + "\n")

    def add(self, latex: str) -> None:
        """Add LaTeX that prints nothing that is asked for."""
        self.latex.append(latex)

    def table(self, rows: list[tuple[str, ...]], *, ruled: bool) -> None:
        """Add a table with rules above and below, or around every cell."""
        self.rows += rows
        form = "l" + "r" * (len(rows[0]) - 1)
        lines = [" & ".join(row) + r" \\" for row in rows]
        if ruled:
            form = "|" + "|".join(form) + "|"
            body = r"\hline" + "\n" + "\n\\hline\n".join(lines) + "\n\\hline"
        else:
            body = "\\toprule\n" + "\n".join([lines[0], r"\midrule", *lines[1:]]) + "\n\\bottomrule"
        table = rf"\begin{{tabular}}{{{form}}}" + f"\n{body}\n" + r"\end{tabular}"
        self.latex.append(rf"\begin{{center}}{table}\end{{center}}")


def typeset(source: Source, folder: Path) -> Path:
    """Return the PDF of a document, made by pdfLaTeX in a folder."""
    tex = folder / f"{source.name}.tex"
    tex.write_text("\n".join([*source.latex, r"\end{document}"]), encoding="utf-8")
    for _ in range(2):
        subprocess.run(
            ["pdflatex", "-interaction=batchmode", tex.name],  # noqa: S607
            cwd=folder, check=False, capture_output=True,
        )  # fmt: skip
    return tex.with_suffix(".pdf")


def _sentences(seed: int) -> Iterator[str]:
    """Yield sentences without end, in an order of this seed."""
    rng = random.Random(seed)
    while True:
        clauses = [" ".join(rng.choice(words) for words in _CLAUSE) for _ in range(2)]
        link = rng.choice(_LINKS)
        sentence = clauses[0] + (f"{link} {clauses[1]}" if rng.random() < 0.6 else "")
        yield sentence[0].upper() + sentence[1:] + "."


def _new(name: str, options: str, kind: str, geometry: str, more: str = "") -> Source:
    source = Source(name, _sentences(len(name)))
    source.add(_HEAD % (options, kind, geometry) + more + r"\begin{document}")
    return source


def _paper() -> Source:
    """Return an article: title, abstract, numbered sections, starred notes, tables."""
    title = "On the Weather of Small Islands"
    source = _new("paper", "10pt,a4paper", "article", "margin=30mm")
    source.heading(
        1, title, rf"\begin{{center}}{{\LARGE {title}}}\\[2mm]A. N. Author\end{{center}}"
    )
    source.heading(2, "Abstract", r"\begin{center}\bfseries Abstract\end{center}")
    source.text()
    source.heading(2, "1 Introduction", r"\section{Introduction}")
    source.add(r"\renewcommand{\thefootnote}{\fnsymbol{footnote}}")
    source.text(2, note=r"\footnote")
    source.table(
        [
            ("Island", "Rain", "Wind", "Days"),
            ("Sandholm", "612", "7.4", "31"),
            ("Inner Rock", "588", "9.1", "28"),
            ("Far Skerry", "701", "8.8", "40"),
            ("Mull Head", "645", "6.2", "33"),
        ],
        ruled=False,
    )
    source.heading(3, "1.1 Earlier work", r"\subsection{Earlier work}")
    source.text(2)
    source.heading(2, "2 Methods", r"\section{Methods}")
    source.text(3, note=r"\footnote", lead="Instruments.")
    source.table(
        [
            ("Gauge", "Made in", "Error"),
            ("Cup", "1931", "0.4"),
            ("Vane", "1952", "0.9"),
            ("Float", "1948", "1.3"),
            ("Drum", "1960", "0.2"),
        ],
        ruled=True,
    )
    source.heading(2, "3 Results", r"\section{Results}")
    source.text(3)
    return source


def _columns() -> Source:
    """Return an article in two columns with a narrow gutter, headings of the text's size."""
    more = r"""\setlength{\columnsep}{12pt}\pagestyle{empty}
\titleformat{\section}{\normalsize\bfseries}{\thesection.}{.5em}{}
\titlespacing{\section}{0pt}{8pt}{3pt}
"""
    source = _new("columns", "10pt,a4paper,twocolumn", "article", "margin=20mm", more)
    source.add(r"\twocolumn[{\centering\LARGE Letters from a Narrow Valley\par\bigskip}]")
    source.headings.append((1, "Letters from a Narrow Valley"))
    names = ("Introduction", "The people of the valley", "Roads and water", "What was found")
    for place, name in enumerate(names, 1):
        source.heading(2, f"{place}. {name}", rf"\section{{{name}}}")
        source.text(4, note=r"\footnote" if place % 2 else "")
    source.heading(2, "Acknowledgements", r"\section*{Acknowledgements}")
    source.text(1)
    return source


def _book() -> Source:
    """Return a book: chapters with titles of two lines, running heads, notes in the margin."""
    more = r"""\pagestyle{fancy}\fancyhf{}\fancyhead[LE,RO]{\thepage}
\fancyhead[CE]{\small THE HOUSE BY THE HARBOUR}\fancyhead[CO]{\small THE HOUSE BY THE HARBOUR}
\renewcommand{\headrulewidth}{0pt}\setlength{\marginparwidth}{24mm}
\titleformat{\chapter}{\Huge\bfseries\raggedright}{\thechapter}{1em}{}
"""
    layout = "a5paper,left=16mm,right=34mm,top=22mm,bottom=18mm,headsep=5mm"
    source = _new("book", "10pt,oneside", "book", layout, more)
    source.running += ["THE HOUSE BY THE HARBOUR"] * 6
    for place, title in enumerate(
        ("How the house was built and by whom", "What the neighbours said of it later"), 1
    ):
        source.heading(1, f"{place} {title}", rf"\chapter{{{title}}}")
        source.text(2, margin="of stone and lime")
        source.heading(2, f"{place}.1 The cellar", r"\section{The cellar}")
        source.text(3, margin="see the plan", note=r"\footnote")
        source.heading(2, "The garden", r"\section*{The garden}")
        source.text(3, margin="planted later")
    return source


def _index() -> Source:
    """Return an index in three columns with leaders of dots."""
    more = r"""\pagestyle{empty}\setlength{\columnsep}{10pt}\setlength{\parindent}{0pt}"""
    source = _new("index", "10pt,a4paper", "article", "margin=20mm", more)
    words = [word for group in _CLAUSE for word in group if len(word) > 5]
    firsts = [word for word in words if word.endswith(("er", "or", "ed"))] + ["island", "harvest"]
    pairs = sorted({f"{one}, {other}" for one in words for other in firsts if one != other})
    chosen = sorted(random.Random(4).sample(pairs, 150))
    source.heading(1, "Index", r"\section*{Index}")
    source.add(r"\begin{multicols}{3}\small")
    for place, word in enumerate(chosen):
        page = str(3 + (place * 37) % 190)
        source.entries.append((word, page))
        source.add(rf"{word}\dotfill {page}\par")
    source.add(r"\end{multicols}")
    return source


def _notice() -> Source:
    """Return a sheet with a title at its top, large type and small type beside it."""
    source = _new("notice", "11pt,a4paper", "article", "margin=20mm", r"\pagestyle{empty}")
    title = "Notice to All Visitors"
    source.heading(1, title, rf"\noindent{{\bfseries\large {title}}}\par\bigskip")
    source.text(2)
    left, right = (" ".join(next(source.sentences) for _ in range(n)) for n in (4, 3))
    source.body += [left, right]
    source.headings.append((1, "Open daily from nine to five"))
    source.add(
        r"\begin{center}\fontsize{40}{46}\selectfont Open daily\\from nine to five\end{center}"
    )
    source.add(rf"\noindent\parbox[t]{{60mm}}{{\scriptsize {left}}}\hfill")
    source.add(rf"\parbox[t]{{90mm}}{{\Large {right}}}\par\bigskip")
    source.text(2, note=r"\renewcommand{\thefootnote}{*}\footnote")
    return source


def _manual() -> Source:
    """Return a manual: bold headings without numbers in the text's size, a list, a foot."""
    more = r"""\pagestyle{fancy}\fancyhf{}\fancyfoot[C]{\small Pump Works Ltd, page \thepage}
\renewcommand{\headrulewidth}{0pt}
\titleformat{\section}{\normalsize\bfseries}{}{0pt}{}
\titleformat{\subsection}{\normalsize\itshape}{}{0pt}{}
\setlength{\parindent}{0pt}\setlength{\parskip}{5pt}
"""
    source = _new("manual", "11pt,a4paper", "article", "margin=28mm", more)
    source.running += ["Pump Works Ltd, page"] * 3
    for name in ("Before you begin", "Starting the pump", "Care and cleaning", "Spare parts"):
        source.heading(2, name, rf"\section{{{name}}}")
        source.text(2)
        items = [next(source.sentences) for _ in range(3)]
        source.body += items
        source.add(r"\begin{itemize}" + "".join(rf"\item {item}" for item in items))
        source.add(r"\end{itemize}")
        source.text(1)
    return source


DOCUMENTS: dict[str, Callable[[], Source]] = {
    "paper": _paper,
    "columns": _columns,
    "book": _book,
    "index": _index,
    "notice": _notice,
    "manual": _manual,
}
