"""Loops of tokens are told from text, and forbidden tokens are those of the definition."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_service.engines.vision.repetition import (
    LoopDetector,
    LoopLimits,
    NoRepeatNgrams,
    TokenKinds,
)


def brute_force(tokens: Sequence[int], size: int, window: int | None, exempt: set[int]) -> set[int]:
    """Return the forbidden tokens by their definition."""
    if len(tokens) < size:
        return set()
    start = 0 if window is None else max(0, len(tokens) - window)
    tail = list(tokens[len(tokens) - size + 1 :])
    grams = [list(tokens[place : place + size]) for place in range(start, len(tokens) - size + 1)]
    return {gram[-1] for gram in grams if gram[:-1] == tail} - exempt


@given(
    tokens=st.lists(st.integers(0, 3), max_size=80),
    size=st.integers(2, 6),
    window=st.one_of(st.none(), st.integers(1, 40)),
    exempt=st.sets(st.integers(0, 3), max_size=1),
)
def test_forbidden_tokens_are_those_that_the_definition_says(
    tokens: list[int], size: int, window: int | None, exempt: set[int]
) -> None:
    guard = NoRepeatNgrams(size, window, exempt)
    for count, token in enumerate(tokens):
        assert guard.forbidden() == brute_force(tokens[:count], size, window, exempt)
        guard.append(token)
    assert guard.forbidden() == brute_force(tokens, size, window, exempt)


def test_a_guard_forgets_what_has_left_its_window() -> None:
    guard = NoRepeatNgrams(4, 30)
    source = random.Random(1)
    for _ in range(5000):
        guard.append(source.randrange(1000))
    assert len(guard._followers) <= 31


OPEN, CLOSE, DIGITS = 1000, 1001, frozenset(range(100, 200))
KINDS = TokenKinds(OPEN, CLOSE, DIGITS)


def stopped_at(
    tokens: Iterator[int] | Sequence[int], limits: LoopLimits | None = None
) -> int | None:
    """Return after how many tokens the detector stops a page, None if it does not."""
    watch = LoopDetector(KINDS, limits)
    for count, token in enumerate(tokens, 1):
        if watch.append(token):
            return count
    return None


def words(count: int, seed: int = 0) -> list[int]:
    """Return tokens distributed as in text: few are common, many are rare."""
    source = random.Random(seed)
    return [200 + int(source.paretovariate(0.7)) % 700 for _ in range(count)]


def test_text_is_no_loop() -> None:
    assert stopped_at(words(8192)) is None


@pytest.mark.parametrize("length", [1, 2, 7, 40, 300, 2000])
def test_a_passage_that_comes_again_and_again_is_a_loop(length: int) -> None:
    passage = words(length)
    count = stopped_at((words(500, seed=9) + passage * (8192 // length))[:8192])
    assert count is not None
    assert count <= 500 + max(1100, 3 * length + 100)
    assert stopped_at(words(500, seed=9) + passage * 2 + words(3000, seed=8)) is None


def test_noise_of_few_tokens_is_a_loop() -> None:
    source = random.Random(0)
    count = stopped_at([source.choice([5, 6, 7]) for _ in range(3000)])
    assert count is not None
    assert count < 1100


def test_boxes_that_move_on_are_a_loop() -> None:
    source = random.Random(0)
    tokens = []
    for _ in range(400):
        numbers = [source.randrange(100, 200) for _ in range(4)]
        tokens += [3, source.choice([10, 11, 12]), 4, OPEN, 8]
        tokens += [part for number in numbers for part in (number, 9)] + [8, CLOSE]
    count = stopped_at(tokens)
    assert count is not None
    assert count < 1800


def test_a_list_that_counts_is_a_loop_but_a_table_of_numbers_is_not() -> None:
    counting = [
        part
        for number in range(2000)
        for part in (5, 100 + number // 100, 9, 100 + number % 100, 6)
    ]
    count = stopped_at(counting)
    assert count is not None
    assert 3000 < count < 3200
    source = random.Random(0)
    table = [part for _ in range(900) for part in (5, source.randrange(100, 200), 6)]
    assert stopped_at(table) is None


def test_variety_does_not_grow_in_a_loop() -> None:
    watch = LoopDetector(KINDS)
    for token in words(300):
        watch.append(token)
    before = watch.variety
    assert before > 200
    for token in words(40, seed=3) * 10:
        watch.append(token)
    assert watch.variety <= before + 50
