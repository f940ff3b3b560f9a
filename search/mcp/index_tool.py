"""Defines the tool that looks terms up in the books' own indexes, and what `search` says of them.

What an entry says is text from a book, and is quoted as such.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

from mcp_types import CallToolResult
from pydantic import Field

from search.live.live_library import LiveLibrary
from search.mcp.answers import ENVELOPE, MAX_TOKENS, both_forms, index_text
from search.mcp.arguments import BooksArgument, CursorArgument, QueryArgument
from search.mcp.cursors import make_cursor, read_cursor
from search.mcp.types import IndexAnswerItem, IndexEntriesAnswer
from search.output.index_lines import entry_text
from search.retrieval.entry_hits import EntryHit

__all__ = ["IndexTool", "index_items"]

_MOST_SPANS = 20  # page ranges of one entry


class IndexTool:
    """The tool `index_of` of one library. It may be called from any thread."""

    def __init__(self, live: LiveLibrary) -> None:
        """Answer from `live`."""
        self._live = live

    def index_of(
        self,
        term: Annotated[QueryArgument, Field(description="a term, as an index would list it")],
        books: BooksArgument = None,
        cursor: CursorArgument = None,
    ) -> Annotated[CallToolResult, IndexEntriesAnswer]:
        """Look a term up in the books' own indexes, contents, lists and glossaries, completely.

        pages are ranges of pages of the file: pass them to read_pages.
        """
        snapshot = self._live.snapshot()
        question = ["index_of", term, sorted(books or [])]
        start = read_cursor(cursor, question, snapshot.key) if cursor else 0
        found = snapshot.searcher.index_of(term, books=books or [])
        items = list(_within(index_items(found.entries[start:])))
        answer = IndexEntriesAnswer(entries=items)
        if start + len(items) < len(found.entries):
            answer.next_cursor = make_cursor(start + len(items), question, snapshot.key)
        if not found.entries:
            answer.hint = "no index or contents has these words; use search"
        elif not found.complete:
            answer.hint = "no entry has all of these words: these have some"
        return both_forms(answer, [index_text(item) for item in items])


def index_items(entries: Iterable[EntryHit]) -> Iterator[IndexAnswerItem]:
    """Yield entries as answers show them."""
    for entry in entries:
        yield IndexAnswerItem(
            book=entry.book_id,
            kind=str(entry.kind),
            quote=entry_text(entry),
            pages=[[span.first, span.last] for span in entry.pages[:_MOST_SPANS]],
        )


def _within(items: Iterable[IndexAnswerItem]) -> Iterator[IndexAnswerItem]:
    """Yield the first items that fit the limit together; at least one, if there is one."""
    left = MAX_TOKENS - ENVELOPE
    for number, item in enumerate(items):
        left -= item.tokens + 20  # the marks of a quotation in the text form
        if left < 0 and number:
            return
        yield item
