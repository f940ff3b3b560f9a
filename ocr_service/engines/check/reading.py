"""Decides whether a reading of a page is good enough to keep, and which of several is the best.

Pure. The bounds were measured on pages of books made by TeX and on ordinary PDFs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ocr_service.console.progress import counted
from ocr_service.engines.check.fidelity import Fidelity, PageWords, fidelity
from ocr_service.engines.check.mathematics import count_formulas
from ocr_service.library.pages import Region

__all__ = ["Checked", "check_reading"]

MIN_RECALL = 0.985
MIN_MATHEMATICAL = 0.96  # the same for a page of mathematics: other readers lose its formulas
MAX_GLUED = 0.004  # share of the page's words
MAX_INVENTED = 0.05
MIN_ORDER = 0.6
SURE_ORDER = 0.8  # below, another reader that passes and has more lines in order is better
_FEW = 2  # words that may be lost or invented on any page: a label, a mark in the margin
_DISORDER = 1.0  # weight of lines out of order beside that of lost words
_SHOWN = 6  # words that a note names


@dataclass(frozen=True, slots=True)
class Checked:
    """How a reading compares with the page's own words; `false_formulas` are counted.

    `formulas` are those that may be some. `least_recall` is the share (0..1) of the words that it
    must have.
    """

    fidelity: Fidelity
    false_formulas: int
    formulas: int = 0
    least_recall: float = MIN_RECALL

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with the reading, a few words each; empty if it passes."""
        found, words = [], self.fidelity
        if len(words.lost) > max(_FEW, (1 - self.least_recall) * words.expected):
            found.append(f"{_named(words.lost, 'word')} of {words.expected} lost")
        if len(words.glued) > MAX_GLUED * words.expected:
            found.append(f"{_named(words.glued, 'word')} glued to others")
        if len(words.invented) > max(_FEW, MAX_INVENTED * words.expected):
            found.append(f"{_named(words.invented, 'word')} invented")
        if words.order < MIN_ORDER:
            found.append(f"{1 - words.order:.0%} of the lines out of order")
        if self.false_formulas:
            found.append(f"{self.false_formulas} formulas that are none")
        return tuple(found)

    @property
    def score(self) -> float:
        """A number to compare readings of one page by, the higher the better.

        A formula is worth as much as a word.
        """
        words = self.fidelity
        wrong = len(words.glued) + len(words.invented) + self.false_formulas
        right = (self.formulas - wrong) / max(1, words.expected)
        return words.recall + right - _DISORDER * max(0.0, SURE_ORDER - words.order)

    @property
    def is_sure(self) -> bool:
        """Whether it passes and no other reader needs to be tried."""
        return not self.faults and self.fidelity.order >= SURE_ORDER


def check_reading(
    regions: Sequence[Region], page: PageWords, *, may_have_formulas: bool, mathematical: bool
) -> Checked:
    """Compare the regions of a reading with the page's words.

    Args:
        regions: The reading.
        page: The page's words.
        may_have_formulas: Whether there is a character of mathematics on the page at all.
        mathematical: Whether the page is set in fonts for mathematics.
    """
    markdown = "\n\n".join(region.text for region in regions)
    formulas, false = count_formulas(markdown, mathematical=may_have_formulas)
    sound = formulas - false if mathematical else 0
    least = MIN_MATHEMATICAL if mathematical else MIN_RECALL
    return Checked(fidelity(page, markdown), false, sound, least)


def _named(words: Sequence[str], noun: str) -> str:
    """Return "3 words (of, the, same)"; no more than a few words are named."""
    distinct = list(dict.fromkeys(words))
    named = ", ".join(distinct[:_SHOWN]) + (", ..." if len(distinct) > _SHOWN else "")
    return f"{counted(len(words), noun)} ({named})"
