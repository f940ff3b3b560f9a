"""Gives the headings of a book their levels, by numbering, size and recurrence. Pure.

Headings with numbers form classes: parts, chapters, 3, 3.2, 3.2.1. A class has one level wherever
it stands. Headings without a number take the level of the class in whose size they are set, or one
between or below the classes, by their size. A large heading that only stands once, in front, is the
title of the book: chapters end it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import median, mode

from ocr_service.books.sections.headings import BookHeading
from ocr_service.books.sections.known_titles import is_exercises, is_matter
from ocr_service.books.sections.numbering import HeadingKind, HeadingNumber, section_number

__all__ = ["DEEPEST", "class_of", "heading_levels"]

DEEPEST = 6
_SAME = 0.04  # relative difference of sizes that are one size
_SEVERAL = 3  # headings of a size of its own above all numbered ones, so that it is a level

HeadingClass = tuple[HeadingKind, int]  # kind and depth of numbering
_OUTER = frozenset({HeadingKind.PART, HeadingKind.CHAPTER, HeadingKind.APPENDIX})


def class_of(heading: BookHeading) -> HeadingClass:
    """Return the class of a heading by its number."""
    return heading.number.kind, heading.number.depth


def _with_appendices(headings: Sequence[BookHeading]) -> list[BookHeading]:
    """Return headings with appendices of the kind that they follow: chapters, or 1, 2, 3."""
    kinds = {heading.number.kind for heading in headings}
    for kind in (HeadingKind.CHAPTER, HeadingKind.NUMBER, HeadingKind.ROMAN):
        if kind in kinds:
            number = HeadingNumber(kind)
            return [
                replace(heading, number=number)
                if heading.number.kind is HeadingKind.APPENDIX
                else heading
                for heading in headings
            ]
    return list(headings)


def heading_levels(headings: Sequence[BookHeading]) -> list[int]:
    """Return the level of each heading of a book, 1 to 6; `headings` are in order."""
    headings = _with_appendices(headings)
    typed = [heading.size > 0 for heading in headings]
    if sum(typed) * 2 > len(headings):
        return _by_type(headings)
    return _by_given(headings)


# ------------------------------------------------------------------------------ by their type

_LEAF = 1000.0  # the rank of what lies below all else
_BELOW = 500.0  # ranks of headings smaller than all with numbers: this, less their size; of run-in


def _by_type(headings: Sequence[BookHeading]) -> list[int]:
    numbered = _numbered_classes(headings)
    order = _nested(numbered)
    sizes = {kind: sorted(one.size for one in numbered[kind] if one.size) for kind in order}
    first = next((i for i, one in enumerate(headings) if class_of(one) in numbered), 0)
    often = _titles_by_size(headings)
    matter = _matter(headings, min(sizes[order[0]], default=0.0) if order else 0.0)
    ranks: list[float] = []
    for index, heading in enumerate(headings):
        kind = class_of(heading)
        if kind in numbered:
            ranks.append(float(order.index(kind)))
        elif heading.number.kind is HeadingKind.STATEMENT:
            ranks.append(_LEAF)
        elif heading.run_in:
            ranks.append(_BELOW)
        elif not order:
            ranks.append(_BELOW - heading.size)
        else:
            rank = _rank_by_size(heading.size, [sizes[kind] for kind in order])
            if not rank.is_integer() and often[round(heading.size)] < _SEVERAL:
                rank = 0.0 if index < first and rank < 0 else _LEAF
            ranks.append(min(rank, 0.0) if index in matter else rank)
    ranks = _within_sections(headings, ranks, order)
    return _compressed(headings, _with_exercises(headings, ranks, order), titled=not order)


def _within_sections(
    headings: Sequence[BookHeading], ranks: Sequence[float], order: Sequence[HeadingClass]
) -> list[float]:
    """Return ranks where a heading without a number between 3.1 and 3.2 is below 3.1.

    Between 3 and 3.1, and between 3.1.4 and 3.2, it is no outer one than those: 3 goes on.
    """
    result = list(ranks)
    before: tuple[int, ...] = ()
    held: list[int] = []
    for index, heading in enumerate(headings):
        if heading.number.kind is HeadingKind.PLAIN:
            held.append(index)
            continue
        if heading.number.kind is HeadingKind.STATEMENT or class_of(heading) not in order:
            continue
        number = section_number(heading.title)
        if len(number) > 1 and before[: len(number) - 1] == number[:-1]:
            least = order.index(class_of(heading)) + 0.5 * (len(before) == len(number))
            for one in held:
                result[one] = max(result[one], least)
        before, held = number, []
    return result


def _matter(headings: Sequence[BookHeading], size: float) -> set[int]:
    """Return the indices of headings of front and back matter, which stand once.

    They end chapters, whatever their type if they begin a page, else in the type of chapters: that
    of the outermost numbers, whose `size` is given, or a larger one.
    """
    names = Counter(heading.title.casefold() for heading in headings)
    return {
        index
        for index, heading in enumerate(headings)
        if (heading.place == 0 or 0 < size <= heading.size)
        and names[heading.title.casefold()] == 1
        and is_matter(heading.title)
    }


def _with_exercises(
    headings: Sequence[BookHeading], ranks: Sequence[float], order: Sequence[HeadingClass]
) -> list[float]:
    """Return ranks where numbered exercises have that of the sections of a chapter.

    Exercises 3.2 have that of the sections of 3.2.
    """
    result = list(ranks)
    for index, heading in enumerate(headings):
        if order and is_exercises(heading.title):
            depth = heading.title.rstrip(".").count(".")
            above = [rank for rank, kind in enumerate(order) if _holds_exercises(kind, depth)]
            rank = above[-1] if above else 0
            result[index] = min((one for one in ranks if rank < one < _LEAF), default=rank + 0.5)
    return result


def _holds_exercises(kind: HeadingClass, depth: int) -> bool:
    return kind[0] in _OUTER or (kind[0] is HeadingKind.NUMBER and kind[1] <= depth)


def _titles_by_size(headings: Sequence[BookHeading]) -> dict[int, int]:
    """Return how many different headings without a number each size has."""
    titles: defaultdict[int, set[str]] = defaultdict(set)
    for heading in headings:
        if heading.number.kind is HeadingKind.PLAIN:
            titles[round(heading.size)].add(heading.title)
    return defaultdict(int, {size: len(found) for size, found in titles.items()})


def _numbered_classes(headings: Sequence[BookHeading]) -> dict[HeadingClass, list[BookHeading]]:
    """Return the classes of headings with a number.

    One that stands alone is no class, but a chapter or 3.2: a quoted heading, or an appendix.
    """
    classes: defaultdict[HeadingClass, list[BookHeading]] = defaultdict(list)
    for heading in headings:
        if heading.number.kind not in {HeadingKind.PLAIN, HeadingKind.STATEMENT}:
            classes[class_of(heading)].append(heading)
    for kind in {(HeadingKind.ROMAN, 1), (HeadingKind.LETTER, 1)} & set(classes):
        # A sign before titles that is read as V counts nothing.
        if len({one.title[: one.number.length] for one in classes[kind]}) < 2:
            del classes[kind]
    several = max((len(members) for members in classes.values()), default=0) >= _SEVERAL
    return {
        kind: members
        for kind, members in classes.items()
        if len(members) >= 2 or kind[1] > 1 or not several
    }


def _nested(classes: Mapping[HeadingClass, Sequence[BookHeading]]) -> list[HeadingClass]:
    """Return the classes from the outermost to the innermost.

    Parts and chapters come first. Of 3, IV and B, which may nest in any way, the larger type is the
    outer one; 3.2 is below 3.
    """
    outer = sorted(kind for kind in classes if kind[0] in _OUTER)
    single = [kind for kind in classes if kind[0] not in _OUTER and kind[1] == 1]
    single.sort(key=lambda kind: (-_size(classes[kind]), kind))
    deeper = sorted((kind for kind in classes if kind[1] > 1), key=lambda kind: kind[1])
    number = (HeadingKind.NUMBER, 1)
    place = single.index(number) + 1 if number in single else 0
    if not deeper:
        return [*outer, *single]
    if number not in single:
        largest = _size(classes[deeper[0]])
        place = sum(_size(classes[kind]) > largest * (1 + _SAME) for kind in single)
    return [*outer, *single[:place], *deeper, *single[place:]]


def _size(headings: Sequence[BookHeading]) -> float:
    """Return the usual size of headings in whole points, so that equal sizes compare equal."""
    sizes = [heading.size for heading in headings if heading.size]
    return round(median(sizes), 0) if sizes else 0.0


def _rank_by_size(size: float, classes: Sequence[Sequence[float]]) -> float:
    """Return the rank of a size among the classes from the outermost on; halves lie between."""
    usual = [median(sizes) if sizes else 0.0 for sizes in classes]
    for rank, sizes in enumerate(classes):
        if sizes and (1 - _SAME) * usual[rank] <= size <= (1 + _SAME) * sizes[-1]:
            return float(rank)
    for rank, one in enumerate(usual):
        if one and size > one:
            return rank - 0.5
    return _BELOW - size


def _compressed(
    headings: Sequence[BookHeading], ranks: Sequence[float], *, titled: bool
) -> list[int]:
    """Return levels without gaps for ranks.

    If `titled`, an outermost rank that only one title has is the book's title, and joined to the
    next rank, of which it would be the parent all through the book.
    """
    merged = _merged_sizes(ranks)
    titles: defaultdict[float, set[str]] = defaultdict(set)
    for heading, rank in zip(headings, merged, strict=True):
        titles[rank].add(heading.title)
    kept = sorted(titles)
    while titled and len(kept) > 1 and len(titles[kept[0]]) < 2:
        kept.pop(0)
    levels = {rank: min(level, DEEPEST) for level, rank in enumerate(kept, 1)}
    return [levels.get(rank, 1) for rank in merged]


def _merged_sizes(ranks: Sequence[float]) -> list[float]:
    """Join ranks of headings below all numbers whose sizes are nearly one."""
    merged: dict[float, float] = {}
    before: float | None = None
    for rank in sorted(set(ranks)):
        size = _BELOW - rank
        joins = before is not None and 0 < size < 100 and 0 <= rank - before < _SAME * size
        merged[rank] = before if joins and before is not None else rank
        before = merged[rank]
    return [merged[rank] for rank in ranks]


# --------------------------------------------------------------- by the levels of their pages


def _by_given(headings: Sequence[BookHeading]) -> list[int]:
    """Return the levels that pages give, but one for each class with numbers, and 3.2 below 3."""
    numbered = _numbered_classes(headings)
    levels: dict[HeadingClass, int] = {}
    above = 0
    for kind in _nested(numbered):
        level = mode(heading.given for heading in numbered[kind])
        levels[kind] = min(DEEPEST, max(level, above + 1))
        above = levels[kind]
    return [levels.get(class_of(heading), heading.given) for heading in headings]
