"""Measures the share of a library's formulas that the reader's KaTeX typesets.

    python tests/eval/katex_share.py LIBRARY... [--show N]

Every formula of every page goes through the shipped KaTeX and the reader's own settings
(`search/reader/static/math.js`) in Chromium. Those that are shown as source are counted by KaTeX's
reason, with the places of the first N of each kind.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from playwright.sync_api import sync_playwright

from indexer.passages.math_spans import find_math
from ocr_service.library.library import Library

STATIC = Path(__file__).resolve().parents[2] / "search" / "reader" / "static"
_BATCH = 500
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
_RENDER = """formulas => formulas.map(([latex, display]) => {
  const options = {displayMode: display, throwOnError: true, macros: {...MACROS},
                   strict: "ignore", trust: false, maxExpand: 2000, maxSize: 20};
  try { katex.renderToString(latex, options); return null; } catch (error) { return error.message; }
})"""


class PlacedFormula(NamedTuple):
    """A formula, and its book and 1-based page."""

    latex: str
    display: bool
    book_id: str
    page: int


def formulas(library: Path) -> Iterator[PlacedFormula]:
    """Yield the formulas of a library's finished books."""
    shelf = Library(library)
    for book_id, manifest in shelf.manifests().items():
        for page in shelf.folder(book_id).pages(manifest):
            for span in find_math(page.markdown):
                yield PlacedFormula(span.latex, span.display, book_id, page.page_number)


def reason(message: str) -> str:
    """Return KaTeX's reason without what is particular to one formula."""
    text = re.sub(r"^KaTeX parse error: ", "", message)
    text = re.sub(r" at position \\d+.*$| at position \d+.*$", "", text, flags=re.DOTALL)
    return text.strip()


def main() -> None:
    """Render all formulas and print the share, and the kinds that fail."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("libraries", nargs="+", type=Path)
    parser.add_argument("--show", type=int, default=3)
    arguments = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, _CHROMIUM)), None)
    if chromium is None:
        sys.exit("this needs Chromium (Debian: apt-get install chromium)")
    found = [formula for library in arguments.libraries for formula in formulas(library)]
    answers: list[str | None] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        page = browser.new_page()
        page.set_content('<button id="help-button"></button>')
        page.add_script_tag(path=STATIC / "katex" / "katex.min.js")
        script = (STATIC / "math.js").read_text(encoding="utf-8")
        (macros,) = re.findall(r"^const MACROS = .*$", script, re.MULTILINE)
        page.add_script_tag(content=macros.replace("const MACROS", "window.MACROS"))
        for start in range(0, len(found), _BATCH):
            batch = [(one.latex, one.display) for one in found[start : start + _BATCH]]
            answers += page.evaluate(_RENDER, batch)
        browser.close()
    _print(found, answers, arguments.show)


def _print(found: list[PlacedFormula], answers: list[str | None], show: int) -> None:
    wrong = Counter(reason(answer) for answer in answers if answer)
    places: dict[str, list[PlacedFormula]] = defaultdict(list)
    by_book = Counter(one.book_id for one in found)
    failed = Counter(one.book_id for one, answer in zip(found, answers, strict=True) if answer)
    for one, answer in zip(found, answers, strict=True):
        if answer:
            places[reason(answer)].append(one)
    good = 1 - sum(failed.values()) / max(1, len(found))
    print(f"{len(found)} formulas, {good:.3%} typeset")
    for book_id, count in sorted(by_book.items()):
        print(f"  {book_id}: {count}, {1 - failed[book_id] / count:.3%}")
    for kind, count in wrong.most_common():
        print(f"{count:6} {kind}")
        for one in places[kind][:show]:
            print(f"       {one.book_id} {one.page}: {' '.join(one.latex.split())[:150]}")


if __name__ == "__main__":
    main()
