"""Splits a row into text and formulas.

Fonts decide most of it: a letter of an italic or symbol font of mathematics is a formula, and in
TeX's fonts the comma of a formula is another character than that of the text. What both share
(digits, parentheses, an upright sin) belongs to a formula if no word space separates them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ocr_service.engines.typeset.characters.faces import Face
from ocr_service.engines.typeset.characters.nodes import (
    Accent,
    Function,
    Glyph,
    InkBox,
    Node,
    Scripts,
    hull,
    size_of,
)
from ocr_service.engines.typeset.formulas.latex import latex_of
from ocr_service.engines.typeset.formulas.modulo import begins_modulo
from ocr_service.engines.typeset.inline.classify import mark_nodes
from ocr_service.engines.typeset.inline.marks import MATH
from ocr_service.engines.typeset.inline.math_runs import find_math_runs
from ocr_service.engines.typeset.inline.spacing import (
    NARROW_SPACE,
    WORD_SPACE,
    gap_before,
    is_bar,
    is_operator,
    narrow_faces,
)
from ocr_service.engines.typeset.inline.trim import trimmed

__all__ = ["Segment", "is_open", "plain_text", "segments"]

_SUPERSCRIPTS = str.maketrans("0123456789*", "⁰¹²³⁴⁵⁶⁷⁸⁹*")


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a row: text, or the LaTeX of a formula without its delimiters.

    `space` tells whether a space separates it from what precedes it; `box` is in points.
    """

    text: str
    is_math: bool
    space: bool
    box: InkBox


def segments(nodes: Sequence[Node], *, within: bool = False) -> list[Segment]:
    """Return a row as text and formulas, from left to right.

    Args:
        nodes: The row's arranged nodes.
        within: A formula of the row before continues in this one: it may close a parenthesis.
    """
    size = size_of(nodes)
    marks = mark_nodes(nodes, size)
    inside = [mark is MATH for mark in marks]
    for start, end in find_math_runs(nodes, marks, size):
        ends = (within and start == 0, end == len(nodes) - 1 and is_operator(nodes[end]))
        first, last = trimmed(nodes, marks, (start, end), size, ends)
        for index in range(first, last + 1):
            inside[index] = True
    return list(_cut(nodes, inside, size))


def is_open(nodes: Sequence[Node]) -> bool:
    """Tell whether a row ends within a formula: with an operation or a relation."""
    return bool(nodes) and is_operator(nodes[-1]) and not isinstance(nodes[-1], Function)


def _cut(nodes: Sequence[Node], inside: Sequence[bool], size: float) -> list[Segment]:
    """Return the segments of a row."""
    found: list[Segment] = []
    index = 0
    while index < len(nodes):
        end = index
        while end + 1 < len(nodes) and inside[end + 1] == inside[index]:
            if inside[index] and _parts(nodes, end, size):
                break
            end += 1
        part = nodes[index : end + 1]
        text = latex_of(part) if inside[index] else plain_text(part)
        if text:
            least = 0.25 if text[0] in ",;:.)" and not inside[index] else 0.12
            space = index > 0 and gap_before(nodes, index) > least * size
            found.append(Segment(text, inside[index], space, hull(part)))
        index = end + 1
    return found


def _parts(nodes: Sequence[Node], end: int, size: float) -> bool:
    """Tell whether a word space separates two formulas."""
    here, following = nodes[end], nodes[end + 1]
    gap = following.left - here.right
    if gap < 0.42 * size or is_operator(here) or is_operator(following):
        return False
    if is_bar(nodes, end) or is_bar(nodes, end + 1) or begins_modulo(nodes, end + 1):
        return False
    return not (isinstance(here, Glyph) and here.text in ",;(" and here.face.is_math)


def plain_text(nodes: Sequence[Node]) -> str:
    """Return nodes as plain text, with blanks for the spaces between words."""
    text = ""
    before: Node | None = None
    narrow: set[Face] | None = None
    for node in nodes:
        gap = 0.0
        if before is not None:
            gap = (node.left - before.right) / max(min(node.size, before.size), 1.0)
        if NARROW_SPACE < gap <= WORD_SPACE and isinstance(node, Glyph):
            narrow = narrow_faces(nodes) if narrow is None else narrow
            gap += 1.0 if node.face in narrow else 0.0
        if gap > WORD_SPACE:
            text += " "
        text += _characters(node)
        before = node
    return re.sub(r" {2,}", " ", text)


def _characters(node: Node) -> str:
    """Return the characters of a node in text."""
    match node:
        case Glyph():
            return "\\" if node.text == "\N{SET MINUS}" else node.text
        case Function():
            return plain_text(node.letters)
        case Accent():
            return plain_text(node.body)
        case Scripts():
            nucleus = _characters(node.nucleus) if node.nucleus else ""
            raised = plain_text(node.sup)
            if raised and all(character in "0123456789*∗†‡§" for character in raised):
                raised = raised.replace("∗", "*").translate(_SUPERSCRIPTS)
            return nucleus + raised + plain_text(node.sub)
    return ""
