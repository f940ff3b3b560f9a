"""Answers what the lists of books say: which pages they name for a term or a question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from indexer.listings.listing import ListKind, PageSpan
from indexer.stores.generations import BookEntry
from indexer.stores.items import EntryDoc
from indexer.words.terms import term_variants
from search.index.protocol import ItemIndex
from search.question.filters import Filter
from search.retrieval.named_pages import EntryMatch

__all__ = ["EntryHit", "IndexAnswer", "ShelfNote", "all_entries", "best_entries", "look_up_entries"]

_MOST = 1_000  # entries of one answer
_SHOWN = 0.5  # of what question and entry have in common, for an entry to be shown with hits
_TARGETS = 20  # entries that "see ..." leads to
_MOST_BOOKS = 5  # whose entries are shown with hits


@dataclass(frozen=True, slots=True)
class EntryHit:
    """An entry of a book's index, contents, lists of figures or tables, glossary or bibliography.

    `term` is the path from the main term to the sub-term. `printed` are the page references as
    printed, `pages` the 1-based pages of the file that they mean. `see` are terms that it refers
    to; `seen_from` is the term that referred to this entry, if another one did. `text` is what a
    glossary says. `page` is the 1-based page on which the entry itself stands.
    """

    book_id: str
    title: str
    kind: ListKind
    term: tuple[str, ...]
    printed: str
    pages: tuple[PageSpan, ...]
    see: tuple[str, ...]
    text: str
    page: int
    seen_from: str | None = None


@dataclass(frozen=True, slots=True)
class ShelfNote:
    """What goes with the hits of a question.

    `entries` are what the lists of the books say, one of each book at most. `asked` names the
    statements that the question asks for by kind or number ("theorem 4.2"), empty if it asks for
    none, and `statements` is the number of those that there are.
    """

    entries: tuple[EntryHit, ...] = ()
    asked: str = ""
    statements: int = 0


@dataclass(frozen=True, slots=True)
class IndexAnswer:
    """All entries for a term, best first.

    If `complete` is false, no entry has all words of the term: these have some.
    """

    term: str
    complete: bool
    entries: tuple[EntryHit, ...]


def best_entries(matches: Iterable[EntryMatch], books: Mapping[str, BookEntry]) -> list[EntryHit]:
    """Return the entry of each book that fits a question best, of a few books; none that fits ill.

    `matches` are best first.
    """
    best: dict[str, EntryHit] = {}
    for match in matches:
        entry = match.doc.entry
        if match.share >= _SHOWN and (entry.spans or entry.text) and match.doc.book_id not in best:
            best[match.doc.book_id] = _hit(match.doc, books)
        if len(best) == _MOST_BOOKS:
            break
    return list(best.values())


def look_up_entries(
    index: ItemIndex,
    words: Sequence[tuple[str, ...]],
    filter_: Filter,
    books: Mapping[str, BookEntry],
) -> list[EntryHit]:
    """Return all entries with every one of these words, and those that they refer to."""
    found = index.entries(words, filter_, _MOST, every=True)
    found.sort(key=lambda doc: (_distance(doc, words), doc.book_id, doc.order))
    hits: dict[tuple[str, int], EntryHit] = {}
    for doc in found:
        hits.setdefault((doc.book_id, doc.order), _hit(doc, books))
        for target in _targets(index, doc, books[doc.book_id].language):
            seen_from = replace(_hit(target, books), seen_from=" › ".join(doc.entry.term))
            hits.setdefault((target.book_id, target.order), seen_from)
    return list(hits.values())[:_MOST]


def all_entries(matches: Iterable[EntryMatch], books: Mapping[str, BookEntry]) -> list[EntryHit]:
    """Return the entries that fit a question in part, best first."""
    return [_hit(one.doc, books) for one in matches]


def _targets(index: ItemIndex, doc: EntryDoc, language: str | None) -> Iterator[EntryDoc]:
    """Yield the entries that an entry without pages of its own refers to."""
    if doc.entry.spans:
        return
    within = Filter(books=(doc.book_id,))
    for target in doc.entry.see:
        words = term_variants(target, [language])
        others = index.entries(words, within, _TARGETS, every=True)
        yield from sorted(
            (other for other in others if other.entry.spans),
            key=lambda other: (_distance(other, words), other.order),
        )[:1]


def _distance(doc: EntryDoc, words: Sequence[tuple[str, ...]]) -> tuple[int, int, int]:
    """Return how far an entry is from a term: other lists last, then by words more than asked."""
    lists = list(ListKind)
    main = len(doc.entry.term[0].split())
    whole = len(" ".join(doc.entry.term).split())
    return lists.index(doc.entry.kind), whole - len(words), main


def _hit(doc: EntryDoc, books: Mapping[str, BookEntry]) -> EntryHit:
    entry = doc.entry
    return EntryHit(
        book_id=doc.book_id,
        title=books[doc.book_id].title,
        kind=entry.kind,
        term=entry.term,
        printed=entry.printed,
        pages=entry.spans,
        see=entry.see,
        text=entry.text,
        page=entry.page,
    )
