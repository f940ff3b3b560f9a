"""Measures the reading of displayed formulas on scans, by pages that the typeset reader reads.

    OMP_NUM_THREADS=1 python tests/eval/scan_formulas.py --formulas READER [--pages 12] [--each]

The pages are those of the three books and of two of our own on which every display that the typeset
reader found is right by the LaTeX source (our own books have theirs beside them too), spread over
each book. They are rendered at 150 dpi, each with one fault in turn (`degraded.py`: clean, blur,
noise, skew), put into a PDF without a text layer and read by the local engine.

- found: displays of the page at the place of which a formula was found, whatever it was read as;
- exact: displays read with the same canonical form (`canonical.py`), one box for one or several;
- similar: mean similarity of the symbols; a display that was not found, or not read, counts 0;
- of those read: the same of the displays that were read and not doubted;
- not read: formulas found and kept as pictures; false: formulas where the page has none;
- seconds: processor time a page, and of its formulas alone.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pymupdf

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ocr_service.common.boxes import area, overlap
from ocr_service.engines.local import LocalEngine
from ocr_service.engines.scan.formulas.load import known_reader
from ocr_service.engines.text_readers import TextPage, read_text
from ocr_service.library.pages import Region
from ocr_service.pdf.document import Document
from tests.bench.common import need_corpora
from tests.eval.canonical import canonical
from tests.eval.degraded import degraded_page, scan_pdf
from tests.eval.distance import similarity
from tests.eval.latex_source import read_source
from tests.eval.pieces import FormulaPiece

KINDS = ("clean", "blur", "noise", "skew")
DPI = 150
_TAG = re.compile(r"\s*\\tag\{([^{}]*)\}")


@dataclass(slots=True)
class FormulaScore:
    """What was counted on a page or several."""

    pages: int = 0
    displays: int = 0
    found: int = 0
    read: int = 0
    exact: int = 0
    similar: float = 0.0
    numbers: int = 0
    numbers_right: int = 0
    not_read: int = 0
    false: int = 0
    seconds: float = 0.0

    def add(self, other: FormulaScore) -> None:
        """Add the counts of another score."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def __str__(self) -> str:
        displays, read = max(1, self.displays), max(1, self.read)
        return (
            f"{self.pages} pages, {self.displays} displays: found {self.found / displays:.3f}, "
            f"exact {self.exact / displays:.3f}, similar {self.similar / displays:.3f}; "
            f"of {self.read} read: exact {self.exact / read:.3f}, "
            f"similar {self.similar / read:.3f}; not read {self.not_read}, false {self.false}, "
            f"numbers {self.numbers_right} of {self.numbers}; "
            f"{self.seconds / max(1, self.pages):.2f} CPU s a page"
        )


def rows_of(markdown: str) -> list[str]:
    r"""Return the rows of a display `\[ ... \]`, without its number and marks of alignment."""
    latex = _TAG.sub("", markdown.strip().removeprefix(r"\[").removesuffix(r"\]"))
    if re.search(r"\\begin\{(?:cases|[bpvV]?matrix)", latex):
        return [latex]
    whole = re.fullmatch(
        r"\s*\\begin\{(aligned|gathered|split|array)\}(?:\{[lcr|]*\})?(.*)\\end\{\1\}\s*",
        latex,
        re.DOTALL,
    )
    if whole is None:
        return [latex]
    return [re.sub(r"(?<!\\)&", " ", row) for row in re.split(r"\\\\", whole[2]) if row.strip()]


def right_pages(pdf: Path, source: Path, most: int) -> Iterator[tuple[int, list[Region]]]:
    """Yield pages (0-based index) whose displays are all in the source, with these displays."""
    known = {
        canonical(piece.latex).line
        for piece in read_source(source)
        if isinstance(piece, FormulaPiece)
    }
    with Document.open(pdf) as document:
        count = document.page_count
        step, yielded = max(1, count // (2 * most)), 0
        for index in range(step // 2, count, step):
            regions = read_text(TextPage.look(document, index, ())).regions
            displays = [region for region in regions if region.label == "equation"]
            rows = [row for display in displays for row in rows_of(display.text)]
            if displays and all(canonical(row).line in known for row in rows):
                yield index, displays
                yielded += 1
            if yielded == most:
                return


def score_page(truth: Sequence[Region], regions: Sequence[Region], *, each: bool) -> FormulaScore:
    """Compare what was read of a page with its displays, by their places."""
    result = FormulaScore(pages=1, displays=len(truth))
    places = [
        region
        for region in regions
        if region.label == "equation" or region.text.startswith("[formula not read")
    ]
    for display in truth:
        beside = [place for place in places if _share(place, display) > 0.4]
        result.found += bool(beside)
        number, read = _TAG.search(display.text), [p for p in beside if p.label == "equation"]
        result.numbers += number is not None
        if not read:
            continue
        text = " ".join(place.text for place in read)
        result.numbers_right += number is not None and number[0].strip() in text
        wanted = _form(rows_of(display.text))
        got = _form([row for place in read for row in rows_of(place.text)])
        result.read += 1
        result.exact += wanted == got
        result.similar += similarity(wanted, got)
        if each:
            print(f"  {similarity(wanted, got):.2f}  {display.text}\n        {text}")
    result.not_read = sum(place.label != "equation" for place in places)
    result.false = sum(
        place.label == "equation" and not any(_share(place, display) > 0.1 for display in truth)
        for place in places
    )
    return result


def _share(one: Region, other: Region) -> float:
    """Return the share of the smaller box that lies in the other."""
    return overlap(one.box, other.box) / max(1e-9, min(area(one.box), area(other.box)))


def _form(rows: Sequence[str]) -> tuple[str, ...]:
    return tuple(symbol for row in rows for symbol in canonical(row).line)


def books() -> Iterator[tuple[str, Path, Path]]:
    """Yield the name, PDF and source of each book."""
    shelf = Path(__file__).resolve().parents[2] / "data"
    for name in ("statistics-primer", "random-walks-two-column"):
        yield name, shelf / "shelf" / f"{name}.pdf", shelf / "sources" / f"{name}.tex"
    for pdf in sorted((need_corpora() / "books").glob("*/*.pdf")):
        yield pdf.parent.name, pdf, pdf.with_suffix(".tex")


def main() -> None:
    """Print the figures by fault, by book and for all pages."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--formulas", required=True, help="as of `octavo build`")
    parser.add_argument("--pages", type=int, default=12, help="of each book, at most")
    parser.add_argument("--each", action="store_true", help="print every formula too")
    arguments = parser.parse_args()
    engine = LocalEngine(formulas=known_reader(arguments.formulas))
    by_book: dict[str, FormulaScore] = {}
    by_kind: dict[str, FormulaScore] = {}
    place = 0
    with tempfile.TemporaryDirectory() as scratch:
        for name, pdf, source in books():
            with pymupdf.open(pdf) as document:
                for index, displays in right_pages(pdf, source, arguments.pages):
                    kind = KINDS[place % len(KINDS)]
                    place += 1
                    scan = Path(scratch) / f"{place}.pdf"
                    scan.write_bytes(
                        scan_pdf([(degraded_page(document[index], kind, DPI, index), DPI)])
                    )
                    with Document.open(scan) as page:
                        began = time.process_time()
                        reading = engine.read(page, 0, ())
                        seconds = time.process_time() - began
                    result = score_page(displays, reading.regions, each=arguments.each)
                    result.seconds = seconds
                    by_book.setdefault(name, FormulaScore()).add(result)
                    by_kind.setdefault(kind, FormulaScore()).add(result)
                    if arguments.each:
                        print(f"{name} p. {index + 1} {kind} {result}", flush=True)
    whole = FormulaScore()
    for result in by_book.values():
        whole.add(result)
    for name, result in {**by_kind, **by_book, "all": whole}.items():
        print(f"{name:24} {result}", flush=True)


if __name__ == "__main__":
    main()
