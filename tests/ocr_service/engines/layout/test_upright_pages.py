"""Pages with /Rotate and a CropBox: they look the same before and after they are set upright."""

from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest

from ocr_service.engines.layout.ink import page_ink, upright_page
from ocr_service.engines.local import LocalEngine
from ocr_service.library.pages import PageStatus
from ocr_service.pdf.document import Document

CROP = "[200 400 650 620]"


def turned(path: Path, rotation: int, *, inherited: bool) -> Path:
    """Make a page of which a CropBox, its own or its parent's, shows twelve lines."""
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=800, height=1000)
        for line in range(12):
            page.insert_text((210, 420 + 14 * line), f"Line number {line} of a page that is cut")
        page.insert_text((20, 40), "What is cut off")
        owner = page.xref
        if inherited:
            owner = int(pdf.xref_get_key(page.xref, "Parent")[1].split()[0])
        pdf.xref_set_key(owner, "CropBox", CROP)
        pdf.xref_set_key(page.xref, "Rotate", str(rotation))
        pdf.save(path)
    return path


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("inherited", [False, True])
def test_a_turned_page_that_is_cut_looks_the_same(
    tmp_path: Path, rotation: int, inherited: bool
) -> None:
    with Document.open(turned(tmp_path / "page.pdf", rotation, inherited=inherited)) as document:
        before = document.page(0).get_pixmap()
        page = upright_page(document, 0)
        after = page.get_pixmap()
        assert page.rotation == 0
        assert (before.width, before.height) == (after.width, after.height)
        assert before.samples == after.samples


@pytest.mark.parametrize("rotation", [90, 270])
def test_a_turned_page_that_is_cut_is_read(tmp_path: Path, rotation: int) -> None:
    """Its lines run up or down the page as it is shown; none is lost, and none that is cut off."""
    with Document.open(turned(tmp_path / "page.pdf", rotation, inherited=False)) as document:
        reading = LocalEngine().read(document, 0, [])
    text = " ".join(region.text for region in reading.regions)
    assert reading.status is PageStatus.OK
    assert all(f"Line number {line} of" in text for line in range(12))
    assert "cut off" not in text


def test_boxes_to_tick_are_no_drawings(tmp_path: Path) -> None:
    path = tmp_path / "form.pdf"
    with pymupdf.open() as pdf:
        page = pdf.new_page()
        for row in range(10):
            widget = pymupdf.Widget()
            widget.field_type = pymupdf.PDF_WIDGET_TYPE_CHECKBOX
            widget.field_name = f"tick {row}"
            widget.rect = pymupdf.Rect(60, 60 + 30 * row, 78, 78 + 30 * row)
            widget.border_color, widget.fill_color = (0, 0, 0), (0.9, 0.9, 1)
            page.add_widget(widget)
        page.insert_text((90, 72), "C")
        pdf.save(path)
    with Document.open(path) as document:
        assert not page_ink(document, 0).is_drawn
        reading = LocalEngine().read(document, 0, [])
    assert reading.engine != "rapidocr"
    assert [region.text for region in reading.regions] == ["C"]


def test_a_few_pale_words_are_kept(tmp_path: Path) -> None:
    """Recognition sees nothing on such a page; the file says what stands there."""
    path = tmp_path / "pale.pdf"
    with pymupdf.open() as pdf:
        page = pdf.new_page()
        page.draw_rect(page.rect, fill=(1, 1, 1), color=None)
        page.insert_text((80, 120), "Page 1: green", color=(0.75, 1, 0.75))
        pdf.save(path)
    with Document.open(path) as document:
        reading = LocalEngine().read(document, 0, [])
    assert [region.text for region in reading.regions] == ["Page 1: green"]
