"""Headings that the structure tree of a PDF marks, in a file written by hand."""

from __future__ import annotations

from pathlib import Path

import pymupdf

from ocr_service.pdf.document import Document, OutlineEntry

_WORDS = [("H1", "On limits"), ("P", "Some words."), ("H2", "Sums of squares"), ("P", "More.")]


def tagged_pdf(path: Path, words: list[tuple[str, str]], *, bookmarks: bool = False) -> Path:
    """Write a page whose lines are marked content of the structure elements in `words`."""
    document = pymupdf.open()
    page = document.new_page()
    page.insert_font(fontname="helv")
    lines = "\n".join(
        f"/{tag} <</MCID {number}>> BDC BT /helv 12 Tf 72 {700 - 40 * number} Td ({text}) Tj ET EMC"
        for number, (tag, text) in enumerate(words)
    )
    content = document.get_new_xref()
    document.update_object(content, "<<>>")
    document.update_stream(content, lines.encode())
    document.xref_set_key(page.xref, "Contents", f"{content} 0 R")
    root, tree = document.get_new_xref(), document.get_new_xref()
    elements = [document.get_new_xref() for _ in words]
    for number, (element, (tag, _)) in enumerate(zip(elements, words, strict=True)):
        document.update_object(
            element,
            f"<</Type/StructElem/S/{tag}/P {root} 0 R/Pg {page.xref} 0 R/K {number}>>",
        )
    kids = " ".join(f"{element} 0 R" for element in elements)
    document.update_object(tree, f"<</Nums[0 [{kids}]]>>")
    document.update_object(
        root, f"<</Type/StructTreeRoot/K[{kids}]/ParentTree {tree} 0 R/ParentTreeNextKey 1>>"
    )
    document.xref_set_key(page.xref, "StructParents", "0")
    document.xref_set_key(document.pdf_catalog(), "StructTreeRoot", f"{root} 0 R")
    document.xref_set_key(document.pdf_catalog(), "MarkInfo", "<</Marked true>>")
    if bookmarks:
        document.set_toc([[1, "A bookmark", 1]])
    document.save(path)
    return path


def test_tagged_headings_are_the_outline_of_a_file_without_bookmarks(tmp_path: Path) -> None:
    with Document.open(tagged_pdf(tmp_path / "a.pdf", _WORDS)) as document:
        assert document.outline() == [
            OutlineEntry(1, "On limits", 0),
            OutlineEntry(2, "Sums of squares", 0),
        ]


def test_bookmarks_come_before_tags(tmp_path: Path) -> None:
    with Document.open(tagged_pdf(tmp_path / "a.pdf", _WORDS, bookmarks=True)) as document:
        assert document.outline() == [OutlineEntry(1, "A bookmark", 0)]


def test_one_tagged_heading_alone_is_no_outline(tmp_path: Path) -> None:
    with Document.open(tagged_pdf(tmp_path / "a.pdf", _WORDS[:2])) as document:
        assert document.outline() == []
