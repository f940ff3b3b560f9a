"""Takes the marks of footnotes off the formulas that they follow: no powers. In place.

"x" with the mark of note 2 and the square of x are set alike. The notes at the foot of the page say
which marks there are; a mark that no word of the page has is that of the one formula that can have
it, between the marks before and after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ocr_service.engines.typeset.blocks.lines import PageLine
from ocr_service.engines.typeset.characters.kinds import DIGIT, LETTER, PUNCTUATION, TEXT_SIGN
from ocr_service.engines.typeset.characters.nodes import Glyph, Node, Scripts, hull
from ocr_service.engines.typeset.inline.segments import segments

__all__ = ["release_note_marks"]

_SMALL = 0.93  # of the page's type size: that of notes
_SIGNS = frozenset("*∗†‡§")
_APART = 0.15  # type sizes: what follows a mark is further, or a stop
_TEXT_KINDS = frozenset({PUNCTUATION, TEXT_SIGN})


class _Place(NamedTuple):
    """A raised mark: the numbers of its line and node, and what it stands at.

    It is no power after a word, and after a subscript that it is not set over.
    """

    line: int
    node: int
    at_word: bool
    after_subscript: bool


def release_note_marks(lines: Sequence[PageLine], size: float) -> None:
    """Part the marks of notes from formulas; `size` is the page's type size in points."""
    notes = [number for number, line in enumerate(lines) if _note_mark(line, size)]
    if not notes:
        return
    marks = [_note_mark(lines[number], size) for number in notes]
    places: dict[str, list[_Place]] = {mark: [] for mark in marks}
    for number, line in enumerate(lines[: notes[0]]):
        for place, mark in _raised_marks(line):
            if mark in places:
                node = line.nodes[place]
                subscript = isinstance(node, Scripts) and bool(node.sub)
                places[mark].append(_Place(number, place, _is_at_word(node), subscript))
    chosen = [found for found in _chosen(marks, places) if not found.at_word]
    for found in sorted(chosen, reverse=True):
        _part(lines[found.line], found.node)


def _note_mark(line: PageLine, size: float) -> str:
    """Return the mark that a line of small type begins with, empty for any other line."""
    first = line.nodes[0]
    if line.size > _SMALL * size or not (isinstance(first, Scripts) and first.nucleus is None):
        return ""
    return _mark(first)


def _mark(node: Scripts) -> str:
    """Return what is raised at a node if it can be a mark of a note; else nothing."""
    if not node.sup or not all(isinstance(part, Glyph) for part in node.sup):
        return ""
    digits = all(isinstance(part, Glyph) and part.kind is DIGIT for part in node.sup)
    text = "".join(part.text for part in node.sup if isinstance(part, Glyph))
    return text if digits or set(text) <= _SIGNS else ""


def _raised_marks(line: PageLine) -> Iterator[tuple[int, str]]:
    """Yield the places in a line where a mark may stand: at the end of a word or a formula."""
    for place, node in enumerate(line.nodes):
        if not isinstance(node, Scripts) or not (mark := _mark(node)):
            continue
        if isinstance(node.nucleus, Glyph) and node.nucleus.kind is DIGIT:
            continue  # a power of ten
        if node.sub and node.sup[0].left < max(part.right for part in node.sub) - 0.05 * node.size:
            continue  # over the subscript, not after it
        if _ends(line.nodes, place, line.size):
            yield place, mark


def _ends(nodes: Sequence[Node], place: int, size: float) -> bool:
    """Tell whether nothing of a formula touches what follows a node."""
    if place + 1 == len(nodes):
        return True
    following = nodes[place + 1]
    if isinstance(following, Glyph) and following.kind in _TEXT_KINDS:
        return True
    return following.left - nodes[place].right > _APART * size


def _is_at_word(node: Node) -> bool:
    """Tell whether a mark stands at a letter or a stop of the text."""
    nucleus = node.nucleus if isinstance(node, Scripts) else None
    if nucleus is None:
        return True
    plain = isinstance(nucleus, Glyph) and not nucleus.face.is_math
    return plain and isinstance(nucleus, Glyph) and nucleus.kind in _TEXT_KINDS | {LETTER}


def _chosen(marks: Sequence[str], places: dict[str, list[_Place]]) -> list[_Place]:
    """Return the place of each mark for which there is but one, in the order of the notes."""
    sure = {
        mark: [place for place in places[mark] if place.at_word or place.after_subscript]
        for mark in marks
    }
    found: list[_Place] = []
    for number, mark in enumerate(marks):
        before = [place for other in marks[:number] for place in sure[other]]
        after = [place for other in marks[number + 1 :] for place in sure[other]]
        low = max([place[:2] for place in [*before, *found]], default=(-1, -1))
        high = min([place[:2] for place in after], default=(1_000_000, 0))
        fits = sure[mark] or [place for place in places[mark] if low < place[:2] < high]
        if len(fits) == 1:
            found.append(fits[0])
    return found


def _part(line: PageLine, place: int) -> None:
    """Replace a node by what has the mark and the mark alone."""
    node = line.nodes[place]
    assert isinstance(node, Scripts) and node.nucleus is not None  # noqa: S101, PT018
    mark = Scripts(*hull(node.sup), node.base, node.size, None, node.sup)
    rest = node.nucleus
    if node.sub:
        box = hull([node.nucleus, *node.sub])
        rest = Scripts(*box, node.base, node.size, node.nucleus, [], node.sub)
    line.nodes[place : place + 1] = [rest, mark]
    line.plain_cache = None
    line.segments = segments(line.nodes)
