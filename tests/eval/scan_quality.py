"""Measures how well a scan of twenty pages of a real book is read, and whether search finds them.

    python tests/eval/scan_quality.py [--book non-euclidean-geometry] [--first 40]

The pages are rendered at 200 dpi in grey and put into a PDF without a text layer, which is built
into a library together with the PDFs of the two other books.

Character error rate: over the lines of the text layer that hold at least four words of three or
more letters (prose, not formulas) and do not recur on other pages (running heads), each compared
with the part of the recognised page that is nearest to it (edit distance to the best substring);
letters a to z only, accents off, lower case.
It measures recognition, not reading order.

Pages found: of the topics with a right page among the twenty, asked in the whole library.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pymupdf

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from search import Searcher
from tests.bench.common import OCTAVO, need_corpora, timed
from tests.support.text_distance import distance, letters

PAGES = 20
DPI = 200


def make_scan(source: Path, first: int, target: Path) -> None:
    """Write pages `first` (1-based) and the following as grey pictures into a PDF."""
    with pymupdf.open(source) as document, pymupdf.open() as scan:
        for number in range(first, first + PAGES):
            page = document[number - 1]
            picture = page.get_pixmap(dpi=DPI, colorspace=pymupdf.csGRAY)
            copy = scan.new_page(width=page.rect.width, height=page.rect.height)
            copy.insert_image(copy.rect, stream=picture.tobytes("jpeg", jpg_quality=80))
        scan.save(target)


def prose_lines(page: pymupdf.Page) -> list[str]:
    """Return the lines of a text layer that are prose, as letters."""
    lines = page.get_text().splitlines()
    return [letters(line) for line in lines if len(re.findall(r"[A-Za-z]{3,}", line)) >= 4]


def error_rate(source: Path, first: int, pages: Path) -> tuple[int, int]:
    """Return how many letters of the prose are wrong, and of how many."""
    wrong = count = 0
    with pymupdf.open(source) as document:
        by_page = [prose_lines(document[first - 1 + place]) for place in range(PAGES)]
    recurring = Counter(line for lines in by_page for line in set(lines))
    for place, lines in enumerate(by_page):
        read = letters((pages / f"page_{place + 1:04d}.mmd").read_text())
        for line in lines:
            if recurring[line] < 3:
                wrong, count = wrong + distance(line, read), count + len(line)
    return wrong, count


def found_ranks(library: Path, book: str, first: int, mode: str) -> list[int | None]:
    """Return the rank of the first right page of the scan, for each topic that has one."""
    searcher = Searcher.open(library)
    ranks: list[int | None] = []
    for line in (need_corpora() / "books" / "topics.jsonl").read_text().splitlines():
        topic = json.loads(line)
        numbers = {int(page.split(":")[1]) for page in topic["pages"] if page.startswith(book)}
        right = {number - first + 1 for number in numbers if first <= number < first + PAGES}
        if not right:
            continue
        hits = searcher.search(topic["query"], mode=mode, limit=10)
        pages = [(hit.source.book_id, hit.source.page) for hit in hits]
        ranks.append(
            next((n for n, (b, p) in enumerate(pages, 1) if b == "scan" and p in right), None)
        )
    return ranks


def main() -> None:
    """Print the error rate and how many topics are answered."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--book", default="non-euclidean-geometry")
    parser.add_argument("--first", type=int, default=40)
    arguments = parser.parse_args()
    books = need_corpora() / "books"
    (source,) = (books / arguments.book).glob("*.pdf")
    others = [path for path in books.glob("*/*.pdf") if path != source]
    with tempfile.TemporaryDirectory() as scratch:
        scan, library = Path(scratch) / "scan.pdf", Path(scratch) / "library"
        make_scan(source, arguments.first, scan)
        began = time.perf_counter()
        timed([OCTAVO, "build", scan, "--library", library])
        seconds = time.perf_counter() - began
        timed([OCTAVO, "build", *others, "--library", library])
        wrong, count = error_rate(source, arguments.first, library / "books" / "scan" / "pages")
        last = arguments.first + PAGES - 1
        print(f"{arguments.book} pages {arguments.first} to {last}, {seconds:.0f} s to build")
        print(f"prose: {wrong} of {count} letters wrong, {wrong / count:.2%}")
        for mode in ("keyword", "semantic", "hybrid"):
            ranks = found_ranks(library, arguments.book, arguments.first, mode)
            shares = ", ".join(
                f"@{cut} {sum(r is not None and r <= cut for r in ranks)}/{len(ranks)}"
                for cut in (1, 5, 10)
            )
            print(f"{mode}: right page of the scan {shares}")


if __name__ == "__main__":
    main()
