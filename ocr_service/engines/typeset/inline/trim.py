"""Returns the punctuation and parentheses of the sentence at the ends of a formula to the text."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.engines.typeset.characters.kinds import DIGIT
from ocr_service.engines.typeset.characters.nodes import Glyph, Node, Scripts
from ocr_service.engines.typeset.inline.marks import EITHER, MATH, Mark
from ocr_service.engines.typeset.inline.spacing import WORD_SPACE, gap_before, is_colon, is_relation

__all__ = ["trimmed"]


def trimmed(
    nodes: Sequence[Node],
    marks: Sequence[Mark],
    run: tuple[int, int],
    size: float,
    runs_on: tuple[bool, bool],
) -> tuple[int, int]:
    """Return a run (first, last) without the punctuation and parentheses of the text around it.

    `runs_on` tells whether the formula begins in the row before, and whether it continues in the
    next.
    """
    first, last = run
    changed = True
    while changed and first <= last:
        changed = False
        if _is_end_mark(nodes[last], nodes, last, size):
            last, changed = last - 1, True
        elif _is_start_mark(nodes[first], marks[first]) and not _is_point(nodes, first, last):
            first, changed = first + 1, True
        else:
            unmatched = _unmatched(nodes[first : last + 1], runs_on)
            if unmatched is not None:
                first, last = _without(marks, first, last, first + unmatched)
                changed = True
    if first < last and _encloses(nodes[first : last + 1]) and _remark(nodes, first, last):
        return first + 1, last - 1
    return first, last


def _is_end_mark(node: Node, nodes: Sequence[Node], index: int, size: float) -> bool:
    """Find the punctuation of the sentence, and the slash of "x/second" before a word."""
    if not isinstance(node, Glyph):
        return False
    if node.text in ",;:" or node.latex == ".":
        return True
    before_word = index + 1 < len(nodes) and gap_before(nodes, index + 1) < WORD_SPACE * size
    return node.text == "/" and before_word


def _is_start_mark(node: Node, mark: Mark) -> bool:
    return mark is EITHER and isinstance(node, Glyph) and node.text in ",;:.!/"


def _is_point(nodes: Sequence[Node], first: int, last: int) -> bool:
    """Find the point of a decimal number without a digit before it: ".25"."""
    node, size = nodes[first], nodes[first].size
    if not (isinstance(node, Glyph) and node.latex == "." and first < last):
        return False
    after = nodes[first + 1]
    number = isinstance(after, Glyph) and after.kind is DIGIT
    touches = gap_before(nodes, first + 1) < 0.1 * size
    return number and touches and gap_before(nodes, first) > WORD_SPACE * size


def _unmatched(nodes: Sequence[Node], runs_on: tuple[bool, bool]) -> int | None:
    """Return the place of a parenthesis without its partner, or None."""
    opened: list[tuple[str, int]] = []
    for index, node in enumerate(nodes):
        core = node.nucleus if isinstance(node, Scripts) else node
        if not (isinstance(core, Glyph) and core.text in {"(", ")", "[", "]"} and not core.tall):
            continue
        if core.text in "([":
            opened.append((core.text, index))
        elif opened:
            opened.pop()  # of either shape, as in half-open intervals
        elif not runs_on[0]:
            return index
    return opened[-1][1] if opened and not runs_on[1] else None


def _without(marks: Sequence[Mark], first: int, last: int, place: int) -> tuple[int, int]:
    """Return the part beside an unmatched parenthesis that has more mathematics."""
    before = (first, place - 1)
    after = (place + 1, last)
    weights = [marks[start : end + 1].count(MATH) for start, end in (before, after)]
    return before if weights[0] >= weights[1] and weights[0] else after


def _encloses(nodes: Sequence[Node]) -> bool:
    """Tell whether the first node is a parenthesis that the last one closes."""
    depth = 0
    if not (isinstance(nodes[0], Glyph) and nodes[0].text in {"(", "["}):
        return False
    for index, node in enumerate(nodes):
        if not isinstance(node, Glyph) or node.text not in {"(", ")", "[", "]"}:
            continue
        depth += 1 if node.text in "([" else -1
        if depth == 0:
            return index == len(nodes) - 1 and index > 0 and node.text in ")]"
    return False


def _remark(nodes: Sequence[Node], first: int, last: int) -> bool:
    """Tell whether parentheses around a whole formula are the text's: they enclose a statement.

    A list ("(x, y)", "(u : v)") and a term ("(x - 2)") keep theirs; a relation ("(x > 0)") is a
    remark, and a symbol alone a label.
    """
    inside = nodes[first + 1 : last]
    if len(inside) < 2:  # "[x]" is a class, or the whole number below x
        return getattr(nodes[first], "text", "") == "(" and not isinstance(inside[0], Scripts)
    listed = any(
        isinstance(node, Glyph)
        and ((node.text == "," and node.face.is_math) or is_colon(nodes, place))
        for place, node in enumerate(inside, first + 1)
    )
    return not listed and any(map(is_relation, inside))
