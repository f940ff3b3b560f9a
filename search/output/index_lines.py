"""Shows what the lists of books say: their indexes, contents, glossaries."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.listings.listing import ListKind, PageSpan
from search.retrieval.entry_hits import EntryHit, ShelfNote
from search.retrieval.hits import Hit

__all__ = [
    "entry_line",
    "entry_text",
    "index_text",
    "is_statement",
    "note_lines",
    "pages_text",
    "statements_line",
]

_NAMES = {
    ListKind.INDEX: "index",
    ListKind.CONTENTS: "contents",
    ListKind.FIGURES: "list of figures",
    ListKind.TABLES: "list of tables",
    ListKind.GLOSSARY: "glossary",
    ListKind.BIBLIOGRAPHY: "bibliography",
}
_LONGEST = 160  # characters of a term or of what a glossary says


def entry_line(hit: EntryHit) -> str:
    """Return an entry with its book: `index of A Primer: tank problem, p. 4 (PDF 9)`."""
    return f"{_NAMES[hit.kind]} of {hit.title}: {entry_text(hit)}"


def note_lines(note: ShelfNote, shown: int) -> list[str]:
    """Return the lines that stand above hits, of which `shown` are statements."""
    counted = statements_line(note, shown)
    return [*(entry_line(hit) for hit in note.entries), *filter(None, [counted])]


def statements_line(note: ShelfNote, shown: int) -> str:
    """Return how many statements the shelf has that are asked for, "" if none are."""
    if not note.asked:
        return ""
    more = f", {shown} of them here" if note.statements > shown else ""
    return f"{note.asked}: {note.statements or 'none'} on this shelf{more}"


def is_statement(hit: Hit) -> bool:
    """Return whether a hit is a statement, or an equation, that was asked for by its number."""
    by_number = hit.formula is not None and hit.formula.number and hit.relation is None
    return hit.statement is not None or bool(by_number)


def index_text(entries: Sequence[EntryHit]) -> str:
    """Return entries under their books, in the order of the first entry of each."""
    by_list: dict[tuple[str, ListKind], list[EntryHit]] = {}
    for hit in entries:
        by_list.setdefault((hit.book_id, hit.kind), []).append(hit)
    parts = []
    for (book_id, kind), hits in by_list.items():
        head = f"{_NAMES[kind]} of {hits[0].title} ({book_id})"
        parts.append("\n".join([head, *(f"  {entry_text(hit)}" for hit in hits)]))
    return "\n\n".join(parts)


def pages_text(spans: Sequence[PageSpan]) -> str:
    """Return the pages of the file: `PDF 9, 124-127`."""
    pages = [
        str(span.first) if span.first == span.last else f"{span.first}-{span.last}"
        for span in spans
    ]
    return f"PDF {', '.join(dict.fromkeys(pages))}" if pages else ""


def entry_text(hit: EntryHit) -> str:
    """Return an entry on one line: `tank problem, p. 4 (PDF 9)`."""
    text = _short(" › ".join(hit.term))
    if hit.kind is ListKind.BIBLIOGRAPHY:
        return f"{f'[{hit.printed}] ' if hit.printed else ''}{text} (PDF {hit.page})"
    if hit.text:
        return f"{text}: {_short(hit.text)} (PDF {hit.page})"
    if hit.printed:
        several = any(mark in hit.printed for mark in ",-–") or " f" in hit.printed
        unit = "" if hit.printed.startswith("§") else "pp. " if several else "p. "
        pages = pages_text(hit.pages) or "not a page of the file"
        text += f", {unit}{hit.printed} ({pages})"
    if hit.see:
        text += f", see {'; '.join(map(_short, hit.see))}"
    if hit.seen_from:
        text += f" [from: {_short(hit.seen_from)}]"
    return text


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
