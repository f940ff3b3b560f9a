r"""Measure which words of ordinary PDFs survive reading: recall, glued words, false formulas.

    python tests/eval/ordinary.py                       the PDFs of the corpora, 5 pages of each
    python tests/eval/ordinary.py --rival               PyMuPDF's own markdown beside ours
      [--folder DIR] [--max-pages N] [--jobs N] [--worst N] [--only NAME] [--json OUT]

A page counts if its PDF has 20 words or more on it, without the outer 7 % of the page's height,
where running heads are. A word is a run of three letters or more, case and accents folded, hyphens
at line ends joined. Each ideograph is a word of its own: Chinese and Japanese lines are joined
without a space, and a run of them is as long as a sentence.

- recall: share of the file's words that are in the page's markdown, repetitions counted; order
  does not count.
- glued: words of more than 24 letters in the markdown that the file does not have.
- false formulas: `\\(` and `\\[` on pages without a mathematical font and without a mathematical
  character.
- seconds: CPU time of reading, imports and model loading included.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

_LEAST_WORDS = 20
_EDGE = 0.07  # share of the page's height at its top and bottom that does not count
LONGEST_WORD = 24
_WORD = re.compile(r"[^\W\d_]{3,}")
_IDEOGRAPH = re.compile("[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_BROKEN = re.compile(r"[-\u2010\u00ad]\s*\n\s*(?=[^\W\d_])")
_SOFT_IN_COMPOUND = re.compile("(?<=[a-z])\u00ad(?=[A-Z])")  # no syllable begins with a capital
_TAG = re.compile(r"</?(?:[abiu]|br|su[bp]|table|t[dhr]|tbody|thead|img|center)\b[^<>]{0,200}>")
_ACCENT = re.compile("[\u00b4\u0060\u00a8\u02c6\u02c7\u02d8\u02dc]")  # drawn beside its letter
_MARKUP = re.compile(r"[*_`#|\\{}$^]")
_FORMULA = re.compile(r"\\\(|\\\[")
_MATH_FONT = re.compile(
    r"(?:^|\+)(?:cm(?:mi|sy|ex|bsy)|lm(?:math|mathitalic)|ms[ab]m|eu[fr]m|.*math|.*mtmi|mt(?:sy|ex)"
    r"|symbol|rsfs)",
    re.IGNORECASE,
)
_MATH_CHARACTER = re.compile(r"[∀-⋿⟀-⟯⦀-⫿Α-Ωα-ω±×÷√∞≤≥=<>^]")


@dataclass(frozen=True, slots=True)
class PageFigures:
    """How one page (1-based number) was read; `formulas` are false ones if it is `plain`."""

    file: str
    page: int
    engine: str
    words: int
    recall: float
    glued: int
    plain: bool
    formulas: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageTruth:
    """What the file says of a page: its words, and whether it is without mathematics."""

    words: Counter[str]
    plain: bool


def words_of(text: str) -> Counter[str]:
    """Return how often each word of a text occurs, folded."""
    text = _SOFT_IN_COMPOUND.sub("-", _ACCENT.sub("", text)).replace("\u00ad", "")
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text))
    plain = "".join(character for character in text if not unicodedata.combining(character))
    folded = plain.casefold()
    return Counter(_WORD.findall(_IDEOGRAPH.sub(" ", folded))) + Counter(_IDEOGRAPH.findall(folded))


def words_of_markdown(markdown: str) -> Counter[str]:
    r"""Return the words of markdown; `\sin` counts as the word sin."""
    return words_of(_MARKUP.sub(" ", _TAG.sub(" ", markdown)))


def truths(path: Path, max_pages: int) -> list[PageTruth]:
    """Return what the file says of each of its first pages; empty if it cannot be opened."""
    import pymupdf

    found = []
    try:
        with pymupdf.open(path) as document:
            for page in list(document.pages(0, min(max_pages, document.page_count))):
                text = page.get_text()
                mathematical = _MATH_CHARACTER.search(text) or any(
                    _MATH_FONT.search(font[3]) for font in page.get_fonts()
                )
                found.append(PageTruth(words_of(_inner_text(page)), not mathematical))
    except (RuntimeError, ValueError) as error:
        print(f"{path.name}: {error}", file=sys.stderr)
    return found


def _inner_text(page: object) -> str:
    """Return the lines of a page, without those in its outer parts, hyphens joined."""
    import pymupdf

    assert isinstance(page, pymupdf.Page)
    lines = []
    for block in page.get_text("dict", flags=pymupdf.TEXTFLAGS_TEXT)["blocks"]:
        for line in block.get("lines", ()):
            box = pymupdf.Rect(line["bbox"]) * page.rotation_matrix
            middle = ((box.y0 + box.y1) / 2 - page.rect.y0) / max(page.rect.height, 1)
            if _EDGE < middle < 1 - _EDGE:
                lines.append("".join(span["text"] for span in line["spans"]))
    return _BROKEN.sub("", "\n".join(lines))


def read_ours(path: Path, max_pages: int) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return engine, markdown and notes of each of the first pages, as a build makes them."""
    from ocr_service.books.running_heads import find_running_heads, page_markdown
    from ocr_service.common.errors import OctavoError
    from ocr_service.engines.local import LocalEngine
    from ocr_service.library.pages import PageRecord, PageStatus
    from ocr_service.pdf.document import Document

    engine = LocalEngine()
    records = []
    try:
        with Document.open(path) as document:
            outline = document.outline()
            for page_index in range(min(max_pages, document.page_count)):
                try:
                    reading = engine.read(document, page_index, outline)
                    status, name, regions, notes = (
                        reading.status, reading.engine, reading.regions, reading.notes,
                    )  # fmt: skip
                except OctavoError as error:
                    status, name, regions, notes = PageStatus.FAILED, "none", (), (str(error),)
                label = document.label(page_index)
                raw = "\n\n".join(region.text for region in regions if region.text)
                records.append(
                    PageRecord("0" * 64, page_index, label, status, name, raw, regions, notes=notes)
                )
    except OctavoError as error:
        print(f"{path.name}: {error}", file=sys.stderr)
    heads = find_running_heads(records)
    return [(record.engine, page_markdown(record, heads), record.notes) for record in records]


def read_rival(path: Path, max_pages: int) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return what PyMuPDF's own markdown makes of the same pages, its OCR switched off."""
    import pymupdf
    import pymupdf4llm

    with pymupdf.open(path) as document:
        pages = list(range(min(max_pages, document.page_count)))
        chunks = pymupdf4llm.to_markdown(
            document, pages=pages, page_chunks=True, show_progress=False, use_ocr=False
        )
    return [("pymupdf4llm", str(chunk["text"]), ()) for chunk in chunks]


def measure(path: Path, max_pages: int, rival: bool) -> tuple[list[PageFigures], float]:
    """Return the figures of a file's pages, and the CPU seconds that reading took."""
    start = time.process_time()
    try:
        pages = (read_rival if rival else read_ours)(path, max_pages)
    except Exception as error:  # a rival that fails has read nothing
        print(f"{path.name}: {error}", file=sys.stderr)
        pages = []
    seconds = time.process_time() - start
    figures = []
    for number, truth in enumerate(truths(path, max_pages), 1):
        if truth.words.total() < _LEAST_WORDS or (not pages and not rival):
            continue
        engine, markdown, notes = pages[number - 1] if number <= len(pages) else ("none", "", ())
        found = words_of_markdown(markdown)
        figures.append(
            PageFigures(
                path.name, number, engine, truth.words.total(),
                (truth.words & found).total() / truth.words.total(),
                sum(len(word) > LONGEST_WORD and word not in truth.words for word in found),
                truth.plain, len(_FORMULA.findall(markdown)), notes,
            )
        )  # fmt: skip
    return figures, seconds


def measure_all(
    paths: Sequence[Path], max_pages: int, rival: bool, jobs: int
) -> tuple[list[PageFigures], float]:
    """Return the figures of all files, and the CPU seconds that reading them took together."""
    with ProcessPoolExecutor(jobs) as pool:
        count = len(paths)
        done = list(pool.map(measure, paths, [max_pages] * count, [rival] * count))
    return [page for pages, _ in done for page in pages], sum(seconds for _, seconds in done)


def table(name: str, pages: Sequence[PageFigures], seconds: float) -> Iterator[str]:
    """Yield the lines of the table for one reader."""
    recalls = sorted(page.recall for page in pages)
    plain = [page for page in pages if page.plain]
    under = ", ".join(
        f"under {bound}: {sum(value < bound for value in recalls)}"
        for bound in (0.5, 0.8, 0.9, 0.95, 0.99)
    )
    engines = Counter(page.engine for page in pages)
    yield f"{name}: {len(pages)} pages, {seconds:.0f} s of CPU time"
    yield f"  word recall: mean {statistics.fmean(recalls or [0]):.4f}; {under}"
    yield f"  pages with glued words: {sum(page.glued > 0 for page in pages)}"
    yield f"  formulas on {len(plain)} pages without mathematics: {sum(p.formulas for p in plain)}"
    yield "  engines: " + ", ".join(f"{engine} {count}" for engine, count in engines.most_common())


def options() -> argparse.ArgumentParser:
    """Return the options of this script."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--folder", type=Path, help="PDFs elsewhere")
    parser.add_argument("--only", default="", help="files whose name has this in it")
    parser.add_argument("--max-pages", type=int, default=5, help="pages of each file (5)")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--worst", type=int, default=20, help="how many of the worst pages to list")
    parser.add_argument("--rival", action="store_true", help="pymupdf4llm.to_markdown beside it")
    parser.add_argument("--json", type=Path, help="write every page's figures as a line of JSON")
    return parser


def main() -> None:
    """Measure the files and print the table."""
    parser = options()
    arguments = parser.parse_args()
    folder = arguments.folder
    if folder is None:
        from tests.bench.common import need_corpora

        folder = need_corpora() / "ordinary_pdfs"
    paths = sorted(path for path in folder.rglob("*.pdf") if arguments.only in path.name)
    if not paths:
        parser.error(f"no PDF in {folder} fits; see --folder and --only")
    pages, seconds = measure_all(paths, arguments.max_pages, False, arguments.jobs)
    print(*table("octavo", pages, seconds), sep="\n")
    if arguments.rival:
        rival, rival_seconds = measure_all(paths, arguments.max_pages, True, arguments.jobs)
        print(*table("pymupdf4llm", rival, rival_seconds), sep="\n")
    for page in sorted(pages, key=lambda page: page.recall)[: arguments.worst]:
        print(
            f"  {page.recall:.2f} {page.file} p. {page.page} ({page.engine}, {page.words} words, "
            f"{page.glued} glued, {page.formulas} formulas) {'; '.join(page.notes)}"
        )
    if arguments.json:
        lines = (json.dumps(asdict(page), ensure_ascii=False) for page in pages)
        arguments.json.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
