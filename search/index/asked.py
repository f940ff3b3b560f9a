"""Says which passages and statements are asked for, without an engine's query language."""

from __future__ import annotations

from dataclasses import dataclass, field

from search.question.filters import Filter

__all__ = ["AnyOf", "Atom", "StatementQuery", "WordQuery", "any_term"]


@dataclass(frozen=True, slots=True)
class Atom:
    """An index term in a field, or several that follow each other; `weight` multiplies BM25."""

    field: str
    terms: tuple[str, ...]
    weight: float = 1.0


AnyOf = tuple[Atom, ...]  # at least one of these


@dataclass(frozen=True, slots=True)
class WordQuery:
    """Which passages are asked for, and what adds to their scores.

    A passage must have one atom of each group of `required`, and none of any group of `excluded`.
    What is `required` or `optional` adds to its score; `some` means that it must have at least one
    of `optional`. `rows` and `pages` (1-based), if not None, are the only ones looked at.
    """

    filter: Filter = field(default_factory=Filter)
    optional: AnyOf = ()
    required: tuple[AnyOf, ...] = ()
    excluded: tuple[AnyOf, ...] = ()
    some: bool = False
    rows: tuple[int, ...] | None = None
    pages: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class StatementQuery:
    """Which statements: of these kinds, with this number; none for all.

    `words` are looked for in them.
    """

    kinds: tuple[str, ...] = ()
    number: str = ""
    group: str = ""
    words: tuple[tuple[str, ...], ...] = ()


def any_term(name: str, terms: tuple[str, ...], weight: float = 1.0) -> AnyOf:
    """Return atoms of single terms in the field `name`."""
    return tuple(Atom(name, (term,), weight) for term in terms)
