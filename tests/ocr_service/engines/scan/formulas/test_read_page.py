"""Displayed formulas of a scan in the text of its page, in reading order, with their numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from ocr_service.common.boxes import area, overlap
from ocr_service.engines.scan.formulas.places import InkFinder
from ocr_service.engines.scan.formulas.read_page import FormulaRoad
from ocr_service.engines.scan.formulas.reader import LINE, FormulaText
from ocr_service.engines.scan.rapidocr_reader import ScannedPage, ScanReader
from ocr_service.engines.scan.recognise import FORMULAS, recognise
from ocr_service.engines.text_readers import TextPage, read_text
from ocr_service.library.pages import Region
from ocr_service.pdf.document import Document

BOOK = Path(__file__).resolve().parents[5] / "data" / "shelf" / "statistics-primer.pdf"


@dataclass
class CountingReader:
    """Numbers the formulas that it is given, with a confidence in each; keeps their images."""

    confidence: float = 0.99
    name: str = "counting"

    def __post_init__(self) -> None:
        self.images: list[Image.Image] = []

    def read(self, image: Image.Image) -> FormulaText:
        """Return the number of the formula."""
        self.images.append(image)
        return FormulaText(f"x_{{{len(self.images)}}} = 1", self.confidence)


@pytest.fixture(scope="module")
def document() -> Iterator[Document]:
    with Document.open(BOOK) as book:
        yield book


def scan(document: Document, number: int, turn: float = 0.0) -> Image.Image:
    image = document.image(number - 1, 2.2, grey=True)
    return image.rotate(turn, Image.Resampling.BICUBIC, fillcolor=255) if turn else image


def displays(document: Document, number: int) -> list[Region]:
    regions = read_text(TextPage.look(document, number - 1, ())).regions
    return [region for region in regions if region.label == "equation"]


def share(one: Region, other: Region) -> float:
    return overlap(one.box, other.box) / min(area(one.box), area(other.box))


@pytest.mark.parametrize(("number", "turn"), [(12, 0.0), (15, 0.0), (12, 1.2)])
def test_displays_are_found_where_the_print_has_them(
    document: Document, number: int, turn: float
) -> None:
    truth = displays(document, number)
    assert truth
    reader = CountingReader()
    page = ScanReader(FormulaRoad(InkFinder(), reader)).read(scan(document, number, turn))
    found = [region for region in page.regions if region.label == "equation"]
    assert len(found) == len(truth) == len(reader.images)
    for place, (one, other) in enumerate(zip(found, truth, strict=True), 1):
        assert share(one, other) > (0.8 if not turn else 0.4)
        number_of = other.text.partition(r"\tag")[2].strip("{} \\]")
        tag = rf" \tag{{{number_of}}}" if number_of else ""
        assert one.text == rf"\[ x_{{{place}}} = 1{tag} \]"
    assert all(LINE * 0.7 < image.height < 5 * LINE for image in reader.images)


def test_a_doubted_formula_is_a_picture_and_told(document: Document) -> None:
    reader = ScanReader(FormulaRoad(InkFinder(), CountingReader(confidence=0.3)))
    read = recognise(scan(document, 12), reader)
    pictures = [region for region in read.regions if region.label == "image"]
    assert len(pictures) == len(displays(document, 12))
    assert all(region.text.startswith("[formula not read: ") for region in pictures)
    assert pictures[-1].text.endswith("(2.7)")
    assert read.engine == FORMULAS
    assert read.notes[0] == (
        "formulas not read: 2 displayed formulas are kept as pictures: the reading is unsure (2)"
    )


def test_formulas_read_are_told_too(document: Document) -> None:
    read = recognise(scan(document, 12), ScanReader(FormulaRoad(InkFinder(), CountingReader())))
    assert read.notes[0] == "2 displayed formulas read by counting"
    order = [region.label for region in read.regions]
    assert order.index("equation") > order.index("text")
    after = [region.text for region in read.regions if region.text.startswith("has, for every")]
    assert after, "the paragraph after the display begins anew"


def test_without_a_reader_nothing_changes(document: Document) -> None:
    page = ScanReader().read(scan(document, 12))
    assert page.formula_reader == ""
    assert not any(region.label in {"equation", "image"} for region in page.regions)


def test_a_page_of_prose_has_no_formulas(document: Document) -> None:
    reader = CountingReader()
    blank = ScanReader(FormulaRoad(InkFinder(), reader)).read(Image.new("L", (600, 800), 255))
    assert blank == ScannedPage()
    number = next(n for n in range(2, 12) if not displays(document, n))
    ScanReader(FormulaRoad(InkFinder(), reader)).read(scan(document, number))
    assert reader.images == []
