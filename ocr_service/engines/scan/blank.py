"""Decides from its pixels whether a page is blank, before any model reads it.

The image is reduced to at most 2,000 pixels a side, grey. Ink is darker than the paper around it
(the upper quartile of a 32-pixel cell, so that tint and shading count as paper); where a cell is
mostly dark, what is lighter than its lower quartile counts too. Ink is clear if it stands out by 48
of 255 levels, faint if by 12, and in either case by five times the page's noise. Not counted are
dark areas connected to an edge of the image (a scanner's lid, the gutter), single dots, and
vertical or horizontal lines of 96 pixels and more (page edges, scratches, rules). There is ink if
any window of 16 x 16 pixels has as much of it, over as many rows, as one small digit, and clearly
more than the page's emptiest windows.

In doubt a page is not blank: reading a blank page costs seconds, the other error loses a page.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

__all__ = ["InkStrength", "ink_of", "is_blank", "strengthened", "with_dark_ink"]

_SIDE = 2000  # pixels, longest side of the image that is measured
_CELL = 32  # pixels, side of the cells in which the paper's tone is measured
_CONTRAST = 48.0  # levels of 255 by which clear ink stands out; show-through is fainter
_FAINT = 12.0  # the same for faint ink: pale colours, worn ribbons, show-through
_DARK = 128.0  # level below which paper is dark, and ink may be light
_WINDOW = 16  # pixels, side of the windows in which ink is counted
_INK = 14  # pixels of ink that the smallest digit has
_ROWS = 6  # rows it is tall
_STREAK = 96  # pixels; no letter has an unbroken vertical or horizontal stroke of that length
_BAND = 256  # pixels, height of the bands in which letters are searched one by one
_DARK_EDGE = 60.0  # levels below the page's paper that make a dark scan border

_Grey = NDArray[np.float32]
_Mask = NDArray[np.bool_]
_Counts = NDArray[np.int32]


class InkStrength(StrEnum):
    """How clearly something is printed on a page."""

    NONE = "none"
    FAINT = "faint"
    CLEAR = "clear"


def is_blank(image: Image.Image) -> bool:
    """Return whether nothing is printed on a page.

    Args:
        image: the page image, in any mode.

    Returns:
        True if there is only paper; tint, noise, specks and dark borders do not count. A page with
        one short line or only a page number is not blank, nor is one with pale or inverse print.
    """
    return ink_of(image) is InkStrength.NONE


def ink_of(image: Image.Image) -> InkStrength:
    """Return how clearly anything is printed on a page; `NONE` if there is only paper."""
    grey = _grey(image)
    if min(grey.shape) < _WINDOW:
        return InkStrength.NONE
    contrast = _contrast(grey)
    paper = ~_border(grey)
    noise = _noise(contrast)
    for ink, least in ((InkStrength.CLEAR, _CONTRAST), (InkStrength.FAINT, _FAINT)):
        if _is_printed((contrast > max(least, 5 * noise)) & paper):
            return ink
    return InkStrength.NONE


def strengthened(image: Image.Image) -> Image.Image:
    """Return a page image whose print is black on white, however faint or inverse it is.

    What stands out least from the paper around it becomes white, what stands out most black.
    """
    grey = np.asarray(_plain(image), dtype=np.float32)
    contrast = _contrast(grey)
    least = 2 * _noise(contrast)
    most = max(float(np.quantile(contrast[::2, ::2], 0.998)), least + _FAINT)
    levels = 255 - 255 * ((contrast - least) / (most - least)).clip(0, 1)
    return Image.fromarray(levels.astype(np.uint8))


def with_dark_ink(image: Image.Image) -> Image.Image:
    """Return a page as it is, or its negative if its paper is dark: readers know dark ink."""
    dark = float(np.median(_grey(image))) < _DARK
    return ImageOps.invert(image) if dark else image


def _is_printed(ink: _Mask) -> bool:
    """Return whether any ink could be a letter."""
    # Band by band from the middle: a page of text is recognised in the first.
    tops = range(0, ink.shape[0], _BAND)
    return any(
        _has_letters(ink[max(0, top - 2 * _STREAK) : top + _BAND + 2 * _STREAK])
        for top in sorted(tops, key=lambda top: abs(2 * top + _BAND - ink.shape[0]))
    )


def _has_letters(ink: _Mask) -> bool:
    """Return whether anything in a band of the page could be a letter."""
    if int(ink.sum()) < _INK:
        return False
    ink = ink & ~(_streaks(ink) | _streaks(ink.T).T)
    ink = _with_neighbours(ink, 3, 3)  # a dot has none,
    ink = _with_neighbours(ink, 9, 10)  # a speck of three by three pixels has no others
    return bool(_letters(ink).any())


def _plain(image: Image.Image) -> Image.Image:
    """Return the image in grey, transparent parts on white."""
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    return image.convert("L")


def _grey(image: Image.Image) -> _Grey:
    """Return height x width levels, 0 black to 255 white, at most `_SIDE` on a side."""
    plain = _plain(image)
    factor = -(-max(plain.size) // _SIDE)
    return np.asarray(plain.reduce(factor) if factor > 1 else plain, dtype=np.float32)


def _contrast(grey: _Grey) -> _Grey:
    """Return by how many levels each pixel stands out from the paper around it as ink does."""
    height, width = grey.shape
    padded = np.pad(grey, ((0, -height % _CELL), (0, -width % _CELL)), mode="edge")
    cells = padded.reshape(padded.shape[0] // _CELL, _CELL, padded.shape[1] // _CELL, _CELL)
    levels = cells.swapaxes(1, 2).reshape(cells.shape[0], cells.shape[2], _CELL * _CELL)
    quarter = _CELL * _CELL // 4
    ordered = np.partition(levels, (quarter, 3 * quarter), axis=2)
    low, high = ordered[..., quarter], ordered[..., 3 * quarter]
    # Ink is light only where three quarters of the cell are dark; elsewhere it is dark.
    is_dark = high < _DARK
    tone, sign = np.where(is_dark, low, high), np.where(is_dark, -1, 1).astype(np.float32)
    square = np.ones((_CELL, _CELL), dtype=np.float32)
    tone, sign = (np.kron(part, square)[:height, :width] for part in (tone, sign))
    return np.asarray(sign * (tone - grey), dtype=np.float32)


def _noise(contrast: _Grey) -> float:
    """Return the standard deviation of the paper's tone, by its median deviation."""
    sample = contrast[::3, ::3]
    return 1.4826 * float(np.median(np.abs(sample - np.median(sample))))


def _border(grey: _Grey) -> _Mask:
    """Return the dark area at the edges of the image, and a little around it."""
    size = 8  # pixels: coarse, so that noise inside the border does not end it
    height, width = grey.shape
    padded = np.pad(grey, ((0, -height % size), (0, -width % size)), mode="edge")
    cells = padded.reshape(padded.shape[0] // size, size, padded.shape[1] // size, size)
    dark = cells.mean(axis=(1, 3)) < float(np.median(grey)) - _DARK_EDGE
    edge = np.logical_and.accumulate(dark, axis=0) | np.logical_and.accumulate(dark, axis=1)
    edge |= np.logical_and.accumulate(dark[::-1], axis=0)[::-1]
    edge |= np.logical_and.accumulate(dark[:, ::-1], axis=1)[:, ::-1]
    grown = _sums(np.pad(edge, 2), (5, 5)) > 0
    return np.kron(grown, np.ones((size, size), dtype=np.bool_))[:height, :width]


def _streaks(ink: _Mask) -> _Mask:
    """Return the pixels of vertical lines, which may lean a little."""
    height, width = ink.shape
    if height < _STREAK:
        return np.zeros_like(ink)
    wide = _sums(np.pad(ink, ((0, 0), (1, 1))), (1, 3)) > 0
    whole = _sums(wide, (_STREAK, 1)) == _STREAK
    padding = ((_STREAK - 1, _STREAK - 1), (0, 0))
    return _sums(np.pad(whole, padding), (_STREAK, 1))[:height, :width] > 0


def _letters(ink: _Mask) -> _Mask:
    """Return the windows, half a window apart, that contain what could be a letter."""
    step = _WINDOW // 2
    count = _sums(ink, (_WINDOW, _WINDOW), (step, step))
    rows = _sums(_sums(ink, (1, _WINDOW), (1, step)) > 0, (_WINDOW, 1), (step, 1))
    enough = count >= max(_INK, 3 * float(np.quantile(count, 0.1)) + _INK)
    found: _Mask = enough & (rows >= _ROWS)
    return found


def _with_neighbours(ink: _Mask, size: int, least: int) -> _Mask:
    """Return the ink pixels with `least` ink pixels, themselves included, in the square around."""
    total = _integral(np.pad(ink, size // 2))
    y, x = np.nonzero(ink)
    around = total[y + size, x + size] - total[y, x + size]
    around += total[y, x] - total[y + size, x]
    kept = np.zeros_like(ink)
    kept[y, x] = around >= least
    return kept


def _sums(mask: _Mask, size: tuple[int, int], step: tuple[int, int] = (1, 1)) -> _Counts:
    """Return the number of set pixels in each window (height, width), by its top left corner."""
    height, width = size
    if 1 in size:  # a run in one direction needs no table of areas
        axis, length = (1, width) if height == 1 else (0, height)
        total = np.cumsum(
            np.pad(mask, [(1, 0) if i == axis else (0, 0) for i in (0, 1)]),
            axis=axis,
            dtype=np.int32,
        )
        sums = total[:, length:] - total[:, :-length] if axis else total[length:] - total[:-length]
    else:
        total = _integral(mask)
        sums = total[height:, width:] - total[:-height, width:]
        sums += total[:-height, :-width] - total[height:, :-width]
    return sums[:: step[0], :: step[1]]


def _integral(mask: _Mask) -> _Counts:
    """Return the number of set pixels above and left of each corner."""
    total = np.zeros((mask.shape[0] + 1, mask.shape[1] + 1), dtype=np.int32)
    np.cumsum(np.cumsum(mask, axis=0, dtype=np.int32), axis=1, out=total[1:, 1:])
    return total
