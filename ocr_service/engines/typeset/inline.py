r"""A row's nuclei to text with formulas in it: what is mathematics, and how far does it reach?

Fonts say most: a letter of an italic or symbol font of mathematics is a formula, and in TeX's
fonts the comma of a formula is another character than that of the text. What both share (digits,
parentheses, an upright sin) belongs to a formula if it stands next to one without a word's space.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ocr_service.engines.typeset.items import (
    Accent,
    Array,
    Box,
    Brace,
    Fraction,
    Function,
    Glyph,
    Item,
    Radical,
    Scripts,
    hull,
    size_of,
)
from ocr_service.engines.typeset.latex import latex_of
from ocr_service.engines.typeset.symbols import Family

__all__ = ["Segment", "is_open", "plain_text", "segments"]

WORD_SPACE = 0.16  # type sizes: a gap between letters from here on parts words
_THICK = 0.24  # type sizes: wider than TeX's thin space, narrower than most between words
_MARKS = frozenset("•§¶†‡©®")  # symbols that stand in text too
_SUPERSCRIPTS = str.maketrans("0123456789*", "⁰¹²³⁴⁵⁶⁷⁸⁹*")


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a row: text, or the LaTeX of a formula without its delimiters.

    `space` tells whether white parts it from what goes before; `box` is in points.
    """

    text: str
    is_math: bool
    space: bool
    box: Box


def segments(items: Sequence[Item], *, within: bool = False) -> list[Segment]:
    """Return a row as text and formulas, from left to right.

    Args:
        items: The row's arranged items.
        within: A formula of the row before goes on in this one: it may close a parenthesis.
    """
    marks = [_mark(item) for item in items]
    size = size_of(items)
    inside = [mark == "M" for mark in marks]
    for first, last in _runs(items, marks, size):
        ends = (within and first == 0, last == len(items) - 1 and _is_operator(items[last]))
        first, last = _trimmed(items, marks, first, last, size, ends)
        for index in range(first, last + 1):
            inside[index] = True
    return list(_cut(items, inside, size))


def is_open(items: Sequence[Item]) -> bool:
    """Tell whether a row ends within a formula: with an operation or relation, or in parentheses."""
    return bool(items) and _is_operator(items[-1]) and not isinstance(items[-1], Function)


def _mark(item: Item) -> str:
    """Return M for mathematics, W for what may belong to it, T for text."""
    if isinstance(item, Scripts):
        return _mark_scripts(item)
    if isinstance(item, Fraction | Radical | Array | Brace):
        return "M"
    if isinstance(item, Accent):
        inner = [_mark(part) for part in item.body]
        under = item.command == r"\underline"
        return "T" if under and "M" not in inner else "M"
    if isinstance(item, Function):
        return "W"
    if isinstance(item, Glyph):
        return _mark_glyph(item)
    return "T"


def _mark_glyph(glyph: Glyph) -> str:
    face = glyph.face
    if face.family is Family.NAMELESS or face.mono:
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


def _mark_scripts(item: Scripts) -> str:
    """Mark a nucleus with scripts: a number of a footnote, or "2nd", is text."""
    nucleus = item.nucleus
    base = "T" if nucleus is None else _mark(nucleus)
    if base == "M":
        return "M"
    scripts = [*item.sup, *item.sub]
    inner = [_mark(part) for part in scripts]
    if isinstance(nucleus, Function):
        return "M"
    if item.sub:
        logo = base == "L" and all(
            isinstance(part, Glyph) and part.kind == "l" and part.size > 0.9 * item.size
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


def _gap(items: Sequence[Item], index: int) -> float:
    return items[index].left - items[index - 1].right if index else 1e9


def _runs(items: Sequence[Item], marks: list[str], size: float) -> list[tuple[int, int]]:
    """Return the stretches (first, last) of what may be formulas and has something of one."""
    _settle_letters(items, marks, size)
    for index in range(1, len(items) - 1):
        if getattr(items[index], "text", "") == "•" and marks[index - 1] == marks[index + 1] == "M":
            marks[index] = "M"
    _take_words(items, marks, size)
    found = []
    index = 0
    while index < len(items):
        if marks[index] not in "MW":
            index += 1
            continue
        end = index
        while end + 1 < len(items) and marks[end + 1] in "MW" and _holds(items, marks, end, size):
            end += 1
        if "M" in marks[index : end + 1] or _has_math_mark(items[index + 1 : end]):
            found.append((index, end))
        index = end + 1
    return found


def _has_math_mark(items: Sequence[Item]) -> bool:
    """Tell a comma of a font of mathematics, as in "[0, 1]", where all else is of the text."""
    return any(
        isinstance(item, Glyph) and item.text == "," and item.face.is_math for item in items
    )


_TAKEN = frozenset({"etc", "const", "constant"})


def _take_words(items: Sequence[Item], marks: list[str], size: float) -> None:
    """Take "etc" and "constant" right after an operation for a part of the formula."""
    index = 1
    while index < len(items):
        if marks[index] != "T" or not _is_operator(items[index - 1]) or marks[index - 1] not in "MW":
            index += 1
            continue
        end = index
        while (
            end + 1 < len(items)
            and marks[end + 1] == "T"
            and (_gap(items, end + 1) < WORD_SPACE * size)
        ):
            end += 1
        letters = [item for item in items[index : end + 1] if isinstance(item, Glyph)]
        word = "".join(letter.text for letter in letters if letter.kind == "l")
        if word in _TAKEN:
            for place in range(index, end + 1):
                is_letter = getattr(items[place], "kind", "") == "l"
                marks[place] = "M" if is_letter else marks[place]
        index = end + 1


def _settle_letters(items: Sequence[Item], marks: list[str], size: float) -> None:
    """Decide on upright letters: one or few, right before a letter of a formula, belong to it."""
    index = 0
    while index < len(items):
        if marks[index] != "L":
            index += 1
            continue
        end = index
        while (
            end + 1 < len(items)
            and marks[end + 1] == marks[index]
            and (_gap(items, end + 1) < WORD_SPACE * size)
        ):
            end += 1
        marks[index : end + 1] = [_letter_mark(items, marks, index, end, size)] * (end + 1 - index)
        index = end + 1


def _letter_mark(
    items: Sequence[Item], marks: Sequence[str], first: int, last: int, size: float
) -> str:
    """Return the mark of a word of letters at these places."""
    glyph = items[first]
    if not isinstance(glyph, Glyph):
        return "T"
    count = last - first + 1
    word = "".join(letter.text for letter in items[first : last + 1] if isinstance(letter, Glyph))
    if word == "mod" and last + 1 < len(items) and marks[last + 1] == "M":
        return "M"
    joined = first > 0 and _gap(items, first) < 0.06 * size and marks[first - 1] in "TL"
    if not joined and (
        _is_name(items, marks, last, count, size) or _is_term(items, marks, first, last, size)
    ):
        return "M"
    alone = count == 1 and (
        first == 0 or _gap(items, first) > 0.06 * size or marks[first - 1] in "MW"
    )
    plain = not (glyph.face.bold or glyph.face.sans)
    return "M" if alone and not plain and _is_distinct(items, first, size) else "T"


def _is_name(
    items: Sequence[Item], marks: Sequence[str], last: int, count: int, size: float
) -> bool:
    """Tell whether a word is a function's name: its argument stands nearer than a word would."""
    if last + 1 >= len(items) or count > 8:
        return False
    gap, mark, following = _gap(items, last + 1), marks[last + 1], items[last + 1]
    if gap < 0.06 * size and mark == "M":
        return count <= 4 and isinstance(following, Glyph | Scripts | Accent)
    if 0.1 * size < gap < 0.2 * size and mark == "M" and count > 1:
        return not _is_operator(following)
    opens = isinstance(following, Glyph) and following.text == "("
    return opens and gap < 0.06 * size and last + 2 < len(items) and marks[last + 2] == "M"


def _is_term(
    items: Sequence[Item], marks: Sequence[str], first: int, last: int, size: float
) -> bool:
    """Tell whether letters of a face that the text does not have stand beside an operation."""
    if not _is_distinct(items, first, size) or last - first > 6:
        return False
    before = first > 0 and marks[first - 1] == "M" and _is_operator(items[first - 1])
    after = last + 1 < len(items) and marks[last + 1] == "M" and _is_operator(items[last + 1])
    return before or after


def _is_distinct(items: Sequence[Item], index: int, size: float) -> bool:
    """Tell whether a letter is in bold, sans serif or italic type that few others of the row are."""
    glyph = items[index]
    if not isinstance(glyph, Glyph):
        return False
    face = glyph.face
    if not (face.bold or face.sans or face.italic):
        return False
    letters = [item.face for item in items if isinstance(item, Glyph) and item.kind == "l"]
    letters = [other for other in letters if other.family is Family.TEXT]
    same = sum(other == face for other in letters)
    return same <= 0.3 * len(letters) or len(letters) <= 4


def _holds(items: Sequence[Item], marks: Sequence[str], end: int, size: float) -> bool:
    """Tell whether what follows `end` goes on with the formula."""
    gap = _gap(items, end + 1)
    if gap < _THICK * size:
        return not _is_text_comma(items[end]) or gap < 0.21 * size
    here, following = items[end], items[end + 1]
    if isinstance(here, Glyph) and here.text == "," and here.face.is_math:
        return gap < 1.2 * size
    if isinstance(_core(following), Function):
        return gap < 0.27 * size or _is_operator(here) or _goes_before(items, marks, end + 1, size)
    if _is_operator(following):
        # TeX sets as much before an operation as after it; before a sign it sets a word's space.
        after = _gap(items, end + 2) if end + 2 < len(items) else gap
        return gap < 0.3 * size or after > 0.4 * gap
    if _is_operator(here):
        before = _gap(items, end) if end else gap
        return (
            gap < 0.3 * size
            or isinstance(here, Function)
            or before > 0.4 * gap
            or (_is_relation(here))
        )
    if _is_colon(items, end + 1) or _is_colon(items, end):
        return gap < 0.8 * size
    if getattr(here, "text", "") == ":" and _maps(items, marks, end):
        return gap < 0.6 * size
    wide = 0.42 if any(isinstance(item, Fraction | Radical) for item in (here, following)) else 0.3
    return marks[end] == marks[end + 1] == "M" and gap < wide * size and not _is_text_comma(here)


def _goes_before(items: Sequence[Item], marks: Sequence[str], place: int, size: float) -> bool:
    """Tell whether a function's name has its argument right after it."""
    if place + 1 >= len(items) or _gap(items, place) > 0.45 * size:
        return False
    return marks[place + 1] in "MW" and _gap(items, place + 1) < _THICK * size


def _core(item: Item) -> Item | None:
    return item.nucleus if isinstance(item, Scripts) else item


def _is_relation(item: Item) -> bool:
    core = _core(item)
    return isinstance(core, Glyph) and core.kind == "r"


def _is_colon(items: Sequence[Item], index: int) -> bool:
    """Tell a colon of mathematics: white stands before it."""
    item = items[index]
    if not (isinstance(item, Glyph) and item.text == ":" and index):
        return False
    return _gap(items, index) > 0.15 * item.size


def _is_text_comma(item: Item) -> bool:
    return isinstance(item, Glyph) and item.text in ",;" and not item.face.is_math


def _is_operator(item: Item) -> bool:
    """Tell a relation or operation, which TeX sets with space on both sides."""
    core = item.nucleus if isinstance(item, Scripts) else item
    if isinstance(core, Function):
        return True
    return isinstance(core, Glyph) and core.kind in "rbOIn" and core.text != "/"


_CLOSERS = {")": "(", "]": "["}


def _trimmed(
    items: Sequence[Item],
    marks: Sequence[str],
    first: int,
    last: int,
    size: float,
    runs_on: tuple[bool, bool],
) -> tuple[int, int]:
    """Return a stretch without the punctuation and the parentheses of the text around it.

    `runs_on` tells whether the formula comes from the row before, and goes on in the next.
    """
    changed = True
    while changed and first <= last:
        changed = False
        if _is_end_mark(items[last], items, last, size):
            last, changed = last - 1, True
        elif _is_start_mark(items[first], marks[first]):
            first, changed = first + 1, True
        else:
            unmatched = _unmatched(items[first : last + 1], runs_on)
            if unmatched is not None:
                first, last = _without(marks, first, last, first + unmatched)
                changed = True
    if first < last and _encloses(items[first : last + 1]) and _remark(items, first, last):
        return first + 1, last - 1
    return first, last


def _is_end_mark(item: Item, items: Sequence[Item], index: int, size: float) -> bool:
    if not isinstance(item, Glyph):
        return False
    if item.text in ",;:" or item.latex == ".":
        return True
    return (
        item.text in "!/"
        and item.text == "/"
        and index + 1 < len(items)
        and (_gap(items, index + 1) < WORD_SPACE * size)
    )


def _is_start_mark(item: Item, mark: str) -> bool:
    return mark == "W" and isinstance(item, Glyph) and item.text in ",;:.!/"


def _unmatched(items: Sequence[Item], runs_on: tuple[bool, bool]) -> int | None:
    """Return the place of a parenthesis without its partner, or None."""
    opened: list[tuple[str, int]] = []
    for index, item in enumerate(items):
        core = item.nucleus if isinstance(item, Scripts) else item
        if not (isinstance(core, Glyph) and core.text in {"(", ")", "[", "]"} and not core.tall):
            continue
        if core.text in "([":
            opened.append((core.text, index))
        elif opened:
            opened.pop()  # of either shape: half-open intervals
        elif not runs_on[0]:
            return index
    return opened[-1][1] if opened and not runs_on[1] else None


def _without(marks: Sequence[str], first: int, last: int, place: int) -> tuple[int, int]:
    """Return the longer part that has something of a formula, beside an unmatched parenthesis."""
    before = (first, place - 1)
    after = (place + 1, last)
    weights = [marks[start : end + 1].count("M") for start, end in (before, after)]
    return before if weights[0] >= weights[1] and weights[0] else after


def _encloses(items: Sequence[Item]) -> bool:
    """Tell whether the first item is a parenthesis that the last one closes."""
    depth = 0
    if not (isinstance(items[0], Glyph) and items[0].text in {"(", "["}):
        return False
    for index, item in enumerate(items):
        if not isinstance(item, Glyph) or item.text not in {"(", ")", "[", "]"}:
            continue
        depth += 1 if item.text in "([" else -1
        if depth == 0:
            return index == len(items) - 1 and index > 0 and item.text in ")]"
    return False


def _remark(items: Sequence[Item], first: int, last: int) -> bool:
    """Tell whether parentheses around a whole formula are the text's: they hold a statement.

    A list ("(x, y)", "(u : v)") and a term ("(x - 2)") keep them; a relation or a lone symbol is a
    remark or a label.
    """
    inside = items[first + 1 : last]
    if len(inside) < 2:
        return not isinstance(inside[0], Scripts)
    listed = any(
        isinstance(item, Glyph)
        and ((item.text == "," and item.face.is_math) or _is_colon(items, place))
        for place, item in enumerate(inside, first + 1)
    )
    return not listed and any(map(_is_relation, inside))


def _cut(items: Sequence[Item], inside: Sequence[bool], size: float) -> list[Segment]:
    """Return the segments of a row."""
    found: list[Segment] = []
    index = 0
    while index < len(items):
        end = index
        while end + 1 < len(items) and inside[end + 1] == inside[index]:
            if inside[index] and _parts(items, end, size):
                break
            end += 1
        part = items[index : end + 1]
        text = latex_of(part) if inside[index] else plain_text(part)
        if text:
            least = 0.25 if text[0] in ",;:.)" and not inside[index] else 0.12
            space = index > 0 and _gap(items, index) > least * size
            found.append(Segment(text, inside[index], space, hull(part)))
        index = end + 1
    return found


def _parts(items: Sequence[Item], end: int, size: float) -> bool:
    """Tell whether two formulas stand side by side with a word's space between."""
    here, following = items[end], items[end + 1]
    gap = following.left - here.right
    if gap < 0.42 * size or _is_operator(here) or _is_operator(following):
        return False
    return not (isinstance(here, Glyph) and here.text in ",;(" and here.face.is_math)


def _maps(items: Sequence[Item], marks: Sequence[str], colon: int) -> bool:
    r"""Tell the colon of "f: X -> Y" that `\colon` sets close to the name."""
    ahead = items[colon + 1 : colon + 8]
    if not (colon and colon + 1 < len(items) and marks[colon - 1] == marks[colon + 1] == "M"):
        return False
    return any(getattr(_core(item), "latex", "") in _MAPPINGS for item in ahead)


_MAPPINGS = frozenset({r"\to", r"\longrightarrow", r"\hookrightarrow", r"\mapsto"})


def plain_text(items: Sequence[Item]) -> str:
    """Return items as plain text, with blanks where white parts them."""
    text = ""
    before: Item | None = None
    for item in items:
        if before is not None and item.left - before.right > WORD_SPACE * max(
            min(item.size, before.size), 1.0
        ):
            text += " "
        text += _characters(item)
        before = item
    return re.sub(r" {2,}", " ", text)


def _characters(item: Item) -> str:
    """Return the characters of an item in text."""
    match item:
        case Glyph():
            return item.text
        case Function():
            return plain_text(item.letters)
        case Accent():
            return plain_text(item.body)
        case Scripts():
            nucleus = _characters(item.nucleus) if item.nucleus else ""
            raised = plain_text(item.sup)
            if raised and all(character in "0123456789*∗†‡§" for character in raised):
                raised = raised.replace("∗", "*").translate(_SUPERSCRIPTS)
            return nucleus + raised + plain_text(item.sub)
    return ""
