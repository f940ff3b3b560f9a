"""The size and weight of regions, from the page's own text."""

from __future__ import annotations

from pathlib import Path

import pymupdf

from ocr_service.library.pages import PageRecord, PageStatus, Region
from ocr_service.pdf.document import Document
from ocr_service.pdf.type_facts import page_size, with_type


def test_size_and_weight_of_regions(tmp_path: Path) -> None:
    path = tmp_path / "type.pdf"
    with pymupdf.open() as made:
        page = made.new_page(width=400, height=500)
        page.insert_text((40, 60), "A heading", fontsize=17, fontname="hebo")
        page.insert_text((40, 120), "Body text with a bold word", fontsize=11)
        made.save(path)
    regions = [
        Region("section_header", (0.05, 0.08, 0.9, 0.14), "## A heading"),
        Region("text", (0.05, 0.2, 0.9, 0.26), "Body text with a bold word"),
        Region("image", (0.05, 0.5, 0.9, 0.9), "![](figure)"),
    ]
    with Document.open(path) as document:
        heading, body, image = with_type(document, 0, regions)
        assert (heading.size, heading.bold) == (17.0, True)
        assert (body.size, body.bold) == (11.0, False)
        assert image == regions[2]
        assert page_size(document, 0) == (400.0, 500.0)
        record = PageRecord(
            "ab", 0, "1", PageStatus.OK, "x", regions=(heading, image), page_size=(400.0, 500.0)
        )
    assert PageRecord.from_dict(record.to_dict()) == record
    older = {key: value for key, value in record.to_dict().items() if key != "page_size"}
    assert PageRecord.from_dict(older).page_size is None
