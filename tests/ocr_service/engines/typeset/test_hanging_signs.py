"""Large signs of bitmap fonts without names, as pdfTeX embeds the extension font of old books."""

from __future__ import annotations

from ocr_service.engines.typeset.characters.faces import face_of
from ocr_service.engines.typeset.characters.hanging_signs import name_hanging_signs
from ocr_service.engines.typeset.characters.kinds import CLOSING, OPENING, UNKNOWN
from ocr_service.engines.typeset.characters.nodes import Glyph

NAMELESS = face_of("F43")


def glyph(code: int, left: float, rise: float, drop: float) -> Glyph:
    """Return a character of a nameless font of 8 points whose ink is so far above and below."""
    box = (left, 100 - rise, left + 4, 100 + drop)
    return Glyph(*box, 100.0, 8.0, chr(code), "", UNKNOWN, NAMELESS, "", round(left))


def test_a_font_whose_characters_all_hang_is_the_extension_font() -> None:
    named, count = name_hanging_signs([glyph(0x10, 0, 0.4, 13.9), glyph(0x11, 20, 0.4, 13.9)])
    assert count == 2
    assert [(sign.latex, sign.kind) for sign in named] == [("(", OPENING), (")", CLOSING)]


def test_brackets_of_two_sizes_have_the_codes_of_tex() -> None:
    named, _ = name_hanging_signs([glyph(ord("h"), 0, 0.4, 13.9), glyph(0x12, 9, 0.4, 18.6)])
    assert [sign.latex for sign in named] == ["[", "("]


def test_a_font_with_letters_that_stand_is_none() -> None:
    glyphs = [glyph(0x10, 0, 0.4, 13.9), glyph(ord("b"), 20, 5.6, 0.1)]
    assert name_hanging_signs(glyphs) == (glyphs, 0)
