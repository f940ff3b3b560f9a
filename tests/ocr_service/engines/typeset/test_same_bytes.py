"""A page is read to the same bytes in every process, whatever seeds Python's hashes of strings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import permutations
from pathlib import Path

import pymupdf
import pytest

from ocr_service.engines.typeset.page import read_typeset
from ocr_service.pdf.document import Document
from tests.conftest import ROOT, SHELF

# The pieces of tall closing delimiters by their codes in the font Symbol: top, middle, bottom.
PARENTHESIS, BRACKET, BRACE = "F6 F7 F8", "F9 FA FB", "FC FD FE"
SEEDS = range(4)
READ = """
import json, sys
from pathlib import Path

from ocr_service.engines.typeset.page import read_typeset
from ocr_service.pdf.document import Document
pages = []
for path in map(Path, sys.argv[1:]):
    with Document.open(path) as document:
        for index in range(min(document.page_count, 6)):
            page = read_typeset(document, index, document.outline())
            regions = [[region.label, region.box, region.text] for region in page.regions]
            pages.append([page.confidence, page.doubt, regions])
print(json.dumps(pages))
"""


def stacked(x: float, y: float, codes: list[str]) -> str:
    """Return the drawing of pieces one under the other, from (x, y) in PDF coordinates down."""
    return " ".join(f"1 0 0 1 {x} {y - 10 * n} Tm <{code}> Tj" for n, code in enumerate(codes))


@pytest.fixture
def mixed_delimiters(tmp_path: Path) -> Path:
    """Make a page of formulas whose tall right delimiters mix pieces of two kinds."""
    rows = []
    mixes = list(permutations((PARENTHESIS, BRACKET, BRACE), 2))
    for number, (upper, lower) in enumerate(mixes):
        y = 640 - 90 * number
        left = stacked(100, y, ["E6", "E7", "E8"])
        right = stacked(112, y, [*upper.split()[:2], lower.split()[2]])
        rows.append(f"{left} 1 0 0 1 105 {y - 10} Tm <61> Tj {right}")
    path = tmp_path / "mixed.pdf"
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=400, height=700)
        font = page.insert_font(fontname="symb")
        pdf.xref_set_key(font, "Encoding", "null")  # the font's own
        xref = pdf.get_new_xref()
        pdf.update_object(xref, "<<>>")
        pdf.update_stream(xref, f"BT /symb 10 Tf {' '.join(rows)} ET".encode())
        pdf.xref_set_key(page.xref, "Contents", f"{xref} 0 R")
        pdf.save(path)
    return path


def read_with_seed(seed: int, *paths: Path) -> str:
    """Return the first pages of PDFs, read in a process of its own."""
    process = subprocess.run(
        [sys.executable, "-c", READ, *map(str, paths)],
        env={**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    return process.stdout


def test_every_hash_seed_gives_the_same_bytes(mixed_delimiters: Path) -> None:
    paths = (mixed_delimiters, SHELF / "statistics-primer.pdf")
    read = {read_with_seed(seed, *paths) for seed in SEEDS}
    assert len(read) == 1
    assert len(json.loads(read.pop())) == 7


def test_the_first_closing_piece_names_a_mixed_delimiter(mixed_delimiters: Path) -> None:
    with Document.open(mixed_delimiters) as document:
        regions = read_typeset(document, 0, []).regions
    expected = [rf"\(\left(\alpha\right{sign}\)" for sign in (")", "]", r"\}") for _ in range(2)]
    assert [region.text for region in regions] == expected
