"""Reads a page image on the CPU: RapidOCR finds and reads lines, `paragraphs` makes regions.

The steps around RapidOCR, each measured on rendered books (see `docs`):

- Lines are found on a copy of about 960 pixels, at a third of the cost of the full image and no
  less accurately; if the letters are too small for that, again on a larger copy; and where letters
  stand outside the lines, again on strips of the page at full size.
- Lines are cut from the full image and read one at a time: on one thread a batch is not faster, and
  its padding costs time.
- The lines' quadrilaterals show whether a page lies on its side and how much it is skewed; the
  scores of its longest lines show whether it is upside down. Each line is then cut out upright from
  the page as it is. This costs an upright page nothing.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ocr_service.engines.scan.entries import with_entries
from ocr_service.engines.scan.formulas.read_page import FormulaRoad, ReadFormulas
from ocr_service.engines.scan.line_geometry import measure
from ocr_service.engines.scan.line_images import (
    Pose,
    Quads,
    box_as_given,
    cut,
    flattened,
    fractions,
    from_top_left,
    on_its_side,
    pixels,
    sides,
    skew,
    straightened,
    upright_page,
    weight,
)
from ocr_service.engines.scan.line_model import LineReading
from ocr_service.engines.scan.line_reader import LineReader
from ocr_service.engines.scan.line_texts import (
    believed,
    count_formulas,
    mean_score,
    tidied,
    without_false_signs,
)
from ocr_service.engines.scan.ocr_models import load_detector, load_line_reader
from ocr_service.engines.scan.paragraphs import TextLine, regions_from_lines
from ocr_service.engines.scan.scanned_page import ScannedPage
from ocr_service.engines.scan.tables import with_tables
from ocr_service.engines.scan.unread_ink import merged, strips, unread_letters
from ocr_service.engines.scan.wide_gaps import cut_at_gaps
from ocr_service.library.pages import Box, Region

__all__ = ["ScanReader"]

_SIDE = 960  # pixels, longest side of the image in which lines are found
_SIDE_MAX = 1920  # the same, if the letters are small
_SMALL = 11.0  # pixels, height of a found line below which letters are small
_STRIPS = 12  # strips of a page looked at again, at a third of a second each
_SAMPLE = 4  # lines read both ways up when the page may be upside down
_SURE = 0.85  # mean score of sampled lines above which the page is the right way up
_ACROSS = 4.0  # height : width of a line that stands across the page's text
_ACROSS_LENGTH = 0.08  # of the page's shorter side: such a line is that long
_ACROSS_LETTERS = 4  # it has so many, unlike a bracket or a rule
_EDGE = 0.12  # of the page, from an edge: lines across the text are running heads there


class ScanReader:
    """Reads page images. The models are loaded at the first page; use one reader per process.

    Nothing is downloaded: the models are files in RapidOCR's wheel, given by path. Nothing is
    printed.
    """

    def __init__(self, formulas: FormulaRoad | None = None) -> None:
        """Set what finds and reads displayed formulas; without it they stay plain characters."""
        self._formulas = formulas
        self._detector: Any = None
        self._lines: LineReader | None = None
        self._lock = threading.Lock()

    def read(self, image: Image.Image) -> ScannedPage:
        """Read one page, in any orientation and any mode.

        Args:
            image: the page image, best at about 150 dots per inch.

        Returns:
            Its regions in reading order, boxes as fractions of the image as given; none if no text
            was found.
        """
        picture = flattened(image)
        with self._lock:
            if self._detector is None:
                self._detector = load_detector()
            quads = self._find(picture)
            turns = 0
            if len(quads) and on_its_side(quads):
                # Vertical lines are found less reliably: search again with the page upright.
                turns = 1
                upright = picture.transpose(Image.Transpose.ROTATE_90)
                found = self._find_all(upright, self._find(upright))
                side_up = Pose(turns, 0.0, picture.size).given(found)
                quads = side_up if len(found) else from_top_left(quads, turns)
            else:
                quads = self._find_all(picture, quads)
            quads = cut_at_gaps(picture, quads, turns)
            return self._read_lines(picture, quads, turns) if len(quads) else ScannedPage()

    def _find(self, picture: Image.Image) -> Quads:
        """Return the corners of the lines in pixels of `picture`, clockwise from the top left."""
        quads = self._find_at(picture, _SIDE)
        if not len(quads):
            # A single small line on a huge page.
            return self._find_at(picture, _SIDE_MAX) if max(picture.size) > _SIDE else quads
        height = float(np.median(sides(quads).min(axis=1))) * _SIDE / max(picture.size)
        if height >= _SMALL:
            return quads
        larger = self._find_at(picture, min(_SIDE_MAX, round(_SIDE * max(_SMALL / height, 1.4))))
        return larger if len(larger) >= len(quads) else quads

    def _find_all(self, picture: Image.Image, quads: Quads) -> Quads:
        """Return these lines, and those found by looking again where letters stand outside them."""
        letters = unread_letters(picture, quads)
        if not len(letters):
            return quads
        for top, bottom in strips(picture, letters, _STRIPS):
            found = self._find_at(picture.crop((0, top, picture.width, bottom)), max(picture.size))
            # A line at the edge of a strip may be cut; it is whole in the next one.
            low, high = found[..., 1].min(axis=1), found[..., 1].max(axis=1)
            whole = ((low > 2) | (top == 0)) & (
                (high < bottom - top - 3) | (bottom == picture.height)
            )
            quads = merged(quads, found[whole] + np.array([0.0, float(top)]))
        return quads

    def _find_at(self, picture: Image.Image, side: int) -> Quads:
        scale = min(2.0, side / max(picture.size))
        size = (
            max(32, round(picture.width * scale)),
            max(32, round(picture.height * scale)),
        )
        small = picture if size == picture.size else picture.resize(size, Image.Resampling.BOX)
        found = self._detector(pixels(small), use_det=True, use_cls=False, use_rec=False)
        if found.boxes is None or not len(found.boxes):
            return np.empty((0, 4, 2))
        ratio = np.array([picture.width / size[0], picture.height / size[1]])
        quads: Quads = np.asarray(found.boxes, dtype=np.float64) * ratio
        return quads

    def _read_lines(self, picture: Image.Image, quads: Quads, turns: int) -> ScannedPage:
        turns, quads, texts = self._right_way_up(picture, quads, turns)
        pose = Pose(turns, skew(quads, turns), picture.size)
        pieces = [
            replace(line, text=tidied(line.text), box=self._box(quad, pose))
            for quad, line in zip(quads, texts, strict=True)
        ]
        lines = without_false_signs([piece for piece in pieces if believed(piece)])
        if lines:
            scale = measure(lines)
            lines = with_tables(with_entries(lines, scale), scale)
        displays, name = ReadFormulas(lines), ""
        if self._formulas is not None:
            displays = self._formulas.read(upright_page(picture, pose), lines)
            lines, name = displays.lines, self._formulas.reader.name
        regions = tuple(
            Region(item.label, box_as_given(item.box, pose), item.text)
            for item in regions_from_lines(lines)
        )
        # A speck is no line, and a short word misread is not worth a note.
        long = sides(quads)[:, 0] > 3 * sides(quads)[:, 1]
        illegible = sum(
            bool(is_long) and not believed(piece)
            for is_long, piece in zip(long, pieces, strict=True)
        )
        plain = count_formulas(lines)
        return ScannedPage(regions, plain, illegible, len(pieces), displays, name)

    @staticmethod
    def _box(quad: NDArray[np.float64], pose: Pose) -> Box:
        """Return the box of a line as fractions of the upright page."""
        return fractions(straightened(pose.upright(quad)), pose.upright_size)

    def _right_way_up(
        self, picture: Image.Image, quads: Quads, turns: int
    ) -> tuple[int, Quads, list[TextLine]]:
        """Read all lines; the longest decide whether the page is upside down."""
        order = np.argsort(-sides(quads)[:, 0], kind="stable")
        sample, others = order[:_SAMPLE], order[_SAMPLE:]
        read = self._texts(picture, quads[sample])
        if mean_score(read) < _SURE:
            turned = self._texts(picture, from_top_left(quads[sample], 2))
            if mean_score(turned) > mean_score(read) + 0.05:
                turns, read, quads = turns + 2, turned, from_top_left(quads, 2)
        read += self._texts(picture, quads[others])
        return turns, quads[order], read

    def _texts(self, picture: Image.Image, quads: Quads) -> list[TextLine]:
        """Read lines given by their corners, without boxes; empty for what cannot be a line."""
        lines = [TextLine("", (0.0, 0.0, 0.0, 0.0), 0.0)] * len(quads)
        for i, quad in enumerate(quads):
            if crop := cut(picture, quad):
                read = self._read_line(crop)
                lines[i] = TextLine(read.text, lines[i].box, read.score, weight(crop))
        self._read_across(picture, quads, lines)
        return lines

    def _read_across(self, picture: Image.Image, quads: Quads, lines: list[TextLine]) -> None:
        """Read the lines that stand across the page's text, each either way round."""
        along, over = sides(quads).T
        for i in np.nonzero((over > _ACROSS * along) & (over > _ACROSS_LENGTH * min(picture.size)))[
            0
        ]:
            ways = [cut(picture, from_top_left(quads[i : i + 1], turn)[0]) for turn in (1, 3)]
            found = [self._read_line(crop) for crop in ways if crop]
            read = max(found, key=lambda one: one.score, default=LineReading())
            if (
                read.score > max(_SURE, lines[i].score)
                and sum(map(str.isalpha, read.text)) >= _ACROSS_LETTERS
            ):
                place = quads[i].mean(axis=0) / np.array(picture.size)
                at_edge = bool(np.minimum(place, 1 - place).min() < _EDGE)
                label = "page_header" if at_edge else "image"
                markdown = tidied(read.text)
                lines[i] = TextLine(read.text, lines[i].box, read.score, 0.0, label, markdown)

    def _read_line(self, line: Image.Image) -> LineReading:
        if self._lines is None:
            self._lines = load_line_reader()
        return self._lines.read(line)
