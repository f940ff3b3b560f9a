"""Finds a reader that is running on this machine, and pages in it. Standard library only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from search.reader.addresses import page_address

if TYPE_CHECKING:
    from ocr_service.library.library import Library
    from search.retrieval.hits import Hit

__all__ = ["READER_PORT", "page_in_reader", "reader_answers"]

READER_PORT = 8770  # unless `octavo read --port` says otherwise


def reader_answers(port: int = READER_PORT) -> bool:
    """Return whether something listens on this port of this machine."""
    import socket

    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.3).close()
    except OSError:
        return False
    return True


def page_in_reader(library: Library, hit: Hit) -> str:
    """Return the address of a hit's place in the reader; empty if its book is not published."""
    source = hit.source
    manifest = library.folder(source.book_id).manifest()
    if manifest is None or not manifest.labels:
        return ""
    page = page_address(source.book_id, manifest.labels, source.page)
    return f"http://127.0.0.1:{READER_PORT}{page}#c-{source.char_start}-{source.char_end}"
