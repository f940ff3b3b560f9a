"""Reads the large signs of bitmap fonts without names by their shape: TeX hangs them from the line.

In the extension fonts of TeX every character, a bracket, a sum, a root, begins at the baseline and
goes down. A font without a name whose characters all do so is one, and its codes are theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ocr_service.engines.typeset.characters.faces import Face, FontFamily
from ocr_service.engines.typeset.characters.kinds import UNKNOWN
from ocr_service.engines.typeset.characters.nodes import Glyph
from ocr_service.engines.typeset.characters.symbols import coded_symbol

__all__ = ["name_hanging_signs"]

_FACE = Face(FontFamily.EXTENSION)
_RISE = 0.12  # type sizes that such a sign may rise over the baseline: the thickness of a stroke
_DROP = 0.8  # type sizes that it goes down at least


def name_hanging_signs(glyphs: Sequence[Glyph]) -> tuple[list[Glyph], int]:
    """Return a page's characters, those of such fonts by name, and how many were named."""
    nameless: dict[float, list[int]] = {}
    for place, glyph in enumerate(glyphs):
        if glyph.kind is UNKNOWN and glyph.face.family is FontFamily.NAMELESS:
            nameless.setdefault(round(glyph.size, 2), []).append(place)
    named = list(glyphs)
    count = 0
    for places in nameless.values():
        if not all(_hangs(glyphs[place]) for place in places):
            continue
        for place in places:
            glyph = glyphs[place]
            known = coded_symbol(FontFamily.EXTENSION, ord(glyph.text)) if glyph.text else None
            if known is None:
                continue
            count += 1
            named[place] = replace(
                glyph,
                text=known.text,
                latex=known.latex,
                kind=known.kind,
                piece=known.piece,
                face=_FACE,
            )
    return named, count


def _hangs(glyph: Glyph) -> bool:
    """Tell whether a character begins at the baseline and goes far below it."""
    rise = glyph.base - glyph.top
    drop = glyph.bottom - glyph.base
    return len(glyph.text) == 1 and rise < _RISE * glyph.size and drop > _DROP * glyph.size
