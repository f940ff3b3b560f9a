"""Which pages are blank, faint, inverse, and which are read by the second reader."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr_service.engines.scan import second_reader
from ocr_service.engines.scan.rapidocr_reader import ScanReader
from ocr_service.engines.scan.recognise import Recognised, recognise
from ocr_service.engines.scan.scanned_page import ScannedPage
from ocr_service.library.pages import PageStatus

LINE = "A page of pale green type"

needs_tesseract = pytest.mark.skipif(
    not second_reader.is_installed(), reason="Tesseract is not installed"
)


@pytest.fixture(scope="module")
def reader() -> ScanReader:
    return ScanReader()


def page(text: str, paper: int, ink: int, size: int = 30) -> Image.Image:
    image = Image.new("L", (800, 500), paper)
    ImageDraw.Draw(image).text((90, 200), text, fill=ink, font=ImageFont.load_default(size))
    return image


def text_of(read: Recognised) -> str:
    return " ".join(region.text for region in read.regions)


@pytest.mark.parametrize(
    ("paper", "ink"),
    [(255, 220), (240, 215), (40, 75), (8, 240)],
    ids=["green", "pale", "dark", "inverse"],
)
def test_faint_and_inverse_print_is_read(reader: ScanReader, paper: int, ink: int) -> None:
    read = recognise(page(LINE, paper, ink), reader)
    assert (read.status, read.engine, text_of(read)) == (PageStatus.OK, "rapidocr", LINE)
    is_faint = abs(paper - ink) < 48
    assert any("faint" in note for note in read.notes) == is_faint


def test_an_empty_page_is_blank_and_faint_marks_are_told(
    reader: ScanReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")  # without a second reader
    assert recognise(Image.new("L", (800, 500), 250), reader) == Recognised(
        PageStatus.BLANK, "pixels"
    )
    marks = Image.new("L", (800, 500), 250)
    ImageDraw.Draw(marks).ellipse((300, 200, 340, 240), fill=225)
    read = recognise(marks, reader)
    assert (read.status, text_of(read)) == (PageStatus.BLANK, "")
    assert read.notes == ("there are faint marks on the page, but no text was recognised",)


class FindsNothing(ScanReader):
    """A first reader that finds nothing, whatever the page."""

    def read(self, image: Image.Image) -> ScannedPage:  # noqa: ARG002
        """Return an empty page."""
        return ScannedPage()


@needs_tesseract
def test_the_second_reader_is_asked_about_a_page_read_almost_empty() -> None:
    line = "Whenever two lines are parallel"
    read = recognise(page(line, 255, 0), FindsNothing())
    assert (read.status, read.engine, text_of(read)) == (PageStatus.OK, "tesseract", line)
    assert read.notes == ("read by Tesseract; the first reader found no text",)


@needs_tesseract
def test_the_second_reader_invents_nothing() -> None:
    assert second_reader.read_lines(Image.new("L", (600, 400), 250)) == []
    assert second_reader.read_lines(Image.effect_noise((600, 400), 80)) == []


def test_without_the_second_reader_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert not second_reader.is_installed()
    assert second_reader.read_lines(page(LINE, 255, 0)) == []
