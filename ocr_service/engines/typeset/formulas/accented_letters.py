r"""Joins accents with what they are over: a letter of a formula, several, or a letter of text."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from ocr_service.engines.typeset.characters.kinds import ACCENT, DIGIT, LETTER
from ocr_service.engines.typeset.characters.nodes import Accent, Glyph, Node, hull
from ocr_service.engines.typeset.characters.vectors import STRETCHED, names_two_points

__all__ = ["DrawnSign", "accent_after_letter", "accent_before_letter", "is_behind", "tilde"]

DrawnSign = tuple[Node, int]  # what characters make, and how many of them it takes

_LETTERS = frozenset({LETTER, DIGIT})
_COMBINING = {"¨": "\u0308", "´": "\u0301", "`": "\u0300", "ˆ": "\u0302", "^": "\u0302"}
_COMBINING |= {"˜": "\u0303", "ˇ": "\u030c", "˚": "\u030a", "˘": "\u0306", "˙": "\u0307"}
_COMBINING |= {"¯": "\u0304"}
_DOTLESS = {"ı": "i", "ȷ": "j"}
_WIDE = frozenset({r"\widehat", r"\widetilde"})
_WIDE_OF = {r"\hat": r"\widehat", r"\tilde": r"\widetilde", r"\bar": r"\overline"}
_WIDE_OF |= {r"\vec": r"\overrightarrow"}


def accent_before_letter(accent: Glyph, rest: Sequence[Glyph]) -> DrawnSign | None:
    r"""Join an accent and what follows: "ˆ", "x" is `\hat{x}`; "´", "e" in a text font is "é"."""
    # PyMuPDF moves a combining character next to what precedes it: its x tells nothing.
    over_next = _is_combining(accent) and rest[0].kind is not ACCENT
    stretched = over_next and accent.size >= STRETCHED * rest[0].size
    count = 0 if stretched else _points_named(accent, rest)
    count = count or (_stretched_over if over_next else _covered)(accent, rest)
    node = _accented(accent, rest[:count]) if count else None
    return (node, 1 + count) if node else None


def tilde(sign: Glyph, rest: Sequence[Node]) -> DrawnSign | None:
    r"""Join the sign "~" and the letter under it, as office programs set `\tilde{z}`."""
    letter = rest[0]
    if not isinstance(letter, Glyph):
        return None
    over = abs(sign.middle - letter.middle) < 0.15 * letter.size
    if letter.kind is not LETTER or not over or sign.bottom > letter.top + 0.1 * letter.size:
        return None
    box = hull([sign, letter])
    return Accent(*box, letter.base, letter.size, r"\tilde", [letter]), 2


def accent_after_letter(accent: Glyph, before: Node) -> Node | None:
    """Join an accent and the letter drawn before it, as some drivers draw "e", "´"."""
    return _accented(accent, [before]) if isinstance(before, Glyph) else None


def is_behind(accent: Glyph, before: Node, rest: Sequence[Glyph]) -> bool:
    """Tell whether an accent of text is over the letter drawn before it, not over the next."""
    if accent.kind is not ACCENT or not isinstance(before, Glyph) or _is_combining(accent):
        return False
    in_text = before.kind is LETTER and before.face.is_text and accent.face.is_text
    off = abs(before.middle - accent.middle)
    return (
        in_text
        and off < 0.15 * accent.size
        and all(off < 0.5 * abs(glyph.middle - accent.middle) for glyph in rest[:1])
    )


def _stretched_over(accent: Glyph, rest: Sequence[Glyph]) -> int:
    """Return how many letters a combining accent covers: office programs enlarge it to cover all.

    It is set about twice as large as a letter is wide.
    """
    first = rest[0]
    count = 1
    if accent.size < STRETCHED * first.size:
        return count
    while count < len(rest):
        glyph = rest[count]
        level = glyph.kind in _LETTERS and abs(glyph.base - first.base) < 0.05 * first.size
        if not level or glyph.right - first.left > 0.95 * accent.size:
            break
        count += 1
    return count


def _covered(accent: Glyph, rest: Sequence[Glyph]) -> int:
    """Return how many of the following characters an accent covers.

    It is centred on them, and TeX never takes an accent that is wider than what it is set over.
    """
    first = rest[0]
    left, right = 1e9, -1e9
    wide = accent.right - accent.left
    for count, glyph in enumerate(rest, 1):
        if glyph.kind is ACCENT or glyph.top < accent.top - 0.1 * accent.size:
            break
        if count > 1 and (accent.latex not in _WIDE or glyph.size < 0.9 * first.size):
            break
        if glyph.left > max(accent.right, right) + 0.6 * accent.size:
            break
        left, right = min(left, glyph.left), max(right, glyph.right)
        off = abs((left + right) / 2 - accent.middle)
        slack = 0.35 if count == 1 else 0.15
        if off < slack * accent.size and right - left > wide - 0.12 * accent.size:
            return count
        if count == 1 and accent.latex not in _WIDE:
            return int(off < slack * accent.size)
    return int(abs(first.middle - accent.middle) < 0.35 * accent.size)


def _points_named(arrow: Glyph, rest: Sequence[Glyph]) -> int:
    r"""Return 2 for an arrow over the names of two points, `\vec{AB}`, else 0."""
    if arrow.latex != r"\vec" or not names_two_points(rest[:2]):
        return 0
    middle = (rest[0].left + rest[1].right) / 2
    return 2 * (abs(arrow.middle - middle) < 0.2 * arrow.size)


def _accented(accent: Glyph, base: Sequence[Glyph]) -> Node | None:
    """Return characters with an accent over them, or None where it is not over them."""
    first = base[0]
    combining = _is_combining(accent)
    overlap = min(accent.right, max(glyph.right for glyph in base)) - max(accent.left, first.left)
    wide = max(accent.right - accent.left, 0.05)
    if overlap < 0.3 * min(wide, first.right - first.left) and not combining:
        return None
    if combining:
        accent = replace(accent, left=first.left, right=first.right)
    low = accent.bottom > min(glyph.top for glyph in base) + 0.2 * accent.size
    if low and not combining:  # the y of a combining character tells nothing either
        return None
    _, top, _, bottom = hull([accent, *base])
    if len(base) == 1 and (letter := _composed(accent, first)):
        return replace(letter, top=top)
    command = accent.latex if accent.latex.startswith("\\") else r"\hat"
    wider = len(base) > 1 and (accent.latex != r"\vec" or accent.size >= STRETCHED * first.size)
    command = _WIDE_OF.get(command, command) if wider else command
    return Accent(
        min(glyph.left for glyph in base), top, max(glyph.right for glyph in base), bottom,
        first.base, first.size, command, list(base),
    )  # fmt: skip


def _composed(accent: Glyph, letter: Glyph) -> Glyph | None:
    """Return a letter of text with its accent as one character, such as "é", where there is one."""
    mark = accent.text if _is_combining(accent) else _COMBINING.get(accent.text, "")
    if not mark or accent.face.is_math or not letter.face.is_text:
        return None
    composed = unicodedata.normalize("NFC", _DOTLESS.get(letter.text, letter.text) + mark)
    return replace(letter, text=composed, latex=composed) if len(composed) == 1 else None


def _is_combining(accent: Glyph) -> bool:
    return bool(unicodedata.combining(accent.text[:1] or " "))
