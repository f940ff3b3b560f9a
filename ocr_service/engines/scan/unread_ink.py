"""Finds print outside the lines that were found, and the strips of the page to look at again.

Large type decides the scale at which lines are found, so that small type beside it is missed. What
looks like letters is a piece of ink of a letter's size; drawings and photographs have few of them
for their ink.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ocr_service.engines.scan.line_images import Quads, sides

__all__ = ["merged", "strips", "unread_letters"]

_SIDE = 2400  # pixels, longest side of the image in which ink is looked for
_CONTRAST = 40  # levels of 255 by which ink is darker than paper
_SMALLEST, _LARGEST = 4, 48  # pixels, height of what may be a letter
_TALL = 0.9  # of letters and dots are no taller than a letter; there may be more dots than letters
_DOT = 0.4  # of that height: dots are no larger
_SOLID = 0.6  # of the box of a piece of ink: a dot fills more of it, a small letter less
_FEWEST = 24  # letters outside the lines that make a second look worth while
_SHARE = 0.03  # of all letters: the same
_STRIP = 1_000_000  # pixels of a strip: what the detector reads in a third of a second
_COVERED = 0.7  # of a line's length: so much of it was found already
_OVERLAP = 96  # pixels that strips share, so that every line is whole in one of them


def unread_letters(picture: Image.Image, quads: Quads) -> NDArray[np.float64]:
    """Return n x 2: the places of letters outside the lines, in pixels of the page image.

    Empty if there are only few, or few for the letters in the lines.
    """
    import cv2  # here, because it takes half a second and only scans need it

    factor = max(1, -(-max(picture.size) // _SIDE))
    grey = picture.convert("L").reduce(factor)
    paper = cv2.blur(np.asarray(grey), (41, 41)).astype(np.int16)
    ink = ((paper - np.asarray(grey)) > _CONTRAST).astype(np.uint8)
    _, labels, stats, centres = cv2.connectedComponentsWithStats(ink, connectivity=8)
    del labels
    width, height, mass = (stats[1:, i] for i in (2, 3, 4))
    is_letter = (height >= _SMALLEST) & (height <= _LARGEST) & (width <= 3 * height)
    is_letter &= (width >= 2) & (mass >= 0.12 * width * height)
    is_letter &= ~_are_dots(width, height, mass, is_letter)
    places = centres[1:][is_letter]
    read = _lines_mask(grey.size, quads / factor)
    x, y = places.astype(np.int64).T if len(places) else (np.empty(0, int), np.empty(0, int))
    outside = places[~read[y, x]]
    if len(outside) < max(_FEWEST, _SHARE * len(places)):
        return np.empty((0, 2))
    return np.asarray(outside * factor, dtype=np.float64)


def _are_dots(
    width: NDArray[np.int32],
    height: NDArray[np.int32],
    mass: NDArray[np.int32],
    is_letter: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Return which pieces of ink are dots, as of the leaders of an index: small and solid."""
    tall = float(np.quantile(height[is_letter], _TALL)) if is_letter.any() else 0.0
    small = np.maximum(width, height) <= _DOT * tall
    return np.asarray(small & (mass > _SOLID * width * height))


def _lines_mask(size: tuple[int, int], quads: Quads) -> NDArray[np.bool_]:
    """Return the pixels of lines and half a line around them."""
    mask = Image.new("1", size)
    draw = ImageDraw.Draw(mask)
    for quad, (_, height) in zip(quads, sides(quads), strict=True):
        corners = [tuple(corner) for corner in quad.tolist()]
        draw.polygon(corners, fill=1)
        draw.line([*corners, corners[0]], fill=1, width=max(1, round(0.5 * float(height))))
    return np.asarray(mask)


def strips(
    picture: Image.Image, letters: NDArray[np.float64], most: int
) -> Iterator[tuple[int, int]]:
    """Yield the top and bottom of strips of the page that hold letters, `most` of them at most.

    A strip is as wide as the page, so that no line is cut in two; the fullest come first.
    """
    height = max(3 * _OVERLAP, _STRIP // max(1, picture.width))
    tops = range(0, max(1, picture.height - _OVERLAP), height - _OVERLAP)
    counts = {
        top: int(((letters[:, 1] >= top) & (letters[:, 1] < top + height)).sum()) for top in tops
    }
    for top in sorted(tops, key=lambda top: -counts[top])[:most]:
        if counts[top] >= _FEWEST // 2:
            yield top, min(picture.height, top + height)


def merged(quads: Quads, more: Quads) -> Quads:
    """Return both sets of lines, each line once.

    Of `more`, lines whose middle is in another line are left out, and those that only join lines
    which are there already. A line that is longer than what is there of it takes its place.
    """
    kept = quads
    for quad in more[np.argsort(-sides(more)[:, 0], kind="stable")]:
        within = _are_in(quad, kept.mean(axis=1))
        if sides(kept[within])[:, 0].sum() > _COVERED * sides(quad[None])[0, 0]:
            continue
        if within.any() or not _holds(kept, quad.mean(axis=0)).any():
            kept = np.concatenate([kept[~within], quad[None]])
    return kept


def _are_in(quad: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return for each point whether it is in a line."""
    edges, to_points = np.roll(quad, -1, axis=0) - quad, points[:, None] - quad
    cross = edges[:, 0] * to_points[..., 1] - edges[:, 1] * to_points[..., 0]
    return np.asarray((cross >= 0).all(axis=1))


def _holds(quads: Quads, point: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return for each line whether a point is in it."""
    edges = np.roll(quads, -1, axis=1) - quads
    to_point = point - quads
    cross = edges[..., 0] * to_point[..., 1] - edges[..., 1] * to_point[..., 0]
    return np.asarray((cross >= 0).all(axis=1))
