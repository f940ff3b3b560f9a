"""Spans of type to lines: which box a span belongs to, and which line.

Here a line is what stands on one baseline, and small type goes with the line it is next to.
Coordinates are points, y downwards.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from ocr_service.common.boxes import area, hull
from ocr_service.engines.layout.ink import Rect
from ocr_service.engines.layout.word_gaps import with_blanks, without_splits

__all__ = ["Line", "Span", "assign", "build_lines", "distance"]


_BOLD, _ITALIC, _MONO = 16, 2, 8  # span flags of PyMuPDF
# TeX's extension font says what it draws only by its own numbers.
_EXTENSION = str.maketrans(
    "PXQYRZpqrs\x00\x01\x02\x03\x08\x09\x10\x11\x12\x13\x14\x15\x1a\x1b",
    "∑∑∏∏∫∫√√√√()[]{}()()[]{}",
)


@dataclass(frozen=True, slots=True)
class Span:
    """A run of characters in one type. `baseline` is its y, `size` its type size.

    `edges` are the left and right edge of each character; `block` is the number of its block in
    the file.
    """

    text: str
    box: Rect
    baseline: float
    size: float
    bold: bool = False
    italic: bool = False
    mono: bool = False
    level: bool = True
    edges: tuple[tuple[float, float], ...] = ()
    block: int = 0

    @classmethod
    def from_raw(cls, raw: dict[str, Any], direction: Sequence[float], block: int = 0) -> Self:
        """Build a span from PyMuPDF's raw dictionary and its line's direction.

        PyMuPDF puts blanks of its own between words, on the baseline of what went before: a
        blank in front says nothing of where the span stands.
        """
        characters = without_splits(raw["chars"])
        seen = [char for char in characters if not char["c"].isspace()] or characters
        font, flags = str(raw["font"]).lower(), int(raw["flags"])
        text = "".join(char["c"] for char in characters)
        size, baseline = float(raw["size"]), float(seen[0]["origin"][1])
        if "cmex" in font or "mathextension" in font:
            text = text.translate(_EXTENSION)
            baseline, size = baseline + size, 0.8 * size  # TeX hangs large signs from their top
        edges = [(float(char["bbox"][0]), float(char["bbox"][2])) for char in characters]
        level = abs(direction[0] - 1) < 0.02
        text, places = with_blanks(text, edges, size) if level else (text, tuple(edges))
        return cls(
            text=text,
            box=hull([tuple(map(float, char["bbox"])) for char in seen]),
            baseline=baseline,
            size=size,
            # TeX's bold faces carry no flag: cmbx10, SFBX1200, cmb10.
            bold=bool(flags & _BOLD) or "bold" in font or "bx" in font or font.startswith("cmb1"),
            italic=bool(flags & _ITALIC) or "csc" in font,  # small capitals serve alike
            mono=bool(flags & _MONO),
            level=level,
            edges=places,
            block=block,
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A line of type, its spans in the order they are read."""

    spans: tuple[Span, ...]

    @property
    def box(self) -> Rect:
        """The box around the spans."""
        return hull([span.box for span in self.spans])

    @property
    def size(self) -> float:
        """The largest type size."""
        return max(span.size for span in self.spans)

    @property
    def bold(self) -> bool:
        """Whether every span is bold."""
        return all(span.bold for span in self.spans)

    @property
    def italic(self) -> bool:
        """Whether every span is italic or in small capitals."""
        return all(span.italic for span in self.spans)

    @property
    def level(self) -> bool:
        """Whether it runs from left to right."""
        return self.spans[0].level

    @property
    def mono(self) -> bool:
        """Whether every span is in a type of fixed width."""
        return all(span.mono for span in self.spans)


def assign(
    spans: Sequence[Span], boxes: Sequence[Rect]
) -> tuple[list[list[Span]], list[list[Span]]]:
    """Return the spans of each box, and those that no box holds, by their blocks.

    A span goes to the smallest box that holds its middle, else to the nearest box no further than
    two lines away.
    """
    found: list[list[Span]] = [[] for _ in boxes]
    others: dict[int, list[Span]] = {}
    areas = [area(box) for box in boxes]
    for span in spans:
        x, y = (span.box[0] + span.box[2]) / 2, (span.box[1] + span.box[3]) / 2
        ranked = [(distance(x, y, box), areas[i], i) for i, box in enumerate(boxes)]
        away, _, nearest = min(ranked, default=(1e9, 0.0, -1))
        if away <= 2 * span.size:
            found[nearest].append(span)
        elif span.text.strip():
            others.setdefault(span.block, []).append(span)
    return found, list(others.values())


def build_lines(spans: Sequence[Span]) -> tuple[Line, ...]:
    """Return the lines of one box, top to bottom; type that is not level keeps the file's order."""
    level = [span for span in spans if span.level]
    rows: list[list[Span]] = []
    weights = sorted(span.size for span in level for _ in range(len(span.text.strip())))
    # Scripts may outnumber what they belong to: the size that a quarter of the type reaches.
    usual = weights[3 * len(weights) // 4] if weights else 0.0
    main = [span for span in level if span.size >= 0.85 * usual and span.text.strip()]
    for span in sorted(main, key=lambda span: span.baseline):
        if rows and abs(span.baseline - rows[-1][0].baseline) <= 0.3 * span.size:
            rows[-1].append(span)
        else:
            rows.append([span])
    chosen = set(map(id, main))
    heads = [row[0] for row in rows]
    for span in (span for span in level if id(span) not in chosen):
        gap, place = min(
            ((abs(head.baseline - span.baseline), i) for i, head in enumerate(heads)),
            default=(1e9, -1),
        )
        if gap <= 0.9 * usual:
            rows[place].append(span)
        elif span.text.strip():
            rows.append([span])
            heads.append(span)
    rows.sort(key=lambda row: row[0].baseline)
    return (*map(_line, rows), *_turned_lines(spans))


def distance(x: float, y: float, box: Rect) -> float:
    """Return how far a point lies outside a box, 0 within it."""
    return max(box[0] - x, x - box[2], 0.0) + max(box[1] - y, y - box[3], 0.0)


def _line(row: list[Span]) -> Line:
    """Return the spans of one row from left to right, those of Hebrew or Arabic the other way."""
    if _runs_leftwards(row):
        return Line(tuple(sorted(row, key=lambda span: -span.box[2])))
    return Line(tuple(sorted(row, key=lambda span: span.box[0])))


def _runs_leftwards(row: Sequence[Span]) -> bool:
    text = "".join(span.text for span in row)
    if text.isascii():
        return False
    kinds = [unicodedata.bidirectional(character) for character in text]
    return kinds.count("R") + kinds.count("AL") > kinds.count("L")


def _turned_lines(spans: Sequence[Span]) -> Iterator[Line]:
    """Yield a line for each run of spans that are not level, one right after the other."""
    turned: list[Span] = []
    for span in spans:
        if span.level:
            continue
        if turned and _follows(turned[-1], span):
            before = turned[-1]
            box, text = hull([before.box, span.box]), before.text + span.text
            turned[-1] = replace(before, text=text, box=box, edges=())
        else:
            turned.append(span)
    yield from (Line((span,)) for span in turned if span.text.strip())


def _follows(before: Span, span: Span) -> bool:
    """Tell whether one of two turned spans begins where the other ends, up or down the page."""
    across = min(before.box[2], span.box[2]) - max(before.box[0], span.box[0])
    gap = max(before.box[1], span.box[1]) - min(before.box[3], span.box[3])
    narrower = min(before.box[2] - before.box[0], span.box[2] - span.box[0])
    return across > 0.8 * narrower and abs(gap) < 0.14 * max(before.size, span.size)
