"""Tells the languages of books."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

__all__ = ["BookLanguages"]


@dataclass(frozen=True, slots=True)
class BookLanguages:
    """The languages of the books of an index, by ISO 639-1 codes; None is one that nobody has told.

    `get` returns that of a book: there may be millions. `every` are those of all books.
    """

    get: Callable[[str], str | None]
    every: frozenset[str | None]

    @classmethod
    def of(cls, languages: Mapping[str, str | None]) -> Self:
        """Return the languages of a few books, by their ids."""
        return cls(languages.get, frozenset(languages.values()))
