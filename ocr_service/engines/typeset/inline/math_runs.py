"""Finds how far each formula of a row extends: runs of what may be mathematics.

The first rule that applies, in the order of `_RULES`, decides whether a run goes on over a gap. It
returns True if the formula goes on, False if it ends, None if it does not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ocr_service.engines.typeset.characters.kinds import OPENING
from ocr_service.engines.typeset.characters.nodes import Fraction, Function, Glyph, Node, Radical
from ocr_service.engines.typeset.formulas.modulo import begins_modulo, is_modulo
from ocr_service.engines.typeset.inline.marks import MATH, POSSIBLE, Mark
from ocr_service.engines.typeset.inline.spacing import (
    core,
    gap_before,
    is_bar,
    is_colon,
    is_operator,
    is_relation,
)

__all__ = ["find_math_runs"]

_THICK = 0.24  # type sizes: wider than TeX's thin space, narrower than most between words
_AFTER_COMMA = 0.21  # type sizes: a comma of text and a wider gap end a formula
_BEFORE_MOD, _BEFORE_PMOD = 0.75, 1.2  # type sizes; in displays TeX sets \pmod a quad apart
_MAPPINGS = frozenset({r"\to", r"\longrightarrow", r"\hookrightarrow", r"\mapsto"})


class _Gap(NamedTuple):
    """The gap after the node at index `end`: `width` and type `size` are in points."""

    nodes: Sequence[Node]
    marks: Sequence[Mark]
    end: int
    size: float
    width: float

    @property
    def before(self) -> Node:
        """The node to the left."""
        return self.nodes[self.end]

    @property
    def after(self) -> Node:
        """The node to the right."""
        return self.nodes[self.end + 1]


def find_math_runs(
    nodes: Sequence[Node], marks: Sequence[Mark], size: float
) -> list[tuple[int, int]]:
    """Return the runs (first, last) of what may be a formula and has something of one."""
    found = []
    index = 0
    while index < len(nodes):
        if marks[index] not in POSSIBLE:
            index += 1
            continue
        end = index
        while (
            end + 1 < len(nodes)
            and marks[end + 1] in POSSIBLE
            and _goes_on(nodes, marks, end, size)
        ):
            end += 1
        if MATH in marks[index : end + 1] or _has_math_comma(nodes[index + 1 : end]):
            found.append((index, end))
        index = end + 1
    return found


def _has_math_comma(nodes: Sequence[Node]) -> bool:
    """Find a comma of a font of mathematics, as in "[0, 1]", where all else is of the text."""
    return any(isinstance(node, Glyph) and node.text == "," and node.face.is_math for node in nodes)


def _goes_on(nodes: Sequence[Node], marks: Sequence[Mark], end: int, size: float) -> bool:
    """Tell whether a formula that reaches to `end` goes on after it."""
    width = gap_before(nodes, end + 1)
    if width < _THICK * size:  # "2n", "f(x)"; but "x, y" with a comma of text are two formulas
        return not _is_text_comma(nodes[end]) or width < _AFTER_COMMA * size
    gap = _Gap(nodes, marks, end, size, width)
    for rule in _RULES:
        answer = rule(gap)
        if answer is not None:
            return answer
    return False


def _after_math_comma(gap: _Gap) -> bool | None:
    """A comma of a font of mathematics continues a list: "(x, y)", even set with wide spaces."""
    before = gap.before
    if not (isinstance(before, Glyph) and before.text == "," and before.face.is_math):
        return None
    return gap.width < 1.2 * gap.size


def _at_modulo(gap: _Gap) -> bool | None:
    """The modulus of a congruence stands apart from it: "a = b  (mod n)", "7 mod 3"."""
    if is_modulo(gap.after):
        return gap.width < _BEFORE_MOD * gap.size
    if begins_modulo(gap.nodes, gap.end + 1):
        return gap.width < _BEFORE_PMOD * gap.size
    return None


def _before_function(gap: _Gap) -> bool | None:
    """A function's name continues a formula that it is near: "x sin y", "= log n".

    Otherwise it does if its argument follows at once.
    """
    if not isinstance(core(gap.after), Function):
        return None
    if gap.width < 0.27 * gap.size or is_operator(gap.before):
        return True
    return _has_argument(gap, gap.end + 1)


def _before_operator(gap: _Gap) -> bool | None:
    """An operation continues a formula: "x + y", stretched too.

    TeX sets as much space before an operation as after it, but a word's space before a sign: in
    "values x −1" the minus begins another formula.
    """
    if not is_operator(gap.after):
        return None
    place = gap.end + 2
    after = gap_before(gap.nodes, place) if place < len(gap.nodes) else gap.width
    return gap.width < 0.3 * gap.size or after > 0.4 * gap.width


def _after_operator(gap: _Gap) -> bool | None:
    """An operation, a relation or a function's name goes on with what follows: "x = y", "sin x"."""
    if not is_operator(gap.before):
        return None
    if gap.width < 0.3 * gap.size or isinstance(gap.before, Function) or is_relation(gap.before):
        return True
    before = gap_before(gap.nodes, gap.end) if gap.end else gap.width
    return before > 0.4 * gap.width


def _at_colon(gap: _Gap) -> bool | None:
    """A colon with space before it is a relation: "{x : x > 0}"."""
    if not (is_colon(gap.nodes, gap.end + 1) or is_colon(gap.nodes, gap.end)):
        return None
    return gap.width < 0.8 * gap.size


def _after_colon_of_map(gap: _Gap) -> bool | None:
    r"""A colon set close to a name goes on if an arrow follows: "f: X \to Y", by `\colon`."""
    if getattr(gap.before, "text", "") != ":" or not _is_map(gap):
        return None
    return gap.width < 0.6 * gap.size


def _at_bar(gap: _Gap) -> bool | None:
    r"""A bar with a space on both sides is a relation, `\mid`: "{x | x > 0}", stretched too."""
    for bar in (gap.end, gap.end + 1):
        if not is_bar(gap.nodes, bar):
            continue
        if gap.marks[bar - 1] in POSSIBLE and gap.marks[bar + 1] in POSSIBLE:
            return True
    return None


def _between_symbols(gap: _Gap) -> bool:
    """Symbols of mathematics go on over a small gap: "x dx", wider beside a fraction or root."""
    sides = (gap.before, gap.after)
    fraction = any(isinstance(node, Fraction | Radical) for node in sides)
    widest = 0.42 if fraction or _in_brackets(gap) else 0.3
    both = gap.marks[gap.end] is gap.marks[gap.end + 1] is MATH
    return both and gap.width < widest * gap.size and not _is_text_comma(gap.before)


def _in_brackets(gap: _Gap) -> bool:
    """Tell whether a bracket of a font of mathematics opens after a gap: browsers set one there."""
    after = gap.after
    return isinstance(after, Glyph) and after.kind is OPENING and after.face.is_math


_RULES: tuple[Callable[[_Gap], bool | None], ...] = (
    _after_math_comma,
    _at_modulo,
    _before_function,
    _before_operator,
    _after_operator,
    _at_colon,
    _after_colon_of_map,
    _at_bar,
    _between_symbols,
)


def _has_argument(gap: _Gap, place: int) -> bool:
    """Tell whether the function's name at this index has its argument right after it."""
    if place + 1 >= len(gap.nodes) or gap.width > 0.45 * gap.size:
        return False
    near = gap_before(gap.nodes, place + 1) < _THICK * gap.size
    return gap.marks[place + 1] in POSSIBLE and near


def _is_text_comma(node: Node) -> bool:
    return isinstance(node, Glyph) and node.text in ",;" and not node.face.is_math


def _is_map(gap: _Gap) -> bool:
    r"""Tell whether the colon before the gap is that of a map: "f: X \to Y"."""
    nodes, marks, colon = gap.nodes, gap.marks, gap.end
    if not colon or not (marks[colon - 1] is marks[colon + 1] is MATH):
        return False
    ahead = nodes[colon + 1 : colon + 8]
    return any(getattr(core(node), "latex", "") in _MAPPINGS for node in ahead)
