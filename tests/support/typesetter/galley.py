"""Sets single characters, scripts and parentheses on galleys, for the tests' typesetter.

Rules and dimensions are those of The TeXbook, appendix G, for Computer Modern. Points, y downwards;
the origin of a galley is its reference point.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ocr_service.engines.typeset.characters.faces import face_of
from ocr_service.engines.typeset.characters.kinds import PIECE
from ocr_service.engines.typeset.characters.nodes import Glyph, Rule
from ocr_service.engines.typeset.characters.symbols import symbol
from tests.support.typesetter.fonts import TEXT_FONTS, Metric

__all__ = [
    "AXIS",
    "NULL_SPACE",
    "RULE",
    "X_HEIGHT",
    "Galley",
    "Style",
    "attach",
    "draw",
    "enclosed",
    "letters",
]

AXIS, RULE, X_HEIGHT, NULL_SPACE = 0.25, 0.04, 0.431, 0.12  # of Computer Modern, in ems
SUP_DROP, SUB_DROP = 0.386, 0.05


@dataclass(frozen=True, slots=True)
class Style:
    """The type size in points (10, 7 or 5) and whether the formula is displayed."""

    size: float = 10.0
    display: bool = False

    @property
    def script(self) -> Style:
        """The style of scripts in this one."""
        return Style(7.0 if self.size == 10.0 else 5.0)

    @property
    def part(self) -> Style:
        """The style of a fraction's parts in this one."""
        return Style(10.0) if self.display else self.script


@dataclass(slots=True)
class Galley:
    """What is set so far, in the order drawn, with the dimensions of the box around it."""

    width: float = 0.0
    height: float = 0.0
    depth: float = 0.0
    items: list[Glyph | Rule] = field(default_factory=list)

    def put(self, other: Galley, x: float, y: float) -> None:
        """Draw a galley with its reference point at (x, y); the width stays."""
        for item in other.items:
            moved = replace(item, left=item.left + x, right=item.right + x)
            moved.top, moved.bottom = item.top + y, item.bottom + y
            if isinstance(moved, Glyph) and isinstance(item, Glyph):
                moved.base = item.base + y
            self.items.append(moved)
        self.height = max(self.height, other.height - y)
        self.depth = max(self.depth, other.depth + y)

    def rule(self, left: float, right: float, y: float, thickness: float) -> None:
        """Draw a level rule whose middle is at y."""
        self.items.append(Rule(left, y - thickness / 2, right, y + thickness / 2))


def draw(font: str, character: str, metric: Metric, size: float, *, hung: bool = False) -> Galley:
    """Set one character; `hung` ones are centred on the axis, as large signs are."""
    width, top, bottom = (size * value for value in metric)
    known = symbol(face_of(font), character)
    glyph = Glyph(
        0.0, -top, width, bottom, (bottom - top) / 2 if hung else 0.0, size,
        known.text, known.latex, known.kind, face_of(font), known.piece,
    )  # fmt: skip
    glyph.tall = hung or known.kind is PIECE
    return Galley(width, max(top, 0.0), max(bottom, 0.0), [glyph])


def letters(text: str, font: str, size: float, space: float = 0.333) -> Galley:
    """Set words in a font of text, `space` ems between two."""
    galley = Galley()
    for character in text:
        if character == " ":
            galley.width += space * size
            continue
        letter = draw(font, character, TEXT_FONTS[character], size)
        galley.put(letter, galley.width, 0.0)
        galley.width += letter.width
    return galley


def attach(
    galley: Galley,
    nucleus: Galley,
    scripts: tuple[Galley | None, Galley | None],
    style: Style,
    *,
    simple: bool,
    slant: float = 0.0,
) -> float:
    """Set scripts beside a nucleus, the upper `slant` points further right; return their width."""
    over, under = scripts
    size, small = style.size, style.script.size
    up = 0.0 if simple else nucleus.height - SUP_DROP * small
    down = 0.0 if simple else nucleus.depth + SUB_DROP * small
    if over is not None:
        least = (0.413 if style.display else 0.363) * size
        up = max(up, least, over.depth + X_HEIGHT * size / 4)
    if under is not None and over is None:
        down = max(down, 0.15 * size, under.height - 0.8 * X_HEIGHT * size)
    elif under is not None and over is not None:
        down = max(down, 0.247 * size)
        gap = (up - over.depth) - (under.height - down)
        if gap < 4 * RULE * size:
            down += 4 * RULE * size - gap
            lift = 0.8 * X_HEIGHT * size - (up - over.depth)
            up, down = (up + lift, down - lift) if lift > 0 else (up, down)
    width = 0.0
    if over is not None:
        galley.put(over, nucleus.width + slant, -up)
        width = slant + over.width
    if under is not None:
        galley.put(under, nucleus.width, down)
        width = max(width, under.width)
    return width + 0.05 * size  # \scriptspace


def fence(opening: bool, reach: float, size: float) -> Galley:
    """Set a parenthesis that reaches at least `reach` points, in all, around the axis."""
    heights = (1.0, 1.2, 1.8, 2.4, 3.0)
    place = next((i for i, high in enumerate(heights) if high * size >= reach), None)
    if place is None:
        return _pieces(opening, reach, size)
    if not place:
        metric = (0.389, 0.75, 0.25)
        return draw("CMR10", "(" if opening else ")", metric, size)
    code = (0x00, 0x10, 0x12, 0x20)[place - 1] + (not opening)
    width = (0.458, 0.597, 0.736, 0.792)[place - 1]
    half = heights[place] / 2
    metric = (width, half + AXIS, half - AXIS)
    return draw("CMEX10", chr(code), metric, size, hung=True)


def _pieces(opening: bool, reach: float, size: float) -> Galley:
    """Set a parenthesis of pieces: its top, its bottom, and enough between them."""
    count = max(0, -int(-(reach - 3.6 * size) // (0.6 * size)))
    galley = Galley(0.875 * size)
    y = -(1.8 + 0.3 * count + AXIS) * size
    codes = (0x30, 0x40, 0x42) if opening else (0x31, 0x41, 0x43)
    # TeX builds the stack from the top down.
    for code, high in [(codes[0], 1.8), *[(codes[2], 0.6)] * count, (codes[1], 1.8)]:
        piece = draw("CMEX10", chr(code), (0.875, 0.0, high), size)
        galley.put(piece, 0.0, y)
        y += high * size
    return galley


def enclosed(body: Galley, style: Style, reach: float | None = None) -> Galley:
    r"""Set parentheses around a body, as `\left(` and `\right)` do (appendix G, rule 19)."""
    axis = AXIS * style.size
    far = max(body.height - axis, body.depth + axis)
    wanted = max(0.901 * 2 * far, 2 * far - 5.0) if reach is None else reach
    galley = Galley()
    for part in (fence(True, wanted, style.size), body, fence(False, wanted, style.size)):
        galley.put(part, galley.width, 0.0)
        galley.width += part.width
    return galley
