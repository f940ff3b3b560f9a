r"""Sets expression trees as glyphs and rules, with the LaTeX they stand for.

It sets formulas by the rules of The TeXbook, appendix G, with the dimensions of Computer Modern
in ems, and draws them in the order TeX does: the result is what a PDF of TeX has, without TeX.
Points, y downwards; the origin of a galley is its reference point.
"""

# ruff: noqa: D102 - what the methods and properties of an expression are, `Expression` says

from __future__ import annotations

import re
from dataclasses import dataclass

from ocr_service.engines.typeset.characters.nodes import Glyph, Rule
from tests.support.typesetter.galley import (
    AXIS,
    NULL_SPACE,
    RULE,
    X_HEIGHT,
    Galley,
    Style,
    attach,
    draw,
    enclosed,
    letters,
)  # fmt: skip
from tests.support.typesetter.rows import Expression, MathList, OperatorName, Scripted, Sign

__all__ = [
    "Accented",
    "Binomial",
    "Expression",
    "Group",
    "MathList",
    "Matrix",
    "Operator",
    "OperatorName",
    "Quotient",
    "Root",
    "Scripted",
    "Sign",
    "TextRun",
    "set_line",
    "tokens",
    "typeset",
]  # fmt: skip

_PATTERN = re.compile(r"\\[A-Za-z]+|\\.|\S")


@dataclass(frozen=True)
class Quotient:
    """One part over another (rule 15)."""

    over: Expression
    under: Expression
    atom: str = "inner"

    @property
    def latex(self) -> str:
        return rf"\frac{{{self.over.latex}}}{{{self.under.latex}}}"

    def lay(self, style: Style) -> Galley:
        over, under = self.over.lay(style.part), self.under.lay(style.part)
        size, axis = style.size, AXIS * style.size
        half = RULE * size / 2
        clear = (3 if style.display else 1) * RULE * size
        up = max((0.677 if style.display else 0.394) * size, axis + half + clear + over.depth)
        down = max((0.686 if style.display else 0.345) * size, under.height + clear + half - axis)
        width = max(over.width, under.width)
        galley = Galley(width + 2 * NULL_SPACE * size)
        left = NULL_SPACE * size
        galley.put(over, left + (width - over.width) / 2, -up)
        galley.rule(left, left + width, -axis, 2 * half)
        galley.put(under, left + (width - under.width) / 2, down)
        return galley


@dataclass(frozen=True)
class Group:
    """A list in parentheses as high as it needs, and at least `least` ems."""

    body: Expression
    least: float = 0.0
    atom: str = "inner"

    @property
    def latex(self) -> str:
        return f"({self.body.latex})"

    def lay(self, style: Style) -> Galley:
        reach = self.least * style.size or None
        return enclosed(self.body.lay(style), style, reach)


@dataclass(frozen=True)
class Root:
    """A root (rule 11), with an index or without."""

    body: Expression
    index: Expression | None = None
    atom: str = "ord"

    @property
    def latex(self) -> str:
        index = f"[{self.index.latex}]" if self.index else ""
        return rf"\sqrt{index}{{{self.body.latex}}}"

    def lay(self, style: Style) -> Galley:
        body, size = self.body.lay(style), style.size
        thick = RULE * size
        clear = thick + (X_HEIGHT * size if style.display else thick) / 4
        reach = body.height + body.depth + clear + thick
        sizes = (1.0, 1.2, 1.8, 2.4, 3.0)
        place = next((i for i, high in enumerate(sizes) if high * size >= reach), len(sizes) - 1)
        font, character = ("CMSY10", "√") if not place else ("CMEX10", chr(0x6F + place))
        width = 1.0 if place else 0.833
        high = max(sizes[place], reach / size)
        sign = draw(font, character, (width, RULE, high - RULE), size)
        clear = max(clear, (clear + sign.depth - body.height - body.depth) / 2)
        galley = Galley()
        top = -(body.height + clear)
        left = 0.0
        if self.index is not None:
            index = self.index.lay(Style(5.0))
            left = max(0.0, size * (5 / 18 - 10 / 18) + index.width)
            rise = 0.6 * ((body.height + clear + thick) - (sign.depth + top))
            galley.put(index, left - index.width + size * 10 / 18, -rise)
        galley.put(sign, left, top)
        left += sign.width
        galley.rule(left, left + body.width, top - thick / 2, thick)
        galley.put(body, left, 0.0)
        galley.height = max(galley.height, -top + 2 * thick)
        galley.width = left + body.width
        return galley


@dataclass(frozen=True)
class Operator:
    r"""\sum, \prod or \int: limits over and under in displays, beside it for integrals."""

    name: str
    lower: Expression | None = None
    upper: Expression | None = None
    atom: str = "op"

    @property
    def latex(self) -> str:
        lower = f"_{{{self.lower.latex}}}" if self.lower else ""
        return self.name + lower + (f"^{{{self.upper.latex}}}" if self.upper else "")

    def lay(self, style: Style) -> Galley:
        size = style.size
        code, width, high = {
            ("\\sum", False): (0x50, 1.056, 1.0), ("\\sum", True): (0x58, 1.444, 1.4),
            ("\\prod", False): (0x51, 0.944, 1.0), ("\\prod", True): (0x59, 1.278, 1.4),
            ("\\int", False): (0x52, 0.472, 1.11), ("\\int", True): (0x5A, 0.556, 2.22),
        }[self.name, style.display]  # fmt: skip
        metric = (width, high / 2 + AXIS, high / 2 - AXIS)
        sign = draw("CMEX10", chr(code), metric, size, hung=True)
        over = self.upper.lay(style.script) if self.upper else None
        under = self.lower.lay(style.script) if self.lower else None
        galley = Galley()
        if style.display and self.name != "\\int":
            return _with_limits(galley, sign, over, under, size)
        galley.put(sign, 0.0, 0.0)
        slant = {True: 0.444, False: 0.194}[style.display] * size if self.name == "\\int" else 0.0
        galley.width = sign.width + attach(
            galley, sign, (over, under), style, simple=False, slant=slant
        )
        return galley


def _with_limits(
    galley: Galley, sign: Galley, over: Galley | None, under: Galley | None, size: float
) -> Galley:
    """Set limits over and under an operator (rule 13a); TeX draws the upper one first."""
    widths = [part.width for part in (over, sign, under) if part is not None]
    galley.width = max(widths)
    if over is not None:
        gap = max(0.111 * size, 0.2 * size - over.depth)
        galley.put(over, (galley.width - over.width) / 2, -(sign.height + gap + over.depth))
    galley.put(sign, (galley.width - sign.width) / 2, 0.0)
    if under is not None:
        gap = max(0.167 * size, 0.6 * size - under.height)
        galley.put(under, (galley.width - under.width) / 2, sign.depth + gap + under.height)
    return galley


@dataclass(frozen=True)
class Accented:
    """A letter with an accent, which is drawn before it (rule 12)."""

    command: str
    letter: Sign
    atom: str = "ord"

    @property
    def latex(self) -> str:
        return rf"{self.command}{{{self.letter.latex}}}"

    def lay(self, style: Style) -> Galley:
        body = self.letter.lay(style)
        mark = Sign(self.command).lay(style)
        galley = Galley(body.width)
        skew = 0.1 * style.size if self.letter.latex.isupper() else 0.0278 * style.size
        lift = max(0.0, body.height - X_HEIGHT * style.size)
        galley.put(mark, skew + (body.width - mark.width) / 2, -lift)
        galley.put(body, 0.0, 0.0)
        return galley


@dataclass(frozen=True)
class Binomial:
    """One part over another in parentheses (rule 15, without a bar)."""

    over: Expression
    under: Expression
    atom: str = "inner"

    @property
    def latex(self) -> str:
        return rf"\binom{{{self.over.latex}}}{{{self.under.latex}}}"

    def lay(self, style: Style) -> Galley:
        over, under, size = self.over.lay(style.part), self.under.lay(style.part), style.size
        up, down = (0.677, 0.686) if style.display else (0.444, 0.345)
        lacking = (7 if style.display else 3) * RULE * size
        lacking -= (up * size - over.depth) - (under.height - down * size)
        extra = max(0.0, lacking) / 2
        body = Galley(max(over.width, under.width))
        body.put(over, (body.width - over.width) / 2, -up * size - extra)
        body.put(under, (body.width - under.width) / 2, down * size + extra)
        return enclosed(body, style, (2.39 if style.display else 1.01) * size)


@dataclass(frozen=True)
class Matrix:
    """Two rows of two cells in parentheses, as amsmath sets them."""

    cells: tuple[Expression, Expression, Expression, Expression]
    atom: str = "inner"

    @property
    def latex(self) -> str:
        a, b, c, d = (cell.latex for cell in self.cells)
        return rf"\begin{{pmatrix}} {a} & {b} \\ {c} & {d} \end{{pmatrix}}"

    def lay(self, style: Style) -> Galley:
        inner, size = Style(style.size), style.size
        laid = [cell.lay(inner) for cell in self.cells]
        widths = [max(laid[i].width, laid[i + 2].width) for i in (0, 1)]
        step = max(1.2 * size, laid[0].depth, laid[1].depth)
        lows = max(laid[0].depth, laid[1].depth, 0.36 * size)
        highs = max(laid[2].height, laid[3].height, 0.84 * size)
        step = lows + highs
        first = max(laid[0].height, laid[1].height, 0.84 * size)
        last = max(laid[2].depth, laid[3].depth, 0.36 * size)
        top = -AXIS * size - (first + step + last) / 2
        body = Galley(widths[0] + size + widths[1])
        for place, cell in enumerate(laid):
            column = (widths[0] + size) * (place % 2)
            x = column + (widths[place % 2] - cell.width) / 2
            body.put(cell, x, top + first + step * (place // 2))
        body.height, body.depth = -top, top + first + step + last
        return enclosed(body, style)


@dataclass(frozen=True)
class TextRun:
    """Words of a font of text within a line; `raise_by` is in ems, for the marks of footnotes."""

    text: str
    font: str = "CMR10"
    size: float = 10.0
    raise_by: float = 0.0


def typeset(node: Expression, *, display: bool = True) -> tuple[list[Glyph], list[Rule]]:
    """Return the characters, in the order drawn, and the rules of a formula."""
    galley = Galley()
    galley.put(node.lay(Style(display=display)), 100.0, 200.0)
    return _drawn(galley)


def set_line(
    *parts: str | TextRun | Expression, space: float = 0.333, x: float = 100.0, y: float = 200.0
) -> tuple[list[Glyph], list[Rule]]:
    """Return the characters and rules of a line of text with formulas in it.

    Text is set in the roman of Computer Modern, `space` ems between words. The line begins at
    (x, y) in points.
    """
    galley = Galley()
    for part in parts:
        words = TextRun(part) if isinstance(part, str) else part
        if isinstance(words, TextRun):
            laid = letters(words.text, words.font, words.size, space)
            galley.put(laid, galley.width, -words.raise_by * 10.0)
        else:
            laid = words.lay(Style())
            galley.put(laid, galley.width, 0.0)
        galley.width += laid.width
    line = Galley()
    line.put(galley, x, y)
    return _drawn(line)


def _drawn(galley: Galley) -> tuple[list[Glyph], list[Rule]]:
    glyphs = [item for item in galley.items if isinstance(item, Glyph)]
    for order, glyph in enumerate(glyphs):
        glyph.order = order
    return glyphs, [item for item in galley.items if isinstance(item, Rule)]


def tokens(latex: str) -> list[str]:
    r"""Return the tokens of LaTeX, blanks and the sizes of delimiters left out."""
    bare = re.sub(r"\\(?:left|right|big|limits|quad)(?![A-Za-z])", " ", latex)
    return _PATTERN.findall(bare)
