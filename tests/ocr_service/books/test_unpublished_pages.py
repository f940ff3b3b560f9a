"""Pages that were stored by a build which was killed before it published them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pymupdf
import pytest

from ocr_service.books.book_reader import BookReader
from ocr_service.books.page_selection import PageNumbers, ReadOptions, without_redone
from ocr_service.books.pipeline import OutcomeKind, Pipeline
from ocr_service.console.progress import Silent
from ocr_service.library.library import Library
from ocr_service.library.pages import PageStatus
from ocr_service.library.sources import InputSource, SourceKind
from ocr_service.workers.pool import PagePool
from tests.support.helpers import make_document


@pytest.mark.parametrize(
    "options", [ReadOptions(redo=PageNumbers.parse("2")), ReadOptions(retry_failed=True)]
)
def test_the_next_build_publishes_what_was_read_again(tmp_path: Path, options: ReadOptions) -> None:
    library = Library(tmp_path / "library")
    path = make_document(tmp_path / "rings.mmd", ["A ring.", "A feild.", "A domain."])
    source = InputSource(path, SourceKind.DOCUMENT)
    with PagePool(1) as pool:
        Pipeline(library, ReadOptions(), pool, Silent()).read(source)
        folder = library.folder("rings")
        manifest = folder.manifest()
        assert manifest is not None
        records = folder.records(manifest.book.sha256)
        # What `--redo 2` stores before the process is killed.
        reader = BookReader(folder, manifest.book, ["1", "2", "3"], options, Silent())
        reader.store([replace(records[1], raw="A field.")], 1)

        outcome = Pipeline(library, ReadOptions(), pool, Silent()).read(source)
        assert outcome.kind is OutcomeKind.READ
        assert outcome.pages_read == 0
        pages = library.folder("rings").pages(folder.manifest() or manifest)
        assert [page.markdown for page in pages] == ["A ring.", "A field.", "A domain."]
        again = Pipeline(library, ReadOptions(), pool, Silent()).read(source)
        assert again.kind is OutcomeKind.UNCHANGED


def test_reading_again_goes_on_where_it_was_killed(tmp_path: Path) -> None:
    library = Library(tmp_path / "library")
    with pymupdf.open() as document:
        for word in ("rings", "fields", "domains"):
            document.new_page().insert_text((72, 72), f"A page on {word}, and what they are for.")
        document.save(tmp_path / "algebra.pdf")
    source = InputSource(tmp_path / "algebra.pdf", SourceKind.PDF)
    redo = ReadOptions(redo=PageNumbers.parse("1-2"))

    def build(options: ReadOptions) -> int:
        return Pipeline(library, options, pool, Silent()).read(source).pages_read

    with PagePool(1) as pool:
        assert build(ReadOptions()) == 3
        folder = library.folder("algebra")
        manifest = folder.existing_manifest()
        records = folder.records(manifest.book.sha256)
        # What `--redo 1-2` stores before the process is killed.
        labels = ["1", "2", "3"]
        BookReader(folder, manifest.book, labels, redo, Silent()).store([records[1]], 1)
        assert folder.existing_manifest().digest == manifest.digest  # it answers as before

        plan = Pipeline(library, redo, pool, Silent()).plan(source)
        assert plan.to_read == 1
        assert build(replace(redo, zoom=3.0)) == 2  # read in another way, and published
        BookReader(folder, manifest.book, labels, redo, Silent()).store([records[1]], 1)
        # The next build is killed too; so is the one after that, when all is read.
        BookReader(folder, manifest.book, labels, redo, Silent()).store([records[0]], 1)
        assert build(redo) == 0
        assert folder.existing_manifest() == manifest
        assert build(redo) == 2  # asked for once more


def test_a_page_that_failed_again_is_read_once_more(tmp_path: Path) -> None:
    library = Library(tmp_path / "library")
    path = make_document(tmp_path / "rings.mmd", ["A ring.", "A field."])
    redo = ReadOptions(redo=PageNumbers.parse("1-2"))
    with PagePool(1) as pool:
        Pipeline(library, ReadOptions(), pool, Silent()).read(
            InputSource(path, SourceKind.DOCUMENT)
        )
    folder = library.folder("rings")
    book = folder.existing_manifest().book
    record = folder.records(book.sha256)[1]
    failed = replace(record, status=PageStatus.FAILED, raw="", error="no answer")
    BookReader(folder, book, ["1", "2"], redo, Silent()).store([failed], 1)
    assert without_redone(redo, folder, book.sha256).redone == frozenset()
    BookReader(folder, book, ["1", "2"], redo, Silent()).store([record], 1)
    assert without_redone(redo, folder, book.sha256).redone == {2}
