"""Chooses the decoding settings of each attempt at a page, and the attempt to keep.

A page that loops or does not end is retried with settings that break loops:

    attempt  temperature  no repeated n-gram of  within
    1        0            30 (35) tokens         90 (128) tokens   the authors' own for batches
    2        0.3          20 tokens              the whole page    theirs for single pages, warmer
    3        0.8          20 tokens              the whole page

Raising the temperature step by step is olmOCR's idea, with eight steps from .1 to 1. Of the
attempts with at least half as much distinct text as the longest one, the first that ended by
itself is kept; if none did, the first, which samples least.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ocr_service.engines.vision.attempt import PageAttempt
from ocr_service.engines.vision.repetition import (
    LoopDetector,
    LoopLimits,
    NoRepeatNgrams,
    TokenKinds,
)
from ocr_service.protocol.engine import FinishReason, PageText

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from ocr_service.engines.vision.families import Traits

__all__ = ["MOST_RETRIES", "Attempts", "DecodingSettings", "best"]

_RETRIES = ((0.3, 20), (0.8, 20))  # temperature, size of n-grams
_RETRIED = {FinishReason.LOOP, FinishReason.LENGTH}

MOST_RETRIES = len(_RETRIES)


@dataclass(frozen=True, slots=True)
class DecodingSettings:
    """How a page is decoded: see `PageAttempt` and, for the last three, `NoRepeatNgrams`."""

    temperature: float
    seed: int
    ngram_size: int
    ngram_window: int | None
    exempt: tuple[int, ...]

    def guard(self) -> NoRepeatNgrams:
        """Return a new guard against repeated n-grams."""
        return NoRepeatNgrams(self.ngram_size, self.ngram_window, self.exempt)


class Attempts:
    """Decides which attempts a page gets; for all engines."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        traits: Traits,
        ends: Iterable[int],
        retries: int = MOST_RETRIES,
        limits: LoopLimits | None = None,
    ) -> None:
        """Look up the relevant tokens.

        Args:
            tokenizer: The model's tokenizer.
            traits: The traits of its family.
            ends: Tokens that begin and end a page and are not part of its text.
            retries: How often a looping or truncated page is retried, 0 to 2.
            limits: When a page counts as looping.
        """
        vocabulary = tokenizer.get_vocab()
        self._tokenizer = tokenizer
        self._limits = limits
        self._cells = tuple(vocabulary[text] for text in ("<td>", "</td>") if text in vocabulary)
        self._kinds = TokenKinds(
            box_begins=vocabulary.get("<|det|>"),
            box_ends=vocabulary.get("<|/det|>"),
            numbers=frozenset(i for text, i in vocabulary.items() if text.isdecimal()),
        )
        padding = {vocabulary.get(text) for text in ("<｜▁pad▁｜>", "<pad>")} - {None}
        self._unsaid = padding | set(ends)
        ladder = [
            (0.0, traits.ngram_size, traits.ngram_window),
            *((warmth, size, None) for warmth, size in _RETRIES[:retries]),
        ]
        self._ladder = [
            DecodingSettings(warmth, count, size, window, self._cells)
            for count, (warmth, size, window) in enumerate(ladder)
        ]

    @property
    def first(self) -> DecodingSettings:
        """The settings of the first attempt."""
        return self._ladder[0]

    def another(self, tried: Sequence[PageAttempt]) -> DecodingSettings | None:
        """Return the settings of a further attempt at a page, or None to stop."""
        last = tried[-1]
        wanting = last.finish in _RETRIED or (
            last.finish is FinishReason.STOP and best(tried) is not last
        )
        return self._ladder[len(tried)] if wanting and len(tried) < len(self._ladder) else None

    def watch(self) -> LoopDetector:
        """Return a new loop detector."""
        return LoopDetector(self._kinds, self._limits)

    def text_of(self, tried: Sequence[PageAttempt]) -> PageText:
        """Return the text of the best attempt at a page, with the cost of all of them."""
        kept = best(tried)
        said = [token for token in kept.tokens if token not in self._unsaid]
        return PageText(
            text=self._tokenizer.decode(said, skip_special_tokens=False),
            finish_reason=kept.finish or FinishReason.ERROR,
            prompt_tokens=len(kept.prompt),
            output_tokens=sum(run.produced for run in tried),
            attempts=len(tried),
            seconds=sum(run.seconds for run in tried),
            error=kept.error,
        )


def best(tried: Sequence[PageAttempt]) -> PageAttempt:
    """Return the attempt to keep; see the module's docstring."""

    def said(run: PageAttempt) -> int:
        return run.watch.variety if run.watch is not None else len(run.tokens)

    most = max(map(said, tried))
    enough = [run for run in tried if 2 * said(run) >= most and run.error is None]
    ended = [run for run in enough if run.finish is FinishReason.STOP]
    return (ended or enough or tried)[0]
