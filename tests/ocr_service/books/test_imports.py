"""Pages that are text already become books."""

from __future__ import annotations

from pathlib import Path

from ocr_service.books.book_reader import BookReader, reclean_book
from ocr_service.books.imports import info_of_text
from ocr_service.books.page_selection import ReadOptions
from ocr_service.console.progress import Silent
from ocr_service.inputs.text_pages import ImportedBook, ImportedPage
from ocr_service.library.book_folder import BookFolder
from ocr_service.library.pages import Book, PageStatus
from ocr_service.library.sources import InputSource, SourceKind

BOOK = Book("primer", "A Primer", (), "/somewhere/primer", "ab" * 32, 2)
TAGGED = (
    "<|ref|>sub_title<|/ref|><|det|>[[100, 80, 800, 120]]<|/det|>\n## 2 Nets\n\n"
    "<|ref|>text<|/ref|><|det|>[[100, 150, 900, 300]]<|/det|>\nNets converge.\n"
)


def test_the_tags_of_a_model_are_cleaned(tmp_path: Path) -> None:
    folder = BookFolder(tmp_path / "primer")
    reader = BookReader(folder, BOOK, ["1", "2"], ReadOptions(), Silent())
    assert reader.import_pages([ImportedPage(TAGGED, "1"), ImportedPage("plain", "2")]) == 2
    manifest = reader.publish()
    first, second = folder.pages(manifest)
    assert first.markdown == "## 2 Nets\n\nNets converge."
    assert [region.label for region in first.regions] == ["section_header", "text"]
    assert (second.markdown, second.status) == ("plain", PageStatus.OK)
    assert manifest.engines == ("import", "import")
    assert reclean_book(folder, Silent()) == 0


def test_what_a_file_states_is_used_if_it_is_sane() -> None:
    source = InputSource(Path("/shelf/nets.epub"), SourceKind.EBOOK)
    pages = (ImportedPage("# Of Nets\n\nx", "cover"), ImportedPage("y", "not a label at all, no"))
    stated = info_of_text(source, ImportedBook(pages, "On Nets", ("Ada & Ben", "unknown"), "en-GB"))
    assert (stated.title, stated.authors, stated.language) == ("On Nets", ("Ada", "Ben"), "en")
    assert stated.labels == ("cover", "2")
    assert info_of_text(source, ImportedBook(pages, "untitled")).title == "Of Nets"
