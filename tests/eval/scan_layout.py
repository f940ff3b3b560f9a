"""Measures how the pages of scans are put together: order, headings, notes, tables, entries.

    OMP_NUM_THREADS=1 python tests/eval/scan_layout.py [--documents NAME ...] [--looks NAME ...]

Six documents of known contents (`scan_sources.py`) are set by pdfLaTeX, rendered with four looks
(`worn_paper.py`: clean 300 dpi, skewed and curled at 200, worn at 150), read by the local engine
and finished as a book.

- words: share of the words of the body that the pages have;
- order: the longest common sequence of words with the body, by its length;
- whole: sentences of the body that no note, head or other column cuts in two;
- headings, with their level; false ones;
- notes: footnotes, and notes in the margin, that stand alone, without text before or after them;
- rows of tables with all cells in order; entries of indexes with their page on a line of their own;
- left: running heads and feet that are left on pages; CPU seconds a page.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pymupdf
from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ocr_service.books.finishing import finished_pages
from ocr_service.engines.local import LocalEngine
from ocr_service.library.pages import PageRecord
from ocr_service.pdf.document import Document
from tests.eval.degraded import scan_pdf
from tests.eval.scan_sources import DOCUMENTS, Source, typeset
from tests.eval.worn_paper import LOOKS, grey_page, worn_page
from tests.support.text_distance import letters

_SAME = 92.0  # of 100: likeness of two texts that are the same but for errors of recognition
_WORD = re.compile(r"[^\W_]+")
_SENTENCE = re.compile(r"(?<=\.)\s")
_HEADING = re.compile(r"(#+)\s+(.*)")


@dataclass(slots=True)
class LayoutScore:
    """What was counted in a document or several."""

    words: int = 0
    of_words: int = 0
    order: int = 0
    whole: int = 0
    sentences: int = 0
    headings: int = 0
    levels: int = 0
    of_headings: int = 0
    false: int = 0
    notes: int = 0
    of_notes: int = 0
    margin: int = 0
    of_margin: int = 0
    rows: int = 0
    of_rows: int = 0
    entries: int = 0
    of_entries: int = 0
    left: int = 0
    seconds: float = 0.0
    pages: int = 0

    def add(self, other: LayoutScore) -> None:
        """Add the counts of another score."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def __str__(self) -> str:
        words = max(1, self.of_words)
        return (
            f"words {self.words / words:.3f} order {self.order / words:.3f} "
            f"whole {self.whole:3}/{self.sentences:3} "
            f"headings {self.headings:2}/{self.of_headings:2} (level {self.levels:2}, "
            f"false {self.false}) notes {self.notes}/{self.of_notes} "
            f"margin {self.margin}/{self.of_margin} rows {self.rows}/{self.of_rows} "
            f"entries {self.entries}/{self.of_entries} left {self.left} "
            f"{self.seconds / max(1, self.pages):.2f} s"
        )


def make_scan(pdf: Path, look: str) -> bytes:
    """Return a PDF of page images: the pages of another with this look."""
    dpi = LOOKS[look][0]
    with pymupdf.open(pdf) as document:
        pages = [grey_page(page, dpi) for page in document]
    worn = [worn_page(page, pages[i - 1], look, i) for i, page in enumerate(pages)]
    return scan_pdf([(page, dpi) for page in worn])


def read_pages(scan: Path, engine: LocalEngine) -> tuple[list[PageRecord], float]:
    """Return the pages of a scan as they were read, and the processor time that took."""
    records, began = [], time.process_time()
    with Document.open(scan) as document:
        for index in range(document.page_count):
            page = engine.read(document, index, ())
            rect = document.page(index).rect
            raw = "\n\n".join(region.text for region in page.regions)
            records.append(
                PageRecord(
                    "0" * 64, index, str(index + 1), page.status, page.engine, raw, page.regions,
                    page_size=(rect.width, rect.height),
                )
            )  # fmt: skip
    return records, time.process_time() - began


def score_document(source: Source, records: Sequence[PageRecord]) -> LayoutScore:
    """Compare a document with its pages, finished as a book."""
    pages = [page.markdown for page in finished_pages("scan", records)]
    blocks = [block.strip() for page in pages for block in page.split("\n\n") if block.strip()]
    lines = [line.strip() for block in blocks for line in block.splitlines() if line.strip()]
    flat = " ".join(blocks)
    body, got = _words(" ".join(source.body)), _words(flat)
    sentences = [one for text in source.body for one in _SENTENCE.split(text)]
    run_on = letters(flat)
    score = LayoutScore(
        words=(Counter(body) & Counter(got)).total(),
        of_words=len(body),
        order=LCSseq.similarity(body, got),
        whole=sum(fuzz.partial_ratio(letters(one), run_on) >= _SAME + 5 for one in sentences),
        sentences=len(sentences),
        of_headings=len(source.headings),
        notes=sum(_stands_alone(note, blocks) for note in source.notes),
        of_notes=len(source.notes),
        margin=sum(_stands_alone(note, blocks) for note in source.margin),
        of_margin=len(source.margin),
        rows=sum(_has_row(row, lines) for row in source.rows),
        of_rows=len(source.rows),
        entries=sum(_has_entry(entry, lines) for entry in source.entries),
        of_entries=len(source.entries),
        left=sum(_is_same(letters(source.running[0]), letters(block)) for block in blocks)
        if source.running
        else 0,
        pages=len(pages),
    )
    _count_headings(source, blocks, score)
    return score


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _is_same(one: str, other: str) -> bool:
    return fuzz.ratio(one, other) >= _SAME


def _stands_alone(note: str, blocks: Sequence[str]) -> bool:
    """Return whether a block is nothing but a note, with its mark."""
    return any(_is_same(letters(note), letters(block)) for block in blocks)


def _has_row(row: Sequence[str], lines: Sequence[str]) -> bool:
    cells = ["".join(_words(cell)) for cell in row]
    return any(
        line.startswith("|") and cells == ["".join(_words(cell)) for cell in line.split("|")[1:-1]]
        for line in lines
    )


def _has_entry(entry: tuple[str, str], lines: Sequence[str]) -> bool:
    wanted = [*_words(entry[0]), entry[1]]
    return any(_words(line) == wanted for line in lines)


def _count_headings(source: Source, blocks: Sequence[str], score: LayoutScore) -> None:
    """Count headings found, with their level, and false ones."""
    found = [match.groups() for block in blocks if (match := _HEADING.fullmatch(block))]
    for level, text in source.headings:
        alike = [one for one in found if _is_same("".join(_words(one[1])), "".join(_words(text)))]
        if alike:
            score.headings += 1
            score.levels += len(alike[0][0]) == level
            found.remove(alike[0])
    score.false = len(found)


def main() -> None:
    """Print the figures by document and look, by look, and for all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", nargs="+", default=list(DOCUMENTS), choices=list(DOCUMENTS))
    parser.add_argument("--looks", nargs="+", default=list(LOOKS), choices=list(LOOKS))
    arguments = parser.parse_args()
    engine, by_look = LocalEngine(), dict[str, LayoutScore]()
    with tempfile.TemporaryDirectory() as scratch:
        for name in arguments.documents:
            source = DOCUMENTS[name]()
            pdf = typeset(source, Path(scratch))
            for look in arguments.looks:
                scan = Path(scratch) / "scan.pdf"
                scan.write_bytes(make_scan(pdf, look))
                records, seconds = read_pages(scan, engine)
                score = score_document(source, records)
                score.seconds = seconds
                print(f"{name:8} {look:6} {score}", flush=True)
                by_look.setdefault(look, LayoutScore()).add(score)
    whole = LayoutScore()
    for look, score in by_look.items():
        print(f"{'all':8} {look:6} {score}")
        whole.add(score)
    print(f"{'all':15} {whole}")


if __name__ == "__main__":
    main()
