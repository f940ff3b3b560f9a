"""Books on disk."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_service.common.errors import LibraryError, NotFoundError
from ocr_service.library.book_folder import PAGE_SPLIT, BookFolder, pages_digest
from ocr_service.library.manifest import Manifest
from ocr_service.library.pages import (
    Book,
    Page,
    PageBookmark,
    PageRecord,
    PageStatus,
    Region,
    UnprintedHeading,
    storable,
)
from ocr_service.text.page_label import label_or_number

BOOK = Book("primer", "A Primer", ("A. Author",), "/somewhere/primer.pdf", "ab" * 32, 2, "en")


def make_page(page_index: int, markdown: str, label: str = "x") -> Page:
    return Page("primer", page_index, label, markdown, (), PageStatus.OK, "import")


def make_record(page_index: int, raw: str, sha256: str = BOOK.sha256) -> PageRecord:
    region = Region("text", (0.1, 0.2, 0.3, 0.4), raw)
    return PageRecord(sha256, page_index, "x", PageStatus.OK, "import", raw, (region,))


def test_records_come_back_and_the_last_one_of_a_page_wins(tmp_path: Path) -> None:
    folder = BookFolder(tmp_path / "primer")
    first, second, again = make_record(0, "a"), make_record(1, "b"), make_record(0, "c")
    for record in (first, second, again, make_record(0, "other edition", "cd" * 32)):
        folder.append(record)
    assert folder.records(BOOK.sha256) == {0: again, 1: second}
    assert folder.records("cd" * 32)[0].raw == "other edition"


def test_a_record_that_was_torn_is_not_there(tmp_path: Path) -> None:
    folder = BookFolder(tmp_path / "primer")
    folder.append(make_record(0, "a"))
    folder.append(make_record(1, "b"))
    path = tmp_path / "primer" / "ocr.jsonl"
    os.truncate(path, path.stat().st_size - 5)
    assert folder.records(BOOK.sha256).keys() == {0}
    folder.append(make_record(1, "b"))
    assert folder.records(BOOK.sha256).keys() == {0, 1}


def test_publish_and_read_back(tmp_path: Path) -> None:
    folder = BookFolder(tmp_path / "primer")
    folder.begin(BOOK)
    manifest = folder.manifest()
    assert manifest is not None
    assert manifest.digest is None
    pages = [make_page(0, "# One\n\ntext", "i"), make_page(1, "", "ii")]
    folder.publish(BOOK, pages, {1: "broken"}, cleaning=1, notes={0: ("a", "b")})
    manifest = folder.manifest()
    assert manifest is not None
    assert manifest.book == BOOK
    assert manifest.errors == {1: "broken"}
    assert manifest.notes == {0: ("a", "b")}
    assert [folder.page(manifest, n).markdown for n in (0, 1)] == ["# One\n\ntext", ""]
    assert folder.page(manifest, 0).page_label == "i"
    assert (folder.path / "document.mmd").read_text().count(PAGE_SPLIT) == 2
    names = sorted(path.name for path in (folder.path / "pages").iterdir())
    assert names == ["page_0001.mmd", "page_0002.mmd"]


def test_publishing_again_gives_equal_bytes(tmp_path: Path) -> None:
    folder = BookFolder(tmp_path / "primer")
    pages = [make_page(0, "one"), make_page(1, "two")]

    def contents() -> dict[str, bytes]:
        return {str(p): p.read_bytes() for p in folder.path.rglob("*") if p.is_file()}

    folder.publish(BOOK, pages, {}, cleaning=1)
    before = contents()
    folder.publish(BOOK, pages, {}, cleaning=1)
    assert contents() == before


def test_a_page_that_is_not_there(tmp_path: Path) -> None:
    folder = BookFolder(tmp_path / "primer")
    manifest = folder.publish(BOOK, [make_page(0, "a"), make_page(1, "b")], {}, cleaning=1)
    with pytest.raises(NotFoundError, match="no page 3; it has pages 1 to 2"):
        folder.page(manifest, 2)
    (folder.path / "pages" / "page_0002.mmd").unlink()
    with pytest.raises(LibraryError, match=r"page_0002\.mmd: missing"):
        folder.page(manifest, 1)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema_version": 99}', '{"schema_version": 1}'])
def test_a_damaged_manifest_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "primer").mkdir()
    (tmp_path / "primer" / "book.json").write_text(text)
    with pytest.raises(LibraryError, match=r"primer/book\.json"):
        BookFolder(tmp_path / "primer").manifest()


@given(st.text(), st.text())
def test_any_text_survives_the_record(raw: str, label: str) -> None:
    record = PageRecord(
        "ab",
        0,
        label_or_number(label, 0),
        PageStatus.OK,
        "import",
        storable(raw),
        notes=("a note",),
    )
    assert PageRecord.from_dict(record.to_dict()) == record
    storable(raw).encode()  # raises on half surrogates


def test_control_characters_are_dropped() -> None:
    assert storable("a\x1b[31mb\x00c\r\nd\te\ud800f") == "a[31mbc\nd\tef"


def test_what_an_older_octavo_stored_is_cleaned_when_it_is_read(tmp_path: Path) -> None:
    folder = BookFolder(tmp_path / "primer")
    hidden = "A le\u200bmma.\U000e0069\U000e0067\U000e006e"
    book = replace(BOOK, title="A\u202e Primer", authors=("A.\u2060 Author",))
    pages = [make_page(0, hidden, "xiv"), make_page(1, "b", "obey all; this")]
    folder.publish(book, pages, {}, cleaning=1)
    folder.append(make_record(0, hidden))
    manifest = folder.manifest()
    assert manifest is not None
    assert (manifest.book, manifest.labels) == (BOOK, ("xiv", "2"))
    (first, second) = folder.pages(manifest)
    assert (first.markdown, first.page_label, second.page_label) == ("A lemma.", "xiv", "2")
    assert first.regions[0].text == "A lemma."
    assert folder.records(BOOK.sha256)[0].raw == "A lemma."


def test_the_manifest_tells_no_time() -> None:
    text = Manifest(BOOK, 1, "d", ("i", "ii"), (PageStatus.OK,) * 2, ("a", "b")).to_json()
    assert Manifest.from_json(text, "here").to_json() == text


def test_sections_overlays_and_lines_left_out_are_kept(tmp_path: Path) -> None:
    folder = BookFolder(tmp_path / "primer")
    first = replace(
        make_page(0, "# One"),
        bookmarks=(PageBookmark(1, "One", 0),),
        overlay_of=1,
        left_out={"head": ["A"]},
    )
    second = replace(
        make_page(1, "# One\n\nmore"),
        bookmarks=(PageBookmark(2, "Hidden \u200b", 1),),
        unprinted=(UnprintedHeading(2, "Hidden", 7),),
    )
    folder.publish(BOOK, [first, second], {}, cleaning=4)
    manifest = folder.manifest()
    assert manifest is not None
    assert [(one.level, one.page_index) for one in manifest.outline] == [(1, 0), (2, 1)]
    assert manifest.outline[1].title.strip() == "Hidden"
    pages = list(folder.pages(manifest))
    assert [one.overlay_of for one in pages] == [1, None]
    assert pages[1].unprinted == second.unprinted
    lines = (folder.path / "left_out.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [{"page": 1, "head": ["A"]}]


def test_a_manifest_of_an_older_octavo_has_no_sections(tmp_path: Path) -> None:
    folder = BookFolder(tmp_path / "primer")
    folder.publish(BOOK, [make_page(0, "# One"), make_page(1, "two")], {}, cleaning=3)
    path = folder.path / "book.json"
    data = json.loads(path.read_text())
    assert not {"outline", "unprinted", "overlays"} & data.keys()
    manifest = folder.manifest()
    assert manifest is not None
    assert (manifest.outline, manifest.unprinted, manifest.overlays) == ((), {}, {})


def test_the_digest_tells_sections_and_overlays() -> None:
    plain = make_page(0, "# One")
    others = [
        replace(plain, overlay_of=1),
        replace(plain, unprinted=(UnprintedHeading(1, "Hidden", 0),)),
    ]
    assert len({pages_digest([one]) for one in [plain, *others]}) == 3
