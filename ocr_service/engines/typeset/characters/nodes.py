"""The parts of a formula, each with its ink box and its baseline.

Coordinates are points of the page as displayed, y downwards: `top` < `bottom`. `left` and `right`
are those of the advance width, as TeX sees them, `top` and `bottom` those of the ink. `base` is the
y of the baseline; of a part that TeX centres on the axis (a fraction, a tall delimiter, a large
operator) it is the y of the axis: `baseline` tells the one from the other. `size` is the type size
in points.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ocr_service.engines.typeset.characters.symbols import Face

__all__ = [
    "AXIS",
    "Accent",
    "Array",
    "Box",
    "Brace",
    "Fraction",
    "Function",
    "Glyph",
    "Item",
    "Radical",
    "Rule",
    "Scripts",
    "baseline",
    "hull",
    "size_of",
]

Box = tuple[float, float, float, float]

AXIS = 0.25  # height of the axis over the baseline, in type sizes: TeX's \fontdimen22


@dataclass(slots=True, eq=False)
class Item:
    """Anything that stands in a row."""

    left: float
    top: float
    right: float
    bottom: float
    base: float
    size: float

    @property
    def box(self) -> Box:
        """(left, top, right, bottom)."""
        return (self.left, self.top, self.right, self.bottom)

    @property
    def middle(self) -> float:
        """The x of the middle."""
        return (self.left + self.right) / 2


@dataclass(slots=True, eq=False)
class Glyph(Item):
    """A character as drawn. `order` is its place among the page's characters."""

    text: str
    latex: str
    kind: str
    face: Face
    piece: str = ""
    order: int = 0
    tall: bool = False


@dataclass(slots=True, eq=False)
class Rule:
    """A straight, thin, filled or stroked piece: level if wider than high."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Its length from left to right, in points."""
        return self.right - self.left

    @property
    def y(self) -> float:
        """The y of its middle."""
        return (self.top + self.bottom) / 2

    @property
    def level(self) -> bool:
        """Whether it lies, as those of fractions do."""
        return self.right - self.left >= self.bottom - self.top


@dataclass(slots=True, eq=False)
class Fraction(Item):
    """One list over another, with a bar between or without."""

    over: list[Item]
    under: list[Item]
    bar: bool = True


@dataclass(slots=True, eq=False)
class Radical(Item):
    """A root, `index` empty for a square root."""

    body: list[Item]
    index: list[Item]


@dataclass(slots=True, eq=False)
class Accent(Item):
    r"""Something over or under a list: `command` is `\hat`, `\overline`, `\underline`, ..."""

    command: str
    body: list[Item]


@dataclass(slots=True, eq=False)
class Brace(Item):
    r"""A brace along a list: `command` is `\overbrace` or `\underbrace`."""

    command: str
    body: list[Item]


@dataclass(slots=True, eq=False)
class Array(Item):
    """Rows of cells, each a list, between delimiters that may be empty."""

    opening: str
    closing: str
    rows: list[list[list[Item]]]
    binomial: bool = False


@dataclass(slots=True, eq=False)
class Function(Item):
    """An upright name, such as lim or arg max, set as one: its LaTeX, and its letters."""

    latex: str
    letters: list[Item]


@dataclass(slots=True, eq=False)
class Scripts(Item):
    """A nucleus with what is raised and lowered, or set above and below (`limits`)."""

    nucleus: Item | None
    sup: list[Item] = field(default_factory=list)
    sub: list[Item] = field(default_factory=list)
    limits: bool = False


def hull(items: Iterable[Item | Rule]) -> Box:
    """Return the box around items; there must be one."""
    boxes = [(item.left, item.top, item.right, item.bottom) for item in items]
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def baseline(item: Item, size: float) -> float:
    """Return the y of an item's baseline in a list of this type size."""
    centred = item.tall if isinstance(item, Glyph) else isinstance(item, Fraction | Array)
    if isinstance(item, Scripts) and item.nucleus is not None:
        return baseline(item.nucleus, size)
    return item.base + AXIS * size if centred else item.base


def size_of(items: Sequence[Item], default: float = 10.0) -> float:
    """Return the largest type size among items, those of stretched signs left aside."""
    plain = [
        item.size
        for item in items
        if not (isinstance(item, Glyph) and (item.tall or item.kind in "()|"))
    ]
    return max(plain or [item.size for item in items], default=default)
