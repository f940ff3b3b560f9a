"""How far a formula reaches in a row: stretches of what may be mathematics, and has some of it."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.engines.typeset.characters.nodes import Fraction, Function, Glyph, Node, Radical
from ocr_service.engines.typeset.inline.spacing import (
    core,
    gap_before,
    is_colon,
    is_operator,
    is_relation,
)

__all__ = ["find_stretches"]

_THICK = 0.24  # type sizes: wider than TeX's thin space, narrower than most between words
_MAPPINGS = frozenset({r"\to", r"\longrightarrow", r"\hookrightarrow", r"\mapsto"})


def find_stretches(nodes: Sequence[Node], marks: list[str], size: float) -> list[tuple[int, int]]:
    """Return the stretches (first, last) of what may be formulas and has something of one."""
    for index in range(1, len(nodes) - 1):
        if getattr(nodes[index], "text", "") == "•" and marks[index - 1] == marks[index + 1] == "M":
            marks[index] = "M"
    found = []
    index = 0
    while index < len(nodes):
        if marks[index] not in "MW":
            index += 1
            continue
        end = index
        while end + 1 < len(nodes) and marks[end + 1] in "MW" and _holds(nodes, marks, end, size):
            end += 1
        if "M" in marks[index : end + 1] or _has_math_mark(nodes[index + 1 : end]):
            found.append((index, end))
        index = end + 1
    return found


def _has_math_mark(nodes: Sequence[Node]) -> bool:
    """Tell a comma of a font of mathematics, as in "[0, 1]", where all else is of the text."""
    return any(isinstance(node, Glyph) and node.text == "," and node.face.is_math for node in nodes)


def _holds(nodes: Sequence[Node], marks: Sequence[str], end: int, size: float) -> bool:
    """Tell whether what follows `end` goes on with the formula."""
    gap = gap_before(nodes, end + 1)
    if gap < _THICK * size:
        return not _is_text_comma(nodes[end]) or gap < 0.21 * size
    here, following = nodes[end], nodes[end + 1]
    if isinstance(here, Glyph) and here.text == "," and here.face.is_math:
        return gap < 1.2 * size
    if isinstance(core(following), Function):
        return gap < 0.27 * size or is_operator(here) or _goes_before(nodes, marks, end + 1, size)
    if is_operator(following):
        # TeX sets as much before an operation as after it; before a sign it sets a word's space.
        after = gap_before(nodes, end + 2) if end + 2 < len(nodes) else gap
        return gap < 0.3 * size or after > 0.4 * gap
    if is_operator(here):
        before = gap_before(nodes, end) if end else gap
        return (
            gap < 0.3 * size
            or isinstance(here, Function)
            or before > 0.4 * gap
            or (is_relation(here))
        )
    if is_colon(nodes, end + 1) or is_colon(nodes, end):
        return gap < 0.8 * size
    if getattr(here, "text", "") == ":" and _maps(nodes, marks, end):
        return gap < 0.6 * size
    wide = 0.42 if any(isinstance(node, Fraction | Radical) for node in (here, following)) else 0.3
    return marks[end] == marks[end + 1] == "M" and gap < wide * size and not _is_text_comma(here)


def _goes_before(nodes: Sequence[Node], marks: Sequence[str], place: int, size: float) -> bool:
    """Tell whether a function's name has its argument right after it."""
    if place + 1 >= len(nodes) or gap_before(nodes, place) > 0.45 * size:
        return False
    return marks[place + 1] in "MW" and gap_before(nodes, place + 1) < _THICK * size


def _is_text_comma(node: Node) -> bool:
    return isinstance(node, Glyph) and node.text in ",;" and not node.face.is_math


def _maps(nodes: Sequence[Node], marks: Sequence[str], colon: int) -> bool:
    r"""Tell the colon of "f: X -> Y" that `\colon` sets close to the name."""
    ahead = nodes[colon + 1 : colon + 8]
    if not (colon and colon + 1 < len(nodes) and marks[colon - 1] == marks[colon + 1] == "M"):
        return False
    return any(getattr(core(node), "latex", "") in _MAPPINGS for node in ahead)
