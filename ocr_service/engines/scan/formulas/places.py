"""Finds where formulas stand on a scan: the ink of displayed rows, without their numbers.

The bands of `rows` are rough: what is recognised of a formula is less than what is printed. Here
the pieces of ink that belong to a band are taken, as far as the text above and below it; rows of
the band are cut apart where there is white between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from PIL import Image

from ocr_service.common.boxes import hull
from ocr_service.engines.scan.formulas.ink import InkBoxes, cut_apart, ink_boxes
from ocr_service.engines.scan.formulas.rows import Band, display_bands, equation_number, has_signs
from ocr_service.engines.scan.line_geometry import TextLine, TypeScale, measure
from ocr_service.library.pages import Box

__all__ = ["FormulaFinder", "InkFinder", "PrintedFormula"]

_REACH = 0.35  # lines by which ink may reach into the text above and below
_GAP = 0.4  # lines of white between two rows of a band
_LEAST = 0.5  # lines, height of a row
_NEAR = 0.75  # lines of white up to which ink belongs to what was recognised
_NUMBER_GAP = 1.2  # lines of white between a formula and its number
_TALLEST = 6.0  # lines, height of a piece of ink in a formula; a taller one is drawn
_WIDEST = 0.5  # of the column, width of a piece of ink that is over three lines tall


@dataclass(frozen=True, slots=True)
class PrintedFormula:
    """A displayed formula: its box without its number, as fractions of the upright page.

    `pieces` are the lines that were recognised there, the number's included; `number` is as it is
    printed, without brackets, "" if there is none.
    """

    box: Box
    pieces: tuple[TextLine, ...]
    number: str = ""

    @property
    def plain(self) -> str:
        """The signs that were recognised, without structure and without the number."""
        parts = [piece for piece in self.pieces if not equation_number(piece.text)]
        return " ".join(piece.text for piece in sorted(parts, key=lambda piece: piece.box[0]))


class FormulaFinder(Protocol):
    """Finds displayed formulas on a page."""

    def find(self, page: Image.Image, lines: Sequence[TextLine]) -> list[PrintedFormula]:
        """Return the formulas of an upright page image, given what was recognised on it."""


class InkFinder:
    """Finds displayed formulas from the geometry of lines and ink."""

    def find(self, page: Image.Image, lines: Sequence[TextLine]) -> list[PrintedFormula]:
        """Return the formulas of an upright page image, given what was recognised on it."""
        if not lines:
            return []
        scale = measure(lines)
        bands = display_bands(lines, scale)
        if not bands:
            return []
        inside = {id(piece) for band in bands for piece in band.pieces}
        text = [line.box for line in lines if id(line) not in inside]
        ink = _outside(ink_boxes(page), text, page.size)
        return [place for band in bands for place in _places(band, ink, page.size, scale)]


def _outside(ink: InkBoxes, text: Sequence[Box], size: tuple[int, int]) -> InkBoxes:
    """Return the pieces of ink whose middle is in no line of text."""
    x, y = (ink[:, 0] + ink[:, 2]) / 2 / size[0], (ink[:, 1] + ink[:, 3]) / 2 / size[1]
    free = np.ones(len(ink), dtype=bool)
    for left, top, right, bottom in text:
        free &= (x < left) | (x > right) | (y < top) | (y > bottom)
    return np.asarray(ink[free])


def _places(
    band: Band, ink: InkBoxes, size: tuple[int, int], scale: TypeScale
) -> list[PrintedFormula]:
    """Return the formulas of a band, one a row."""
    line = scale.height * size[1]
    inside = _of_band(band, ink, size, line)
    if not len(inside) or _is_drawn(inside, band, size, line):
        return []
    places = []
    for row in cut_apart(inside, 1, _GAP * line, _LEAST * line):
        top, bottom = row[:, 1].min() / size[1], row[:, 3].max() / size[1]
        pieces = tuple(piece for piece in band.pieces if top <= piece.middle <= bottom)
        number, row_ink = _without_number(row, pieces, size, line)
        if len(row_ink) and pieces and _is_formula(row_ink, pieces, line):
            places.append(PrintedFormula(_fractions(row_ink, size), pieces, number))
    return places


def _is_drawn(ink: InkBoxes, band: Band, size: tuple[int, int], line: float) -> bool:
    """Return whether ink is part of a figure: a curve, an axis, a frame."""
    width, height = ink[:, 2] - ink[:, 0], ink[:, 3] - ink[:, 1]
    column = (band.column[1] - band.column[0]) * size[0]
    large = (height > _TALLEST * line) | ((height > 3 * line) & (width > _WIDEST * column))
    return bool(large.any())


def _is_formula(ink: InkBoxes, pieces: Sequence[TextLine], line: float) -> bool:
    """Return whether a row has a sign of mathematics, recognised or in its ink, and two letters."""
    if sum(char.isalnum() for piece in pieces for char in piece.text) < 2:
        return False
    return any(has_signs(piece.text) for piece in pieces) or _has_equals(ink, line)


def _has_equals(ink: InkBoxes, line: float) -> bool:
    """Return whether there is an equals sign: two level dashes of one width, one above the other.

    The sign often stands alone between fractions, where no line is found.
    """
    width, height = ink[:, 2] - ink[:, 0], ink[:, 3] - ink[:, 1]
    dashes = ink[(width > 0.3 * line) & (width < line) & (height < 0.2 * line)]
    for dash in dashes:
        below = (dashes[:, 1] - dash[3] > 0) & (dashes[:, 1] - dash[3] < 0.35 * line)
        same = np.abs(dashes[:, [0, 2]] - dash[[0, 2]]).max(axis=1) <= max(2, 0.08 * line)
        if (below & same).any():
            return True
    return False


def _of_band(band: Band, ink: InkBoxes, size: tuple[int, int], line: float) -> InkBoxes:
    """Return the pieces of ink that belong to a band."""
    across = np.array([size[0], size[1], size[0], size[1]])
    x0, _, x1, _ = (np.array([band.column[0], 0, band.column[1], 0]) * across).tolist()
    y0, y1 = band.above * size[1], band.below * size[1]
    middle_x, middle_y = (ink[:, 0] + ink[:, 2]) / 2, (ink[:, 1] + ink[:, 3]) / 2
    kept = (middle_x >= x0 - line) & (middle_x <= x1 + line)
    kept &= (middle_y > y0) & (middle_y < y1)
    kept &= (ink[:, 1] > y0 - _REACH * line) & (ink[:, 3] < y1 + _REACH * line)
    near = ink[kept]
    box = np.array(band.box) * across
    for _ in range(4):  # what is near the formula, and what is near that
        apart = np.maximum(near[:, 1] - box[3], box[1] - near[:, 3])
        inside = near[(apart <= _NEAR * line) & (near[:, 2] > box[0] - 3 * line)]
        inside = inside[inside[:, 0] < box[2] + 3 * line]
        if not len(inside):
            break
        grown = np.concatenate([inside[:, :2].min(axis=0), inside[:, 2:].max(axis=0)])
        if (grown == box).all():
            break
        box = grown
    return np.asarray(inside)


def _without_number(
    row: InkBoxes, pieces: Sequence[TextLine], size: tuple[int, int], line: float
) -> tuple[str, InkBoxes]:
    """Return the number of a row, and the row's ink without it."""
    numbers = [piece for piece in pieces if equation_number(piece.text)]
    if numbers and len(numbers) < len(pieces):
        left, _, right, _ = hull([piece.box for piece in numbers])
        middle = (row[:, 0] + row[:, 2]) / 2 / size[0]
        outside = (middle < left) | (middle > right)
        if outside.any():
            return equation_number(numbers[-1].text), row[outside]
    if not pieces:
        return "", row
    parts = cut_apart(row, 0, _NUMBER_GAP * line, 0.0)
    last = max(pieces, key=lambda piece: piece.box[2])
    opening = max(last.text.rfind("("), last.text.rfind("["))
    number = equation_number(last.text[opening:]) if opening > 0 else ""
    if number and len(parts) > 1 and np.ptp(parts[-1][:, [0, 2]]) < (len(number) + 3) * line:
        return number, np.concatenate(parts[:-1])
    return "", row


def _fractions(ink: InkBoxes, size: tuple[int, int]) -> Box:
    left, top = ink[:, :2].min(axis=0).tolist()
    right, bottom = ink[:, 2:].max(axis=0).tolist()
    return left / size[0], top / size[1], right / size[0], bottom / size[1]
