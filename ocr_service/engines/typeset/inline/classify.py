"""Marks on a row's nodes: what is mathematics, what is text, what may be either. Fonts say most."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.engines.typeset.characters.nodes import (
    Accent,
    Array,
    Brace,
    Fraction,
    Function,
    Glyph,
    Node,
    Radical,
    Scripts,
)
from ocr_service.engines.typeset.characters.symbols import FontFamily
from ocr_service.engines.typeset.inline.spacing import WORD_SPACE, gap_before, is_operator

__all__ = ["mark_nodes"]

_MARKS = frozenset("•§¶†‡©®")  # symbols that stand in text too
_TAKEN = frozenset({"etc", "const", "constant"})


def mark_nodes(nodes: Sequence[Node], size: float) -> list[str]:
    """Return a mark for each node: M for mathematics, W for what may belong to it, T for text."""
    marks = [_mark(node) for node in nodes]
    _settle_letters(nodes, marks, size)
    for index in range(1, len(nodes) - 1):
        if getattr(nodes[index], "text", "") == "•" and marks[index - 1] == marks[index + 1] == "M":
            marks[index] = "M"
    for index in range(len(nodes) - 1):
        if getattr(nodes[index], "text", "") == "+" and marks[index] == "W":
            # A sum of numbers, or a number with its sign; but not the end of "C++".
            joined = index > 0 and marks[index - 1] == "T" and gap_before(nodes, index) < 0.1 * size
            marks[index] = "M" if marks[index + 1] in "MW" and not joined else "W"
    _take_words(nodes, marks, size)
    return marks


def _mark(node: Node) -> str:
    """Return M for mathematics, W for what may belong to it, T for text."""
    if isinstance(node, Scripts):
        return _mark_scripts(node)
    if isinstance(node, Fraction | Radical | Array | Brace):
        return "M"
    if isinstance(node, Accent):
        inner = [_mark(part) for part in node.body]
        under = node.command == r"\underline"
        return "T" if under and "M" not in inner else "M"
    if isinstance(node, Function):
        return "W"
    if isinstance(node, Glyph):
        return _mark_glyph(node)
    return "T"


def _mark_glyph(glyph: Glyph) -> str:
    face = glyph.face
    if face.family is FontFamily.NAMELESS or face.mono:
        return "T"
    if glyph.kind == "d":
        return "W"
    if face.is_math:
        if glyph.text in _MARKS or glyph.kind == "?":
            return "T"
        if glyph.latex in {".", ","}:
            return "W"
        return "M"
    if glyph.latex.startswith("\\") and glyph.kind == "o" and len(glyph.latex) > 2:
        return "M"  # upright Greek capitals
    if glyph.latex in {"=", "+", "<", ">", r"\times", r"\pm"}:
        return "M" if glyph.latex in {"=", r"\times", r"\pm"} else "W"
    if glyph.kind in "()|,:" or glyph.latex in {"!", "/", "..."}:
        return "W"
    return "L" if glyph.kind == "l" else "T"


def _mark_scripts(node: Scripts) -> str:
    """Mark a nucleus with scripts: a number of a footnote, or "2nd", is text."""
    nucleus = node.nucleus
    base = "T" if nucleus is None else _mark(nucleus)
    if base == "M":
        return "M"
    scripts = [*node.sup, *node.sub]
    inner = [_mark(part) for part in scripts]
    if isinstance(nucleus, Function):
        return "M"
    if node.sub:
        logo = base == "L" and all(
            isinstance(part, Glyph) and part.kind == "l" and part.size > 0.9 * node.size
            for part in scripts
        )
        return "M" if base in "WL" and not logo else "T"
    if "M" in inner:
        stars = all(isinstance(part, Glyph) and part.text in "∗*†‡" for part in scripts)
        return "T" if stars and base in "TL" else "M"
    if isinstance(nucleus, Glyph) and nucleus.text in ")]|" and nucleus.text:
        return "W"
    letters = all(isinstance(part, Glyph) and part.kind in "lt" for part in scripts)
    if isinstance(nucleus, Glyph) and nucleus.kind == "d" and not letters:
        return "M"
    return "T"


def _take_words(nodes: Sequence[Node], marks: list[str], size: float) -> None:
    """Take "etc" and "constant" right after an operation for a part of the formula."""
    index = 1
    while index < len(nodes):
        if marks[index] != "T" or not is_operator(nodes[index - 1]) or marks[index - 1] not in "MW":
            index += 1
            continue
        end = index
        while (
            end + 1 < len(nodes)
            and marks[end + 1] == "T"
            and (gap_before(nodes, end + 1) < WORD_SPACE * size)
        ):
            end += 1
        letters = [node for node in nodes[index : end + 1] if isinstance(node, Glyph)]
        word = "".join(letter.text for letter in letters if letter.kind == "l")
        if word in _TAKEN:
            for place in range(index, end + 1):
                is_letter = getattr(nodes[place], "kind", "") == "l"
                marks[place] = "M" if is_letter else marks[place]
        index = end + 1


def _settle_letters(nodes: Sequence[Node], marks: list[str], size: float) -> None:
    """Decide on upright letters: one or few, right before a letter of a formula, belong to it."""
    index = 0
    while index < len(nodes):
        if marks[index] != "L":
            index += 1
            continue
        end = index
        while (
            end + 1 < len(nodes)
            and marks[end + 1] == marks[index]
            and (gap_before(nodes, end + 1) < WORD_SPACE * size)
        ):
            end += 1
        marks[index : end + 1] = [_letter_mark(nodes, marks, index, end, size)] * (end + 1 - index)
        index = end + 1


def _letter_mark(
    nodes: Sequence[Node], marks: Sequence[str], first: int, last: int, size: float
) -> str:
    """Return the mark of a word of letters at these places."""
    glyph = nodes[first]
    if not isinstance(glyph, Glyph):
        return "T"
    count = last - first + 1
    word = "".join(letter.text for letter in nodes[first : last + 1] if isinstance(letter, Glyph))
    if word == "mod" and last + 1 < len(nodes) and marks[last + 1] == "M":
        return "M"
    joined = first > 0 and gap_before(nodes, first) < 0.06 * size and marks[first - 1] in "TL"
    if not joined and (
        _is_name(nodes, marks, last, count, size) or _is_term(nodes, marks, first, last)
    ):
        return "M"
    alone = count == 1 and (
        first == 0 or gap_before(nodes, first) > 0.06 * size or marks[first - 1] in "MW"
    )
    plain = not (glyph.face.bold or glyph.face.sans)
    return "M" if alone and not plain and _is_distinct(nodes, first) else "T"


def _is_name(
    nodes: Sequence[Node], marks: Sequence[str], last: int, count: int, size: float
) -> bool:
    """Tell whether a word is a function's name: its argument stands nearer than a word would."""
    if last + 1 >= len(nodes) or count > 8:
        return False
    gap, mark, following = gap_before(nodes, last + 1), marks[last + 1], nodes[last + 1]
    if gap < 0.06 * size and mark == "M":
        return count <= 4 and isinstance(following, Glyph | Scripts | Accent)
    if 0.1 * size < gap < 0.2 * size and mark == "M" and count > 1:
        return not is_operator(following)
    opens = isinstance(following, Glyph) and following.text == "("
    return opens and gap < 0.06 * size and last + 2 < len(nodes) and marks[last + 2] == "M"


def _is_term(nodes: Sequence[Node], marks: Sequence[str], first: int, last: int) -> bool:
    """Tell whether letters of a face that the text does not have stand beside an operation."""
    if not _is_distinct(nodes, first) or last - first > 6:
        return False
    before = first > 0 and marks[first - 1] == "M" and is_operator(nodes[first - 1])
    after = last + 1 < len(nodes) and marks[last + 1] == "M" and is_operator(nodes[last + 1])
    return before or after


def _is_distinct(nodes: Sequence[Node], index: int) -> bool:
    """Tell whether a letter is in bold, sans serif or italic type that few of the row are in."""
    glyph = nodes[index]
    if not isinstance(glyph, Glyph):
        return False
    face = glyph.face
    if not (face.bold or face.sans or face.italic) or glyph.text == "I":
        return False
    letters = [node.face for node in nodes if isinstance(node, Glyph) and node.kind == "l"]
    letters = [other for other in letters if other.family is FontFamily.TEXT]
    same = sum(other == face for other in letters)
    return same <= 0.3 * len(letters) or len(letters) <= 4
