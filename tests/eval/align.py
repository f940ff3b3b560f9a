"""Aligns the words and formulas of the source with those of the output, in one order.

Both sides become a stream of tokens. Runs of tokens that occur once on both sides are anchors:
runs of three, then two, then one, recursively between the anchors. Dynamic programming aligns the
short stretches that are left, with the similarity of formulas as the score. A last step looks for
unaligned runs at other places: footnotes, floats and marginal numbers move.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tests.eval.distance import similarity
from tests.eval.tokens import CITATION, WILDCARDS, Token

__all__ = ["Alignment", "align"]

BAND = 160  # half the width of the band that dynamic programming looks at
MAX_STRETCH = 6_000  # tokens that are aligned at once
_NOTE_MARKS = "*†‡§¶"

TokenRange = tuple[int, int]  # the first index and the one behind the last
Pairs = list[tuple[int, int]]


@dataclass(slots=True)
class Alignment:
    """Pairs (source index, output index), either of them None; `moved` are pairs out of order."""

    pairs: list[tuple[int | None, int | None]]
    moved: Pairs


def align(source: Sequence[Token], output: Sequence[Token]) -> Alignment:
    """Align two streams: first the text in order, then what moved, each run in order.

    Footnotes, and tables and figures, are aligned with what the text left over; then runs of
    tokens that are left on both sides are sought anywhere, and count as moved.
    """
    pairs: Pairs = []
    free = list(range(len(output)))
    for kind in ("text", "note", "aside"):
        ours = [i for i, token in enumerate(source) if _kind(token) == kind]
        found: Pairs = []
        left = [source[i] for i in ours]
        right = [output[j] for j in free]
        _between(left, right, ((0, len(left)), (0, len(right))), 4, found)
        pairs += [(ours[i], free[j]) for i, j in found]
        taken = {j for _, j in found}
        free = [j for place, j in enumerate(free) if place not in taken]
    pairs.sort()
    moved = _moved(source, output, pairs)
    return Alignment(_complete(source, pairs, moved, len(output)), moved)


def _kind(token: Token) -> str:
    return "aside" if token.aside else "note" if token.note else "text"


def _between(
    source: Sequence[Token],
    output: Sequence[Token],
    spans: tuple[TokenRange, TokenRange],
    width: int,
    pairs: Pairs,
) -> None:
    """Align two stretches by what occurs once in both, and recursively the parts between."""
    (a, b), (c, d) = spans
    while a < b and c < d and source[a].key == output[c].key:
        pairs.append((a, c))
        a, c = a + 1, c + 1
    while a < b and c < d and source[b - 1].key == output[d - 1].key:
        b, d = b - 1, d - 1
        pairs.append((b, d))
    if a == b or c == d:
        return
    if (b - a) * (d - c) <= BAND * BAND // 4:
        pairs += _dynamic(source, output, (a, b), (c, d))
        return
    while width:
        anchors = _anchors(source, output, (a, b), (c, d), width)
        if anchors:
            break
        width -= 1
    else:
        pairs += _dynamic(source, output, (a, b), (c, d))
        return
    for i, j in [*anchors, (b, d)]:
        narrower = width if len(anchors) > 1 else width - 1
        _between(source, output, ((a, i), (c, j)), narrower, pairs)
        if (i, j) != (b, d):
            pairs.append((i, j))
            a, c = i + 1, j + 1


def _anchors(
    source: Sequence[Token],
    output: Sequence[Token],
    left: TokenRange,
    right: TokenRange,
    width: int,
) -> Pairs:
    """Return the longest rising chain of runs of `width` tokens that both stretches have once."""
    ours = _once(source, left, width)
    theirs = _once(output, right, width)
    both = sorted((i, theirs[run]) for run, i in ours.items() if run in theirs)
    return _rising(both)


def _once(tokens: Sequence[Token], span: tuple[int, int], width: int) -> dict[tuple[str, ...], int]:
    places: dict[tuple[str, ...], int] = {}
    keys = [tokens[i].key for i in range(*span)]
    counts: Counter[tuple[str, ...]] = Counter()
    for index in range(len(keys) - width + 1):
        run = tuple(keys[index : index + width])
        counts[run] += 1
        places[run] = span[0] + index
    return {run: place for run, place in places.items() if counts[run] == 1}


def _rising(both: Pairs) -> Pairs:
    """Return a longest increasing subsequence by the second member (patience sorting)."""
    tops: list[int] = []
    at: list[int] = []
    back: list[int] = [-1] * len(both)
    for index, (_, j) in enumerate(both):
        place = bisect_left(tops, j)
        if place == len(tops):
            tops.append(j)
            at.append(index)
        else:
            tops[place], at[place] = j, index
        back[index] = at[place - 1] if place else -1
    chain: Pairs = []
    index = at[-1] if at else -1
    while index >= 0:
        chain.append(both[index])
        index = back[index]
    return chain[::-1]


def _score(first: Token, second: Token) -> float:
    """Return a pair's score: 1 or 2 if equal, similarity for formulas, below 0 if no match."""
    if first.key == second.key:
        return 2.0 if first.form is not None else 1.0
    if first.form is not None and second.form is not None:
        alike = similarity(first.form.line, second.form.line)
        return 2 * alike - 0.1 if alike > 0.12 else -1.0
    if first.key in WILDCARDS:
        if first.key == CITATION:
            return -1.0
        marks = second.key.isdigit() or second.key in _NOTE_MARKS or second.form is not None
        return 0.8 if marks and len(second.key) < 20 else -1.0
    if first.form is None and second.form is None and first.key[0].isalpha():
        return (
            0.1 if second.key[0].isalpha() and abs(len(first.key) - len(second.key)) < 4 else -1.0
        )
    return -1.0


def _dynamic(
    source: Sequence[Token], output: Sequence[Token], left: TokenRange, right: TokenRange
) -> Pairs:
    """Align two stretches by Needleman and Wunsch's method, within a band around the diagonal."""
    (a, b), (c, d) = left, right
    rows, columns = b - a, d - c
    if not rows or not columns or max(rows, columns) > MAX_STRETCH:
        return []
    slope = columns / rows
    band = max(BAND, int(2 * slope) + 2)
    scores: dict[tuple[int, int], float] = {(0, 0): 0.0}
    steps: dict[tuple[int, int], str] = {}
    for i in range(rows + 1):
        middle = int(i * slope)
        for j in range(max(0, middle - band), min(columns, middle + band) + 1):
            if i == j == 0:
                continue
            choices = [(scores.get((i - 1, j), -1e9), "up"), (scores.get((i, j - 1), -1e9), "left")]
            diagonal = scores.get((i - 1, j - 1))
            if diagonal is not None:
                score = _score(source[a + i - 1], output[c + j - 1])
                if score > 0:
                    choices.append((diagonal + score, "both"))
            scores[i, j], steps[i, j] = max(choices, key=lambda choice: choice[0])
    return [(a + i, c + j) for i, j in _traced(steps, rows, columns)]


def _traced(steps: dict[tuple[int, int], str], i: int, j: int) -> Pairs:
    """Follow the steps back from the end; return the pairs, counted from 0."""
    pairs: Pairs = []
    while (i, j) in steps:
        step = steps[i, j]
        i -= step != "left"
        j -= step != "up"
        if step == "both":
            pairs.append((i, j))
    return pairs


def _moved(source: Sequence[Token], output: Sequence[Token], pairs: Pairs) -> Pairs:
    """Find runs of three and more equal tokens that are left on both sides, wherever they are.

    From a run found the alignment grows to both sides over what is left there.
    """
    done_source = {i for i, _ in pairs}
    done_output = {j for _, j in pairs}
    free: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for j in range(len(output) - 2):
        if not {j, j + 1, j + 2} & done_output:
            free[output[j].key, output[j + 1].key, output[j + 2].key].append(j)
    moved: Pairs = []
    i = 0
    while i < len(source) - 2:
        run = (source[i].key, source[i + 1].key, source[i + 2].key)
        best: tuple[int, int] | None = None
        if not {i, i + 1, i + 2} & done_source:
            for j in free.get(run, [])[:50]:
                length = 0
                while (
                    i + length < len(source)
                    and j + length < len(output)
                    and i + length not in done_source
                    and j + length not in done_output
                    and source[i + length].key == output[j + length].key
                ):
                    length += 1
                if length >= 3 and (best is None or length > best[0]):
                    best = (length, j)
        if best is None:
            i += 1
            continue
        length, j = best
        found = [(i + step, j + step) for step in range(length)]
        found += _grown(source, output, (i + length, j + length), done_source, done_output)
        moved += found
        done_source |= {one for one, _ in found}
        done_output |= {two for _, two in found}
        i += length
    return moved


def _grown(
    source: Sequence[Token],
    output: Sequence[Token],
    start: tuple[int, int],
    done_source: set[int],
    done_output: set[int],
) -> Pairs:
    """Align the free stretches behind a moved run."""
    i, j = start
    b, d = i, j
    while b < len(source) and b not in done_source and b - i < 80:
        b += 1
    while d < len(output) and d not in done_output and d - j < 80:
        d += 1
    return _dynamic(source, output, (i, b), (j, d))


def _complete(
    source: Sequence[Token],
    pairs: Pairs,
    moved: Pairs,
    columns: int,
) -> list[tuple[int | None, int | None]]:
    """Return all pairs in the source's order, with what has no partner at its place between them.

    What only the output has follows the partner of the token before it in the output.
    """
    partner = dict([*pairs, *moved])
    taken = set(partner.values())
    behind: dict[int, list[int]] = defaultdict(list)
    text = {j for i, j in pairs if _kind(source[i]) == "text"}
    before = -1
    for j in range(columns):
        if j in text:
            before = j
        elif j not in taken:
            behind[before].append(j)
    result: list[tuple[int | None, int | None]] = [(None, j) for j in behind[-1]]
    for i in range(len(source)):
        found = partner.get(i)
        result.append((i, found))
        if found is not None:
            result += [(None, one) for one in behind.get(found, [])]
    return result
