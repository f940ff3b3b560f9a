r"""Sets letters of text level that TeX draws off the line: the logos, German quotes.

The A of "LaTeX" is raised and small, its E lowered, and they overlap their neighbours; the opening
quote of German is a closing quote drawn on the line. By position alone they are scripts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ocr_service.engines.typeset.characters.nodes import Glyph

__all__ = ["level_text"]

# All in type sizes. The macros lower the E by .5ex, .22; they raise the A by .2, to the T's top.
_LOWERED = (0.12, 0.35)
_RAISED = (0.08, 0.4)
_SMALL_A = (0.5, 0.95)
_LEVEL = 0.03
# A quote is lowered by the height at which it hangs: the difference of its top and a comma's.
_QUOTE_LOWERED = (0.4, 0.8)
_BESIDE = 0.35  # a greater gap behind the quote separates it from the word
_LOW_QUOTES = {"”": "„", "’": "‚"}


def level_text(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """Return a page's characters, logos as level letters ("LaTeX") and low quotes by their name."""
    done = list(glyphs)
    for index in range(len(done) - 1):
        glyph = done[index]
        if glyph.text == "T" and _is_tex(done[index : index + 3]):
            _level_logo(done, index)
        elif glyph.text in _LOW_QUOTES and _is_low(glyph, done[index + 1]):
            quote = _LOW_QUOTES[glyph.text]
            done[index] = replace(glyph, text=quote, latex=quote, base=done[index + 1].base)
    return done


def _is_tex(glyphs: Sequence[Glyph]) -> bool:
    """Tell whether three characters are the logo: T, a lowered E, X, each over the next."""
    if len(glyphs) != 3:
        return False
    first, second, third = glyphs
    size = first.size
    alike = all(abs(glyph.size - size) < 0.05 * size for glyph in (second, third))
    return (
        second.text == "E"
        and third.text == "X"
        and alike
        and abs(third.base - first.base) < _LEVEL * size
        and _within(_LOWERED, (second.base - first.base) / size)
        and first.left < second.left < first.right
        and second.left < third.left < second.right
    )


def _level_logo(glyphs: list[Glyph], index: int) -> None:
    """Set the letters of the logo whose T is at `index` level, and those of "La" before it."""
    first = index
    tee = glyphs[index]
    if index >= 2 and _is_la(glyphs[index - 2], glyphs[index - 1], tee):
        first = index - 2
        glyphs[index - 1] = _lower_case(glyphs[index - 1], tee)
    glyphs[index + 1] = _lower_case(glyphs[index + 1], tee)
    for place in range(first + 1, index + 3):
        left = max(glyphs[place].left, glyphs[place - 1].right)
        right = max(glyphs[place].right, left + 0.1 * tee.size)
        glyphs[place] = replace(glyphs[place], left=left, right=right)


def _is_la(ell: Glyph, small: Glyph, tee: Glyph) -> bool:
    """Tell whether two characters before a T are an L and the small raised A over it."""
    size = tee.size
    return (
        ell.text == "L"
        and small.text in {"A", "a", "ᴀ"}
        and abs(ell.base - tee.base) < _LEVEL * size
        and _within(_RAISED, (tee.base - small.base) / size)
        and _within(_SMALL_A, small.size / size)
        and ell.left < small.left < ell.right
        and small.left < tee.left < small.right
    )


def _lower_case(glyph: Glyph, tee: Glyph) -> Glyph:
    """Return a displaced letter as the small letter that people write, on the line of the T."""
    letter = glyph.text.lower() if glyph.text.isascii() else "a"
    return replace(
        glyph, text=letter, latex=letter, base=tee.base, bottom=tee.bottom, size=tee.size
    )


def _is_low(quote: Glyph, after: Glyph) -> bool:
    """Tell whether a closing quote stands on the line, right before the first letter of a word."""
    size = quote.size
    return (
        (after.text.isalnum() or after.text in "([")
        and _within(_QUOTE_LOWERED, (quote.base - after.base) / size)
        and abs(after.left - quote.right) < _BESIDE * size
    )


def _within(bounds: tuple[float, float], value: float) -> bool:
    return bounds[0] < value < bounds[1]
