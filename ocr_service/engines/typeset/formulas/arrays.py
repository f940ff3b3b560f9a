"""Folds what tall delimiters enclose: matrices, cases, binomials."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.engines.typeset.characters.kinds import (
    CLOSING,
    DELIMITER,
    DELIMITERS,
    OPENING,
    GlyphKind,
)
from ocr_service.engines.typeset.characters.nodes import Array, Glyph, Node, baseline, hull, size_of

__all__ = ["fold_arrays", "split_rows"]

_OPENERS = frozenset({OPENING, DELIMITER})
_CLOSERS = frozenset({CLOSING})


def fold_arrays(nodes: Sequence[Node], size: float) -> list[Node]:
    """Return the nodes with the rows between tall delimiters folded to arrays.

    `size` is the type size around them, in points.
    """
    folded = sorted(nodes, key=lambda node: node.left)
    start = 0
    while start < len(folded):
        fence = folded[start]
        if not _is_tall(fence, _OPENERS, size):
            start += 1
            continue
        close = _partner(folded, start, size)
        inside = _inside(folded, start, close)
        rows = split_rows(inside)
        low = fence.bottom - fence.top < 1.6 * size
        if (
            len(rows) < 2
            or (close is None and fence.kind is DELIMITER)  # type: ignore[attr-defined]
            or (low and size_of(inside) > 0.85 * size)
        ):
            start += 1
            continue
        end = folded[close] if close is not None else None
        array = _array(fence, end, inside, rows, size)
        gone = set(map(id, [fence, *inside, *([end] if end else [])]))
        folded = [node for node in folded if id(node) not in gone]
        folded.append(array)
        folded.sort(key=lambda node: node.left)
        start = folded.index(array) + 1
    return _closed_only(folded, size)


def _is_tall(node: Node, kinds: frozenset[GlyphKind], size: float) -> bool:
    return (
        isinstance(node, Glyph)
        and node.tall
        and node.kind in kinds
        and node.bottom - node.top > 0.95 * size
    )


def _partner(nodes: Sequence[Node], start: int, size: float) -> int | None:
    """Return the index of the delimiter that closes the one at `start`, of the same height."""
    fence = nodes[start]
    assert isinstance(fence, Glyph)  # noqa: S101
    depth = 0
    for index in range(start + 1, len(nodes)):
        node = nodes[index]
        if not _is_tall(node, DELIMITERS, size):
            continue
        same = (
            abs(node.top - fence.top) < 0.4 * size and abs(node.bottom - fence.bottom) < 0.4 * size
        )
        if not same:
            continue
        assert isinstance(node, Glyph)  # noqa: S101
        if node.kind is OPENING:
            depth += 1
        elif depth and node.kind is CLOSING:
            depth -= 1
        elif node.kind is CLOSING or (node.kind is DELIMITER and fence.kind is DELIMITER):
            return index
    return None


def _inside(nodes: Sequence[Node], start: int, close: int | None) -> list[Node]:
    """Return the nodes between a delimiter and the one that closes it, or to its right."""
    fence = nodes[start]
    right = nodes[close].left if close is not None else 1e9
    slack = 0.2 * fence.size
    inside = []
    for node in nodes[start + 1 :]:
        if node is fence or (close is not None and node is nodes[close]):
            continue
        middle = (node.top + node.bottom) / 2
        if node.right < right + slack and fence.top - slack < middle < fence.bottom + slack:
            inside.append(node)
    return inside


def split_rows(nodes: Sequence[Node]) -> list[list[Node]]:
    """Return nodes by their rows, from the top; one row if they are not stacked.

    Gaps separate rows; a strip without full-size type (limits, scripts) goes with the nearest row.
    """
    if not nodes:
        return []
    size = size_of(nodes)
    strips: list[list[Node]] = []
    edge = -1e9
    for node in sorted(nodes, key=_upper):
        if _upper(node) > edge + 0.02 * size:
            strips.append([])
        strips[-1].append(node)
        edge = max(edge, _lower(node))
    full = [i for i, strip in enumerate(strips) if _is_full(strip, size)]
    if len(full) < 2:
        return [list(nodes)]
    rows: dict[int, list[Node]] = {i: list(strips[i]) for i in full}
    for i, strip in enumerate(strips):
        if i not in rows:
            top, bottom = min(map(_upper, strip)), max(map(_lower, strip))
            nearest = min(
                full,
                key=lambda j: min(
                    abs(top - max(map(_lower, strips[j]))),
                    abs(min(map(_upper, strips[j])) - bottom),
                ),
            )
            rows[nearest] += strip
    return [rows[i] for i in full]


def _upper(node: Node) -> float:
    if isinstance(node, Glyph) and not node.tall:
        return min(node.top, node.base - 0.35 * node.size)
    return node.top


def _lower(node: Node) -> float:
    return max(node.bottom, node.base) if isinstance(node, Glyph) and not node.tall else node.bottom


def _is_full(strip: Sequence[Node], size: float) -> bool:
    return any(node.size > 0.85 * size or not isinstance(node, Glyph) for node in strip)


def _array(
    fence: Node, end: Node | None, inside: Sequence[Node], rows: list[list[Node]], size: float
) -> Array:
    """Return the array between two delimiters."""
    assert isinstance(fence, Glyph)  # noqa: S101
    closing = end.latex if isinstance(end, Glyph) else "."
    left, top, right, bottom = hull([fence, *inside, *([end] if end else [])])
    edges = _gutters(inside, size)
    cells = [_cells(row, edges) for row in rows]
    plain = len(rows) == 2 and not edges and (fence.latex, closing) == ("(", ")")
    step = _step(rows)
    own = size_of(inside)
    binomial = plain and (own < 0.85 * size or step > 1.28 * own or step < 1.17 * own)
    return Array(
        left, top, right, bottom, fence.base, size, fence.latex, closing, cells, binomial
    )  # fmt: skip


def _step(rows: Sequence[Sequence[Node]]) -> float:
    """Return the distance of the first two rows' baselines."""
    bases = []
    for row in rows[:2]:
        size = size_of(row)
        bases.append(max(baseline(node, size) for node in row if node.size > 0.85 * size))
    return bases[1] - bases[0]


def _gutters(nodes: Sequence[Node], size: float) -> list[float]:
    """Return the x's of the gaps between the columns."""
    own = size_of(nodes)
    least = (0.7 if own > 0.85 * size else 0.35) * own
    edges = []
    right = -1e9
    for node in sorted(nodes, key=lambda node: node.left):
        if right > -1e8 and node.left - right > least:
            edges.append((node.left + right) / 2)
        right = max(right, node.right)
    return edges


def _cells(row: Sequence[Node], edges: Sequence[float]) -> list[list[Node]]:
    """Return a row's nodes by column."""
    cells: list[list[Node]] = [[] for _ in range(len(edges) + 1)]
    for node in row:
        cells[sum(edge < node.middle for edge in edges)].append(node)
    return cells


def _closed_only(nodes: list[Node], size: float) -> list[Node]:
    """Fold rows that only a brace at their right encloses."""
    for index, node in enumerate(nodes):
        if not (_is_tall(node, _CLOSERS, size) and isinstance(node, Glyph) and node.latex == r"\}"):
            continue
        inside = [
            other
            for other in nodes[:index]
            if node.top - 1 < (other.top + other.bottom) / 2 < node.bottom + 1
        ]
        if any(
            isinstance(other, Glyph) and other.kind is OPENING and other.tall for other in inside
        ):
            continue
        rows = split_rows(inside)
        if len(rows) < 2:
            continue
        left, top, right, bottom = hull([node, *inside])
        edges = _gutters(inside, size)
        cells = [_cells(row, edges) for row in rows]
        array = Array(left, top, right, bottom, node.base, size, ".", node.latex, cells)
        gone = set(map(id, [node, *inside]))
        kept = [other for other in nodes if id(other) not in gone]
        return sorted([*kept, array], key=lambda other: other.left)
    return nodes
