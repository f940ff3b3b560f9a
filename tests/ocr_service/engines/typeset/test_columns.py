"""The typeset reader on three columns, drop caps and lines that are too long to parse."""

from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest

from ocr_service.engines.local import LocalEngine
from ocr_service.engines.typeset.page import read_typeset
from ocr_service.pdf.document import Document

WORDS = "In every column stand words that go on from line to line until the paragraph ends. "


@pytest.mark.parametrize("gutter", [12, 18, 30])
def test_three_columns_come_one_after_the_other(tmp_path: Path, gutter: int) -> None:
    path = tmp_path / "page.pdf"
    width = (500 - 2 * gutter) / 3
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=600, height=800)
        for column in range(3):
            left = 50 + column * (width + gutter)
            for part in range(3):
                text = f"c{column}p{part}start {WORDS * 2}c{column}p{part}end."
                box = (
                    left,
                    60 + 200 * part + 30 * column,
                    left + width,
                    255 + 200 * part + 30 * column,
                )
                assert page.insert_textbox(box, text, fontsize=10, fontname="tiro") >= 0
        pdf.save(path)
    with Document.open(path) as document:
        text = " ".join(region.text for region in read_typeset(document, 0, []).regions)
    marks = [f"c{column}p{part}{end}" for column in range(3) for part in range(3)
             for end in ("start", "end")]  # fmt: skip
    places = [text.index(mark) for mark in marks]
    assert places == sorted(places)


def test_a_drop_cap_begins_its_word(tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=500, height=700)
        page.insert_text((60, 100), "T", fontsize=32, fontname="tiro")
        lines = (
            "he first of the lines stands beside the letter",
            "and so does the second of them,",
        )
        for number, line in enumerate(lines):
            page.insert_text((81, 86 + 13 * number), line, fontsize=11, fontname="tiro")
        for number in range(8):
            text = "while the lines after it begin at the margin"
            page.insert_text((60, 112 + 13 * number), text, fontsize=11, fontname="tiro")
        pdf.save(path)
    with Document.open(path) as document:
        text = " ".join(region.text for region in read_typeset(document, 0, []).regions)
    assert "The first of the lines stands beside the letter and so does the second" in text


def test_lines_too_long_to_parse_lower_the_confidence(tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=8000, height=200)
        page.insert_text((20, 40), "word " * 400, fontsize=8)
        page.insert_text((20, 90), "a short line", fontsize=8)
        pdf.save(path)
    with Document.open(path) as document:
        page_read = read_typeset(document, 0, [])
        reading = LocalEngine().read(document, 0, [])
    assert page_read.confidence < 0.1
    assert "too long to parse" in page_read.doubt
    assert " ".join(region.text for region in reading.regions).count("word") == 400


def test_a_typewritten_page_has_paragraphs(tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    lines = ("It is also important to include, when", "possible, the estimates of every age.")
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=500, height=700)
        for paragraph in range(4):
            for number, line in enumerate(lines):
                y = 100 + 60 * paragraph + 14 * number
                page.insert_text((60, y), line, fontsize=11, fontname="cour")
        pdf.save(path)
    with Document.open(path) as document:
        regions = read_typeset(document, 0, []).regions
    assert [(region.label, region.text) for region in regions] == [("text", " ".join(lines))] * 4
