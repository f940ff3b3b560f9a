"""Makes Octavo libraries of text retrieval sets: every document is a page of one book.

The page store and the indexer make the library, so that the measure is of what a user gets:
documents are split into passages, embedded and indexed like the pages of any book.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from indexer.building.build_index import build_index
from ocr_service.console.progress import make_progress
from ocr_service.library.library import Library
from ocr_service.library.pages import Book, Page, PageStatus

__all__ = ["build_text_library", "document_ids"]


def document_ids(folder: Path) -> list[str]:
    """Return the ids of a set's documents, in the order of the pages they became."""
    with (folder / "corpus.jsonl").open(encoding="utf-8") as lines:
        return [str(json.loads(line)["id"]) for line in lines]


def build_text_library(folder: Path, library: Library, cache: Path) -> None:
    """Put the documents of `folder`/corpus.jsonl into `library`, and index what is new.

    `cache` keeps prepared encoders. Running it again on a finished library does nothing.
    """
    text = (folder / "corpus.jsonl").read_text(encoding="utf-8")
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    documents = [json.loads(line)["text"] for line in text.splitlines()]
    with library.lock():
        store = library.folder(folder.name)
        known = store.manifest()
        if known is None or known.digest is None or known.book.sha256 != sha256:
            book = Book(
                book_id=folder.name,
                title=folder.name.capitalize(),
                authors=(),
                source=str(folder / "corpus.jsonl"),
                sha256=sha256,
                page_count=len(documents),
                language=None,
            )
            store.publish(book, [_page(book, *item) for item in enumerate(documents)], {}, 0)
        build_index(library, None, cache, make_progress(quiet=True))


def _page(book: Book, page_index: int, text: str) -> Page:
    return Page(
        book_id=book.book_id,
        page_index=page_index,
        page_label=str(page_index + 1),
        markdown=text.strip(),
        regions=(),
        status=PageStatus.OK if text.strip() else PageStatus.BLANK,
        engine="import",
    )
