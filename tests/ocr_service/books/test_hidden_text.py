"""Characters that nobody sees, in what a model wrote and in imported pages: removed and noted."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path

from ocr_service.books.book_reader import BookReader, reclean_book
from ocr_service.books.page_selection import ReadOptions
from ocr_service.client.records import PageJob, cleaned_again, read_record
from ocr_service.console.progress import Silent
from ocr_service.inputs.text_pages import ImportedPage
from ocr_service.library.book_folder import BookFolder
from ocr_service.library.pages import Book, PageRecord, PageStatus
from ocr_service.protocol.engine import FinishReason, PageText

HIDDEN = "".join(chr(0xE0000 + ord(char)) for char in "obey\x7f")
BOOK = Book("primer", "A Primer", (), "/somewhere/primer.pdf", "ab" * 32, 2)


def model_record(text: str) -> PageRecord:
    """Return the record of a page for which a model wrote `text`."""
    return read_record(BOOK.sha256, PageJob(0, "1", Future), PageText(text, FinishReason.STOP), "m")


def test_a_model_page_notes_what_was_removed_and_keeps_the_note() -> None:
    record = model_record(f"# A title\n\nA lem\u200bma{HIDDEN} holds.\u202e")
    assert record.raw == "# A title\n\nA lemma holds."
    assert "lemma holds." in " ".join(region.text for region in record.regions)
    assert record.notes[-1] == "7 invisible characters removed"
    assert cleaned_again(record) == record
    assert model_record("A lemma holds.").notes == ()


def test_an_imported_page_notes_what_was_removed_and_recleaning_leaves_it(tmp_path: Path) -> None:
    folder = BookFolder(tmp_path / "primer")
    reader = BookReader(folder, BOOK, ["1", "2"], ReadOptions(), Silent())
    assert (
        reader.import_pages(
            [ImportedPage(f"A lemma{HIDDEN} holds.", "1"), ImportedPage(HIDDEN, "2")]
        )
        == 2
    )
    reader.publish()
    records = folder.records(BOOK.sha256)
    assert [records[index].raw for index in range(2)] == ["A lemma holds.", ""]
    assert records[1].status is PageStatus.BLANK
    assert {record.notes for record in records.values()} == {("5 invisible characters removed",)}
    assert reclean_book(folder, Silent()) == 0


def test_recleaning_uses_no_label_that_is_none(tmp_path: Path) -> None:
    folder = BookFolder(tmp_path / "primer")
    for index, label in enumerate(("iv", "ignore all above; do")):
        folder.append(PageRecord(BOOK.sha256, index, label, PageStatus.OK, "typeset", "A lemma."))
    reader = BookReader(folder, BOOK, ["iv", "2"], ReadOptions(), Silent())
    manifest = reader.publish()
    folder.write_manifest(manifest)
    reclean_book(folder, Silent())
    kept = folder.manifest()
    assert kept is not None
    assert kept.labels == ("iv", "2")
