"""The arrays that tall delimiters enclose: matrices, cases, binomials."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.engines.typeset.characters.nodes import Array, Glyph, Item, baseline, hull, size_of

__all__ = ["fold_arrays", "split_rows"]


def fold_arrays(items: Sequence[Item], size: float) -> list[Item]:
    """Return the items with the rows between tall delimiters folded to arrays.

    `size` is the type size around them, in points.
    """
    folded = sorted(items, key=lambda item: item.left)
    start = 0
    while start < len(folded):
        fence = folded[start]
        if not _is_tall(fence, "(|", size):
            start += 1
            continue
        close = _partner(folded, start, size)
        inside = _inside(folded, start, close)
        rows = split_rows(inside)
        low = fence.bottom - fence.top < 1.6 * size
        if (
            len(rows) < 2
            or (close is None and fence.kind == "|")  # type: ignore[attr-defined]
            or (low and size_of(inside) > 0.85 * size)
        ):
            start += 1
            continue
        end = folded[close] if close is not None else None
        array = _array(fence, end, inside, rows, size)
        gone = set(map(id, [fence, *inside, *([end] if end else [])]))
        folded = [item for item in folded if id(item) not in gone]
        folded.append(array)
        folded.sort(key=lambda item: item.left)
        start = folded.index(array) + 1
    return _closed_only(folded, size)


def _is_tall(item: Item, kinds: str, size: float) -> bool:
    return (
        isinstance(item, Glyph)
        and item.tall
        and item.kind in kinds
        and item.bottom - item.top > 0.95 * size
    )


def _partner(items: Sequence[Item], start: int, size: float) -> int | None:
    """Return the index of the delimiter that closes the one at `start`, of the same height."""
    fence = items[start]
    assert isinstance(fence, Glyph)  # noqa: S101
    depth = 0
    for index in range(start + 1, len(items)):
        item = items[index]
        if not _is_tall(item, "()|", size):
            continue
        same = (
            abs(item.top - fence.top) < 0.4 * size and abs(item.bottom - fence.bottom) < 0.4 * size
        )
        if not same:
            continue
        assert isinstance(item, Glyph)  # noqa: S101
        if item.kind == "(":
            depth += 1
        elif depth and item.kind == ")":
            depth -= 1
        elif item.kind == ")" or (item.kind == "|" and fence.kind == "|"):
            return index
    return None


def _inside(items: Sequence[Item], start: int, close: int | None) -> list[Item]:
    """Return what stands between a delimiter and the one that closes it, or to its right."""
    fence = items[start]
    right = items[close].left if close is not None else 1e9
    slack = 0.2 * fence.size
    inside = []
    for item in items[start + 1 :]:
        if item is fence or (close is not None and item is items[close]):
            continue
        middle = (item.top + item.bottom) / 2
        if item.right < right + slack and fence.top - slack < middle < fence.bottom + slack:
            inside.append(item)
    return inside


def split_rows(items: Sequence[Item]) -> list[list[Item]]:
    """Return items by the rows they stand in, from the top; one row if they are not stacked.

    Rows are parted by white; what holds no full-size type (limits, scripts) goes with the nearest.
    """
    if not items:
        return []
    size = size_of(items)
    strips: list[list[Item]] = []
    edge = -1e9
    for item in sorted(items, key=_upper):
        if _upper(item) > edge + 0.02 * size:
            strips.append([])
        strips[-1].append(item)
        edge = max(edge, _lower(item))
    full = [i for i, strip in enumerate(strips) if _is_full(strip, size)]
    if len(full) < 2:
        return [list(items)]
    rows: dict[int, list[Item]] = {i: list(strips[i]) for i in full}
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


def _upper(item: Item) -> float:
    if isinstance(item, Glyph) and not item.tall:
        return min(item.top, item.base - 0.35 * item.size)
    return item.top


def _lower(item: Item) -> float:
    return max(item.bottom, item.base) if isinstance(item, Glyph) and not item.tall else item.bottom


def _is_full(strip: Sequence[Item], size: float) -> bool:
    return any(item.size > 0.85 * size or not isinstance(item, Glyph) for item in strip)


def _array(
    fence: Item, end: Item | None, inside: Sequence[Item], rows: list[list[Item]], size: float
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


def _step(rows: Sequence[Sequence[Item]]) -> float:
    """Return the distance of the first two rows' baselines."""
    bases = []
    for row in rows[:2]:
        size = size_of(row)
        bases.append(max(baseline(item, size) for item in row if item.size > 0.85 * size))
    return bases[1] - bases[0]


def _gutters(items: Sequence[Item], size: float) -> list[float]:
    """Return the x's of the white between the columns."""
    own = size_of(items)
    least = (0.7 if own > 0.85 * size else 0.35) * own
    edges = []
    right = -1e9
    for item in sorted(items, key=lambda item: item.left):
        if right > -1e8 and item.left - right > least:
            edges.append((item.left + right) / 2)
        right = max(right, item.right)
    return edges


def _cells(row: Sequence[Item], edges: Sequence[float]) -> list[list[Item]]:
    """Return a row's items by column."""
    cells: list[list[Item]] = [[] for _ in range(len(edges) + 1)]
    for item in row:
        cells[sum(edge < item.middle for edge in edges)].append(item)
    return cells


def _closed_only(items: list[Item], size: float) -> list[Item]:
    """Fold rows that only a brace at their right holds together."""
    for index, item in enumerate(items):
        if not (_is_tall(item, ")", size) and isinstance(item, Glyph) and item.latex == r"\}"):
            continue
        inside = [
            other
            for other in items[:index]
            if item.top - 1 < (other.top + other.bottom) / 2 < item.bottom + 1
        ]
        if any(isinstance(other, Glyph) and other.kind == "(" and other.tall for other in inside):
            continue
        rows = split_rows(inside)
        if len(rows) < 2:
            continue
        left, top, right, bottom = hull([item, *inside])
        edges = _gutters(inside, size)
        cells = [_cells(row, edges) for row in rows]
        array = Array(left, top, right, bottom, item.base, size, ".", item.latex, cells)
        gone = set(map(id, [item, *inside]))
        kept = [other for other in items if id(other) not in gone]
        return sorted([*kept, array], key=lambda other: other.left)
    return items
