"""Letters that TeX draws off the line: logos and German quotes, from pages made on the spot."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pymupdf
import pytest

from ocr_service.engines.typeset.characters.glyphs import read_sheet
from ocr_service.pdf.document import Document

SIZE = 10.0
# (letter, how far its left is from the left of the one before, drop of the baseline, size), as the
# macros of plain TeX and LaTeX set them in cmr10, in points.
TEX = [("T", 0.0, 0.0, SIZE), ("E", 5.55, 2.15, SIZE), ("X", 5.6, 0.0, SIZE)]
LATEX = [("L", 0.0, 0.0, SIZE), ("A", 2.6, -2.1, 7.0), ("T", 4.4, 0.0, SIZE), *TEX[1:]]


def _text(folder: Path, letters: list[tuple[str, float, float, float]], font: str = "tiro") -> str:
    """Draw letters one by one and return what is read, with their baselines checked for `_`."""
    with pymupdf.open() as document:
        page = document.new_page(width=300, height=100)
        x = 50.0
        for letter, step, drop, size in letters:
            x += step
            writer = pymupdf.TextWriter(page.rect)
            writer.append((x, 50 + drop), letter, font=pymupdf.Font(font), fontsize=size)
            writer.write_text(page)
        document.save(folder / "page.pdf")
    with Document.open(folder / "page.pdf") as document:
        glyphs = read_sheet(document, 0).glyphs
    assert all(before.right <= after.right for before, after in pairwise(glyphs))
    return "".join(
        glyph.text if abs(glyph.base - 50) < 0.1 and glyph.size == pytest.approx(SIZE) else "_"
        for glyph in glyphs
    )


def test_logos_are_words(tmp_path: Path) -> None:
    assert _text(tmp_path, TEX) == "TeX"
    assert _text(tmp_path, LATEX) == "LaTeX"
    assert _text(tmp_path, LATEX, "tibo") == "LaTeX"


def test_letters_with_scripts_are_none(tmp_path: Path) -> None:
    apart = [("T", 0.0, 0.0, SIZE), ("E", 6.3, 2.15, SIZE), ("X", 6.3, 0.0, SIZE)]
    assert _text(tmp_path, apart) == "T_X"
    small = [("T", 0.0, 0.0, SIZE), ("E", 5.55, 1.5, 7.0), ("X", 4.0, 0.0, SIZE)]
    assert _text(tmp_path, small) == "T_X"
    level = [("T", 0.0, 0.0, SIZE), ("E", 5.55, 0.0, SIZE), ("X", 5.6, 0.0, SIZE)]
    assert _text(tmp_path, level) == "TEX"


def test_a_closing_quote_on_the_line_opens_in_german(tmp_path: Path) -> None:
    low = [("”", 0.0, 5.8, SIZE), ("W", 4.4, 0.0, SIZE), ("o", 9.4, 0.0, SIZE)]
    assert _text(tmp_path, low) == "„Wo"
    single = [("’", 0.0, 5.8, SIZE), ("W", 3.3, 0.0, SIZE)]
    assert _text(tmp_path, single) == "‚W"
    high = [("”", 0.0, 0.0, SIZE), ("W", 4.4, 0.0, SIZE)]
    assert _text(tmp_path, high) == "”W"
    next_line = [("”", 0.0, 0.0, SIZE), ("W", 4.4, 12.0, SIZE)]
    assert _text(tmp_path, next_line) == "”_"
