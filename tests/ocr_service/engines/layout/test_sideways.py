"""Pages whose text runs up, down or upside down are read level, their boxes as displayed."""

from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest

from ocr_service.engines.layout.page_text import read_page_text
from ocr_service.engines.layout.sideways import read_level, turned_back
from ocr_service.library.pages import Region
from ocr_service.pdf.document import Document

WORDS = "A wide table is set on its side, so that its lines run along the page."


def page_file(folder: Path, turn: int, rotation: int, text: str = 2 * WORDS) -> Path:
    path = folder / "side.pdf"
    with pymupdf.open() as document:
        page = document.new_page(width=300, height=500)
        page.insert_textbox((40, 60, 160, 440), text, fontsize=11, rotate=turn)
        page.set_rotation(rotation)
        document.save(path)
    return path


@pytest.mark.parametrize(("turn", "rotation"), [(90, 0), (180, 0), (270, 0), (0, 90), (270, 180)])
def test_a_turned_page_is_read_level_and_its_boxes_turned_back(
    tmp_path: Path, turn: int, rotation: int
) -> None:
    with Document.open(page_file(tmp_path, turn, rotation)) as document:
        shown = document.page(0).rect
        words = document.page(0).get_text("words")[0]
        first = (pymupdf.Rect(words[:4]) * document.page(0).rotation_matrix).normalize()
        with read_level(document, 0) as degrees:
            text = read_page_text(document, 0, lambda _: False)
            line = text.blocks[0][0]
            sides = (text.width, text.height) * 2
            box = tuple(edge / side for edge, side in zip(line.box, sides, strict=True))
        assert line.level
        assert line.text.startswith("A wide table")
        assert document.page(0).rect == shown
    (region,) = turned_back([Region("text", box, line.text)], degrees)  # type: ignore[arg-type]
    left, top, right, bottom = region.box
    whole = pymupdf.Rect(
        left * shown.width, top * shown.height, right * shown.width, bottom * shown.height
    )
    assert (first.tl + first.br) / 2 in whole


def test_a_few_turned_labels_turn_no_page(tmp_path: Path) -> None:
    path = page_file(tmp_path, 90, 0, "hours a day")
    with Document.open(path) as document, read_level(document, 0) as degrees:
        assert degrees == 0
