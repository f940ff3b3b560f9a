"""Finds the connected pieces of ink of a page, and cuts them apart at white."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["InkBoxes", "cut_apart", "ink_boxes"]

_CONTRAST = 48  # levels of 255 by which ink is darker than the paper around it
_LEAST = 3  # pixels of a piece; fewer are noise

InkBoxes = NDArray[np.int64]  # n x 4: left, top, right and bottom of pieces of ink, in pixels


def ink_boxes(page: Image.Image) -> InkBoxes:
    """Return the boxes of all connected pieces of ink."""
    import cv2  # here, because it takes half a second and only scans need it

    grey = np.asarray(page.convert("L"))
    paper = cv2.blur(grey, (81, 81)).astype(np.int16)
    ink = ((paper - grey) > _CONTRAST).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    left, top, width, height, mass = stats[1:].T.astype(np.int64)
    solid = mass >= _LEAST
    boxes: InkBoxes = np.stack([left, top, left + width, top + height], axis=1)
    return np.asarray(boxes[solid])


def cut_apart(ink: InkBoxes, axis: int, gap: float, least: float) -> list[InkBoxes]:
    """Cut ink where there is white across it, into parts of a least size."""
    order = np.argsort(ink[:, axis], kind="stable")
    parts: list[list[NDArray[np.int64]]] = []
    reach = -np.inf
    for box in ink[order]:
        if not parts or box[axis] - reach > gap:
            parts.append([])
        parts[-1].append(box)
        reach = max(reach, float(box[axis + 2]))
    groups = [np.array(part) for part in parts]
    whole: list[InkBoxes] = []
    for group in groups:
        small = group[:, axis + 2].max() - group[:, axis].min() < least
        if whole and (small or whole[-1][:, axis + 2].max() - whole[-1][:, axis].min() < least):
            whole[-1] = np.concatenate([whole[-1], group])
        else:
            whole.append(group)
    return whole
