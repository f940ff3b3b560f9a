"""Attaches raised and lowered nodes to their nuclei: scripts, limits, labels, prescripts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from ocr_service.engines.typeset.characters.kinds import (
    BINARY,
    CLOSING,
    LETTER,
    OPERATOR,
    OPERATORS,
    PRIME,
    RELATION,
)
from ocr_service.engines.typeset.characters.nodes import (
    Array,
    Brace,
    Function,
    Glyph,
    Node,
    Scripts,
    baseline,
    hull,
    size_of,
)
from ocr_service.engines.typeset.formulas.arrays import split_rows
from ocr_service.engines.typeset.formulas.function_names import named

__all__ = ["attach"]

_OPERATIONS = frozenset({BINARY, RELATION})
_APART = frozenset({LETTER, CLOSING})  # browsers set a space after a closing bracket
_WITH_LIMITS = OPERATORS | _OPERATIONS
_MOST_LIMITS = 60  # characters of touching limits; dividing them takes the square of their number


def attach(
    main: list[Node],
    others: Sequence[Node],
    line: float,
    size: float,
) -> list[Node]:
    """Return the nuclei with the other nodes attached as scripts and limits."""
    holders = [Scripts(*node.box, node.base, node.size, node) for node in named(main, size)]
    leading = Scripts(*main[0].box, line, size, None)
    limits: dict[int, tuple[Scripts, bool, list[list[Node]]]] = {}
    before: dict[int, Scripts] = {}
    for run in _runs(others, line, size):
        raised = _raised(run, line)
        attached = _limits_of_operators(run, raised, holders, size)
        for holder, part in attached:
            limits.setdefault(2 * id(holder) + raised, (holder, raised, []))[2].append(part)
        if attached:
            continue
        empty = _before(holders, run, before, size)
        for node in run:
            holder = empty or _nucleus(holders, node, size) or leading
            (holder.sup if raised else holder.sub).append(node)
    for holder, raised, runs in limits.values():
        _attach_limits(holder, runs, raised=raised)
    found = [leading] if leading.sup or leading.sub else []
    for holder in holders:
        found += [before[id(holder)], holder] if id(holder) in before else [holder]
    return [_with_box(holder) for holder in found]


def _before(
    holders: Sequence[Scripts], run: Sequence[Node], before: dict[int, Scripts], size: float
) -> Scripts | None:
    """Return an empty nucleus for prescripts, scripts that belong to what follows, or None.

    They are close to what follows, and a gap separates them from what precedes them.
    """
    box = hull(run)
    preceding = max((_right_of(holder) for holder in holders if holder.left < box[0]), default=-1e9)
    following = next((holder for holder in holders if holder.left > box[2] - 0.3 * size), None)
    if following is None or preceding < -1e8:
        return None
    last = max(
        (holder for holder in holders if holder.left < box[0]), key=lambda holder: holder.right
    )
    operation = isinstance(last.nucleus, Glyph) and last.nucleus.kind in _OPERATIONS
    apart = isinstance(last.nucleus, Glyph) and last.nucleus.kind in _APART
    # An italic letter such as f leans far over its own right edge.
    if box[0] - preceding < (0.32 if apart else 0.2) * size and not operation:
        return None
    if isinstance(run[0], Glyph) and run[0].kind is PRIME:
        return None
    if following.left - box[2] > 0.15 * size:
        return None
    return before.setdefault(id(following), Scripts(*box, run[0].base, size, None))


def _right_of(holder: Scripts) -> float:
    """Return the right edge of a nucleus with the scripts that it has by now, limits left out."""
    return max([holder.right, *(node.right for node in (*holder.sup, *holder.sub))])


def _with_box(holder: Scripts) -> Node:
    """Return a nucleus with the box around it and its scripts; by itself if it has none."""
    if not holder.sup and not holder.sub and holder.nucleus is not None:
        return holder.nucleus
    everything = [*([holder.nucleus] if holder.nucleus else []), *holder.sup, *holder.sub]
    holder.left, holder.top, holder.right, holder.bottom = hull(everything)
    return holder


def _raised(run: Sequence[Node], line: float) -> bool:
    """Tell whether nodes are above the baseline rather than below it."""
    largest = max(run, key=lambda node: node.size)
    return line > baseline(largest, largest.size)


def _runs(others: Sequence[Node], line: float, size: float) -> list[list[Node]]:
    """Return the nodes that are not on the baseline, grouped by gaps.

    A superscript after a subscript, as in "{x_1}^2", is a run of its own: it is as large.
    """
    runs: list[list[Node]] = []
    for node in sorted(others, key=lambda node: node.left):
        for run in reversed(runs):
            _, top, right, bottom = hull(run)
            level = min(bottom, node.bottom) - max(top, node.top) > -0.05 * size
            if node.left - right < 0.42 * size and level and not _is_across(run, node, line, size):
                run.append(node)
                break
        else:
            runs.append([node])
    return runs


def _is_across(run: Sequence[Node], node: Node, line: float, size: float) -> bool:
    """Tell whether a script is on the other side of the baseline than one as large before it."""
    largest = max(run, key=lambda other: other.size)
    if not (0.9 * largest.size < node.size < 0.85 * size):
        return False
    apart = abs(baseline(node, node.size) - baseline(largest, largest.size))
    return _raised([node], line) != _raised([largest], line) and apart > 0.35 * size


def _limits_of_operators(
    run: list[Node], raised: bool, holders: Sequence[Scripts], size: float
) -> list[tuple[Scripts, list[Node]]]:
    """Return the operators whose limits are in a run, each with its part: limits may touch."""
    left, _, right, _ = hull(run)
    signs = [
        holder
        for holder in holders
        if holder.right > left
        and holder.left < right
        and (
            isinstance(holder.nucleus, Function)
            or getattr(holder.nucleus, "kind", None) is OPERATOR
        )
    ]
    divided = len(signs) > 1 and len(run) <= _MOST_LIMITS

    def fitting(*, skip: bool) -> list[tuple[Scripts, list[Node]]]:
        parts = _centred_parts(run, signs, skip=skip) if divided else []
        fits = all(_limited(part, raised, [holder], size) is not None for holder, part in parts)
        return parts if fits else []

    if found := fitting(skip=False):
        return found
    holder = _limited(run, raised, holders, size)
    return [(holder, run)] if holder is not None else fitting(skip=True)


def _centred_parts(
    run: Sequence[Node], signs: Sequence[Scripts], *, skip: bool
) -> list[tuple[Scripts, list[Node]]]:
    """Divide a run among signs, both from left to right, so that the parts are centred on them.

    A wide limit reaches nearer to the next sign than to its own, so the nearest sign does not tell.
    With `skip` a sign may have no part. Returns nothing if the run cannot be divided.
    """
    nodes = sorted(run, key=lambda node: node.left)
    best: list[tuple[float, list[int]]] = [(math.inf, []) for _ in range(len(nodes) + 1)]
    best[0] = (0.0, [])
    for sign in signs:
        # best[end]: the nodes before `end` divided among the signs so far, and where parts end.
        best = [
            min(
                (cost + _off_centre(nodes[start:end], sign, skip=skip), [*ends, end])
                for start, (cost, ends) in enumerate(best[: end + 1])
            )
            for end in range(len(nodes) + 1)
        ]
    cost, ends = best[-1]
    if math.isinf(cost):
        return []
    parts = [nodes[start:end] for start, end in pairwise([0, *ends])]
    return [(sign, part) for sign, part in zip(signs, parts, strict=True) if part]


def _off_centre(part: Sequence[Node], sign: Scripts, *, skip: bool) -> float:
    """Return how far a part is from the middle of its sign, in points."""
    if not part:
        return 0.0 if skip else math.inf
    left, _, right, _ = hull(part)
    return abs((left + right) / 2 - sign.middle)


def _limited(
    run: Sequence[Node], raised: bool, holders: Sequence[Scripts], size: float
) -> Scripts | None:
    """Return the operator that a run is centred above or below, as limits and labels are."""
    left, top, right, bottom = hull(run)
    middle = (left + right) / 2
    for holder in holders:
        sign = holder.nucleus
        if not (
            isinstance(sign, Function | Brace)
            or (isinstance(sign, Glyph) and sign.kind in _WITH_LIMITS)
        ):
            continue
        gap = sign.top - bottom if raised else top - sign.bottom
        centred = abs(middle - sign.middle) < 0.14 * size + 0.03 * (right - left)
        if centred and -0.12 * size < gap < 0.7 * size:
            return holder
    return None


def _nucleus(holders: Sequence[Scripts], node: Node, size: float) -> Scripts | None:
    """Return the nucleus that a raised or lowered node follows."""
    found = None
    for holder in holders:
        nucleus = holder.nucleus
        if nucleus is None or nucleus.left > node.middle:
            break
        # A subscript may begin under the overhang of an integral or an italic letter.
        if nucleus.left < node.left - 0.05 * size or nucleus.middle < node.left:
            found = holder
    return found


def _attach_limits(holder: Scripts, runs: list[list[Node]], *, raised: bool) -> None:
    """Attach runs, the lines of a limit, above or below an operator."""
    holder.limits = True
    part = holder.sup if raised else holder.sub
    nodes = [node for run in runs for node in run]
    rows = split_rows(nodes)
    if len(rows) < 2:
        part += nodes
        return
    cells = [[row] for row in rows]
    part.append(Array(*hull(nodes), nodes[0].base, size_of(nodes), "", "", cells))
