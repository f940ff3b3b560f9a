"""Numbers of lines in the margin: found, taken away, told; what looks like them stays."""

from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest

from ocr_service.engines.check.mathematics import is_mathematical_font
from ocr_service.engines.layout.line_numbers import margin_numbers
from ocr_service.engines.layout.page_text import read_page_text
from ocr_service.engines.text_readers import TextPage, read_text
from ocr_service.pdf.document import Document

PROSE = [
    "The estimator is consistent when the sample grows",
    "and the variance of each observation is bounded by a",
    "constant that does not depend on the size of the",
    "sample. This was shown in the year 1912, and it is",
    "still the usual argument in most of the textbooks,",
    "though shorter ones are known since that time.",
]


def made(
    path: Path, numbers: dict[int, str], lines: list[str], size: float = 6, x: float = 40
) -> Path:
    """Write a page with lines of prose, and numbers at some of them, by index."""
    with pymupdf.open() as document:
        page = document.new_page(width=400, height=500)
        for index, line in enumerate(lines):
            page.insert_text((60, 60 + 14 * index), line, fontsize=11)
            if index in numbers:
                page.insert_text((x, 60 + 14 * index), numbers[index], fontsize=size)
        document.save(path)
    return path


def found(path: Path) -> int:
    """Return how many numbers of lines a page has."""
    with Document.open(path) as document:
        return len(margin_numbers(read_page_text(document, 0, is_mathematical_font)))


def test_numbers_of_all_lines_are_left_out_and_told(tmp_path: Path) -> None:
    path = made(tmp_path / "a.pdf", {i: str(i + 98) for i in range(6)}, PROSE)
    with Document.open(path) as document:
        reading = read_text(TextPage.look(document, 0, ()))
    text = " ".join(region.text for region in reading.regions)
    assert text == " ".join(PROSE)
    assert "numbers of lines in the margin, left out: 6" in reading.notes


@pytest.mark.parametrize("x", [40, 370], ids=["left", "right"])
def test_every_fifth_line(tmp_path: Path, x: float) -> None:
    path = made(tmp_path / "a.pdf", {0: "5", 5: "10", 10: "15"}, PROSE * 2, x=x)
    assert found(path) == 3


def test_numbers_of_items_stay(tmp_path: Path) -> None:
    items = [line[0].upper() + line[1:] for line in PROSE]
    assert found(made(tmp_path / "a.pdf", {i: str(i + 1) for i in range(6)}, items)) == 0


def test_a_few_numbers_in_the_size_of_the_text_stay(tmp_path: Path) -> None:
    numbers = {i: str(i + 1) for i in range(6)}
    assert found(made(tmp_path / "a.pdf", numbers, PROSE, size=11)) == 0


def test_numbers_that_do_not_increase_stay(tmp_path: Path) -> None:
    numbers = {i: str(6 - i) for i in range(6)}
    assert found(made(tmp_path / "a.pdf", numbers, PROSE)) == 0


def test_an_even_grid_goes_on_beside_displays(tmp_path: Path) -> None:
    """As some journals print them, whatever stands beside them."""
    lines = [line if index % 8 < 4 else "x = y" for index, line in enumerate(PROSE * 4)]
    assert found(made(tmp_path / "a.pdf", {i: str(i + 1) for i in range(24)}, lines)) == 24
    assert found(made(tmp_path / "b.pdf", {i: str(i + 1) for i in range(16)}, lines[:16])) == 0
