r"""Prevents and detects repetition, token by token. Standard library only.

`NoRepeatNgrams` forbids repeated n-grams within a window, as the models' authors do: it steers the
model out of short loops and does not harm good pages. `LoopDetector` detects a page that loops
nevertheless, so that it is stopped after about a thousand tokens instead of 8,192.

Loops on real pages are of three kinds, each with its measure:

- noise of few tokens, `\quad \qquad \quad` or `<td></td></tr><td>` in no fixed order: the share
  of distinct 4-grams among the last 1,024 is below a tenth. On 58 good pages the lowest was .27,
  on looping ones .005 to .06;
- a repeated passage: the last 16 tokens occurred before at the same distance, for 768 tokens in a
  row and for twice the distance, so that the passage occurs three times;
- a counting list, (0, 491) (0, 491.5) (0, 492): the same with all numbers treated as equal. Tables
  of numbers look similar, so this takes 3,072 tokens.

Boxes are compared without their numbers, since a loop often shifts its boxes.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["LoopDetector", "LoopLimits", "NoRepeatNgrams", "TokenKinds", "ngrams_forbidden"]

_NUMBER = -1  # stands for any number


class NoRepeatNgrams:
    """Finds the tokens that would complete an n-gram that occurs in the last tokens.

    Source: `process/ngram_norepeat.py` of DeepSeek-OCR, made incremental.

    Args:
        size: Tokens of an n-gram, 2 or more.
        window: How many of the last tokens are searched; None for all.
        exempt: Tokens that are never forbidden: those of table cells, of which a correct table may
            have long runs.
    """

    def __init__(self, size: int, window: int | None, exempt: Iterable[int] = ()) -> None:
        if size < 2 or (window is not None and window < 1):
            raise ValueError(f"no n-grams of {size} tokens in a window of {window}")
        self._size = size
        self._window = window
        self._exempt = frozenset(exempt)
        self._last: deque[int] = deque(maxlen=size - 1)
        self._count = 0
        # For each n-gram's first tokens, the tokens that followed and their last positions.
        self._followers: dict[tuple[int, ...], dict[int, int]] = {}
        self._by_age: deque[tuple[int, tuple[int, ...]]] = deque()

    def append(self, token: int) -> None:
        """Add the next token."""
        if len(self._last) == self._size - 1:
            prefix = tuple(self._last)
            self._followers.setdefault(prefix, {})[token] = self._count
            if self._window is not None:
                self._by_age.append((self._count, prefix))
                self._forget()
        self._last.append(token)
        self._count += 1

    def forbidden(self) -> frozenset[int]:
        """Return the tokens that may not come next."""
        if self._count < self._size:
            return frozenset()
        found = self._followers.get(tuple(self._last))
        if not found:
            return frozenset()
        oldest = self._oldest(self._count)
        tokens = (token for token, place in found.items() if place >= oldest)
        return frozenset(tokens) - self._exempt

    def _oldest(self, count: int) -> int:
        """Return the earliest end of an n-gram within the window of `count` tokens."""
        start = 0 if self._window is None else max(0, count - self._window)
        return start + self._size - 1

    def _forget(self) -> None:
        """Drop n-grams that have left the window."""
        oldest = self._oldest(self._count)
        while self._by_age and self._by_age[0][0] < oldest:
            place, prefix = self._by_age.popleft()
            followers = self._followers.get(prefix, {})
            for token in [token for token, last in followers.items() if last <= place]:
                del followers[token]
            if not followers:
                self._followers.pop(prefix, None)


@dataclass(frozen=True, slots=True)
class TokenKinds:
    """The tokens that begin and end a box, and those that are numbers."""

    box_begins: int | None = None
    box_ends: int | None = None
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class LoopLimits:
    """When a page counts as looping; the module's docstring has the measurements.

    `window` tokens with fewer than `variety` x `window` distinct 4-grams; or `period` tokens that
    repeat earlier ones; or `counting` such tokens with all numbers treated as equal.
    """

    window: int = 1024
    variety: float = 0.1
    period: int = 768
    counting: int = 3072


class LoopDetector:
    """Detects loops in one page's tokens, with a few dictionary look-ups per token."""

    def __init__(self, kinds: TokenKinds, limits: LoopLimits | None = None) -> None:
        self._kinds = kinds
        self._limits = limits or LoopLimits()
        self._in_box = False
        self._variety = _Variety(self._limits.window)
        self._period = _Period()
        self._counting = _Period()
        self._last_boxed = self._last_bare = 0

    @property
    def variety(self) -> int:
        """The number of distinct 4-grams so far: the length of the text without loops."""
        return self._variety.seen

    def append(self, token: int) -> bool:
        """Take note of the next token; return True if the page is looping."""
        number = token in self._kinds.numbers
        boxed = _NUMBER if number and self._in_box else token
        bare = _NUMBER if number else token
        if token in (self._kinds.box_begins, self._kinds.box_ends):
            self._in_box = token == self._kinds.box_begins
        limits, found = self._limits, False
        if not boxed == self._last_boxed == _NUMBER:  # numbers are one or more tokens long
            few = self._variety.append(boxed) < limits.variety * limits.window
            found = self._period.append(boxed) >= limits.period or few
        if not bare == self._last_bare == _NUMBER:
            found |= self._counting.append(bare) >= limits.counting
        self._last_boxed, self._last_bare = boxed, bare
        return found


class _Variety:
    """Counts the distinct n-grams of the last tokens."""

    def __init__(self, window: int, size: int = 4) -> None:
        self._window = window
        self._tail: deque[int] = deque(maxlen=size)
        self._recent: deque[tuple[int, ...]] = deque()
        self._counts: Counter[tuple[int, ...]] = Counter()
        self._all: set[tuple[int, ...]] = set()

    @property
    def seen(self) -> int:
        """The number of distinct n-grams in total."""
        return len(self._all)

    def append(self, symbol: int) -> float:
        """Return the number of distinct n-grams in the window; infinity until it is full."""
        self._tail.append(symbol)
        if len(self._tail) < (self._tail.maxlen or 0):
            return float("inf")
        gram = tuple(self._tail)
        self._all.add(gram)
        self._recent.append(gram)
        self._counts[gram] += 1
        if len(self._recent) <= self._window:
            return float("inf") if len(self._recent) < self._window else len(self._counts)
        old = self._recent.popleft()
        self._counts[old] -= 1
        if not self._counts[old]:
            del self._counts[old]
        return len(self._counts)


class _Period:
    """Measures for how many tokens the text has repeated itself at a constant distance."""

    def __init__(self, size: int = 16) -> None:
        self._tail: deque[int] = deque(maxlen=size)
        self._places: dict[tuple[int, ...], int] = {}
        self._count = 0
        self._distance = 0
        self._run = 0

    def append(self, symbol: int) -> int:
        """Return the length of the repetition in tokens; 0 before the third occurrence."""
        self._tail.append(symbol)
        self._count += 1
        if len(self._tail) < (self._tail.maxlen or 0):
            return 0
        gram = tuple(self._tail)
        distance = self._count - self._places.get(gram, self._count)
        self._places[gram] = self._count
        self._run = self._run + 1 if distance and distance == self._distance else 0
        self._distance = distance
        return self._run if self._run >= 2 * distance else 0


def ngrams_forbidden(guards: Sequence[NoRepeatNgrams | None]) -> tuple[list[int], list[int]]:
    """Return the rows and tokens to exclude from a batch's scores, one guard per row."""
    pairs = [
        (row, token)
        for row, guard in enumerate(guards)
        if guard is not None
        for token in guard.forbidden()
    ]
    return [row for row, _ in pairs], [token for _, token in pairs]
