"""An index is opened without parsing its books, and says so when they cannot be parsed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.stores.generations import BookEntry, IndexManifest
from ocr_service.common.errors import LibraryError

ENTRY = BookEntry('A "title", "books": {}', ["An Author"], "d", 0, 7, 3, 2, "en", 1900)
MANIFEST = IndexManifest('an ", "books": {} encoder', "key", 384, 7, books={"first": ENTRY})


def write(folder: Path, text: str) -> Path:
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("missing", [(), ((2, 5),)])
def test_what_is_parsed_late_is_the_same(tmp_path: Path, missing: tuple[tuple[int, int]]) -> None:
    manifest = IndexManifest(MANIFEST.encoder, "key", 384, 7, books=MANIFEST.books, missing=missing)
    folder = write(tmp_path, manifest.to_json())
    for lazy in (False, True):
        found = IndexManifest.read(folder, lazy=lazy)
        assert (found.encoder, found.rows, found.missing) == (MANIFEST.encoder, 7, missing)
        assert dict(found.books) == {"first": ENTRY}
        assert found.to_json() == manifest.to_json()


def test_an_older_octavo_wrote_missing_rows_behind_the_books(tmp_path: Path) -> None:
    data = json.loads(MANIFEST.to_json()) | {"missing": [[2, 5]]}
    found = IndexManifest.read(write(tmp_path, json.dumps(data)), lazy=True)
    assert found.missing == ((2, 5),)
    assert found.books["first"] == ENTRY


def test_books_are_parsed_when_they_are_asked_for(tmp_path: Path) -> None:
    text = MANIFEST.to_json().replace('"first_row"', '"frist_row"')
    found = IndexManifest.read(write(tmp_path, text), lazy=True)
    assert found.rows == 7
    with pytest.raises(LibraryError, match=r"the index is damaged .*run 'octavo build' again"):
        found.live_ranges()
    with pytest.raises(LibraryError, match="the index is damaged"):
        IndexManifest.read(tmp_path)


@pytest.mark.parametrize("cut", [1, 30, 150, -1, -2])
def test_a_manifest_that_is_cut_off_is_not_opened(tmp_path: Path, cut: int) -> None:
    folder = write(tmp_path, MANIFEST.to_json()[:cut])
    with pytest.raises(LibraryError, match="the index is damaged"):
        len(IndexManifest.read(folder, lazy=True).books)
