"""Locates lines on a page image and cuts them out: quadrilaterals, turns, skew."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ocr_service.library.pages import Box

__all__ = [
    "Pose",
    "Quads",
    "box_as_given",
    "cut",
    "flattened",
    "fractions",
    "from_top_left",
    "on_its_side",
    "pixels",
    "sides",
    "skew",
    "straightened",
    "upright_page",
    "weight",
]

_SKEW = 0.3  # degrees below which a page counts as straight
_LONGEST = 100.0  # width : height of a line; a longer "line" is a rule or an edge

Quads = NDArray[np.float64]  # n x 4 x 2: corners of each line, from the text's own top left


@dataclass(frozen=True, slots=True)
class Pose:
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


# ---------------------------------------------------------------------------------- pictures


def flattened(image: Image.Image) -> Image.Image:
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


def pixels(image: Image.Image) -> NDArray[np.uint8]:
    """Return the image in RapidOCR's format: height x width x 3, blue first."""
    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])


def cut(picture: Image.Image, quad: NDArray[np.float64]) -> Image.Image | None:
    """Cut a line out of the image, upright."""
    width, height = (max(1, round(float(side))) for side in sides(quad[None])[0])
    if min(width, height) < 4 or width > _LONGEST * height:
        return None
    top_left, top_right, bottom_right, bottom_left = quad.tolist()
    corners = (*top_left, *bottom_left, *bottom_right, *top_right)
    return picture.transform(
        (width, height), Image.Transform.QUAD, corners, Image.Resampling.BICUBIC
    )


def upright_page(picture: Image.Image, pose: Pose) -> Image.Image:
    """Return a page turned upright and level."""
    if pose.turns % 4 == 0 and not pose.skew:
        return picture
    origin, right, down = pose.given(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])).tolist()
    matrix = (
        *(right[0] - origin[0], down[0] - origin[0], origin[0]),
        *(right[1] - origin[1], down[1] - origin[1], origin[1]),
    )
    return picture.transform(
        pose.upright_size,
        Image.Transform.AFFINE,
        matrix,
        Image.Resampling.BICUBIC,
        fillcolor="white",
    )


def weight(line: Image.Image) -> float:
    """Return the thickness of a line's strokes, in pixels.

    Twice the ink of a row of pixels over its changes from left to right is the mean width of the
    strokes that it crosses.
    """
    grey = np.asarray(line.convert("L"), dtype=np.float32)
    ink, paper = np.quantile(grey, (0.02, 0.9))
    darkness = (paper - grey - 0.25 * (paper - ink)).clip(0)
    changes = float(np.abs(np.diff(darkness, axis=1)).sum())
    return 2 * float(darkness.sum()) / changes if changes else 0.0


# ------------------------------------------------------------------------------------ places


def sides(quads: Quads) -> NDArray[np.float64]:
    """Return n x 2: the width (along the text) and height of each line, in pixels."""
    along = np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1)
    across = np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1)
    return np.stack([along, across], axis=1)


def on_its_side(quads: Quads) -> bool:
    """Return whether most of the page's text, by length, is vertical."""
    width, height = sides(quads).T
    return float(height[height > 2 * width].sum()) > float(width[width > 2 * height].sum())


def from_top_left(quads: Quads, turns: int) -> Quads:
    """Reorder each line's corners to begin at the top left of its text, by quarter turns."""
    return np.roll(quads, -turns, axis=1)


def skew(quads: Quads, turns: int) -> float:
    """Return the skew of lines from their quarter turn in degrees, clockwise; 0 if straight."""
    width, height = sides(quads).T
    long = quads[width > 8 * height]
    if len(long) < 3:
        long = quads[width > 4 * height]  # narrow columns
    if len(long) < 3:
        return 0.0
    edges = long[:, 1] - long[:, 0]
    degrees = np.degrees(np.arctan2(edges[:, 1], edges[:, 0]))
    lean = float(np.median((degrees - 90 * turns + 180) % 360 - 180))
    return lean if abs(lean) > _SKEW else 0.0


def straightened(quad: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn a line of an upright page about its middle until it is level.

    On curled paper, lines lean in their own ways; the box around a leaning line would overlap its
    neighbours'.
    """
    (along, across), (x, y) = sides(quad[None])[0], quad.mean(axis=0)
    edge = quad[1] - quad[0]
    if abs(edge[1]) > 0.2 * abs(edge[0]):
        return quad
    right, low = x + along / 2, y + across / 2
    left, high = x - along / 2, y - across / 2
    return np.array([[left, high], [right, high], [right, low], [left, low]])


def fractions(points: NDArray[np.float64], size: tuple[int, int]) -> Box:
    """Return the box around points as fractions of a page of that size."""
    (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return (left / size[0], top / size[1], right / size[0], bottom / size[1])


def box_as_given(box: Box, pose: Pose) -> Box:
    """Map a box of the upright page to the page as given, clipped to the page."""
    left, top, right, bottom = box
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    given = fractions(pose.given(corners * np.array(pose.upright_size)), pose.size)
    x0, y0, x1, y1 = (min(1.0, max(0.0, value)) for value in given)
    return (x0, y0, x1, y1)
