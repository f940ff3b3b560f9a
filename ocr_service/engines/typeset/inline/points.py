"""Finds upright capitals that are symbols of a formula: "OM = 1", "AB² = AC² + BC²", "A + Bh"."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.engines.typeset.characters.kinds import BINARY, DIGIT, LETTER, PRIME
from ocr_service.engines.typeset.characters.nodes import Glyph, Node, Scripts
from ocr_service.engines.typeset.inline.marks import MATH, TEXT, Mark
from ocr_service.engines.typeset.inline.spacing import (
    WORD_SPACE,
    core,
    gap_before,
    is_operator,
)

__all__ = ["mark_points"]

_MAX_POINTS = 2  # capitals of one name: a segment has two
_MAX_CORNERS = 4  # capitals of a figure: "△ABC"
_FIGURES = frozenset({r"\triangle", r"\angle", r"\measuredangle", r"\square", r"\Box"})
_BESIDE = 0.6  # type sizes: an operation is nearer
_STOPS = frozenset(".,;:?!")
_RAISED = frozenset({DIGIT, PRIME})


def mark_points(nodes: Sequence[Node], marks: list[Mark], size: float) -> None:
    """Mark capitals beside an operation, and a plus sign beside them, as mathematics, in place."""
    runs = [run for run in _runs(nodes, marks, size) if _is_name(nodes, *run)]
    changed = bool(runs)
    while changed:
        changed = False
        for first, last in runs:
            if marks[first] is MATH and marks[last] is MATH:
                continue
            if _follows_operation(nodes, marks, first, size) or _precedes_operation(
                nodes, marks, last, size
            ):
                marks[first : last + 1] = [MATH] * (last - first + 1)
                changed = True


def _runs(nodes: Sequence[Node], marks: Sequence[Mark], size: float) -> list[tuple[int, int]]:
    """Return the places (first, last) of whole words of upright letters and their scripts."""
    found: list[tuple[int, int]] = []
    for index, node in enumerate(nodes):
        if not _is_upright(node):
            continue
        if found and found[-1][1] == index - 1 and gap_before(nodes, index) < WORD_SPACE * size:
            found[-1] = (found[-1][0], index)
        else:
            found.append((index, index))
    return [run for run in found if not _is_in_word(nodes, marks, run, size)]


def _is_in_word(
    nodes: Sequence[Node], marks: Sequence[Mark], run: tuple[int, int], size: float
) -> bool:
    """Tell whether letters touch a sign of the text, such as the hyphen of "A-level"."""
    first, last = run
    before, after = first - 1, last + 1
    if before >= 0 and marks[before] is TEXT and gap_before(nodes, first) < WORD_SPACE * size:
        return True
    touched = after < len(nodes) and gap_before(nodes, after) < WORD_SPACE * size
    return touched and marks[after] is TEXT and getattr(nodes[after], "text", "") not in _STOPS


def _is_upright(node: Node) -> bool:
    glyph = core(node)
    if not (isinstance(glyph, Glyph) and glyph.kind is LETTER):
        return False
    face = glyph.face
    return face.is_text and not face.italic and not face.mono


def _is_name(nodes: Sequence[Node], first: int, last: int) -> bool:
    """Tell whether a word is one capital or two, the last with a power or a prime at most.

    After the sign of a figure, "△ABC", it may be longer.
    """
    word = nodes[first : last + 1]
    letters = "".join(getattr(core(node), "text", "") for node in word)
    most = _MAX_CORNERS if first and _core_latex(nodes[first - 1]) in _FIGURES else _MAX_POINTS
    if len(word) > most or not (letters.isascii() and letters.isupper()):
        return False
    if not all(map(_is_upright, word)) or any(isinstance(node, Scripts) for node in word[:-1]):
        return False
    end = word[-1]
    raised = end.sup if isinstance(end, Scripts) else []
    lowered = isinstance(end, Scripts) and bool(end.sub)
    return not lowered and all(isinstance(node, Glyph) and node.kind in _RAISED for node in raised)


def _core_latex(node: Node) -> str:
    glyph = core(node)
    return glyph.latex if isinstance(glyph, Glyph) else ""


def _follows_operation(
    nodes: Sequence[Node], marks: Sequence[Mark], first: int, size: float
) -> bool:
    near = first > 0 and gap_before(nodes, first) < _BESIDE * size
    if near and _core_latex(nodes[first - 1]) in _FIGURES:
        return True
    return near and _is_operation(nodes, marks, first - 1, first - 2)


def _precedes_operation(
    nodes: Sequence[Node], marks: Sequence[Mark], last: int, size: float
) -> bool:
    near = last + 1 < len(nodes) and gap_before(nodes, last + 1) < _BESIDE * size
    return near and _is_operation(nodes, marks, last + 1, last + 2)


def _is_operation(nodes: Sequence[Node], marks: Sequence[Mark], place: int, beyond: int) -> bool:
    """Tell whether a sign is an operation: of mathematics, or a plus with mathematics beyond it."""
    sign = nodes[place]
    if marks[place] is TEXT or not is_operator(sign):
        return False
    if marks[place] is MATH:
        return True
    plus = isinstance(sign, Glyph) and sign.kind is BINARY
    return plus and 0 <= beyond < len(nodes) and marks[beyond] is MATH
