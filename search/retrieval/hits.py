"""What a search returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from indexer.stores.fulltext import FormulaDoc, PassageDoc
from ocr_service.console.json_values import plain

__all__ = ["INTERNAL", "Contribution", "Hit", "Snippet"]

# What the index needs of a passage or a formula, and nobody else.
INTERNAL = frozenset({"row", "normal"})


@dataclass(frozen=True, slots=True)
class Contribution:
    """Why a hit is where it is: its 1-based rank and score with one retriever.

    `share` is what that adds to the hit's score, where several retrievers were asked.
    """

    retriever: str
    rank: int
    score: float
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Snippet:
    """An excerpt of a passage, white space single, formulas whole.

    `marks` are the (start, end) ranges of matching words in `text`.
    """

    text: str
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer: a passage or a formula, the book it is from, and why it was found.

    `corrections` are pairs of a word that was typed and the word of this passage that it was taken
    for, because the library does not know the first. `relation` is what a formula is to the one
    that was asked for: a value of `search.retrieval.formula_match.Relation`.
    """

    rank: int
    score: float
    title: str
    source: PassageDoc | FormulaDoc
    snippet: Snippet
    contributions: tuple[Contribution, ...]
    corrections: tuple[tuple[str, str], ...] = ()
    relation: str | None = None

    @property
    def formula(self) -> FormulaDoc | None:
        """The formula that was found, if it was one."""
        return self.source if isinstance(self.source, FormulaDoc) else None

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values; their schema is in docs/json.md.

        The fields of `source` and the snippet stand beside the others: a new field of any of these
        types is a new key.
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
