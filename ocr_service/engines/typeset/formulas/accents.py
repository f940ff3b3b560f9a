r"""Joins characters drawn over or into one another: accents, negations, composed arrows, dots.

TeX draws the parts of such a sign one right after the other, an accent before its letter. Each rule
looks at a character and at those drawn after it, and returns the sign that they make with the
number of characters it takes, or None. `overlay` tries the rules in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ocr_service.engines.typeset.characters.braces import BRACES
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
from ocr_service.engines.typeset.characters.nodes import Glyph, Node, hull
from ocr_service.engines.typeset.formulas.accented_letters import (
    DrawnSign,
    accent_after_letter,
    accent_before_letter,
    is_behind,
    tilde,
)
from ocr_service.engines.typeset.formulas.braces_of_one import brace_over
from ocr_service.engines.typeset.formulas.long_arrows import MAX_PIECES, stretched

__all__ = ["overlay"]


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


def overlay(glyphs: Sequence[Glyph]) -> list[Node]:
    """Return the nodes that a row's characters, in the order drawn, make."""
    done: list[Node] = []
    index = 0
    while index < len(glyphs):
        glyph = glyphs[index]
        rest = glyphs[index + 1 : index + 1 + _AHEAD]
        behind = bool(done) and is_behind(glyph, done[-1], rest)
        across = bool(done) and glyph.kind is NEGATION and _is_across(glyph, done[-1])
        sign = _sign(glyph, rest) if rest and not behind and not across else None
        if glyph.latex in _SHAFTS and (arrow := _long_arrow(glyphs[index : index + MAX_PIECES])):
            sign = arrow
        if sign is not None:
            done.append(sign[0])
            index += sign[1]
            continue
        if glyph.latex in BRACES:
            done = brace_over(glyph, done)
        elif glyph.latex == r"\sim" and done and (over := tilde(glyph, done[-1:])):
            done[-1] = over[0]  # browsers draw it after its letter
        elif across and isinstance(done[-1], Glyph):
            done[-1] = _negation(glyph, [done[-1]])[0]
        elif glyph.kind is ACCENT and done and (joined := accent_after_letter(glyph, done[-1])):
            done[-1] = joined
        else:
            done.append(glyph)
        index += 1
    return _with_braces(done)


def _with_braces(nodes: list[Node]) -> list[Node]:
    """Fold the braces that are drawn before what they are over, as browsers do."""
    for place, node in enumerate(nodes):
        if isinstance(node, Glyph) and node.latex in BRACES:
            folded = brace_over(node, nodes[place + 1 :])
            if folded[-1] is not node:
                return _with_braces([*nodes[:place], *folded])
    return nodes


def _sign(glyph: Glyph, rest: Sequence[Glyph]) -> DrawnSign | None:
    """Return the sign that begins with `glyph`, by the first rule that fits; None for no sign."""
    if glyph.kind is ACCENT:
        return None if glyph.latex in BRACES else accent_before_letter(glyph, rest)
    if glyph.latex == r"\sim" and (found := tilde(glyph, rest)):
        return found
    if glyph.latex in _DOTS and (found := _three_dots(glyph, rest)):
        return found
    if glyph.kind is NEGATION and rest[0].kind in _MAY_BE_NEGATED:
        return _negation(glyph, rest)
    if glyph.latex == r"\mapstochar" and (found := _maps_to(glyph, rest)):
        return found
    if not (glyph.face.is_math or rest[0].face.is_math):
        return None
    return _overlapping_pair(glyph, rest) or _stacked_pair(glyph, rest)


def _is_across(stroke: Glyph, sign: Node) -> bool:
    """Tell whether a negating stroke is drawn over the sign before it, as browsers do."""
    return (
        isinstance(sign, Glyph)
        and sign.kind in _MAY_BE_NEGATED
        and (sign.left - 0.1 * sign.size < stroke.middle < sign.right + 0.1 * sign.size)
    )


def _three_dots(glyph: Glyph, rest: Sequence[Glyph]) -> DrawnSign | None:
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


def _negation(stroke: Glyph, rest: Sequence[Glyph]) -> DrawnSign:
    r"""Join a negating stroke and the relation after it: "\not", "=" is `\ne`."""
    latex = rest[0].latex
    spaced = latex if latex.startswith("\\") else f" {latex}"
    return _joined([stroke, rest[0]], _NEGATED.get(latex, rf"\not{spaced}"), RELATION), 2


def _maps_to(tail: Glyph, rest: Sequence[Glyph]) -> DrawnSign | None:
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


def _overlapping_pair(glyph: Glyph, rest: Sequence[Glyph]) -> DrawnSign | None:
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


def _long_arrow(glyphs: Sequence[Glyph]) -> DrawnSign | None:
    r"""Join the pieces of an arrow stretched to its label: "-", "-", "\to" is `\longrightarrow`."""
    latex, count = stretched(glyphs)
    return (_joined(glyphs[:count], latex, RELATION), count) if count else None


def _stacked_pair(glyph: Glyph, rest: Sequence[Glyph]) -> DrawnSign | None:
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


def _joined(parts: Sequence[Glyph], latex: str, kind: GlyphKind) -> Glyph:
    """Return one character in place of several."""
    left, top, right, bottom = hull(parts if parts[0].kind is not NEGATION else parts[1:])
    last = parts[-1]
    math = next((part.face for part in parts if part.face.is_math), last.face)
    return replace(
        last, left=left, top=top, right=right, bottom=bottom,
        latex=latex, text="".join(part.text for part in parts), kind=kind, face=math,
    )  # fmt: skip
