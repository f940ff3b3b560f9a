"""Joins the upright name of a function to one node: "sin", "lim sup", "arg max"."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.engines.typeset.characters.kinds import LETTER
from ocr_service.engines.typeset.characters.nodes import Function, Glyph, Node, hull
from ocr_service.engines.typeset.formulas.modulo import MODULO

__all__ = ["FUNCTIONS", "named"]

FUNCTIONS = frozenset(
    "arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf ker lg lim liminf "
    "limsup ln log max min Pr sec sin sinh sup tan tanh".split()
)
_WITH_LIMITS = frozenset("limsup liminf argmax argmin colim Var Cov plim".split())
_NAMES = {name: name for name in _WITH_LIMITS} | {name: rf"\{name}" for name in FUNCTIONS}
_NAMES |= {"mod": MODULO}
_TWO_WORDS = {
    (r"\lim", r"\sup"): r"\limsup",
    (r"\lim", r"\inf"): r"\liminf",
    (r"\arg", r"\max"): r"\arg\max",
    (r"\arg", r"\min"): r"\arg\min",
}


def named(main: list[Node], size: float) -> list[Node]:
    """Return nuclei with the letters of each function's name joined to one node."""
    words: list[Node] = []
    index = 0
    while index < len(main):
        end = _word_end(main, index, size)
        if end < index:
            end = max(index, _modulo_end(main, index, size))
        letters = main[index : end + 1]
        word = "".join(letter.text for letter in letters if isinstance(letter, Glyph))
        if end > index and word in _NAMES:
            words.append(_function(_NAMES[word], letters))
            _join_names(words, size)
        else:
            words += letters
        index = end + 1
    return words


def _function(latex: str, letters: list[Node]) -> Function:
    first = letters[0]
    return Function(*hull(letters), first.base, first.size, latex, letters)


def _join_names(words: list[Node], size: float) -> None:
    """Join "lim sup", "lim inf", "arg max" and "arg min" at the end of a list."""
    if _join_arc(words, size) or len(words) < 2 or not isinstance(words[-2], Function):
        return
    before, last = words[-2], words[-1]
    assert isinstance(last, Function)  # noqa: S101
    joined = _TWO_WORDS.get((before.latex, last.latex))
    if joined and last.left - before.right < 0.3 * size:
        words[-2:] = [_function(joined, [*before.letters, *last.letters])]


def _join_arc(words: list[Node], size: float) -> bool:
    """Join "arc" and "tan" set as two words at the end of a list; tell whether they are there."""
    last, arc = words[-1], words[-4:-1]
    word = "".join(letter.text for letter in arc if isinstance(letter, Glyph))
    if word != "arc" or not isinstance(last, Function) or last.left - arc[-1].right > 0.3 * size:
        return False
    joined = "arc" + last.latex.lstrip("\\")
    latex = rf"\{joined}" if joined in FUNCTIONS else joined
    words[-4:] = [_function(latex, [*arc, *last.letters])]
    return True


def _modulo_end(main: Sequence[Node], start: int, size: float) -> int:
    """Return the last letter of the "mod" that italics after a parenthesis begin, or one before.

    Word processors set all letters of an equation in italics.
    """
    before = main[start - 1] if start else None
    if not (isinstance(before, Glyph) and before.text == "("):
        return start - 1
    end = _word_end(main, start, size, of_italics=True)
    word = "".join(letter.text for letter in main[start : end + 1] if isinstance(letter, Glyph))
    return end if word == "mod" else start - 1


def _word_end(main: Sequence[Node], start: int, size: float, *, of_italics: bool = False) -> int:
    """Return the index of the last letter of the upright word at `start`, or the one before."""
    end = start - 1
    for index in range(start, len(main)):
        node = main[index]
        if not (isinstance(node, Glyph) and node.kind is LETTER):
            break
        if not (_is_upright(node) or (of_italics and _is_text_italic(node))):
            break
        if index > start and node.left - main[index - 1].right > 0.12 * size:
            break
        end = index
    return end


def _is_upright(glyph: Glyph) -> bool:
    return not glyph.face.is_math and not glyph.face.italic and not glyph.face.mono


def _is_text_italic(glyph: Glyph) -> bool:
    return not glyph.face.is_math and glyph.face.italic
