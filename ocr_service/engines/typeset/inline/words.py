"""Decides on words of upright letters: names and units of a formula, or words of the text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ocr_service.engines.typeset.characters.kinds import CLOSING, LETTER
from ocr_service.engines.typeset.characters.nodes import Accent, Glyph, Node, Scripts
from ocr_service.engines.typeset.inline.marks import (
    MATH,
    POSSIBLE,
    TEXT,
    UNDECIDED,
    Mark,
)
from ocr_service.engines.typeset.inline.spacing import WORD_SPACE, gap_before, is_operator

__all__ = ["settle_words"]

_TOUCHING = 0.06  # type sizes: letters of one word are nearer
_MAX_NAME = 8  # letters of a function's name
_MAX_TERM = 7  # letters of a term
_MAX_ATTACHED = 4  # letters of a name or unit that touches what follows

_NO_NAMES = frozenset(
    "a and are as by for from if in is let of on or so that the then to with".split()
)


class _Word(NamedTuple):
    """The undecided letters from `first` to `last` in a row.

    Type `size` and `space`, the gap between words of the row, are in points.
    """

    nodes: Sequence[Node]
    marks: Sequence[Mark]
    first: int
    last: int
    size: float
    space: float

    @property
    def length(self) -> int:
        """How many letters it has."""
        return self.last - self.first + 1

    @property
    def text(self) -> str:
        """Its letters."""
        letters = self.nodes[self.first : self.last + 1]
        return "".join(letter.text for letter in letters if isinstance(letter, Glyph))

    @property
    def next_mark(self) -> Mark | None:
        """The mark of what follows; None at the end of the row."""
        return self.marks[self.last + 1] if self.last + 1 < len(self.nodes) else None


def settle_words(nodes: Sequence[Node], marks: list[Mark], size: float) -> None:
    """Replace the mark of undecided letters by MATH or TEXT, word by word, in place."""
    space = _word_space(nodes, marks, size)
    end = len(nodes) - 1
    while end >= 0:  # from the right, so that "curl" in "curl curl v" has a name after it
        if marks[end] is not UNDECIDED:
            end -= 1
            continue
        first = end
        while (
            first > 0
            and marks[first - 1] is UNDECIDED
            and gap_before(nodes, first) < WORD_SPACE * size
        ):
            first -= 1
        word = _Word(nodes, marks, first, end, size, space)
        mark = MATH if _is_math(word) else TEXT
        marks[first : end + 1] = [mark] * word.length
        end = first - 1


def _word_space(nodes: Sequence[Node], marks: Sequence[Mark], size: float) -> float:
    """Return the usual gap between two words of a row, in points; a wide one if there is none."""
    gaps = sorted(
        gap
        for index in range(1, len(nodes))
        if marks[index] is marks[index - 1] is UNDECIDED
        and 0.1 * size < (gap := gap_before(nodes, index)) < 0.6 * size
    )
    return gaps[len(gaps) // 2] if gaps else size


def _is_math(word: _Word) -> bool:
    """Tell whether a word belongs to a formula, by one of the rules below."""
    if not isinstance(word.nodes[word.first], Glyph):
        return False
    if not _continues_word(word) and (_is_name(word) or _is_term(word)):
        return True
    return _is_lone_symbol(word)


def _continues_word(word: _Word) -> bool:
    """Tell whether letters touch text before them: the "s" after an apostrophe."""
    before = word.first - 1
    if before < 0 or word.marks[before] not in (TEXT, UNDECIDED):
        return False
    return gap_before(word.nodes, word.first) < _TOUCHING * word.size


def _is_name(word: _Word) -> bool:
    """Find a function's name, whose argument is nearer than a word: "Var X", "dx", "Pr(A)"."""
    place = word.last + 1
    if word.next_mark is None or word.length > _MAX_NAME:
        return False
    gap, following = gap_before(word.nodes, place), word.nodes[place]
    if isinstance(following, Glyph) and following.kind is CLOSING:
        return False
    if word.next_mark is MATH and gap < _TOUCHING * word.size:
        return word.length <= _MAX_ATTACHED and isinstance(following, Glyph | Scripts | Accent)
    thin = 0.1 * word.size < gap < min(0.2 * word.size, 0.75 * word.space)
    if word.next_mark is MATH and thin and word.length > 1 and word.text not in _NO_NAMES:
        return not is_operator(following)
    opens = isinstance(following, Glyph) and following.text == "("
    if not opens or gap >= _TOUCHING * word.size or place + 1 >= len(word.nodes):
        return False
    return word.marks[place + 1] is MATH


def _is_term(word: _Word) -> bool:
    """Find letters beside an operation in a face that the text does not have: bold "v" + "x"."""
    if word.length > _MAX_TERM or not _is_distinct(word.nodes, word.first):
        return False
    return any(
        0 <= place < len(word.nodes)
        and word.marks[place] is MATH
        and is_operator(word.nodes[place])
        for place in (word.first - 1, word.last + 1)
    )


def _is_lone_symbol(word: _Word) -> bool:
    """Find one bold or sans serif letter by itself in other text: "the vector v" with bold "v".

    One alone in its row is text: a letter above the entries of an index.
    """
    if word.length > 1 or len(word.nodes) == 1:
        return False
    glyph = word.nodes[word.first]
    if not isinstance(glyph, Glyph) or not (glyph.face.bold or glyph.face.sans):
        return False
    alone = (
        word.first == 0
        or gap_before(word.nodes, word.first) > _TOUCHING * word.size
        or word.marks[word.first - 1] in POSSIBLE
    )
    return alone and _is_distinct(word.nodes, word.first)


def _is_distinct(nodes: Sequence[Node], index: int) -> bool:
    """Tell whether a letter is in bold, sans serif or italic type that few of the row are in."""
    glyph = nodes[index]
    if not isinstance(glyph, Glyph):
        return False
    face = glyph.face
    if not (face.bold or face.sans or face.italic) or glyph.text == "I":
        return False
    letters = [node.face for node in nodes if isinstance(node, Glyph) and node.kind is LETTER]
    letters = [other for other in letters if other.is_text]
    same = sum(other == face for other in letters)
    return same <= 0.3 * len(letters) or len(letters) <= 4
