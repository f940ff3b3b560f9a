"""Makes the codes by which books are found: beginnings of ids, and of words of titles and authors.

They find a little more than the names mean (see `ocr_service.library.names`, which then decides),
and never less.
"""

from __future__ import annotations

from collections.abc import Iterable

from indexer.qdrant.codes import code, dimension
from indexer.qdrant.engine import AnyWord
from indexer.qdrant.points import grams
from indexer.stores.book_entries import BookEntry
from ocr_service.text.slugs import folded, slugify

__all__ = ["UNEMBEDDED", "edition_codes", "name_conditions", "name_grams"]

UNEMBEDDED = code("edition", "unembedded")  # of editions of which some passages have no vector
_ID, _NAME, _GRAM = "book id", "book name", "book gram"
_NAMELESS = ""  # stands for a title without words


def edition_codes(book_id: str, entry: BookEntry, *, embedded: bool) -> str:
    """Return the codes of an edition, separated by spaces."""
    codes = [code(_ID, book_id[:length]) for length in range(1, len(book_id) + 1)]
    beginnings = {word[:length] for word in _words(entry) for length in range(1, len(word) + 1)}
    beginnings |= set() if folded(entry.title) else {_NAMELESS}
    codes += [code(_NAME, beginning) for beginning in sorted(beginnings)]
    return " ".join([*codes, *([] if embedded else [UNEMBEDDED])])


def name_conditions(name: str) -> list[tuple[AnyWord, ...]]:
    """Return what editions have that a name may mean: all conditions of one of these groups."""
    slug = slugify(name)
    groups = [tuple(folded(name).split()) or (_NAMELESS,), tuple(_split(slug))]
    named = [tuple(AnyWord((code(_NAME, word),)) for word in words) for words in set(groups)]
    begun = (AnyWord((code(_ID, slug),)),) if slug else ()
    return [group for group in (begun, *named) if group]


def name_grams(texts: Iterable[str]) -> dict[int, float]:
    """Return the sparse vector of names, by which those that are spelt otherwise are found."""
    words = {word for text in texts for word in _split(slugify(text))}
    return {dimension(_GRAM, gram): 1.0 for word in words for gram in grams(word)}


def _words(entry: BookEntry) -> set[str]:
    texts = (entry.title, *entry.authors)
    return {word for text in texts for word in (*folded(text).split(), *_split(slugify(text)))}


def _split(slug: str) -> list[str]:
    return [word for word in slug.split("-") if word]
