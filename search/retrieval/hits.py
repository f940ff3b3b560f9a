"""Defines what a search returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from indexer.stores.fulltext import FormulaDoc, PassageDoc
from ocr_service.console.json_values import plain

__all__ = ["INTERNAL", "Contribution", "Hit", "HitStatement", "Snippet"]

# Fields that only the index needs.
INTERNAL = frozenset({"row", "normal"})


@dataclass(frozen=True, slots=True)
class Contribution:
    """Why a hit has its rank: its 1-based rank and score with one retriever.

    The retriever "estimate" stands for "semantic" where a passage has no vector yet.
    `share` is what this adds to the hit's score if several retrievers were asked. `found` is how
    much of the question the passage has, from 0 to 1, its words weighed by their rarity: by so much
    the score of "keyword" is multiplied. `kind` is the kind of the question, by which they are
    weighed: a value of `search.question.kind.Kind`.
    """

    retriever: str
    rank: int
    score: float
    share: float | None = None
    found: float | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Snippet:
    """An excerpt of a passage, with single spaces and whole formulas.

    `marks` are the (start, end) ranges of matching words in `text`.
    """

    text: str
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class HitStatement:
    """The statement that a hit is: a theorem, an exercise, a figure, with its number or name.

    `group` is the number of the list that an exercise stands in, `source` what it is attributed to.
    It is `markdown[char_start:char_end]` of its page.
    """

    kind: str
    number: str
    name: str
    group: str
    source: str
    char_start: int
    char_end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage or a formula that was found, its book, and why it was found.

    `corrections` are pairs of a typed word that the library does not have and the word of this
    passage that was searched instead. `relation` says how a formula relates to the query formula: a
    value of `search.retrieval.relation.Relation`. `statement` is set if the question asked for
    a statement by its kind or number, and this is it.

    `near` says that neither words nor meaning speak for the hit: it is the nearest there is, and no
    answer. `lacks` are rare words of the question that are on the shelf, but not in this passage.
    `continues` names the next page if the passage ends there within a sentence: "p. 225".
    """

    rank: int
    score: float
    title: str
    source: PassageDoc | FormulaDoc
    snippet: Snippet
    contributions: tuple[Contribution, ...]
    corrections: tuple[tuple[str, str], ...] = ()
    relation: str | None = None
    authors: tuple[str, ...] = ()
    year: int | None = None
    near: bool = False
    lacks: tuple[str, ...] = ()
    continues: str | None = None
    statement: HitStatement | None = None

    @property
    def formula(self) -> FormulaDoc | None:
        """The formula that was found, or None for a passage."""
        return self.source if isinstance(self.source, FormulaDoc) else None

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values; their schema is in docs/json.md.

        The fields of `source` and the snippet are on one level with the others: a new field of any
        of these types is a new key.
        """
        data: dict[str, Any] = plain(self)
        source, snippet = data.pop("source"), data.pop("snippet")
        return {
            "rank": data.pop("rank"),
            "score": data.pop("score"),
            "kind": "passage" if self.formula is None else "formula",
            "title": data.pop("title"),
            **{key: value for key, value in source.items() if key not in INTERNAL},
            "snippet": snippet["text"],
            "marks": snippet["marks"],
            **data,
        }
