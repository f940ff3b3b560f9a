"""Raised and lowered items to the nuclei they belong to: scripts, limits, labels, prescripts."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.engines.typeset.characters.nodes import (
    Array,
    Brace,
    Function,
    Glyph,
    Item,
    Scripts,
    baseline,
    hull,
    size_of,
)
from ocr_service.engines.typeset.formulas.arrays import split_rows
from ocr_service.engines.typeset.formulas.function_names import named

__all__ = ["attach"]


def attach(
    main: list[Item],
    others: Sequence[Item],
    line: float,
    size: float,
) -> list[Item]:
    """Return the nuclei with the other items attached as scripts and limits."""
    nodes = [Scripts(*item.box, item.base, item.size, item) for item in named(main, size)]
    leading = Scripts(*main[0].box, line, size, None)
    limits: dict[int, tuple[Scripts, bool, list[list[Item]]]] = {}
    before: dict[int, Scripts] = {}
    for run in _runs(others, size):
        raised = _raised(run, line)
        hung = _hung(run, raised, nodes, size)
        for node, part in hung:
            limits.setdefault(2 * id(node) + raised, (node, raised, []))[2].append(part)
        if hung:
            continue
        empty = _before(nodes, run, before, size)
        for item in run:
            node = empty or _nucleus(nodes, item, size) or leading
            (node.sup if raised else node.sub).append(item)
    for node, raised, runs in limits.values():
        _hang_limits(node, runs, raised=raised)
    found = [leading] if leading.sup or leading.sub else []
    for node in nodes:
        found += [before[id(node)], node] if id(node) in before else [node]
    return [_with_box(node) for node in found]


def _before(
    nodes: Sequence[Scripts], run: Sequence[Item], before: dict[int, Scripts], size: float
) -> Scripts | None:
    """Return the empty nucleus in front of the node that scripts stand right before, if they do.

    Scripts that white parts from what precedes them belong to what follows.
    """
    box = hull(run)
    preceding = max((node.right for node in nodes if node.left < box[0]), default=-1e9)
    following = next((node for node in nodes if node.left > box[2] - 0.3 * size), None)
    if following is None or preceding < -1e8:
        return None
    last = max((node for node in nodes if node.left < box[0]), key=lambda node: node.right)
    operation = isinstance(last.nucleus, Glyph) and last.nucleus.kind in "br"
    if box[0] - preceding < 0.2 * size and not operation:
        return None
    if following.left - box[2] > 0.15 * size:
        return None
    return before.setdefault(id(following), Scripts(*box, run[0].base, size, None))


def _with_box(node: Scripts) -> Item:
    """Return a nucleus with the box around it and its scripts; alone, where it has none."""
    if not node.sup and not node.sub and node.nucleus is not None:
        return node.nucleus
    everything = [*([node.nucleus] if node.nucleus else []), *node.sup, *node.sub]
    node.left, node.top, node.right, node.bottom = hull(everything)
    return node


def _raised(run: Sequence[Item], line: float) -> bool:
    """Tell whether items stand over the baseline rather than under it."""
    largest = max(run, key=lambda item: item.size)
    return line > baseline(largest, largest.size)


def _runs(others: Sequence[Item], size: float) -> list[list[Item]]:
    """Return the items that are not on the baseline by what hangs together."""
    runs: list[list[Item]] = []
    for item in sorted(others, key=lambda item: item.left):
        for run in reversed(runs):
            _, top, right, bottom = hull(run)
            level = min(bottom, item.bottom) - max(top, item.top) > -0.05 * size
            if item.left - right < 0.42 * size and level:
                run.append(item)
                break
        else:
            runs.append([item])
    return runs


def _hung(
    run: list[Item], raised: bool, nodes: Sequence[Scripts], size: float
) -> list[tuple[Scripts, list[Item]]]:
    """Return the operators that a run hangs on, each with its part: limits may touch each other."""
    node = _limited(run, raised, nodes, size)
    if node is not None:
        return [(node, run)]
    left, _, right, _ = hull(run)
    signs = [
        node
        for node in nodes
        if node.right > left
        and node.left < right
        and (isinstance(node.nucleus, Function) or getattr(node.nucleus, "kind", "") == "O")
    ]
    if len(signs) < 2:
        return []
    parts: dict[int, list[Item]] = {}
    for item in run:
        nearest = min(range(len(signs)), key=lambda i: abs(signs[i].middle - item.middle))
        parts.setdefault(nearest, []).append(item)
    hung = [(signs[i], part) for i, part in parts.items()]
    fits = all(_limited(part, raised, [node], size) is not None for node, part in hung)
    return hung if fits else []


def _limited(
    run: Sequence[Item], raised: bool, nodes: Sequence[Scripts], size: float
) -> Scripts | None:
    """Return the operator that a run is centred over or under, as limits and labels are."""
    left, top, right, bottom = hull(run)
    middle = (left + right) / 2
    for node in nodes:
        sign = node.nucleus
        if not (
            isinstance(sign, Function | Brace) or (isinstance(sign, Glyph) and sign.kind in "OIrb")
        ):
            continue
        gap = sign.top - bottom if raised else top - sign.bottom
        centred = abs(middle - sign.middle) < 0.14 * size + 0.03 * (right - left)
        if centred and -0.12 * size < gap < 0.7 * size:
            return node
    return None


def _nucleus(nodes: Sequence[Scripts], item: Item, size: float) -> Scripts | None:
    """Return the nucleus that a raised or lowered item follows."""
    found = None
    for node in nodes:
        nucleus = node.nucleus
        if nucleus is None or nucleus.left > item.middle:
            break
        # A subscript may begin under the overhang of an integral or an italic letter.
        if nucleus.left < item.left - 0.05 * size or nucleus.middle < item.left:
            found = node
    return found


def _hang_limits(node: Scripts, runs: list[list[Item]], *, raised: bool) -> None:
    """Hang runs, the lines of a limit, over or under an operator."""
    node.limits = True
    part = node.sup if raised else node.sub
    items = [item for run in runs for item in run]
    rows = split_rows(items)
    if len(rows) < 2:
        part += items
        return
    cells = [[row] for row in rows]
    part.append(Array(*hull(items), items[0].base, size_of(items), "", "", cells))
