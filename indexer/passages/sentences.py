"""Finds the ends of sentences, and cuts a sentence that is too long at clauses.

Formulas are never cut. A sentence ends at a full stop that does not belong to an abbreviation, an
initial or a number ("e.g.", "Fig. 3", "D. Hilbert", "3.14").
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from indexer.passages.math_spans import MathSpan, next_after

__all__ = ["cut_evenly", "sentence_ends"]

_END = re.compile(r"[.!?…]++[\"'”’»)\]*_]{0,4}(?=\s)|[。！？]")
_CLAUSE = re.compile(r"[,;:—](?=\s)|[，；：、]|\s[-–](?=\s)|(?<=\w)(?=\n)")
# English and German, without their last full stop.
_ABBREVIATIONS = (
    " e.g i.e fig figs p pp eq eqs eqn eqns cf vs resp ch chap sec sect thm nos vol viz al ed eds"
    " dr mr mrs ms prof st ca approx art prop cor lem ex def ref refs op cit loc ibid w.r.t i.i.d"
    " a.e l.h.s r.h.s q.v univ jr sr abb aufg bd bsp bzw d.h gl kap nr u.a vgl z.b ggf evtl sog "
)
_WORD_REACH = 24  # characters before a full stop in which its word begins


def sentence_ends(markdown: str, start: int, end: int, spans: list[MathSpan]) -> list[int]:
    """Return the end offset of each sentence of `markdown[start:end]` except the last."""
    ends: list[int] = []
    index = next_after(spans, start)
    for found in _END.finditer(markdown, start, end):
        index = next_after(spans, found.start(), index)
        inside = index < len(spans) and spans[index].start <= found.start()
        if not inside and found.end() < end and _ends_sentence(markdown, found, start, end):
            ends.append(found.end())
    return ends


def _ends_sentence(markdown: str, found: re.Match[str], start: int, end: int) -> bool:
    """Return whether a full stop or similar mark ends a sentence."""
    if not found[0].startswith("."):
        return True
    rest = markdown[found.end() : min(end, found.end() + 40)].lstrip()
    follower = rest.lstrip("\"'“‘«([*_")[:1]
    if follower.islower():
        return False
    back = markdown[max(start, found.start() - _WORD_REACH) : found.start()]
    words = back.split()
    word = words[-1].lstrip("(\"'“‘«[*_") if words and not back[-1].isspace() else ""
    if f" {word.lower()} " in _ABBREVIATIONS or (word == "No" and follower.isdigit()):
        return False
    if len(word) == 1 and word.isalpha():  # an initial; "point P. Then" is missed
        return False
    # "3. The" at the start is the number of a section or an exercise.
    return not (word.isdigit() and (follower.isdigit() or found.start() - len(word) == start))


def cut_evenly(
    markdown: str, start: int, end: int, spans: list[MathSpan], parts: int
) -> Iterator[tuple[int, int]]:
    """Yield about `parts` pieces of equal length, cut at clauses, else spaces, never in formulas.

    Text with neither (a loop of the OCR model without a space) is cut at any character.
    """
    step = max(1, (end - start) // parts)
    clauses = [found.end() for found in _CLAUSE.finditer(markdown, start, end)]
    begin = start
    while end - begin > step * 1.5:
        ideal, reach = begin + step, step // 4
        cut = _clause_near(clauses, spans, ideal, reach)
        if cut is None:
            cut = _space_near(markdown, spans, ideal, begin + step // 4, min(end, ideal + reach))
        if cut is None:
            cut = _outside(spans, ideal)
        if not begin < cut < end:
            break
        yield begin, cut
        begin = cut
    yield begin, end


def _outside(spans: list[MathSpan], offset: int) -> int:
    """Return the offset itself, or the end of the formula around it."""
    index = next_after(spans, offset)
    inside = index < len(spans) and spans[index].start < offset
    return spans[index].end if inside else offset


def _clause_near(clauses: list[int], spans: list[MathSpan], ideal: int, reach: int) -> int | None:
    """Return the end of a clause near an offset and outside formulas, None if there is none."""
    middle = bisect_right(clauses, ideal)
    near = clauses[max(0, middle - 8) : middle + 8]
    good = [(abs(at - ideal), at) for at in near if _outside(spans, at) == at]
    return min(good)[1] if good and min(good)[0] <= reach else None


def _space_near(
    markdown: str, spans: list[MathSpan], ideal: int, low: int, high: int
) -> int | None:
    """Return the offset of a space outside formulas, before `ideal` if possible."""
    for at in (*range(ideal, low, -1), *range(ideal + 1, high)):
        if markdown[at].isspace() and _outside(spans, at) == at:
            return int(at)
    return None
