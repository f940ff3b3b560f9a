"""Finds formulas that were read in parts, and formulas that were read as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.eval.distance import similarity
from tests.eval.tokens import Token

__all__ = ["IndexPair", "Joined", "joined_parts"]

REACH = 12  # pairs on each side in which the other parts are sought
MAX_PARTS = 8

IndexPair = tuple[int | None, int | None]  # indices of the source's and the output's token


@dataclass(frozen=True, slots=True)
class Joined:
    """`parts` are tokens of the output; joined (or with their neighbours) they make a formula."""

    similarity: float
    parts: list[int]
    kind: str  # "split" or "merged"


def joined_parts(
    source: Sequence[Token], output: Sequence[Token], group: list[IndexPair]
) -> tuple[dict[int, Joined], dict[int, Joined]]:
    """Return the formulas of a stretch that are split and those that are merged, by index."""
    split: dict[int, Joined] = {}
    merged: dict[int, Joined] = {}
    for place, (i, j) in enumerate(group):
        if i is None or j is None or source[i].form is None or output[j].form is None:
            continue
        alone = similarity(_line(source[i]), _line(output[j]))
        alike, parts = _best_join(_line(source[i]), output, _widened(group, place, side=1), j)
        if alike > alone:
            split[i] = Joined(alike, parts, "split")
            continue
        alike, parts = _best_join(_line(output[j]), source, _widened(group, place, side=0), i)
        if alike > alone:
            formulas = [part for part in parts if source[part].form is not None]
            merged |= {part: Joined(alike, [j], "merged") for part in formulas}
    return split, merged


def _widened(group: list[IndexPair], place: int, side: int) -> list[int]:
    """Return the free tokens of one side around a pair, with its own, in order."""
    own = group[place][side]
    assert own is not None
    found = [own]
    for step in (-1, 1):
        index = place + step
        while 0 <= index < len(group) and abs(index - place) < REACH:
            here, other = group[index][side], group[index][1 - side]
            if here is not None and other is not None:
                break
            if here is not None:
                found.append(here)
            index += step
    return sorted(found)


def _best_join(
    whole: tuple[str, ...], tokens: Sequence[Token], indices: list[int], own: int
) -> tuple[float, list[int]]:
    """Return how well some tokens around `own`, joined, make the whole formula, and which."""
    best: tuple[float, list[int]] = (0.0, [])
    place = indices.index(own)
    for first in range(place + 1):
        for last in range(place, len(indices)):
            part = indices[first : last + 1]
            if len(part) == 1 or len(part) > MAX_PARTS:
                continue
            if tokens[part[0]].form is None and tokens[part[-1]].form is None:
                continue
            line = tuple(mark for index in part for mark in _line(tokens[index]))
            best = max(best, (similarity(whole, line), part))
    return best


def _line(token: Token) -> tuple[str, ...]:
    if token.form is not None:
        return token.form.line
    return (f"n:{token.text}",) if token.text.isalpha() else (token.text,)
