r"""Joins characters drawn over or into one another: accents, negations, composed arrows, dots.

TeX draws the parts of such a sign one right after the other, an accent before its letter. Each rule
looks at a character and at those drawn after it, and returns the sign that they make with the
number of characters it takes, or None. `overlay` tries the rules in order.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from ocr_service.engines.typeset.characters.kinds import (
    ACCENT,
    BINARY,
    DELIMITER,
    INTEGRAL,
    NEGATION,
    ORDINARY,
    RELATION,
    TEXT_SIGN,
    GlyphKind,
)
from ocr_service.engines.typeset.characters.nodes import Accent, Glyph, Node, hull
from ocr_service.engines.typeset.formulas.long_arrows import MAX_PIECES, stretched

__all__ = ["overlay"]

_Sign = tuple[Node, int]  # what characters make, and how many of them it takes

_AHEAD = 11  # characters after one that may belong to its sign: a wide accent covers several
_PAIRS = {
    ("-", r"\to"): r"\longrightarrow",
    (r"\leftarrow", "-"): r"\longleftarrow",
    ("=", r"\Rightarrow"): r"\Longrightarrow",
    (r"\Leftarrow", "="): r"\Longleftarrow",
    (r"\Leftarrow", r"\Rightarrow"): r"\iff",
    (r"\leftarrow", r"\to"): r"\longleftrightarrow",
    ("|", "="): r"\models",
    (",", r"\to"): r"\hookrightarrow",
    (r"\in", "/"): r"\notin",
    (r"\int", r"\int"): r"\iint",
    (r"\iint", r"\int"): r"\iiint",
    (r"\lhook", r"\to"): r"\hookrightarrow",
    (r"\leftarrow", r"\rhook"): r"\hookleftarrow",
    (r"\triangleright", r"\triangleleft"): r"\bowtie",
    (r"\hbar", "h"): r"\hbar",  # fonts that have the bar alone
    ("\u0335", "h"): r"\hbar",
    (r"\not", "h"): r"\hbar",
}
_SHAFTS = frozenset({"-", "=", r"\leftarrow", r"\Leftarrow"})  # what a stretched arrow begins with
_STACKED = {
    (r"\sim", "="): r"\cong",
    (".", "="): r"\doteq",
    (r"\cdot", "="): r"\doteq",
    (r"\rightharpoonup", r"\leftharpoondown"): r"\rightleftharpoons",
}
_NEGATED = {"=": r"\ne", r"\in": r"\notin", r"\ni": r"\not\ni"}
_MAY_BE_NEGATED = frozenset({RELATION, ORDINARY, BINARY, DELIMITER})
_DOTS = frozenset({".", r"\cdot"})
_COMBINING = {"¨": "\u0308", "´": "\u0301", "`": "\u0300", "ˆ": "\u0302", "^": "\u0302"}
_COMBINING |= {"˜": "\u0303", "ˇ": "\u030c", "˚": "\u030a", "˘": "\u0306", "˙": "\u0307"}
_COMBINING |= {"¯": "\u0304"}
_DOTLESS = {"ı": "i", "ȷ": "j"}
_WIDE = frozenset({r"\widehat", r"\widetilde"})
_WIDE_OF = {r"\hat": r"\widehat", r"\tilde": r"\widetilde", r"\bar": r"\overline"}
_WIDE_OF |= {r"\vec": r"\overrightarrow"}


def overlay(glyphs: Sequence[Glyph]) -> list[Node]:
    """Return the nodes that a row's characters, in the order drawn, make."""
    done: list[Node] = []
    index = 0
    while index < len(glyphs):
        glyph = glyphs[index]
        rest = glyphs[index + 1 : index + 1 + _AHEAD]
        sign = _sign(glyph, rest) if rest else None
        if glyph.latex in _SHAFTS and (arrow := _long_arrow(glyphs[index : index + MAX_PIECES])):
            sign = arrow
        if sign is not None:
            done.append(sign[0])
            index += sign[1]
            continue
        if glyph.kind is ACCENT and done and (joined := _accent_after_letter(glyph, done[-1])):
            done[-1] = joined
        else:
            done.append(glyph)
        index += 1
    return done


def _sign(glyph: Glyph, rest: Sequence[Glyph]) -> _Sign | None:
    """Return the sign that begins with `glyph`, by the first rule that fits; None for no sign."""
    if glyph.kind is ACCENT:
        return _accent_before_letter(glyph, rest)
    if glyph.latex in _DOTS and (found := _three_dots(glyph, rest)):
        return found
    if glyph.kind is NEGATION and rest[0].kind in _MAY_BE_NEGATED:
        return _negation(glyph, rest)
    if glyph.latex == r"\mapstochar" and (found := _maps_to(glyph, rest)):
        return found
    if not (glyph.face.is_math or rest[0].face.is_math):
        return None
    return _overlapping_pair(glyph, rest) or _stacked_pair(glyph, rest)


def _accent_before_letter(accent: Glyph, rest: Sequence[Glyph]) -> _Sign | None:
    r"""Join an accent and what follows: "ˆ", "x" is `\hat{x}`; "´", "e" in a text font is "é"."""
    # PyMuPDF moves a combining character next to what precedes it: its x tells nothing.
    over_next = _is_combining(accent) and rest[0].kind is not ACCENT
    count = 1 if over_next else _covered(accent, rest)
    node = _accented(accent, rest[:count]) if count else None
    return (node, 1 + count) if node else None


def _accent_after_letter(accent: Glyph, before: Node) -> Node | None:
    """Join an accent and the letter drawn before it, as some drivers draw "e", "´"."""
    return _accented(accent, [before]) if isinstance(before, Glyph) else None


def _three_dots(glyph: Glyph, rest: Sequence[Glyph]) -> _Sign | None:
    r"""Join three dots in even steps: "..." is `\ldots`, and so on for cdots, vdots and ddots."""
    if len(rest) < 2 or not (rest[0].latex == rest[1].latex == glyph.latex):
        return None
    second, third = rest[0], rest[1]
    dots, size = [glyph, second, third], glyph.size
    across = (second.left - glyph.left, third.left - second.left)
    down = (second.base - glyph.base, third.base - second.base)
    if abs(across[0] - across[1]) > 0.1 * size or abs(down[0] - down[1]) > 0.1 * size:
        return None
    if abs(down[0]) < 0.02 * size and 0.1 * size < across[0] < 0.75 * size:
        return _level_dots(dots), 3
    if abs(across[0]) < 0.05 * size and abs(down[0]) > 0.2 * size:
        return replace(_joined(dots, r"\vdots", ORDINARY), base=second.base), 3
    if across[0] > 0.2 * size and down[0] > 0.2 * size:
        return replace(_joined(dots, r"\ddots", ORDINARY), base=second.base), 3
    return None


def _level_dots(dots: Sequence[Glyph]) -> Glyph:
    if dots[0].latex == r"\cdot":
        return _joined(dots, r"\cdots", ORDINARY)
    if dots[0].face.is_math:
        return replace(_joined(dots, r"\ldots", ORDINARY), text="…")
    return replace(_joined(dots, "...", TEXT_SIGN), text="…")


def _negation(stroke: Glyph, rest: Sequence[Glyph]) -> _Sign:
    r"""Join a negating stroke and the relation after it: "\not", "=" is `\ne`."""
    latex = rest[0].latex
    spaced = latex if latex.startswith("\\") else f" {latex}"
    return _joined([stroke, rest[0]], _NEGATED.get(latex, rf"\not{spaced}"), RELATION), 2


def _maps_to(tail: Glyph, rest: Sequence[Glyph]) -> _Sign | None:
    r"""Join the bar of an arrow's tail and the arrow: "\mapstochar", "\to" is `\mapsto`.

    The arrow may be composed itself: with "-", "\to" after the bar it is `\longmapsto`.
    """
    following = rest[0]
    if abs(following.left - tail.left) >= 0.3 * tail.size:
        return None
    composed = _sign(following, rest[1:]) if len(rest) > 1 else None
    arrow, taken = composed or (following, 1)
    drawn = arrow if isinstance(arrow, Glyph) else following
    long = drawn.latex == r"\longrightarrow"
    return _joined([tail, drawn], r"\longmapsto" if long else r"\mapsto", RELATION), 1 + taken


def _overlapping_pair(glyph: Glyph, rest: Sequence[Glyph]) -> _Sign | None:
    r"""Join two signs on one baseline that overlap: "-", "\to" is `\longrightarrow`.

    A third may join the two: "\int", "\int", "\int" is `\iiint`.
    """
    following = rest[0]
    latex = _PAIRS.get((glyph.latex, following.latex))
    if (
        latex is None
        or not _overlap(glyph, following, glyph.size)
        or not _is_level(glyph, following)
    ):
        return None
    kind = INTEGRAL if glyph.kind is INTEGRAL else RELATION
    kind = ORDINARY if latex == r"\hbar" else kind
    pair = _joined([glyph, following], latex, kind)
    again = _PAIRS.get((latex, rest[1].latex)) if len(rest) > 1 else None
    if again is not None and _overlap(following, rest[1], glyph.size):
        return _joined([pair, rest[1]], again, kind), 3
    return pair, 2


def _long_arrow(glyphs: Sequence[Glyph]) -> _Sign | None:
    r"""Join the pieces of an arrow stretched to its label: "-", "-", "\to" is `\longrightarrow`."""
    latex, count = stretched(glyphs)
    return (_joined(glyphs[:count], latex, RELATION), count) if count else None


def _stacked_pair(glyph: Glyph, rest: Sequence[Glyph]) -> _Sign | None:
    r"""Join two signs centred over one another: "\sim" over "=" is `\cong`."""
    following = rest[0]
    latex = _STACKED.get((glyph.latex, following.latex))
    if latex is None or _is_level(glyph, following):
        return None
    if abs(following.middle - glyph.middle) >= 0.15 * glyph.size:
        return None
    return replace(_joined([glyph, following], latex, RELATION), base=following.base), 2


def _overlap(glyph: Glyph, following: Glyph, size: float) -> bool:
    return following.left < glyph.right - 0.08 * size


def _is_level(glyph: Glyph, following: Glyph) -> bool:
    return abs(following.base - glyph.base) < 0.05 * glyph.size


def _is_combining(accent: Glyph) -> bool:
    return bool(unicodedata.combining(accent.text[:1] or " "))


def _joined(parts: Sequence[Glyph], latex: str, kind: GlyphKind) -> Glyph:
    """Return one character in place of several."""
    left, top, right, bottom = hull(parts if parts[0].kind is not NEGATION else parts[1:])
    last = parts[-1]
    math = next((part.face for part in parts if part.face.is_math), last.face)
    return replace(
        last, left=left, top=top, right=right, bottom=bottom,
        latex=latex, text="".join(part.text for part in parts), kind=kind, face=math,
    )  # fmt: skip


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
    command = _WIDE_OF.get(command, command) if len(base) > 1 else command
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
