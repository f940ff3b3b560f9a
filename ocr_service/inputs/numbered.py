"""Recognises files that one running number orders, such as IMG_1.png, IMG_2.png, IMG_10.png. Pure.

Names follow one pattern if they differ in one number only. The number must run: there are at most
four times as many numbers between the first and the last as there are files. Numbers that belong to
a date or a time do not count, nor do those that are a few years: photos and reports of some days or
years are no pages of one book.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["MAX_PAGES", "numbered_series"]

MAX_PAGES = 100_000
_MOST_GAPS = 4  # numbers from the first to the last, for each file
_FEW = 20  # so many files with four-digit years are annual reports rather than pages

_DIGITS = re.compile("([0-9]+)")
_DATE_OR_TIME = re.compile(
    r"""(?<![0-9])(?:19|20)[0-9]{2}([-_.\ ]?)(?:0?[1-9]|1[0-2])\1(?:[0-2]?[0-9]|3[01])
        (?:[-_.T\ ]{0,2}[0-9]{6}(?:[0-9]{3})?)?(?![0-9])
      | (?<![0-9])[0-2]?[0-9][-_.:h][0-5][0-9][-_.:m][0-5][0-9](?![0-9])""",
    re.VERBOSE,
)
_SUFFIXES = {".jpeg": ".jpg", ".tiff": ".tif"}


def numbered_series(names: Sequence[str]) -> dict[int, str] | None:
    """Return at least two file names by their running number, in order; None if they have none."""
    if len(names) < 2:
        return None
    split = [_parts(name) for name in names]
    shape = split[0][::2]
    if any(parts[::2] != shape for parts in split):
        return None
    varying = [
        place
        for place in range(1, len(split[0]), 2)
        if any(parts[place] != split[0][place] for parts in split)
    ]
    if len(varying) != 1:
        return None
    place = varying[0]
    numbers = {int(parts[place]): name for parts, name in zip(split, names, strict=True)}
    if len(numbers) < len(names) or not _run(numbers):
        return None
    if any(_is_date(parts, place) for parts in split) or _are_years(split, place):
        return None
    return dict(sorted(numbers.items()))


def _parts(name: str) -> list[str]:
    """Split a name at its numbers: text, number, text, ... in lower case, the suffix last."""
    stem, dot, suffix = name.lower().rpartition(".")
    suffix = _SUFFIXES.get(dot + suffix, dot + suffix)
    return [*_DIGITS.split(stem), "", suffix] if stem else [name, "", ""]


def _run(numbers: dict[int, str]) -> bool:
    first, last = min(numbers), max(numbers)
    return last <= MAX_PAGES and last - first < _MOST_GAPS * len(numbers)


def _is_date(parts: list[str], place: int) -> bool:
    """Return whether the number at this place is part of a date or of a time."""
    start = sum(map(len, parts[:place]))
    end = start + len(parts[place])
    dates = _DATE_OR_TIME.finditer("".join(parts))
    return any(date.start() < end and start < date.end() for date in dates)


def _are_years(split: list[list[str]], place: int) -> bool:
    years = (re.fullmatch("(?:19|20)[0-9]{2}", parts[place]) for parts in split)
    return len(split) < _FEW and all(years)
