"""Measures the reading of degraded pages: wrong letters, symbols kept, CPU seconds a page.

    OMP_NUM_THREADS=1 python tests/eval/scan_errors.py [--pages tuned|held-out] [--each]

Pages of the three books are rendered at 100, 150 or 200 dpi, each with one fault (`degraded.py`),
put into a PDF without a text layer and read by the local engine. The choices of the scan reader are
made on the first set of pages; the second is held out.

Letters wrong: over the lines of the text layer that hold at least four words of three or more
letters, the edit distance to the nearest part of the page as read; letters a to z in both cases,
accents off. Symbols: the share of the mathematical symbols of the text layer that the page has too,
counted by page and symbol; minus signs, hyphens and primes, which stand for one another, are left
out.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
import unicodedata
from collections import Counter
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pymupdf

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ocr_service.engines.local import LocalEngine
from ocr_service.pdf.document import Document
from tests.bench.common import need_corpora
from tests.eval.degraded import DEGRADATIONS, RESOLUTIONS, degraded_page, scan_pdf
from tests.support.text_distance import distance

_PAGES = {  # book: page numbers (1-based), prose and formulas
    "tuned": {
        "calculus-made-easy": (14, 96, 161, 217),
        "non-euclidean-geometry": (24, 52),
        "foundations-of-geometry": (34, 71),
    },
    "held-out": {
        "calculus-made-easy": (38, 125, 189, 240),
        "non-euclidean-geometry": (41, 66, 30),
        "foundations-of-geometry": (22, 49, 80, 57),
    },
}
_ALIKE = str.maketrans(
    {"ϵ": "ε", "∆": "Δ", "⩽": "≤", "⩾": "≥", "≦": "≤", "≧": "≥", "◦": "°", "∗": "*"}
)
_SYMBOL = re.compile(r"[\u0370-\u03ff\u2200-\u2211\u2213-\u22ff×÷±=+<>°§¶]")


@dataclass(slots=True)
class Score:
    """What was counted on a page or several."""

    wrong: int = 0
    letters: int = 0
    found: int = 0
    symbols: int = 0
    seconds: float = 0.0
    pages: int = 0

    def add(self, other: Score) -> None:
        """Add the counts of another score."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def __str__(self) -> str:
        wrong = self.wrong / max(1, self.letters)
        symbols = self.found / max(1, self.symbols)
        return (
            f"{self.wrong:5} of {self.letters:6} letters wrong, {wrong:7.3%}; "
            f"{self.found:4} of {self.symbols:4} symbols, {symbols:6.1%}; "
            f"{self.seconds / max(1, self.pages):5.2f} CPU s a page"
        )


def letters(text: str) -> str:
    """Return the letters of a text in their own case, without accents."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(char for char in plain if char.isascii() and char.isalpha())


def symbols(text: str) -> Counter[str]:
    """Return the mathematical symbols of a text."""
    return Counter(_SYMBOL.findall(text.translate(_ALIKE)))


def score(page: pymupdf.Page, read: str, seconds: float) -> Score:
    """Compare a page as read with its text layer."""
    truth = page.get_text()
    lines = [
        letters(line) for line in truth.splitlines() if len(re.findall(r"[A-Za-z]{3,}", line)) >= 4
    ]
    got, right, seen = letters(read), symbols(truth), symbols(read)
    return Score(
        sum(distance(line, got) for line in lines),
        sum(map(len, lines)),
        (right & seen).total(),
        right.total(),
        seconds,
        1,
    )


def measure(which: str, *, each: bool) -> dict[str, Score]:
    """Read the pages of a set, each with faults in turn; return the score by kind of fault."""
    engine, scores = LocalEngine(), dict[str, Score]()
    turns = list(product(RESOLUTIONS, DEGRADATIONS))
    kinds = [turns[(8 * place) % len(turns)] for place in range(len(turns))]  # both vary quickly
    place = 0
    for book, numbers in _PAGES[which].items():
        (source,) = (need_corpora() / "books" / book).glob("*.pdf")
        with pymupdf.open(source) as document, tempfile.TemporaryDirectory() as scratch:
            for number in numbers:
                page = document[number - 1]
                for dpi, kind in (kinds[place % len(kinds)], kinds[(place + 1) % len(kinds)]):
                    scan = Path(scratch) / "scan.pdf"
                    scan.write_bytes(scan_pdf([(degraded_page(page, kind, dpi, number), dpi)]))
                    result = read_timed(engine, scan, page)
                    if each:
                        print(f"{book[:10]} {number:3} {dpi} {kind:8} {result}", flush=True)
                    scores.setdefault(kind, Score()).add(result)
                place += 2
    return scores


def read_timed(engine: LocalEngine, scan: Path, page: pymupdf.Page) -> Score:
    """Read a scan of one page and compare it with the page."""
    with Document.open(scan) as document:
        began = time.process_time()
        reading = engine.read(document, 0, ())
        seconds = time.process_time() - began
    return score(page, "\n".join(region.text for region in reading.regions), seconds)


def main() -> None:
    """Print the figures by kind of fault and for all pages."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", default="held-out", choices=sorted(_PAGES))
    parser.add_argument("--each", action="store_true", help="print every page too")
    arguments = parser.parse_args()
    whole = Score()
    for kind, result in measure(arguments.pages, each=arguments.each).items():
        print(f"{kind:8} {result}")
        whole.add(result)
    print(f"{'all':8} {whole}")


if __name__ == "__main__":
    main()
