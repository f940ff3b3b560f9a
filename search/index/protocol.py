"""Defines the questions that retrievers ask of an index: all that an engine has to answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from indexer.stores.fulltext import FormulaDoc, PassageDoc
from indexer.stores.generations import BookEntry, IndexManifest
from indexer.stores.items import EntryDoc, StatementDoc
from search.index.asked import AnyOf, StatementQuery, WordQuery
from search.index.ranked import Ranked
from search.question.filters import Filter

if TYPE_CHECKING:  # numpy, which a keyword search does without
    from indexer.encoder.encoder import Vectors

__all__ = [
    "FieldTerm",
    "FormulaIndex",
    "FormulaKey",
    "FoundFormulas",
    "Index",
    "ItemIndex",
    "PassageIndex",
    "StoredFormula",
    "VectorIndex",
]

FormulaKey = tuple[int, int]  # names a formula within one open index
FoundFormulas = list[tuple[FormulaKey, float]]  # with BM25 scores, best first
FieldTerm = tuple[str, str]


class PassageIndex(Protocol):
    """Passages, found by the terms of their fields body, heading and title.

    Scores are BM25 with k1 = 1.2 and b = .75.
    """

    @property
    def passages(self) -> int:
        """The number of passages, by which the rarity of a term is told."""

    def frequency(self, field: str, term: str) -> int:
        """Return the number of passages that have a term; some may be of removed books."""

    def best(self, asked: WordQuery, limit: int) -> Ranked:
        """Return the passages that match best; equal scores are ordered by row."""

    def worth(self, rows: Sequence[int], groups: Sequence[tuple[AnyOf, float]]) -> dict[int, float]:
        """Return for each of the rows the sum of the weights of the groups that it has."""

    def count(self, asked: WordQuery) -> int:
        """Return how many passages match."""

    def count_pages(self, filter_: Filter, groups: Sequence[AnyOf]) -> int | None:
        """Return how many pages have an atom of each group, in one passage or in several.

        The groups are given with the rarest first. None if there are too many to tell.
        """

    def at(self, rows: Sequence[int]) -> dict[int, PassageDoc]:
        """Return the passages of rows, by row; rows that have none are left out."""

    def listed(self, rows: Sequence[int]) -> set[int]:
        """Return those of the rows that are on pages which are lists throughout."""

    def rows_of(self, pages: Sequence[tuple[str, int]]) -> list[int]:
        """Return the rows of the passages of pages, given by book and 1-based number."""

    def like(self, term: str, distance: int, limit: int, *, prefix: bool) -> Sequence[PassageDoc]:
        """Return passages with a term in their body within an edit distance of `term`.

        With `prefix`, a term that begins with one within this distance will do.
        """


@dataclass(frozen=True, slots=True)
class StoredFormula:
    """A formula with the symbol pairs of its layout, separated by spaces."""

    doc: FormulaDoc
    pairs: str
    open_pairs: str


class FormulaIndex(Protocol):
    """Formulas, found by the terms of their fields pairs and open_pairs, each of equal weight."""

    @property
    def formulas(self) -> int:
        """The number of formulas, by which the rarity of a term is told."""

    def frequencies(self, terms: Sequence[FieldTerm]) -> list[int]:
        """Return for each term of a field the number of formulas that have it."""

    def best(self, terms: Sequence[FieldTerm], filter_: Filter, limit: int) -> FoundFormulas:
        """Return the formulas that have most of the terms by BM25."""

    def covering(
        self, terms: Sequence[FieldTerm], every: Sequence[str], filter_: Filter, limit: int
    ) -> FoundFormulas:
        """Return the best of those that have each of the `every` in open_pairs."""

    def alike(
        self,
        terms: Sequence[FieldTerm],
        structure: str,
        normal: str,
        filter_: Filter,
        limit: int,
    ) -> FoundFormulas:
        """Return the best of those of a structure; those of the normal form `normal` come first."""

    def numbered(self, number: str, filter_: Filter, limit: int) -> list[FormulaDoc]:
        """Return formulas with a printed number."""

    def read(self, keys: Sequence[FormulaKey]) -> list[StoredFormula]:
        """Return what is stored of formulas, in this order."""


class ItemIndex(Protocol):
    """What books list and state."""

    @property
    def is_there(self) -> bool:
        """Whether there are items at all; an index that an older Octavo made has none."""

    def entries(
        self, words: Sequence[tuple[str, ...]], filter_: Filter, limit: int, *, every: bool
    ) -> list[EntryDoc]:
        """Return the entries with any of these words, or with `every` one, best first."""

    def statements(
        self, asked: StatementQuery, filter_: Filter
    ) -> list[tuple[StatementDoc, float]]:
        """Return statements with scores, best first, at most a thousand.

        A statement with one of the words will do; more of them rank it higher.
        """


class VectorIndex(Protocol):
    """The unit vectors of passages."""

    def nearest(self, vector: Vectors, filter_: Filter, limit: int) -> Ranked:
        """Return the passages nearest to a unit vector by their cosines, best first."""

    def of(self, rows: Sequence[int]) -> Vectors:
        """Return the vectors of rows that have one, shape (len(rows), dimension)."""


class Index(Protocol):
    """One state of a library's index, opened for reading."""

    @property
    def manifest(self) -> IndexManifest:
        """Which books are indexed, and with which encoder."""

    def named(self, name: str, *, near: bool) -> Mapping[str, BookEntry]:
        """Return the books that a name may mean; if `near`, also those with names near to it.

        There may be others among them.
        """

    @property
    def most_pages(self) -> int:
        """The number of pages of the longest book."""

    @property
    def languages(self) -> frozenset[str | None]:
        """The languages of the books, by ISO 639-1 codes; None is one that nobody has told."""

    @property
    def encoder_folder(self) -> Path:
        """The folder of the prepared encoder that encodes questions."""

    @property
    def passages(self) -> PassageIndex:
        """The passages."""

    @property
    def formulas(self) -> FormulaIndex:
        """The formulas."""

    @property
    def items(self) -> ItemIndex:
        """What books list and state."""

    @property
    def share(self) -> float:
        """The share of the index that the last answers came from: 1 if nothing is away."""

    @property
    def whole(self) -> bool:
        """Whether all vectors are there that the manifest speaks of."""

    def vectors(self) -> VectorIndex:
        """Open the vectors.

        Raises:
            LibraryError: some are missing.
        """
