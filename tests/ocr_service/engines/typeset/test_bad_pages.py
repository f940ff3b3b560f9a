"""Harmful pages are read in bounded time and memory; the notes give the reason of a fallback."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pymupdf
import pytest
from PIL import Image

from ocr_service.engines.local import LocalEngine, Reading
from ocr_service.engines.typeset.page import LEAST_CONFIDENCE, TypesetPage, read_typeset
from ocr_service.library.pages import PageStatus, Region
from ocr_service.pdf.document import Document

PROSE = (
    "A group is a set with one operation that is associative, has a neutral element and for every "
    "element an inverse. The order of a subgroup divides the order of the group. "
)

Opened = Callable[[Callable[[pymupdf.Document], None]], Document]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Make a PDF with a function, and open it."""
    documents = []

    def make(draw: Callable[[pymupdf.Document], None]) -> Document:
        path = tmp_path / "made.pdf"
        with pymupdf.open() as pdf:
            draw(pdf)
            pdf.save(path)
        documents.append(Document.open(path))
        return documents[-1]

    yield make
    for document in documents:
        document.close()


def local(document: Document, seconds: float = 5.0) -> Reading:
    """Read the first page as the pipeline does, within `seconds` and 300 MB."""
    process = psutil.Process()
    memory, start = process.memory_info().rss, time.process_time()
    reading = LocalEngine().read(document, 0, document.outline())
    assert time.process_time() - start < seconds
    assert process.memory_info().rss - memory < 300e6
    return reading


def words_of(regions: tuple[Region, ...]) -> str:
    return " ".join(" ".join(region.text for region in regions).split())


def prose_page(pdf: pymupdf.Document, font: str = "tiro", **more: object) -> pymupdf.Page:
    page = pdf.new_page(width=500, height=700)
    page.insert_textbox((50, 60, 450, 640), PROSE * 4, fontsize=11, fontname=font, **more)
    return page


def renamed(pdf: pymupdf.Document, **keys: str) -> None:
    """Set keys of the first page's fonts, as PDF source."""
    for xref, *_ in pdf.get_page_fonts(0):
        for key, value in keys.items():
            pdf.xref_set_key(xref, key, value)


def test_prose_in_a_known_font(opened: Opened) -> None:
    reading = local(opened(lambda pdf: prose_page(pdf) and None))
    assert reading.engine == "typeset"
    assert PROSE.strip() in words_of(reading.regions)


@pytest.mark.parametrize(
    "name", ["/Nonsense", "/XQ#20#FF#00Zed", "null", "/CMR10", "/" + "A" * 4000]
)
def test_fonts_with_wrong_or_missing_names(opened: Opened, name: str) -> None:
    def draw(pdf: pymupdf.Document) -> None:
        prose_page(pdf)
        renamed(pdf, BaseFont=name)

    assert "has a neutral element" in words_of(local(opened(draw)).regions)


def type3_page(pdf: pymupdf.Document) -> None:
    """Draw text in a bitmap font whose characters have no names, as old TeX files have."""
    page = pdf.new_page(width=500, height=700)
    glyph, font, content = (pdf.get_new_xref() for _ in range(3))
    for xref in (glyph, font, content):
        pdf.update_object(xref, "<<>>")
    pdf.update_stream(glyph, b"500 0 0 0 400 700 d1 0 0 400 700 re f")
    names = " ".join(f"/a{code}" for code in range(97, 123))
    procs = " ".join(f"/a{code} {glyph} 0 R" for code in range(97, 123))
    pdf.update_object(
        font,
        "<</Type/Font/Subtype/Type3/FontBBox[0 0 500 700]/FontMatrix[.001 0 0 .001 0 0]"
        f"/FirstChar 97/LastChar 122/Widths[{'500 ' * 26}]/Encoding<</Type/Encoding"
        f"/Differences[97 {names}]>>/CharProcs<<{procs}>>>>",
    )
    rows = " ".join(f"1 0 0 1 50 {640 - 14 * i} Tm (abcdefgh ijklmnop qrst) Tj" for i in range(30))
    pdf.update_stream(content, f"BT /F1 11 Tf {rows} ET".encode())
    pdf.xref_set_key(page.xref, "Resources", f"<</Font<</F1 {font} 0 R>>>>")
    pdf.xref_set_key(page.xref, "Contents", f"{content} 0 R")


def test_bitmap_fonts_without_names(opened: Opened) -> None:
    document = opened(type3_page)
    page = read_typeset(document, 0, [])
    assert page.confidence < LEAST_CONFIDENCE
    assert "fonts that do not name them" in page.doubt
    reading = local(document, 60)
    assert reading.engine != "typeset"
    assert any("do not name them" in note or "garbled" in note for note in reading.notes)


def scrambled_page(pdf: pymupdf.Document) -> None:
    """Draw text with a subset whose codes are glyph numbers, without a Unicode map."""
    page = pdf.new_page(width=500, height=700)
    page.insert_font("F0", fontbuffer=pymupdf.Font("tiro").buffer)
    page.insert_textbox((50, 60, 450, 640), PROSE * 4, fontsize=11, fontname="F0")
    for xref, *_ in pdf.get_page_fonts(0):
        pdf.xref_set_key(xref, "ToUnicode", "null")


def test_scrambled_codes_are_not_taken_for_text(opened: Opened) -> None:
    document = opened(scrambled_page)
    assert "neutral element" not in document.handle[0].get_text()
    page = read_typeset(document, 0, [])
    assert page.confidence < LEAST_CONFIDENCE
    assert page.doubt
    reading = local(document, 60)
    assert reading.engine != "typeset"
    assert reading.notes


def test_an_ocr_layer_over_a_scan_is_not_typeset(opened: Opened, tmp_path: Path) -> None:
    image = tmp_path / "scan.png"
    Image.effect_noise((250, 350), 60).save(image)

    def draw(pdf: pymupdf.Document) -> None:
        page = prose_page(pdf, render_mode=3)
        page.insert_image(page.rect, filename=image, overlay=False)

    reading = local(opened(draw))
    assert reading.engine == "text-layer"
    assert any("under a picture" in note for note in reading.notes)
    assert "neutral element" in words_of(reading.regions)


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_pages_turned_by_the_file(opened: Opened, rotation: int) -> None:
    def draw(pdf: pymupdf.Document) -> None:
        page = pdf.new_page(width=500, height=700)
        page.set_rotation(rotation)
        box = pymupdf.Rect(60, 60, 400, 260) * page.derotation_matrix
        page.insert_textbox(box, PROSE * 2, fontsize=10, fontname="tiro", rotate=rotation)

    reading = local(opened(draw))
    assert (reading.engine, reading.notes) == ("typeset", ())
    assert "has a neutral element" in words_of(reading.regions)
    assert max(region.box[3] for region in reading.regions) < 0.6


def test_text_that_runs_up_the_page(opened: Opened) -> None:
    def draw(pdf: pymupdf.Document) -> None:
        page = pdf.new_page(width=500, height=700)
        page.insert_textbox((60, 60, 440, 640), PROSE * 4, fontsize=11, fontname="tiro", rotate=90)

    reading = local(opened(draw), 60)
    assert reading.engine == "typeset"
    assert PROSE.strip() in " ".join(region.text for region in reading.regions)
    assert not reading.notes


def test_vertical_text_is_not_typeset(opened: Opened) -> None:
    def draw(pdf: pymupdf.Document) -> None:
        page = pdf.new_page(width=500, height=700)
        for column in range(8):
            page.insert_text((60 + 30 * column, 60), "山川草木日月星辰" * 4, fontname="japan")
        for xref, *_ in pdf.get_page_fonts(0):
            if pdf.xref_get_key(xref, "Encoding")[0] == "name":
                pdf.xref_set_key(xref, "Encoding", "/UniJIS-UTF16-V")

    reading = local(opened(draw), 60)
    assert reading.engine != "typeset"
    assert any("not level" in note for note in reading.notes)


@pytest.mark.timeout(30)
def test_a_page_of_200_000_characters(opened: Opened) -> None:
    def draw(pdf: pymupdf.Document) -> None:
        page = pdf.new_page(width=500, height=700)
        content = pdf.get_new_xref()
        page.insert_font("tiro")
        row = "(" + "abcd efgh " * 400 + ")"
        rows = " ".join(f"1 0 0 1 5 {690 - 13 * i} Tm {row} Tj" for i in range(50))
        pdf.update_object(content, "<<>>")
        pdf.update_stream(content, f"BT /tiro 1 Tf {rows} ET".encode())
        pdf.xref_set_key(page.xref, "Contents", f"{content} 0 R")

    reading = local(opened(draw), 20)
    assert reading.engine == "plain-text"
    assert any("more characters than a page" in note for note in reading.notes)


@pytest.mark.parametrize("shift", [0.0, 0.3])
def test_fake_bold_is_not_doubled(opened: Opened, shift: float) -> None:
    def draw(pdf: pymupdf.Document) -> None:
        page = prose_page(pdf)
        box = (50 + shift, 60, 450 + shift, 640)
        page.insert_textbox(box, PROSE * 4, fontsize=11, fontname="tiro")

    text = words_of(local(opened(draw)).regions)
    assert "neutral element" in text
    assert text.count("has a neutral element") == 4


def test_one_word_in_fake_bold_is_not_doubled(opened: Opened) -> None:
    def draw(pdf: pymupdf.Document) -> None:
        page = prose_page(pdf)
        for shift in (0.0, 0.3, 0.6):
            page.insert_text((50 + shift, 660), "Heavy words at the foot", fontname="tiro")

    text = words_of(local(opened(draw)).regions)
    assert text.count("Heavy words at the foot") == 1
    assert "HHe" not in text


def test_characters_far_outside_the_page(opened: Opened) -> None:
    def draw(pdf: pymupdf.Document) -> None:
        page = prose_page(pdf)
        for x, y in ((-30_000, 300), (300, 90_000), (1e6, 1e6), (-200, -200)):
            page.insert_text((x, y), "lost in the margin", fontname="tiro")

    reading = local(opened(draw))
    assert reading.engine == "typeset"
    assert "lost" not in words_of(reading.regions)
    assert all(0 <= value <= 1 for region in reading.regions for value in region.box)


@pytest.mark.parametrize("wide", [3, 300])
def test_twenty_thousand_rules(opened: Opened, wide: int) -> None:
    def draw(pdf: pymupdf.Document) -> None:
        page = prose_page(pdf)
        lines = (
            f"{50 + n % 90} {640 - 0.029 * n:.3f} m {50 + n % 90 + wide} {640 - 0.029 * n:.3f} l"
            for n in range(20_000)
        )
        xref = pdf.get_new_xref()
        pdf.update_object(xref, "<<>>")
        pdf.update_stream(xref, f"q 0.3 w {' '.join(lines)} S Q".encode())
        pdf.xref_set_key(page.xref, "Contents", f"[{page.get_contents()[0]} 0 R {xref} 0 R]")

    reading = local(opened(draw), 20)
    assert "has a neutral element" in words_of(reading.regions)


def test_twenty_thousand_boxes(opened: Opened) -> None:
    def draw(pdf: pymupdf.Document) -> None:
        page = prose_page(pdf)
        content = " ".join(f"{n % 490} {n // 30} 4 4 re f" for n in range(20_000))
        xref = pdf.get_new_xref()
        pdf.update_object(xref, "<<>>")
        pdf.update_stream(xref, f"1 1 0 rg {content}".encode())
        pdf.xref_set_key(page.xref, "Contents", f"[{xref} 0 R {page.get_contents()[0]} 0 R]")

    reading = local(opened(draw), 20)
    assert reading.status is PageStatus.OK


def test_an_empty_page(opened: Opened) -> None:
    document = opened(lambda pdf: pdf.new_page(width=500, height=700) and None)
    assert read_typeset(document, 0, []) == TypesetPage((), 1.0, "")
    assert local(document).status is PageStatus.BLANK


def test_one_row_of_thousands_of_characters(opened: Opened) -> None:
    def draw(pdf: pymupdf.Document) -> None:
        page = pdf.new_page(width=14_000, height=400)
        page.insert_text((10, 100), "a1+" * 2_500, fontsize=3, fontname="tiro")
        page.insert_text((10, 200), PROSE, fontsize=11, fontname="tiro")

    assert "neutral element" in words_of(local(opened(draw), 20).regions)


def test_soft_hyphens_join_what_they_part(opened: Opened) -> None:
    def draw(pdf: pymupdf.Document) -> None:
        page = pdf.new_page()
        lines = ["the bootstrap esti\u00ad", "mator of a stan\u00addard error"]
        for row, line in enumerate(lines):
            writer = pymupdf.TextWriter(page.rect)
            writer.append((72, 100 + 14 * row), line, pymupdf.Font("tiro"), 11)
            writer.write_text(page)

    (region,) = read_typeset(opened(draw), 0, ()).regions
    assert region.text == "the bootstrap estimator of a standard error"


def test_double_spaced_lines_are_one_paragraph(opened: Opened) -> None:
    lines = [
        "the estimator is consistent when the sample grows and the variance",
        "of each observation is bounded by a constant that does not depend",
        "on the size of the sample at all, which is what the theorem says",
        "of every sequence of samples of the kind described above it.",
    ]

    def draw(pdf: pymupdf.Document) -> None:
        page = pdf.new_page()
        writer = pymupdf.TextWriter(page.rect)
        for row in range(12):
            place = (72, 80 + 26 * row + 26 * (row // 4))  # a blank line between paragraphs
            writer.append(place, lines[row % 4], pymupdf.Font("tiro"), 11)
        writer.write_text(page)

    regions = read_typeset(opened(draw), 0, ()).regions
    assert [region.text for region in regions] == [" ".join(lines)] * 3
