"""Cuts a page into the views DeepSeek-OCR takes: one of the whole page, and enlarged tiles.

The steps and their rounding are those of the models' own preprocessing, with Pillow and numpy
only: bicubic tiles on the grid whose aspect ratio is closest to the page's, and the whole page
fitted into a square padded with middle grey. For opaque pages the pixels are identical bit for
bit. Transparent ones are put on white first, where the original drops the transparency and shows
whatever colour is under it.

Sources: `modeling_deepseekocr.py` of deepseek-ai/DeepSeek-OCR, `process/image_process.py` of
DeepSeek-OCR and DeepSeek-OCR-2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

__all__ = ["Tiling", "Views", "cut", "expected_length", "upright"]

WHOLE = 1024  # pixels; side of the view of the whole page
_GREY = (127, 127, 127)
_PIXELS_A_TOKEN = 64  # side of the square of one token: patches of 16, downsampled by 4
_MIN_TILES = 2

_Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Tiling:
    """How one model family cuts pages.

    `tile`: side of a tile in pixels. `max_tiles`: the most tiles. `row_ends`: whether each row of
    a view ends with an extra token.
    """

    tile: int
    max_tiles: int
    row_ends: bool

    def grid(self, width: int, height: int) -> tuple[int, int]:
        """Return the columns and rows of tiles for a page of this size; (1, 1) means no tiles.

        The grid with the closest aspect ratio wins; among equal ones the larger, if the page has
        more than half as many pixels as its tiles.
        """
        if max(width, height) <= self.tile:
            return (1, 1)
        ratio, area = width / height, width * height
        best, best_distance = (1, 1), float("inf")
        for columns, rows in self._grids():
            distance = abs(ratio - columns / rows)
            larger = area > 0.5 * self.tile * self.tile * columns * rows
            if distance < best_distance or (distance == best_distance and larger):
                best, best_distance = (columns, rows), distance
        return best

    def tokens(self, columns: int, rows: int) -> int:
        """Return the number of tokens of a page with this grid: both views and a separator."""
        count = self._view_tokens(WHOLE, 1, 1) + 1
        if (columns, rows) != (1, 1):
            count += self._view_tokens(self.tile, columns, rows)
        return count

    def _grids(self) -> list[tuple[int, int]]:
        """Return all grids of allowed size, by their number of tiles."""
        sides = range(1, self.max_tiles + 1)
        grids = [(columns, rows) for columns in sides for rows in sides]
        allowed = [grid for grid in grids if _MIN_TILES <= grid[0] * grid[1] <= self.max_tiles]
        return sorted(allowed, key=lambda grid: grid[0] * grid[1])

    def _view_tokens(self, side: int, columns: int, rows: int) -> int:
        """Return the tokens of columns x rows squares with sides of `side` pixels."""
        across = side // _PIXELS_A_TOKEN
        return (rows * across) * (columns * across + int(self.row_ends))


@dataclass(frozen=True, slots=True)
class Views:
    """The model's views of one page.

    `whole`: (1024, 1024, 3), values 0..255. `tiles`: (count, tile, tile, 3), row by row. `grid`:
    their columns and rows. A page without tiles has count 0 and grid (1, 1).
    """

    whole: _Pixels
    tiles: _Pixels
    grid: tuple[int, int]


def cut(image: Image.Image, tiling: Tiling) -> Views:
    """Return the views of a page.

    Raises:
        OSError, ValueError and others that Pillow raises: the image is damaged, or its mode cannot
            be converted to RGB.
    """
    page = upright(image)
    columns, rows = grid = tiling.grid(*page.size)
    whole = ImageOps.pad(page, (WHOLE, WHOLE), color=_GREY)
    tile = tiling.tile
    if grid == (1, 1):
        return Views(np.asarray(whole), np.empty((0, tile, tile, 3), np.uint8), grid)
    large = np.asarray(page.resize((tile * columns, tile * rows), Image.Resampling.BICUBIC))
    squares = large.reshape(rows, tile, columns, tile, 3).swapaxes(1, 2)
    tiles = np.ascontiguousarray(squares.reshape(rows * columns, tile, tile, 3))
    return Views(np.asarray(whole), tiles, grid)


def expected_length(image: Image.Image) -> float:
    """Return a number that grows with the length of a page's text: its count of ink edges.

    Only for sorting pages by length. An image that cannot be read counts as empty.
    """
    try:
        grey = image.convert("L")
        grey.thumbnail((WHOLE, WHOLE), Image.Resampling.BOX)
        levels = np.asarray(grey, dtype=np.int16)
    except Exception:  # `cut` reports the error
        return 0.0
    return float((np.abs(np.diff(levels, axis=1)) > 32).sum())


def upright(image: Image.Image) -> Image.Image:
    """Return the image upright, in RGB, on a white background."""
    image = ImageOps.exif_transpose(image)
    if image.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    return image.convert("RGB")
