"""What a search returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from indexer.fulltext import FormulaDoc, PassageDoc

__all__ = ["Contribution", "Hit", "Snippet"]


@dataclass(frozen=True, slots=True)
class Contribution:
    """Why a hit is where it is: its 1-based rank and score with one retriever."""

    retriever: str
    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class Snippet:
    """An excerpt of a passage, white space single, formulas whole.

    `marks` are the (start, end) ranges of matching words in `text`.
    """

    text: str
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer: a passage or a formula, the book it is from, and why it was found."""

    rank: int
    score: float
    title: str
    source: PassageDoc | FormulaDoc
    snippet: Snippet
    contributions: tuple[Contribution, ...]

    @property
    def formula(self) -> FormulaDoc | None:
        """The formula that was found, if it was one."""
        return self.source if isinstance(self.source, FormulaDoc) else None

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values; the schema is in docs/guide.md."""
        source = self.source
        data: dict[str, Any] = {
            "rank": self.rank,
            "score": round(self.score, 6),
            "book_id": source.book_id,
            "title": self.title,
            "page": source.page,
            "label": source.label,
            "section": source.section,
            "char_start": source.char_start,
            "char_end": source.char_end,
            "snippet": self.snippet.text,
            "marks": [list(mark) for mark in self.snippet.marks],
        }
        if isinstance(source, PassageDoc):
            data |= {"kind": "passage", "passage_id": source.passage_id, "text": source.text}
        else:
            data |= {
                "kind": "formula",
                "latex": source.latex,
                "display": source.display,
                "number": source.number,
                "box": source.box,
            }
        data["contributions"] = [
            {"retriever": part.retriever, "rank": part.rank, "score": round(part.score, 6)}
            for part in self.contributions
        ]
        return data
