"""Marks each node of a row as mathematics, as text, or as either. Fonts decide most of it.

Each node is marked by itself first, then the words of upright letters, then what the neighbours
decide: a dot of multiplication, a plus sign, "const" after an operation.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.engines.typeset.characters.faces import FontFamily
from ocr_service.engines.typeset.characters.kinds import (
    BINARY,
    COLON,
    DELIMITERS,
    DIGIT,
    LETTER,
    ORDINARY,
    PUNCTUATION,
    RELATION,
    TEXT_SIGN,
    UNKNOWN,
)
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
from ocr_service.engines.typeset.inline.literals import mark_literals
from ocr_service.engines.typeset.inline.logos import mark_logos
from ocr_service.engines.typeset.inline.marks import (
    EITHER,
    MATH,
    POSSIBLE,
    TEXT,
    UNDECIDED,
    Mark,
)
from ocr_service.engines.typeset.inline.points import mark_points
from ocr_service.engines.typeset.inline.spacing import (
    WORD_SPACE,
    core,
    gap_before,
    is_operator,
)
from ocr_service.engines.typeset.inline.text_brackets import mark_text_brackets
from ocr_service.engines.typeset.inline.words import settle_words

__all__ = ["mark_nodes"]

_ALSO_IN_TEXT = frozenset("•§¶†‡©®")  # symbols of fonts of mathematics that are set in text too
_ALWAYS_MATH = frozenset({"=", r"\times", r"\pm"})
_IN_EITHER = frozenset({"+", "<", ">", "!", "/", "..."})
_EITHER_KINDS = DELIMITERS | {PUNCTUATION, COLON}
_TEXT_KINDS = frozenset({LETTER, TEXT_SIGN})
_OPERATIONS = frozenset({BINARY, RELATION})
_IN_NUMBER = 0.12  # type sizes: the widest gap within a number
_TAKEN = frozenset({"etc", "const", "constant"})


def mark_nodes(nodes: Sequence[Node], size: float) -> list[Mark]:
    """Return a mark for each node of a row; none stays undecided. `size` is in points."""
    marks = [_mark(node) for node in nodes]
    mark_literals(nodes, marks, size)
    mark_logos(nodes, marks, size)
    settle_words(nodes, marks, size)
    mark_text_brackets(nodes, marks, size)
    _mark_signs_between(nodes, marks, size)
    _mark_decimal_points(nodes, marks, size)
    mark_points(nodes, marks, size)
    _mark_plus_signs(nodes, marks, size)
    _mark_words_after_operations(nodes, marks, size)
    return marks


def _mark(node: Node) -> Mark:
    r"""Mark a node by itself.

    Fractions, roots, arrays and braces are mathematics, and so are accents but for an underline of
    text; a function's name may be either.
    """
    match node:
        case Glyph():
            return _mark_glyph(node)
        case Scripts():
            return _mark_scripts(node)
        case Function():
            return EITHER
        case Accent(command=r"\underline"):
            return MATH if any(_mark(part) is MATH for part in node.body) else TEXT
        case Fraction() | Radical() | Array() | Brace() | Accent():
            return MATH
    return TEXT


def _mark_glyph(glyph: Glyph) -> Mark:
    r"""Mark a character: by its font, in a font of text by what it is.

    "x" of a font of mathematics is mathematics, its "." may be either; in a font of text "=" is
    mathematics, "7", "(" and "+" may be either, "?" is text, and the word decides on a letter.
    """
    face = glyph.face
    if face.family is FontFamily.NAMELESS or face.mono:
        return TEXT
    if face.in_formula:
        return MATH
    if glyph.kind is DIGIT:
        return EITHER
    if face.is_math:
        return _mark_math_glyph(glyph)
    if _is_greek(glyph) or glyph.latex in _ALWAYS_MATH or glyph.latex.startswith(r"\mathbb"):
        return MATH
    if glyph.kind in _EITHER_KINDS or glyph.latex in _IN_EITHER:
        return EITHER
    if glyph.kind in _OPERATIONS and not glyph.text.isascii():
        return EITHER  # "≤" in the font of the text: whether it is between symbols decides
    return UNDECIDED if glyph.kind is LETTER else TEXT


def _mark_math_glyph(glyph: Glyph) -> Mark:
    """Mark a character of a font of mathematics, which text too takes bullets and stops from."""
    if glyph.text in _ALSO_IN_TEXT or glyph.kind is UNKNOWN:
        return TEXT
    return EITHER if glyph.latex in {".", ","} else MATH


def _is_greek(glyph: Glyph) -> bool:
    r"""Find an upright Greek capital of a font of text, such as `\Gamma`."""
    return glyph.kind is ORDINARY and len(glyph.latex) > 2 and glyph.latex.startswith("\\")


def _mark_scripts(node: Scripts) -> Mark:
    r"""Mark a nucleus with scripts, by the first rule that applies.

    "x^2", "\sin^2" and "10^{-3}" are mathematics; a closing bracket with a number may be either; a
    word with the number of a footnote, and "2nd", are text.
    """
    nucleus = node.nucleus
    own = TEXT if nucleus is None else _mark(nucleus)
    if own is MATH or isinstance(nucleus, Function):
        return MATH
    if node.sub:
        return _mark_subscripted(node, own)
    if any(_mark(part) is MATH for part in node.sup):
        return TEXT if own in (TEXT, UNDECIDED) and _are_footnote_signs(node.sup) else MATH
    if not isinstance(nucleus, Glyph):
        return TEXT
    if nucleus.text and nucleus.text in ")]|":
        return EITHER
    return MATH if nucleus.kind is DIGIT and not _are_letters(node.sup) else TEXT


def _mark_subscripted(node: Scripts, own: Mark) -> Mark:
    r"""Mark a nucleus with a subscript: "R_0" is mathematics, a logo such as "TeX" is text.

    The lowered letter of a logo is of full size.
    """
    scripts = [*node.sup, *node.sub]
    logo = own is UNDECIDED and all(
        isinstance(part, Glyph) and part.kind is LETTER and part.size > 0.9 * node.size
        for part in scripts
    )
    return TEXT if logo or own is TEXT else MATH


def _are_footnote_signs(nodes: Sequence[Node]) -> bool:
    """Tell whether raised signs are those of footnotes: "word*"."""
    return all(isinstance(node, Glyph) and node.text in "∗*†‡" for node in nodes)


def _are_letters(nodes: Sequence[Node]) -> bool:
    """Tell whether scripts are letters of text, as in "2nd" with raised "nd"."""
    return all(isinstance(node, Glyph) and node.kind in _TEXT_KINDS for node in nodes)


def _mark_signs_between(nodes: Sequence[Node], marks: list[Mark], size: float) -> None:
    """Mark a bullet or a sign of a font of text between symbols as one: "x • y", "A → B"."""
    for index in range(1, len(nodes) - 1):
        if marks[index] is not TEXT or not (marks[index - 1] is marks[index + 1] is MATH):
            continue
        node = nodes[index]
        sign = isinstance(node, Glyph) and node.kind in _OPERATIONS
        near = max(gap_before(nodes, index), gap_before(nodes, index + 1)) < 0.6 * size
        if getattr(node, "text", "") == "•" or (sign and near):
            marks[index] = MATH


def _mark_decimal_points(nodes: Sequence[Node], marks: list[Mark], size: float) -> None:
    """Let the point of a font of text within a number be part of a formula: "x = 0.61"."""
    for index in range(1, len(nodes) - 1):
        before, point, after = (
            getattr(core(node), "text", "") for node in nodes[index - 1 : index + 2]
        )
        if point != "." or marks[index] is not TEXT or not (before.isdigit() and after.isdigit()):
            continue
        if max(gap_before(nodes, index), gap_before(nodes, index + 1)) < _IN_NUMBER * size:
            marks[index] = EITHER


def _mark_plus_signs(nodes: Sequence[Node], marks: list[Mark], size: float) -> None:
    """Mark the plus of a sum of numbers, "2 + 3", or of a number, "+1"; but not those of "C++"."""
    for index in range(len(nodes) - 1):
        if marks[index] is not EITHER or getattr(nodes[index], "text", "") != "+":
            continue
        in_word = index > 0 and marks[index - 1] is TEXT and gap_before(nodes, index) < 0.1 * size
        if marks[index + 1] in POSSIBLE and not in_word:
            marks[index] = MATH


def _mark_words_after_operations(nodes: Sequence[Node], marks: list[Mark], size: float) -> None:
    """Mark "etc" and "constant" right after an operation: "log L = x + const"."""
    index = 1
    while index < len(nodes):
        after_operation = is_operator(nodes[index - 1]) and marks[index - 1] in POSSIBLE
        if marks[index] is not TEXT or not after_operation:
            index += 1
            continue
        end = index
        while (
            end + 1 < len(nodes)
            and marks[end + 1] is TEXT
            and gap_before(nodes, end + 1) < WORD_SPACE * size
        ):
            end += 1
        letters = {
            place: node.text
            for place, node in enumerate(nodes[index : end + 1], index)
            if isinstance(node, Glyph) and node.kind is LETTER
        }
        if "".join(letters.values()) in _TAKEN:
            for place in letters:
                marks[place] = MATH
        index = end + 1
