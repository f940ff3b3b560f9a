r"""Run the tests of the public sample of olmOCR-bench on Octavo's reading of its PDFs.

    python tests/eval/olmocr_sample.py FOLDER [--rival] [--failed] [--save FOLDER]

FOLDER is `olmocr/bench/sample_data` of a checkout of github.com/allenai/olmocr, with
`dataset.jsonl` and `pdfs/`; it is not part of Octavo. Tests of four kinds are run, by this
script's own code:

- present, absent: a text is on the page, or not;
- order: one text stands before another;
- table: a cell has the neighbours or headings that it should have.

Texts are compared with blanks, quotation marks, dashes and marks of emphasis normalised; a test
says how many characters may differ. Formulas are not compared here: see `typeset.py`. "Own text"
counts the pages that were read from the file's own text; the others are scans.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.eval.markdown_grids import Grid, grids_of
from tests.eval.ordinary import read_ours, read_rival

KINDS = ("present", "absent", "order", "table")
_MARKS = str.maketrans(
    {**dict.fromkeys("‘’‚", "'"), **dict.fromkeys("“”„", '"'), **dict.fromkeys("–—‑‒−", "-")}
    | {"＿": "_", "µ": "μ"}
)
_EMPHASIS = re.compile(r"(\*\*|__|\*|_)(.*?)\1")
_TAG = re.compile(r"</?[bi]>|<br/?>")
_LEAST_LIKE = 0.5  # of a cell, however many characters a test lets differ
_DIRECTIONS = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}
_HEADINGS = {"top_heading": (-1, 0), "left_heading": (0, -1)}

Test = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether a test passed on the page that one engine read."""

    test: Test
    engine: str
    passed: bool


def normal(text: str) -> str:
    """Return a text as it is compared."""
    text = _TAG.sub(" ", text)
    for _ in range(2):  # bold, then italics
        text = _EMPHASIS.sub(r"\2", text)
    return unicodedata.normalize("NFC", re.sub(r"\s+", " ", text)).translate(_MARKS)


def passes(test: Test, markdown: str) -> bool:
    """Tell whether a page's markdown passes a test."""
    if test["type"] == "table":
        return any(_has_cell(test, grid) for grid in grids_of(markdown))
    if test["type"] == "order":
        before, after = (_places(normal(test[key]), markdown, test) for key in ("before", "after"))
        return bool(before and after) and before[0] < after[-1]
    text, page = normal(test["text"]), normal(markdown)
    if not test.get("case_sensitive", True):
        text, page = text.lower(), page.lower()
    first, last = test.get("first_n"), test.get("last_n")
    if first or last:
        page = (page[:first] if first else "") + (page[-last:] if last else "")
    found = fuzz.partial_ratio(text, page) / 100 >= _bound(test, text)
    return found == (test["type"] == "present")


def _bound(test: Test, text: str) -> float:
    return 1 - test.get("max_diffs", 0) / max(1, len(text))


def _places(text: str, markdown: str, test: Test) -> list[int]:
    """Return where in a page the first and the last text like this one begin."""
    page = normal(markdown)
    allowed = test.get("max_diffs", 0)
    if not allowed:
        return [match.start() for match in re.finditer(re.escape(text), page)]
    places = []
    start = 0
    while found := fuzz.partial_ratio_alignment(text, page[start:]):
        if found.score / 100 < _bound(test, text) or found.dest_end <= found.dest_start:
            break
        places.append(start + found.dest_start)
        start += found.dest_end
    return sorted(places)


def _has_cell(test: Test, grid: Grid) -> bool:
    """Tell whether a table has the cell of a test, with the neighbours that the test names."""
    return any(
        _is_like(test["cell"], cell.text, test)
        and all(_has(test, grid, number, key, grid.neighbours) for key in _DIRECTIONS)
        and all(_has(test, grid, number, key, grid.headings) for key in _HEADINGS)
        for number, cell in enumerate(grid.cells)
    )


def _has(
    test: Test, grid: Grid, number: int, key: str, cells: Callable[[int, int, int], Iterable[int]]
) -> bool:
    if not test.get(key):
        return True
    down, across = (_DIRECTIONS | _HEADINGS)[key]
    return any(
        _is_like(test[key], grid.cells[other].text, test) for other in cells(number, down, across)
    )


def _is_like(wanted: str, text: str, test: Test) -> bool:
    wanted = normal(wanted)
    return fuzz.ratio(wanted, normal(text)) / 100 >= max(_LEAST_LIKE, _bound(test, wanted))


def run_tests(folder: Path, rival: bool, save: Path | None) -> list[Outcome]:
    """Read each PDF once and run its tests on it."""
    lines = (folder / "dataset.jsonl").read_text(encoding="utf-8").splitlines()
    tests = [test for line in lines if line.strip() and (test := json.loads(line))]
    tests = [test for test in tests if test["type"] in KINDS]
    outcomes = []
    for name in dict.fromkeys(test["pdf"] for test in tests):
        mine = [test for test in tests if test["pdf"] == name]
        count = max(test["page"] for test in mine)
        pages = (read_rival if rival else read_ours)(folder / "pdfs" / name, count)
        for number, (engine, markdown, _) in enumerate(pages, 1):
            if save:
                target = save / f"{name}.{number}.md"
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(markdown, encoding="utf-8")
            outcomes += [
                Outcome(test, engine, passes(test, markdown))
                for test in mine
                if test["page"] == number
            ]
    return outcomes


def table(name: str, outcomes: Sequence[Outcome]) -> str:
    """Return the line of a reader: passed of all, and of those on pages read from own text."""
    parts = []
    for kind in KINDS:
        found = [one for one in outcomes if one.test["type"] == kind]
        own = [one for one in found if one.engine not in {"rapidocr", "pixels", "none"}]
        passed = sum(one.passed for one in found)
        parts.append(
            f"{kind} {passed}/{len(found)} (own text {sum(one.passed for one in own)}/{len(own)})"
        )
    return f"{name}: " + ", ".join(parts)


def main() -> None:
    """Run the tests and print how many passed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="sample_data of olmOCR's bench")
    parser.add_argument("--rival", action="store_true", help="pymupdf4llm.to_markdown beside it")
    parser.add_argument("--failed", action="store_true", help="list the tests that failed")
    parser.add_argument("--save", type=Path, help="write each page's markdown to this folder")
    arguments = parser.parse_args()
    if not (arguments.folder / "dataset.jsonl").is_file():
        print(f"{arguments.folder}: no dataset.jsonl there; skipped")
        return
    outcomes = run_tests(arguments.folder, False, arguments.save)
    print(table("octavo", outcomes))
    if arguments.rival:
        print(table("pymupdf4llm", run_tests(arguments.folder, True, None)))
    for one in outcomes:
        if arguments.failed and not one.passed:
            about = {key: value for key, value in one.test.items() if key not in {"page", "id"}}
            print(f"  {one.engine}: {json.dumps(about, ensure_ascii=False)}")


if __name__ == "__main__":
    main()
