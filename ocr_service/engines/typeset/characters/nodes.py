"""Defines the nodes of a row: characters and the parts of formulas, with ink box and baseline.

Coordinates are points of the page as displayed, y downwards: `top` < `bottom`. `left` and `right`
are those of the advance width, as TeX sees them, `top` and `bottom` those of the ink. `base` is the
y of the baseline; of a part that TeX centres on the axis (a fraction, a tall delimiter, a large
operator) it is the y of the axis, and `baseline` works out the baseline. `size` is the type size in
points.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ocr_service.common import boxes
from ocr_service.engines.typeset.characters.faces import Face
from ocr_service.engines.typeset.characters.kinds import DELIMITERS, GlyphKind

__all__ = [
    "AXIS",
    "Accent",
    "Array",
    "Brace",
    "Fraction",
    "Function",
    "Glyph",
    "InkBox",
    "Node",
    "Radical",
    "Rule",
    "Scripts",
    "baseline",
    "hull",
    "size_of",
]

InkBox = tuple[float, float, float, float]

AXIS = 0.25  # height of the axis over the baseline, in type sizes: TeX's \fontdimen22


@dataclass(slots=True, eq=False)
class Node:
    """Part of a row: a character, or a part of a formula."""

    left: float
    top: float
    right: float
    bottom: float
    base: float
    size: float

    @property
    def box(self) -> InkBox:
        """(left, top, right, bottom)."""
        return (self.left, self.top, self.right, self.bottom)

    @property
    def middle(self) -> float:
        """The x of the middle."""
        return (self.left + self.right) / 2


@dataclass(slots=True, eq=False)
class Glyph(Node):
    """A character as drawn. `order` is its place among the page's characters."""

    text: str
    latex: str
    kind: GlyphKind
    face: Face
    piece: str = ""
    order: int = 0
    tall: bool = False


@dataclass(slots=True, eq=False)
class Rule:
    """A thin straight line, filled or stroked: level if wider than high."""

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
        """Whether it is horizontal, as the bar of a fraction is."""
        return self.right - self.left >= self.bottom - self.top


@dataclass(slots=True, eq=False)
class Fraction(Node):
    """One list over another, with a bar between."""

    over: list[Node]
    under: list[Node]


@dataclass(slots=True, eq=False)
class Radical(Node):
    """A root, `index` empty for a square root."""

    body: list[Node]
    index: list[Node]


@dataclass(slots=True, eq=False)
class Accent(Node):
    r"""Something over or under a list: `command` is `\hat`, `\overline`, `\underline`, ..."""

    command: str
    body: list[Node]


@dataclass(slots=True, eq=False)
class Brace(Node):
    r"""A brace along a list: `command` is `\overbrace` or `\underbrace`."""

    command: str
    body: list[Node]


@dataclass(slots=True, eq=False)
class Array(Node):
    """Rows of cells, each a list, between delimiters that may be empty."""

    opening: str
    closing: str
    rows: list[list[list[Node]]]
    binomial: bool = False


@dataclass(slots=True, eq=False)
class Function(Node):
    """The upright name of a function, such as lim or arg max: its LaTeX, and its letters."""

    latex: str
    letters: list[Node]


@dataclass(slots=True, eq=False)
class Scripts(Node):
    """A nucleus with its superscript and subscript, or its upper and lower `limits`."""

    nucleus: Node | None
    sup: list[Node] = field(default_factory=list)
    sub: list[Node] = field(default_factory=list)
    limits: bool = False


def hull(nodes: Iterable[Node | Rule]) -> InkBox:
    """Return the box around nodes, of which there must be at least one."""
    return boxes.hull([(node.left, node.top, node.right, node.bottom) for node in nodes])


def baseline(node: Node, size: float) -> float:
    """Return the y of a node's baseline in a list of this type size."""
    centred = node.tall if isinstance(node, Glyph) else isinstance(node, Fraction | Array)
    if isinstance(node, Scripts) and node.nucleus is not None:
        return baseline(node.nucleus, size)
    return node.base + AXIS * size if centred else node.base


def size_of(nodes: Sequence[Node], default: float = 10.0) -> float:
    """Return the largest type size among nodes in points; tall signs count if there is no other."""
    plain = [
        node.size
        for node in nodes
        if not (isinstance(node, Glyph) and (node.tall or node.kind in DELIMITERS))
    ]
    return max(plain or [node.size for node in nodes], default=default)
