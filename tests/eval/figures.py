"""Collects the figures of a comparison: one pair of formulas, and the counts of a book."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["LEAST_SYMBOLS", "BookFigures", "FormulaPair", "Tally"]

LEAST_SYMBOLS = 3  # shorter formulas say little and would rule the mean
_COUNTS = (
    "pages", "false_formulas", "extra_formulas", "unparsed", "characters", "character_errors",
    "words_in_order", "words_moved", "extra_characters", "numbers", "numbers_right",
)  # fmt: skip  # fmt: skip


@dataclass(slots=True)
class FormulaPair:
    """One formula of the source and its reading. `kind` names the error, "" if there is none."""

    page: int
    display: bool
    source: str
    output: str
    equal: bool
    similarity: float
    symbols: int
    kind: str
    source_line: str
    output_line: str
    number: str | None = None
    output_number: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the pair as plain JSON values."""
        return asdict(self)


@dataclass(slots=True)
class Tally:
    """Counts of the formulas of one sort."""

    count: int = 0
    equal: int = 0
    similarity: float = 0.0

    def add(self, pair: FormulaPair) -> None:
        """Count a formula of the source."""
        self.count += 1
        self.equal += pair.equal
        self.similarity += pair.similarity

    def row(self) -> tuple[int, float, float]:
        """Return the count, the share of exact ones and the mean similarity."""
        whole = max(self.count, 1)
        return self.count, self.equal / whole, self.similarity / whole


@dataclass(slots=True)
class BookFigures:
    """The figures of one book; rates are computed from the counts, so that books can be added."""

    pairs: list[FormulaPair] = field(default_factory=list)
    inline: Tally = field(default_factory=Tally)
    display: Tally = field(default_factory=Tally)
    short: Tally = field(default_factory=Tally)
    pages: int = 0
    false_formulas: int = 0
    extra_formulas: int = 0
    unparsed: int = 0
    characters: int = 0
    character_errors: int = 0
    words_in_order: int = 0
    words_moved: int = 0
    extra_characters: int = 0
    numbers: int = 0
    numbers_right: int = 0
    prose: list[tuple[int, int, str, str]] = field(default_factory=list)  # page, errors, texts

    def add(self, other: BookFigures) -> None:
        """Add another book's figures."""
        self.pairs += other.pairs
        self.prose += other.prose
        for name in ("inline", "display", "short"):
            mine, theirs = getattr(self, name), getattr(other, name)
            mine.count += theirs.count
            mine.equal += theirs.equal
            mine.similarity += theirs.similarity
        for name in _COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def figures(self) -> dict[str, float]:
        """Return the table's row."""
        inline, display = self.inline.row(), self.display.row()
        both = max(self.inline.count + self.display.count, 1)
        words = max(self.words_in_order + self.words_moved, 1)
        return {
            "inline": inline[0],
            "inline_exact": inline[1],
            "inline_similarity": inline[2],
            "display": display[0],
            "display_exact": display[1],
            "display_similarity": display[2],
            "similarity": (self.inline.similarity + self.display.similarity) / both,
            "short_exact": self.short.row()[1],
            "false_per_page": self.false_formulas / max(self.pages, 1),
            "extra_per_page": self.extra_formulas / max(self.pages, 1),
            "unparsed": self.unparsed,
            "prose_error": self.character_errors / max(self.characters, 1),
            "word_order": self.words_in_order / words,
            "extra_characters": self.extra_characters,
            "numbers_right": self.numbers_right / max(self.numbers, 1),
            "numbers": self.numbers,
            "pages": self.pages,
        }
