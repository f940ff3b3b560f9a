"""The plain reader: block by block, no word lost."""

from __future__ import annotations

from pathlib import Path

import pymupdf

from ocr_service.engines.layout.page_text import LayerText, read_page_text
from ocr_service.engines.layout.plain import read_plain_text
from ocr_service.pdf.document import Document


def page_text(path: Path, draw: list[tuple[float, float, str, int]]) -> LayerText:
    """Return the text of a page with texts at (x, y), each with its render mode."""
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=500, height=700)
        for x, y, text, mode in draw:
            page.insert_text((x, y), text, fontsize=10, render_mode=mode)
        pdf.save(path)
    with Document.open(path) as document:
        return read_page_text(document, 0, lambda _: False)


def test_rows_of_cells_stay_rows_and_paragraphs_are_joined(tmp_path: Path) -> None:
    rows = [(50.0, 100.0 + 12 * i, f"item {i}", 0) for i in range(4)]
    prices = [(300.0, 100.0 + 12 * i, f"{i}.50 net", 0) for i in range(4)]
    cells = [one for pair in zip(rows, prices, strict=True) for one in pair]
    prose = [(50.0, 300.0, "A sentence that goes on over an associa-", 0)]
    prose += [(50.0, 312.0, "tive line's end, and $5 more.", 0)]
    regions = read_plain_text(page_text(tmp_path / "a.pdf", [*cells, *prose]))
    text = "\n\n".join(region.text for region in regions)
    for i in range(4):
        assert f"item {i}" in text
        assert f"{i}.50 net" in text
    assert r"over an associative line's end, and \$5 more." in text
    assert all(0 <= value <= 1 for region in regions for value in region.box)


def test_a_little_hidden_text_is_left_out_and_a_hidden_layer_is_kept(tmp_path: Path) -> None:
    shown = (50.0, 100.0, "What the page shows in many words", 0)
    hidden = (50.0, 120.0, "hidden words", 3)
    assert "hidden" not in page_text(tmp_path / "a.pdf", [shown, hidden]).text
    layer = (50.0, 140.0, "a layer of text that a tool for recognition hid under the scan", 3)
    assert "recognition" in page_text(tmp_path / "b.pdf", [shown, layer]).text


def test_text_off_the_page_is_left_out(tmp_path: Path) -> None:
    text = page_text(tmp_path / "a.pdf", [(50.0, 100.0, "here", 0), (900.0, 100.0, "there", 0)])
    assert text.text.split() == ["here"]
