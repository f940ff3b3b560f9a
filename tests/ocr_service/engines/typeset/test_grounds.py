"""Frames and tinted grounds of text are no figures, and labels of figures keep their blanks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest

from ocr_service.engines.typeset.blocks.figures import find_figures
from ocr_service.engines.typeset.blocks.grounds import without_grounds
from ocr_service.engines.typeset.characters.glyphs import Sheet, read_sheet
from ocr_service.engines.typeset.characters.nodes import InkBox
from ocr_service.engines.typeset.page import TypesetPage, read_typeset
from ocr_service.pdf.document import Document

Draw = Callable[[pymupdf.Page], object]
TINT, DARK = (0.9, 0.95, 1.0), (0.1, 0.2, 0.5)
LINES = ("Theorem 2. If a set has two elements,", "then it has four subsets.")


def made(path: Path, *draw: Draw) -> Document:
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=500, height=700)
        for one in draw:
            one(page)
        pdf.save(path)
    return Document.open(path)


def prose(page: pymupdf.Page) -> None:
    for line in range(12):
        page.insert_text((60, 60 + 14 * line), "There are lines of text before what is drawn here.")


def theorem_box(page: pymupdf.Page) -> None:
    """Draw what tcolorbox draws: a frame and a ground with round corners, and a darker title."""
    page.draw_rect((60, 300, 440, 380), fill=DARK, color=None, radius=0.05)
    page.draw_rect((61, 301, 439, 379), fill=TINT, color=None, radius=0.05)
    page.draw_rect((61, 301, 439, 318), fill=DARK, color=None)
    page.insert_text((70, 314), "Subsets", color=(1, 1, 1))
    for number, line in enumerate(LINES):
        page.insert_text((70, 335 + 14 * number), line)


def listing(page: pymupdf.Page) -> None:
    """Draw what listings draws: a tinted band for each line, and slivers of a frame beside it."""
    code = ("def mean(values):", "    total = sum(values)", "", "    return total / len(values)")
    for number, line in enumerate(code):
        top = 420 + 12 * number
        page.draw_rect((60, top, 440, top + 12), fill=TINT, color=None)
        page.draw_rect((57, top, 60, top + 12), fill=DARK, color=None)
        page.draw_rect((440, top, 443, top + 12), fill=DARK, color=None)
        page.insert_text((64, top + 9), line, fontname="cour", fontsize=9)


def plot(page: pymupdf.Page) -> None:
    page.draw_rect((100, 500, 400, 640))
    for bar in range(8):
        page.draw_rect((110 + 35 * bar, 520 + 10 * bar, 130 + 35 * bar, 640), fill=DARK)
    page.insert_text((230, 514), "height in metres")


def labels(page: TypesetPage, label: str) -> list[str]:
    return [region.text for region in page.regions if region.label == label]


@pytest.mark.parametrize("box", [theorem_box, listing], ids=["theorem", "listing"])
def test_a_box_of_text_is_no_figure(tmp_path: Path, box: Draw) -> None:
    with made(tmp_path / "page.pdf", prose, box) as document:
        assert find_figures(read_sheet(document, 0)) == []


def test_the_words_of_a_theorem_box_are_text(tmp_path: Path) -> None:
    with made(tmp_path / "page.pdf", prose, theorem_box) as document:
        page = read_typeset(document, 0, [])
    assert not labels(page, "image")
    assert " ".join(LINES) in "\n".join(labels(page, "text"))


def test_a_listing_is_code_with_its_blanks(tmp_path: Path) -> None:
    with made(tmp_path / "page.pdf", prose, listing) as document:
        page = read_typeset(document, 0, [])
    assert labels(page, "code") == [
        "```\ndef mean(values):\n    total = sum(values)\n\n    return total / len(values)\n```"
    ]


def test_a_plot_is_a_figure_and_its_labels_have_blanks(tmp_path: Path) -> None:
    with made(tmp_path / "page.pdf", prose, plot) as document:
        page = read_typeset(document, 0, [])
    assert len(labels(page, "image")) == 1
    written = "\n".join(region.text for region in page.regions)
    assert "height in metres" in written


def test_a_picture_behind_a_slide_is_its_background(tmp_path: Path) -> None:
    picture = tmp_path / "ground.png"
    pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 50, 70), False).save(picture)
    with made(
        tmp_path / "page.pdf",
        lambda page: page.insert_image(page.rect, filename=picture),
        lambda page: page.insert_text((60, 100), "Quarterly results of the division"),
        lambda page: page.insert_text((60, 160), "Revenue grew by twelve percent"),
    ) as document:
        assert find_figures(read_sheet(document, 0)) == []


@pytest.mark.parametrize("shadow", [True, False])
def test_a_card_with_a_shadow_is_no_figure(tmp_path: Path, *, shadow: bool) -> None:
    """Browsers draw the shadow of a card as an image, and a box within it for a formula."""
    picture = tmp_path / "shadow.png"
    pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 60, 40), False).save(picture)

    def card(page: pymupdf.Page) -> None:
        if shadow:
            page.insert_image((60, 300, 440, 460), filename=picture, keep_proportion=False)
        page.draw_rect((64, 302, 436, 456), fill=(1, 1, 1), color=None, radius=0.05)
        page.draw_rect((74, 320, 426, 380), fill=(1, 1, 1), color=None, radius=0.05)
        page.insert_text((240, 350), "x = y")
        for number, line in enumerate(LINES):
            page.insert_text((70, 400 + 14 * number), line)

    with made(tmp_path / "page.pdf", prose, card) as document:
        assert find_figures(read_sheet(document, 0)) == []


def test_many_drawings_are_grouped_where_they_stand() -> None:
    """A picture of a thousand paths, and another far below it, are two figures."""

    def dots(top: float) -> list[InkBox]:
        return [
            (left, top + 5 * row, left + 4, top + 5 * row + 4)
            for row in range(15)
            for left in map(float, range(100, 300, 5))
        ]

    sheet = Sheet(500.0, 700.0, drawings=[*dots(100.0), *dots(500.0)])
    assert find_figures(sheet) == [(100.0, 100.0, 299.0, 174.0), (100.0, 500.0, 299.0, 574.0)]
    assert without_grounds(sheet.drawings, []) == sheet.drawings
