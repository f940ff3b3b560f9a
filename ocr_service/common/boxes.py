"""Geometry of boxes (left, top, right, bottom), y downwards, in any one unit. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

__all__ = ["area", "hull", "overlap"]


def hull(boxes: Collection[Sequence[float]]) -> tuple[float, float, float, float]:
    """Return the smallest box around all of them, of which there must be at least one."""
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def area(box: Sequence[float]) -> float:
    """Return the area of a box; 0 if its edges are the wrong way round."""
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def overlap(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the area that two boxes share; 0 if they lie apart."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, width) * max(0.0, height)
