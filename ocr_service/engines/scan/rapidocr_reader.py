"""Reads a page image on the CPU: RapidOCR finds and reads lines, `paragraphs` makes regions.

Three steps around RapidOCR, each measured on rendered books (see `docs`):

- Lines are found on a copy of about 960 pixels, at a third of the cost of the full image and no
  less accurately; if the letters are too small for that, again on a larger copy.
- Lines are cut from the full image and read one at a time: on one thread a batch is not faster, and
  its padding costs time.
- The lines' quadrilaterals show whether a page lies on its side and how much it is skewed; the
  scores of its longest lines show whether it is upside down. Each line is then cut out upright from
  the page as it is. This costs an upright page nothing.
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ocr_service.engines.scan.paragraphs import TextLine, regions_from_lines
from ocr_service.library.pages import Box, Region

__all__ = ["ScanReader"]

_SIDE = 960  # pixels, longest side of the image in which lines are found
_SIDE_MAX = 1920  # the same, if the letters are small
_SMALL = 11.0  # pixels, height of a found line below which letters are small
_SKEW = 0.3  # degrees below which a page counts as straight
_SAMPLE = 4  # lines read both ways up when the page may be upside down
_SURE = 0.85  # mean score of sampled lines above which the page is the right way up
_SCORE = 0.6  # lines with a lower score are noise
_SCORE_SHORT = 0.8  # the same for one or two characters, which specks resemble
_LONGEST = 100.0  # width : height of a line; a longer "line" is a rule or an edge

Quads = NDArray[np.float64]  # n x 4 x 2: corners of each line, from the text's own top left


@dataclass(frozen=True, slots=True)
class _Pose:
    """The orientation of a page: quarter turns (clockwise), skew in degrees, size in pixels."""

    turns: int
    skew: float
    size: tuple[int, int]

    def upright(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Map pixels of the page as given to pixels of the upright page."""
        width, height = self.size
        x, y = points[..., 0] - width / 2, points[..., 1] - height / 2
        angle = -math.radians(90 * self.turns + self.skew)
        return self._turned(x, y, angle, self.upright_size)

    def given(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Map pixels of the upright page back to pixels of the page as given."""
        width, height = self.upright_size
        x, y = points[..., 0] - width / 2, points[..., 1] - height / 2
        return self._turned(x, y, math.radians(90 * self.turns + self.skew), self.size)

    @property
    def upright_size(self) -> tuple[int, int]:
        """Width and height of the upright page, in pixels."""
        return self.size if self.turns % 2 == 0 else (self.size[1], self.size[0])

    @staticmethod
    def _turned(
        x: NDArray[np.float64], y: NDArray[np.float64], angle: float, size: tuple[int, int]
    ) -> NDArray[np.float64]:
        cos, sin = math.cos(angle), math.sin(angle)
        return np.stack([x * cos - y * sin + size[0] / 2, x * sin + y * cos + size[1] / 2], axis=-1)


class ScanReader:
    """Reads page images. The models are loaded at the first page; use one reader per process.

    Nothing is downloaded: the models are files in RapidOCR's wheel, given by path. Nothing is
    printed.
    """

    def __init__(self) -> None:
        self._engine: Any = None
        self._lock = threading.Lock()

    def read(self, image: Image.Image) -> list[Region]:
        """Read one page, in any orientation and any mode.

        Args:
            image: the page image, best at about 150 dots per inch.

        Returns:
            Its regions in reading order, boxes as fractions of the image as given; an empty list
            if no text was found.
        """
        picture = _flattened(image)
        with self._lock:
            if self._engine is None:
                self._engine = _load_engine()
            quads = self._find(picture)
            if not len(quads):
                return []
            return self._read_lines(picture, quads)

    def _find(self, picture: Image.Image) -> Quads:
        """Return the corners of the lines in pixels of `picture`, clockwise from the top left."""
        quads = self._find_at(picture, _SIDE)
        if not len(quads):
            # A single small line on a huge page.
            return self._find_at(picture, _SIDE_MAX) if max(picture.size) > _SIDE else quads
        height = float(np.median(_sides(quads).min(axis=1))) * _SIDE / max(picture.size)
        if height >= _SMALL:
            return quads
        larger = self._find_at(picture, min(_SIDE_MAX, round(_SIDE * max(_SMALL / height, 1.4))))
        return larger if len(larger) >= len(quads) else quads

    def _find_at(self, picture: Image.Image, side: int) -> Quads:
        scale = min(2.0, side / max(picture.size))
        size = (
            max(32, round(picture.width * scale)),
            max(32, round(picture.height * scale)),
        )
        small = picture if size == picture.size else picture.resize(size, Image.Resampling.BOX)
        found = self._engine(_pixels(small), use_det=True, use_cls=False, use_rec=False)
        if found.boxes is None or not len(found.boxes):
            return np.empty((0, 4, 2))
        ratio = np.array([picture.width / size[0], picture.height / size[1]])
        quads: Quads = np.asarray(found.boxes, dtype=np.float64) * ratio
        return quads

    def _read_lines(self, picture: Image.Image, quads: Quads) -> list[Region]:
        turns = 0
        if _on_its_side(quads):
            # Vertical lines are found less reliably: search again with the page upright.
            turns = 1
            found = self._find(picture.transpose(Image.Transpose.ROTATE_90))
            side_up = _Pose(turns, 0.0, picture.size).given(found)
            quads = side_up if len(found) else _from_top_left(quads, turns)
        turns, quads, texts = self._right_way_up(picture, quads, turns)
        pose = _Pose(turns, _skew(quads, turns), picture.size)
        lines = [
            TextLine(_tidied(text), _fractions(pose.upright(quad), pose.upright_size), score)
            for quad, (text, score) in zip(quads, texts, strict=True)
        ]
        regions = regions_from_lines([line for line in lines if _believed(line)])
        return [Region(item.label, _box_as_given(item.box, pose), item.text) for item in regions]

    def _right_way_up(
        self, picture: Image.Image, quads: Quads, turns: int
    ) -> tuple[int, Quads, list[tuple[str, float]]]:
        """Read all lines; the longest decide whether the page is upside down."""
        order = np.argsort(-_sides(quads)[:, 0], kind="stable")
        sample, others = order[:_SAMPLE], order[_SAMPLE:]
        read = self._texts(picture, quads[sample])
        if _mean_score(read) < _SURE:
            turned = self._texts(picture, _from_top_left(quads[sample], 2))
            if _mean_score(turned) > _mean_score(read) + 0.05:
                turns, read, quads = turns + 2, turned, _from_top_left(quads, 2)
        read += self._texts(picture, quads[others])
        return turns, quads[order], read

    def _texts(self, picture: Image.Image, quads: Quads) -> list[tuple[str, float]]:
        """Read lines given by their corners; ("", 0.0) for a shape that cannot be a line."""
        texts = [("", 0.0)] * len(quads)
        crops = {i: crop for i, quad in enumerate(quads) if (crop := _cut(picture, quad))}
        if crops:
            found = self._engine.recognize_txt([_pixels(crop) for crop in crops.values()])
            for i, text, score in zip(crops, found.txts, found.scores, strict=True):
                texts[i] = (text, float(score))
        return texts


def _load_engine() -> Any:
    import rapidocr  # here, because it takes 1.5 s and only scans need it

    models = Path(rapidocr.__file__).parent / "models"
    return rapidocr.RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,  # see _right_way_up: cheaper, and once for the whole page
            "Global.text_score": 0.0,  # our own threshold is higher for short lines
            # Models that are given by path are not downloaded.
            "Det.model_path": str(models / "PP-OCRv6_det_small.onnx"),
            "Rec.model_path": str(models / "PP-OCRv6_rec_small.onnx"),
            # The image has the right size already.
            "Global.max_side_len": 4096,
            "Det.limit_type": "max",
            "Det.limit_side_len": 4096,
            "Rec.rec_batch_num": 1,
            # Pages are read in parallel processes, one per core.
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


# ---------------------------------------------------------------------------------- pictures


def _flattened(image: Image.Image) -> Image.Image:
    """Return the image in RGB, transparent parts on white."""
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        paper = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(paper, layer).convert("RGB")
    if image.mode.startswith("I") or image.mode == "F":
        values = np.asarray(image, dtype=np.float64)
        top = max(float(values.max(initial=0.0)), 1.0)
        return Image.fromarray((values * (255.0 / top)).clip(0, 255).astype(np.uint8)).convert(
            "RGB"
        )
    return image.convert("RGB")


def _pixels(image: Image.Image) -> NDArray[np.uint8]:
    """Return the image in RapidOCR's format: height x width x 3, blue first."""
    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])


def _cut(picture: Image.Image, quad: NDArray[np.float64]) -> Image.Image | None:
    """Cut a line out of the image, upright."""
    width, height = (max(1, round(float(side))) for side in _sides(quad[None])[0])
    if min(width, height) < 4 or width > _LONGEST * height:
        return None
    top_left, top_right, bottom_right, bottom_left = quad.tolist()
    corners = (*top_left, *bottom_left, *bottom_right, *top_right)
    return picture.transform(
        (width, height), Image.Transform.QUAD, corners, Image.Resampling.BICUBIC
    )


# ------------------------------------------------------------------------------------ places


def _sides(quads: Quads) -> NDArray[np.float64]:
    """Return n x 2: the width (along the text) and height of each line, in pixels."""
    along = np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1)
    across = np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1)
    return np.stack([along, across], axis=1)


def _on_its_side(quads: Quads) -> bool:
    """Return whether most of the page's text, by length, is vertical."""
    width, height = _sides(quads).T
    return float(height[height > 2 * width].sum()) > float(width[width > 2 * height].sum())


def _from_top_left(quads: Quads, turns: int) -> Quads:
    """Reorder each line's corners to begin at the top left of its text, by quarter turns."""
    return np.roll(quads, -turns, axis=1)


def _skew(quads: Quads, turns: int) -> float:
    """Return the skew of lines from their quarter turn in degrees, clockwise; 0 if straight."""
    width, height = _sides(quads).T
    long = quads[width > 8 * height]
    if len(long) < 3:
        return 0.0
    edges = long[:, 1] - long[:, 0]
    degrees = np.degrees(np.arctan2(edges[:, 1], edges[:, 0]))
    lean = float(np.median((degrees - 90 * turns + 180) % 360 - 180))
    return lean if abs(lean) > _SKEW else 0.0


def _fractions(points: NDArray[np.float64], size: tuple[int, int]) -> Box:
    """Return the box around points as fractions of a page of that size."""
    (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return (left / size[0], top / size[1], right / size[0], bottom / size[1])


def _box_as_given(box: Box, pose: _Pose) -> Box:
    """Map a box of the upright page to the page as given, clipped to the page."""
    left, top, right, bottom = box
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    given = _fractions(pose.given(corners * np.array(pose.upright_size)), pose.size)
    x0, y0, x1, y1 = (min(1.0, max(0.0, value)) for value in given)
    return (x0, y0, x1, y1)


# ------------------------------------------------------------------------------------- texts

# The models know Chinese; full-width punctuation in Latin text is an error of theirs.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_STROKES = {ord("十"): "+", ord("一"): "—"}  # signs misread as Chinese numerals
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def _tidied(text: str) -> str:
    """Return a line's text with single spaces and paired quotation marks."""
    text = " ".join(text.split())
    if not _HAN.search(text.translate(_STROKES)):
        text = text.translate(_STROKES).translate(_FULL_WIDTH)
    return re.sub(r"“([^“”\"]*)\"", r"“\1”", text)


def _believed(line: TextLine) -> bool:
    """Return whether a line is text, and not specks that the models read as text."""
    if not any(char.isalnum() or char in "=+<>()[]{}∫∑" for char in line.text):
        return False
    return line.score >= (_SCORE_SHORT if len(line.text) <= 2 else _SCORE)


def _mean_score(texts: Sequence[tuple[str, float]]) -> float:
    return sum(score for _, score in texts) / max(1, len(texts))
