r"""Formulas that came out wrong on real pages, set by TeX and read from the PDF: a page each."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ocr_service.engines.typeset.page import read_typeset
from ocr_service.pdf.document import Document

pytestmark = pytest.mark.skipif(
    shutil.which("pdflatex") is None, reason="pdflatex is not installed"
)

MARGINS = (
    "These words fill the line from its left margin to its right margin, as the lines of a "
    "paragraph do; the display or the sentence that is looked at stands in a paragraph below them."
)
PREAMBLE = r"""\documentclass[11pt]{article}
\usepackage{amsmath,amssymb,mathtools}
\pagestyle{empty}
\begin{document}
"""
# Of each case: its name, its source, and the markdown that is wanted.
CASES = r"""
words after a formula
\[ f(x) = 0 \text{ si } x > 0 \quad\text{et}\quad f(x) = 1 \text{ sinon.} \]
\[ f(x) = 0\text{ si }x > 0\quad \text{et}\quad f(x) = 1\text{ sinon}. \]

words of cases
\[ g = \begin{cases} x & \text{si } n \text{ is even,} \\ 1 & \text{sinon.} \end{cases} \]
\[ g = \begin{cases} x & \text{si }n\text{ is even}, \\ 1 & \text{sinon}. \end{cases} \]

one word in parentheses
\[ P(\text{head}) = \frac{\text{heads}}{\text{throws in all}} \]
\[ P(\text{head}) = \frac{\text{heads}}{\text{throws in all}} \]

names with arguments
\[ \dim V = \operatorname{rank}(A) + \operatorname{rank} B \]
\[ \dim V = \operatorname{rank}(A) + \operatorname{rank}B \]

arrow with an arrow in its label
We have $X \xrightarrow{n \to \infty} Y$ and $P\xleftarrow[k]{h} Q$ here.
We have \(X\xrightarrow{n \to \infty}Y\) and \(P\xleftarrow[k]{h}Q\) here.

arrow with labels above and below
\[ A \xrightarrow[n\to\infty]{\text{p.s.}} B \longrightarrow C \]
\[ A\xrightarrow[n \to \infty]{\text{p.s.}}B\longrightarrow C \]

arrow over letters
So $\overrightarrow{AB}+\overrightarrow{BC} = \overleftarrow{CA}$ holds.
So \(\overrightarrow{AB} + \overrightarrow{BC} = \overleftarrow{CA}\) holds.

congruences in the line
If $a \equiv b \pmod{n}$ then $7 \bmod 3 = 1$ and $x \equiv y \mod m$.
If \(a \equiv b\pmod{n}\) then \(7 \bmod 3 = 1\) and \(x \equiv y\mod m\).

congruence displayed
\[ a^{p-1} \equiv 1 \pmod{p} \]
\[ a^{p - 1} \equiv 1\pmod{p} \]

segments
If $\mathrm{AB}^2 = \mathrm{AC}^2 + \mathrm{BC}^2$ and $\mathrm{A} + \mathrm{B}h$.
If \(\mathrm{AB}^{2} = \mathrm{AC}^{2} + \mathrm{BC}^{2}\) and \(\mathrm{A} + \mathrm{B}h\).

triangles and angles
So $\triangle \mathrm{ABC} \equiv \triangle \mathrm{DEF}$ and $\angle \mathrm{ABC} = 90^\circ$.
So \(\triangle\mathrm{ABC} \equiv \triangle\mathrm{DEF}\) and \(\angle\mathrm{ABC} = 90^{\circ}\).

braces within braces
\[ \overbrace{a + \underbrace{b + c}_{2}}^{3} = 1 \]
\[ \overbrace{a + \underbrace{b + c}_{2}}^{3} = 1 \]

scripts after scripts
So ${m_0}^2 c^4$ and ${u'}^2 + {u''}^2 = {v'''}^3$ are.
So \(m_{0}^{2}c^{4}\) and \(u'^{2} + u''^{2} = v'''^{3}\) are.

label after a display
\[ a = \sin c \cdot A. \qquad (\mathrm{I}.) \]
\[ a = \sin c \cdot A. \tag{I.} \]

label before a display
\[ (\alpha)\quad\ x + y = z \]
\[ x + y = z \tag{α} \]

two labels stay
\[ (\alpha)\qquad x = z, \qquad (\beta)\qquad y = z \]
\[ (\alpha)\quad x = z,\quad (\beta)\quad y = z \]

points before decimals
A value $x = .5$ and $.25 + .75 = 1$, with $p < .05$ at most.
A value \(x = .5\) and \(.25 + .75 = 1\), with \(p < .05\) at most.

limits that touch
\[ \sum_{l=0}^n \sum_{I_l \subseteq n} \prod_{i \in I_l} b_i \]
\[ \sum_{l = 0}^{n}\sum_{I_{l} \subseteq n}\prod_{i \in I_{l}}b_{i} \]

a wide limit beside a sign without
\[ \sum_{1 \le i < j < k \le n} \prod x_{ijk} + \int \bigcup_{\alpha\in A} E_\alpha \]
\[ \sum_{1 \le i < j < k \le n}\prod x_{ijk} + \int\bigcup_{\alpha \in A}E_{\alpha} \]

number at the left
$$ b_{ii} = \lambda_i, \quad i \neq j \leqno(7) $$
\[ b_{ii} = \lambda_{i},\quad i \ne j \tag{7} \]

logos
Set by \LaTeX, \TeX\ and \textbf{\LaTeX}, with a \LaTeX-file and $T_E X$.
Set by LaTeX, TeX and LaTeX, with a LaTeX-file and \(T_{E}X\).

logos with letters of mathematics
The $\mathcal{A}$\kern-.1667em\lower.5ex\hbox{$\mathcal{M}$}\kern-.125em$\mathcal{S}$ and \LaTeXe.
The AMS and LaTeX2ε.

arrows over two points
So $\vec{AB} + \vec{BC} = \vec{AC}$, and $\vec{A}B$ is none.
So \(\vec{AB} + \vec{BC} = \vec{AC}\), and \(\vec{A}B\) is none.

powers of powers
So ${x^2}^3 = x^6$ and $x^{2^3} = x^8$.
So \({x^{2}}^{3} = x^{6}\) and \(x^{2^{3}} = x^{8}\).

limits with arrows and rules
\[ \varinjlim_{i \in I} F_i = \varprojlim G_j + \varliminf a_n + \varlimsup b_n \]
\[ \varinjlim_{i \in I}F_{i} = \varprojlim G_{j} + \varliminf a_{n} + \varlimsup b_{n} \]

brackets around words
The $\{$array$\}$, $\backslash$input[$\langle$\textit{name}$\rangle$]; in $\{0, 1\}$.
The {array}, \input[⟨name⟩]; in \(\{0,1\}\).

boxes around words
Both \fbox{2} and \fbox{word} are boxed, $\overline{2}$ is not.
Both 2 and word are boxed, \(\overline{2}\) is not.

head of a table over numbers
\begin{tabular}{lrr} & Mean & SD \\ \hline $\alpha$ & 1.25 & .31 \\ all & 103.75 & .5 \end{tabular}
| | Mean | SD | | --- | --- | --- | | \(\alpha\) | 1.25 | .31 | | all | 103.75 | .5 |

two columns of short lines
\parbox[t]{2cm}{v0\\General: one\\first . . 1}\quad\parbox[t]{3cm}{level words . . 2\\second}
v0 General: one first . . 1 level words . . 2 second

an arrow below a short line
The first one. \par The vector $\overrightarrow{AB}$.
The first one. The vector \(\overrightarrow{AB}\).

accents on capitals
Vectors $\vec{A} + \vec{u}$ here.
Vectors \(\vec{A} + \vec{u}\) here.
"""
ALL = {case[0]: case[1:] for case in (part.split("\n") for part in CASES.strip().split("\n\n"))}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The markdown of a document with a case on each page."""
    body = "\n\\newpage\n".join(f"{MARGINS}\n\n{source}" for source, _ in ALL.values())
    return read_document(tmp_path_factory.mktemp("tex"), f"{PREAMBLE}{body}\n\\end{{document}}\n")


def read_document(folder: Path, source: str) -> list[str]:
    """Set a document and return the markdown of its pages, each on one line."""
    (folder / "case.tex").write_text(source, "utf-8")
    command = ["pdflatex", "-interaction=batchmode", "-halt-on-error", "case.tex"]
    for _ in range(2 if "hyperref" in source else 1):  # bookmarks need two runs
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=120)
    with Document.open(folder / "case.pdf") as document:
        outline = document.outline()
        read = [read_typeset(document, index, outline) for index in range(document.page_count)]
    texts = [" ".join(region.text for region in page.regions) for page in read]
    return [re.sub(r"\s+", " ", text) for text in texts]


@pytest.mark.parametrize("name", ALL)
def test_formulas_of_tex(name: str, pages: list[str]) -> None:
    assert pages[list(ALL).index(name)] == f"{MARGINS} {ALL[name][1]}"


def test_marks_of_footnotes_are_no_powers(tmp_path: Path) -> None:
    text = (
        r"The unit $x$\footnote{One.} and the square $x^2$, words\footnote{Two.} and $y^3$, the "
        r"set $A_n$\footnote{Three.} of them, $n^{4}$ and $z$.\footnote{Four.} Its powers are "
        r"$10^5$ and $q$\footnote{Five.} is as long as the others are."
    )
    page = read_document(tmp_path, f"{PREAMBLE}{MARGINS}\n\n{text}\\end{{document}}\n")[0]
    wanted = (
        r"The unit \(x\)¹ and the square \(x^{2}\), words² and \(y^{3}\), the set \(A_{n}\)³ of "
        r"them, \(n^{4}\) and \(z\).⁴ Its powers are \(10^{5}\) and \(q\)⁵ is as long as the "
        r"others are."
    )
    assert wanted in page


def test_names_in_the_margin_stay_in_their_lines(tmp_path: Path) -> None:
    names = r"\llap{\parbox[t]{2cm}{\raggedleft\small one@name\\two@name}\hspace{.9em}}"
    page = read_document(tmp_path, f"{PREAMBLE}\\noindent{names}{MARGINS}\\end{{document}}\n")[0]
    assert page == f"one@name two@name {MARGINS}"


def test_lines_of_pictures_are_no_letters(tmp_path: Path) -> None:
    picture = (
        r"\setlength{\unitlength}{1cm}\begin{picture}(6,4)\put(0,0){\vector(2,1){5}}"
        r"\put(0,0){\vector(1,3){1}}\put(0,0){\line(4,3){4}}\put(0,0){\line(3,4){2}}\end{picture}"
    )
    page = read_document(tmp_path, f"{PREAMBLE}{MARGINS}\n\n{picture}\\end{{document}}\n")[0]
    assert page == f"{MARGINS} ![](figure)"
