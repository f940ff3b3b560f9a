"""Pages that are text already."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ocr_service.inputs.content import source_digest
from ocr_service.inputs.text_pages import ImportedPage, read_text_pages
from ocr_service.library.sources import InputSource, SourceKind


def read(path: Path) -> list[ImportedPage]:
    kind = SourceKind.PAGE_FOLDER if path.is_dir() else SourceKind.DOCUMENT
    return read_text_pages(InputSource(path, kind))


def test_numbered_files_are_labelled_by_their_numbers(tmp_path: Path) -> None:
    for number in (1, 2, 10):
        (tmp_path / f"{number}.md").write_text(f"text {number}")
    (tmp_path / "README.md").write_text("what this is")
    assert read(tmp_path) == [ImportedPage(f"text {n}", str(n)) for n in (1, 2, 10)]


@pytest.mark.parametrize(
    ("prefix", "labels"),
    [("IMG_", ["1", "2"]), ("DSC", ["1", "2"]), ("page", ["45", "46"]), ("vol-s.", ["45", "46"])],
)
def test_the_counter_of_a_camera_is_no_page_number(
    tmp_path: Path, prefix: str, labels: list[str]
) -> None:
    folder = tmp_path / "pages of a part"
    folder.mkdir()
    for number in (45, 46):
        (folder / f"{prefix}{number:04d}x.mmd").write_text("x")
    assert [page.label for page in read(folder)] == labels


def test_a_long_document_without_marks_says_that_it_is_one_page(tmp_path: Path) -> None:
    path = tmp_path / "long.mmd"
    path.write_text("# One\n\n" + "word " * 3_000)
    (page,) = read(path)
    assert any("3002 words are one page" in note for note in page.notes)
    path.write_text("# One\n\nshort")
    assert read(path) == [ImportedPage("# One\n\nshort", "1")]


def test_pages_that_nougat_could_not_read_are_told(tmp_path: Path) -> None:
    path = tmp_path / "nougat.mmd"
    path.write_text("# One\n\n[MISSING_PAGE_EMPTY:3]\n\n[MISSING_PAGE_POST]\n\ntext")
    (page,) = read(path)
    assert "MISSING" not in (page.text or "")
    assert page.notes == ("nougat could not read page 3 of the PDF",)


def test_embedded_images_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "docling.mmd"
    path.write_text(f"before\n\n![Image](data:image/png;base64,{'QUJD' * 2_000_000})\n\nafter")
    assert read(path) == [ImportedPage("before\n\n![Image](figure)\n\nafter", "1")]


def test_a_page_that_cannot_be_decoded_fails_alone(tmp_path: Path) -> None:
    (tmp_path / "page_0001.mmd").write_text("one")
    (tmp_path / "page_0002.mmd").write_bytes("Оценка".encode("koi8-r"))
    first, second = read(tmp_path)
    assert first == ImportedPage("one", "1")
    assert second.text is None
    assert "page_0002.mmd: neither UTF-8 nor UTF-16" in (second.error or "")


def test_anchors_and_places_of_images_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "marker.mmd"
    path.write_text('<span id="page-3-0"></span>## Nets\n\n<!-- image -->\n\nNets converge.')
    assert read(path) == [ImportedPage("## Nets\n\n![](figure)\n\nNets converge.", "1")]


MINERU: list[dict[str, Any]] = [
    {"type": "text", "text": "Durations", "text_level": 1, "page_idx": 0},
    {"type": "header", "text": "Journal of Flows", "page_idx": 0},
    {"type": "text", "text": "Received in October.", "page_idx": 0},
    {"type": "equation", "text": "$$\nQ = f(P)\n$$", "text_format": "latex", "page_idx": 2},
    {
        "type": "table",
        "table_body": "<table><tr><td>P</td></tr></table>",
        "table_caption": ["Table 2"],
        "table_footnote": ["a note"],
        "page_idx": 2,
    },
    {"type": "image", "img_path": "images/a.jpg", "image_caption": ["Fig. 1"], "page_idx": 2},
    {"type": "list", "list_items": ["first", "2. second"], "page_idx": 2},
    {"type": "code", "code_body": "```txt\nx = 1\n```", "code_caption": [], "page_idx": 2},
]
MARKDOWN = "# Durations\n\nReceived in October.\n\n$$\nQ = f(P)\n$$\n\nTable 2\n\nFig. 1\n"


def test_the_list_of_mineru_says_what_is_on_which_page(tmp_path: Path) -> None:
    path = tmp_path / "flow.md"
    path.write_text(MARKDOWN)
    source = InputSource(path, SourceKind.DOCUMENT)
    before = source_digest(source)
    (tmp_path / "flow_content_list.json").write_text(json.dumps(MINERU))
    assert source_digest(source) != before
    first, second, third = read(path)
    assert first.text == "# Durations\n\nReceived in October."
    assert second.text == ""
    assert third.text == (
        "$$\nQ = f(P)\n$$\n\nTable 2\n\n<table><tr><td>P</td></tr></table>\n\na note\n\n"
        "![](figure)\n\nFig. 1\n\n- first\n2. second\n\n```txt\nx = 1\n```"
    )
    assert [page.label for page in (first, second, third)] == ["1", "2", "3"]


def test_a_list_of_another_document_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "flow.md"
    path.write_text(MARKDOWN * 5)
    for text in (json.dumps(MINERU), "[{", '[{"type": "text"}]', '{"a": 1}', "[]"):
        (tmp_path / "flow_content_list.json").write_text(text)
        assert [page.text for page in read(path)] == [(MARKDOWN * 5).strip()]
