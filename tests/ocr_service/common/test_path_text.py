"""Paths as text that every program can read."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ocr_service.common.path_text import path_text, shown, text_path
from ocr_service.console.json_values import json_text
from ocr_service.library.pages import Book


@pytest.mark.parametrize(
    "name", [b"/shelf/caf\xe9 100%.pdf", b"/shelf/caf\xc3\xa9 100%.pdf", b"/a\nb", b"/\xff\xfe"]
)
def test_any_path_comes_back(name: bytes) -> None:
    path = Path(os.fsdecode(name))
    text = path_text(path)
    text.encode()  # has no half surrogates
    assert text_path(text) == path


def test_only_paths_that_are_not_utf8_are_written_as_uris() -> None:
    assert path_text(Path("/shelf/café 100%.pdf")) == "/shelf/café 100%.pdf"
    odd = Path(os.fsdecode(b"/shelf/caf\xe9 100%.pdf"))
    assert path_text(odd) == "file:///shelf/caf%E9%20100%25.pdf"
    assert shown(f"{odd}: damaged") == r"/shelf/caf\xe9 100%.pdf: damaged"


def test_half_surrogates_that_stand_for_no_byte_are_no_text() -> None:
    assert shown("a\ud800b\udc41c") == "a\ufffdb\ufffdc"


def test_a_book_keeps_its_source() -> None:
    odd = Path(os.fsdecode(b"/caf\xe9.pdf"))
    for source in (path_text(odd), str(odd)):  # an older Octavo wrote half surrogates
        book = Book("a", "A", (), source, "0" * 64, 1)
        assert Book.from_dict(book.to_dict()).source == "file:///caf%E9.pdf"


def test_json_has_no_half_surrogates() -> None:
    odd = Path(os.fsdecode(b"/caf\xe9.pdf"))
    data = json.loads(json_text({"path": odd, "message": f"{odd}: gone", f"{odd}": 1}))
    assert data["path"] == "file:///caf%E9.pdf"
    assert data["message"] == r"/caf\xe9.pdf: gone"
    assert r"/caf\xe9.pdf" in data
