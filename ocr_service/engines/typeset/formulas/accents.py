r"""Characters drawn over or into one another: accents, negations, arrows made of two, dots.

TeX draws the parts of such a sign one right after the other, an accent before its letter.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from ocr_service.engines.typeset.characters.nodes import Accent, Glyph, Node, hull
from ocr_service.engines.typeset.characters.symbols import FontFamily

__all__ = ["overlay"]

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
}
_STACKED = {
    (r"\sim", "="): r"\cong",
    (".", "="): r"\doteq",
    (r"\cdot", "="): r"\doteq",
    (r"\rightharpoonup", r"\leftharpoondown"): r"\rightleftharpoons",
}
_NEGATED = {"=": r"\ne", r"\in": r"\notin", r"\ni": r"\not\ni"}
_COMBINING = {"¨": "\u0308", "´": "\u0301", "`": "\u0300", "ˆ": "\u0302", "^": "\u0302"}
_COMBINING |= {"˜": "\u0303", "ˇ": "\u030c", "˚": "\u030a", "˘": "\u0306", "˙": "\u0307"}
_COMBINING |= {"¯": "\u0304", "¸": "\u0327"}
_WIDE = {r"\widehat", r"\widetilde"}


def overlay(glyphs: Sequence[Glyph]) -> list[Node]:
    """Return the nodes that a row's characters (in the order drawn) make."""
    done: list[Node] = []
    index = 0
    while index < len(glyphs):
        taken = 1
        glyph = glyphs[index]
        rest = glyphs[index + 1 : index + 12]
        node: Node | None = None
        if rest:
            node, taken = _start(glyph, rest)
        previous = done[-1] if done else None
        if node is None and glyph.kind == "a" and isinstance(previous, Glyph):
            joined = _accented(glyph, [previous])
            if joined is not None:
                done[-1] = joined
                index += 1
                continue
        done.append(node or glyph)
        index += max(1, taken)
    return done


def _start(glyph: Glyph, rest: Sequence[Glyph]) -> tuple[Node | None, int]:
    """Return what begins with `glyph`, and how many characters it takes."""
    if glyph.kind == "a":
        # PyMuPDF moves a combining character next to what precedes it: its x tells nothing.
        combining = unicodedata.combining(glyph.text[:1] or " ")
        count = 1 if combining and rest[0].kind != "a" else _covered(glyph, rest)
        node = _accented(glyph, rest[:count]) if count else None
        return node, 1 + count if node else 1
    dots = _dots(glyph, rest)
    if dots is not None:
        return dots, 3
    if glyph.kind == "n" and rest[0].kind in "rob|":
        return _joined([glyph, rest[0]], _negated(rest[0].latex), "r"), 2
    following = rest[0]
    if glyph.latex == r"\mapstochar" and abs(following.left - glyph.left) < 0.3 * glyph.size:
        arrow, taken = _start(following, rest[1:]) if len(rest) > 1 else (None, 1)
        drawn = arrow if isinstance(arrow, Glyph) else following
        long = drawn.latex == r"\longrightarrow"
        return _joined([glyph, drawn], r"\longmapsto" if long else r"\mapsto", "r"), 1 + taken
    if not (glyph.face.is_math or following.face.is_math):
        return None, 1
    pair = (glyph.latex, following.latex)
    overlaps = following.left < glyph.right - 0.08 * glyph.size
    level = abs(following.base - glyph.base) < 0.05 * glyph.size
    if pair in _PAIRS and overlaps and level:
        kind = "I" if glyph.kind == "I" else "r"
        merged = _joined([glyph, following], _PAIRS[pair], kind)
        if (
            len(rest) > 1
            and (merged.latex, rest[1].latex) in _PAIRS
            and (rest[1].left < following.right - 0.08 * glyph.size)
        ):
            again = _PAIRS[merged.latex, rest[1].latex]
            return _joined([merged, rest[1]], again, kind), 3
        return merged, 2
    centred = abs(following.middle - glyph.middle) < 0.15 * glyph.size
    if pair in _STACKED and centred and not level:
        return replace(_joined([glyph, following], _STACKED[pair], "r"), base=following.base), 2
    if glyph.text == "¯" and following.text == "h" and overlaps:
        return replace(_joined([glyph, following], r"\hbar", "o"), base=following.base), 2
    return None, 1


def _joined(parts: Sequence[Glyph], latex: str, kind: str) -> Glyph:
    """Return one character in the place of several."""
    left, top, right, bottom = hull(parts if parts[0].kind != "n" else parts[1:])
    last = parts[-1]
    math = next((part.face for part in parts if part.face.is_math), last.face)
    return replace(
        last, left=left, top=top, right=right, bottom=bottom,
        latex=latex, text="".join(part.text for part in parts), kind=kind, face=math,
    )  # fmt: skip


def _negated(latex: str) -> str:
    return _NEGATED.get(latex, rf"\not{latex}" if latex.startswith("\\") else rf"\not {latex}")


def _dots(glyph: Glyph, rest: Sequence[Glyph]) -> Glyph | None:
    """Return three dots as one sign, if that is what begins here."""
    if glyph.latex not in {".", r"\cdot"} or len(rest) < 2:
        return None
    second, third = rest[0], rest[1]
    if second.latex != glyph.latex or third.latex != glyph.latex:
        return None
    across = (second.left - glyph.left, third.left - second.left)
    down = (second.base - glyph.base, third.base - second.base)
    size = glyph.size
    if abs(across[0] - across[1]) > 0.1 * size or abs(down[0] - down[1]) > 0.1 * size:
        return None
    math = glyph.face.is_math
    if abs(down[0]) < 0.02 * size and 0.1 * size < across[0] < 0.75 * size:
        if glyph.latex == r"\cdot":
            return _joined([glyph, second, third], r"\cdots", "o")
        latex = r"\ldots" if math else "..."
        return replace(_joined([glyph, second, third], latex, "o" if math else "t"), text="…")
    if abs(across[0]) < 0.05 * size and abs(down[0]) > 0.2 * size:
        middle = second.base
        return replace(_joined([glyph, second, third], r"\vdots", "o"), base=middle)
    if across[0] > 0.2 * size and down[0] > 0.2 * size:
        return replace(_joined([glyph, second, third], r"\ddots", "o"), base=second.base)
    return None


def _covered(accent: Glyph, rest: Sequence[Glyph]) -> int:
    """Return over how many of the following characters an accent stands.

    It is centred on them, and TeX never takes an accent that is wider than what it is set over.
    """
    first = rest[0]
    left, right = 1e9, -1e9
    wide = accent.right - accent.left
    for count, glyph in enumerate(rest, 1):
        if glyph.kind == "a" or glyph.top < accent.top - 0.1 * accent.size:
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
    """Return characters with an accent over them, or None if it does not stand over them."""
    first = base[0]
    overlap = min(accent.right, max(glyph.right for glyph in base)) - max(accent.left, first.left)
    wide = max(accent.right - accent.left, 0.05)
    combining = bool(unicodedata.combining(accent.text[:1] or " "))
    if overlap < 0.3 * min(wide, first.right - first.left) and not combining:
        return None
    if combining:
        accent = replace(accent, left=first.left, right=first.right)
    if accent.bottom > min(glyph.top for glyph in base) + 0.2 * accent.size:
        return _below(accent, base)
    _, top, _, bottom = hull([accent, *base])
    letter = len(base) == 1 and not first.face.is_math and first.face.family is FontFamily.TEXT
    mark = accent.text if combining else _COMBINING.get(accent.text, "")
    if letter and mark and not accent.face.is_math:
        plain = {"ı": "i", "ȷ": "j"}.get(first.text, first.text)
        composed = unicodedata.normalize("NFC", plain + mark)
        if len(composed) == 1:
            return replace(first, text=composed, latex=composed, top=top)
    kind = accent.latex if accent.latex.startswith("\\") else r"\hat"
    kind = _WIDE_OF.get(kind, kind) if len(base) > 1 else kind
    return Accent(
        min(glyph.left for glyph in base), top, max(glyph.right for glyph in base), bottom,
        first.base, first.size, kind, list(base),
    )  # fmt: skip


_WIDE_OF = {r"\hat": r"\widehat", r"\tilde": r"\widetilde", r"\bar": r"\overline"}
_WIDE_OF |= {r"\vec": r"\overrightarrow"}


def _below(accent: Glyph, base: Sequence[Glyph]) -> Node | None:
    """Return a letter with a cedilla."""
    if accent.text == "¸" and len(base) == 1:
        composed = unicodedata.normalize("NFC", base[0].text + "\u0327")
        if len(composed) == 1:
            return replace(base[0], text=composed, latex=composed)
    return None
