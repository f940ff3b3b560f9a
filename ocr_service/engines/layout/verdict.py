"""Says what a page's text layer is worth: usable, garbled or missing."""

from __future__ import annotations

from enum import StrEnum

from ocr_service.engines.layout.ink import Ink
from ocr_service.text.text_quality import (
    glued_share,
    junk_share,
    odd_share,
    spaced_share,
    wordlike_share,
)

__all__ = ["TextVerdict", "judge"]

MAX_CHARS = 200_000  # of a page: enough to judge it by
# A layer is garbled when this share of it cannot be read. Over the three books we develop with,
# heavy in formulas, the worst page has 3 % such characters and 92 % words that could be words.
MAX_JUNK = 0.25
MIN_WORDLIKE = 0.6
# Text hidden under a scan was guessed by somebody's OCR, so it is held to more: below these
# limits our own reading is the better one.
MIN_HIDDEN_WORDLIKE = 0.8
MAX_HIDDEN_ODD = 0.015
# Letters of words with a blank after every letter, or with none between words: no search finds
# them. Over 711 pages of sound text, tables of fonts apart, at most 17 % of a page's letters stand
# alone in a row (formulas) and at most 12 % in words of 25 letters or more (programs).
MAX_HIDDEN_SPACED = 0.25
MAX_HIDDEN_GLUED = 0.15
MIN_CHARS = 16  # fewer are a page number or a stamp
MAX_STAMP_CHARS = 120  # visible text on a page that is otherwise one image


class TextVerdict(StrEnum):
    """What a page's text layer is worth."""

    USABLE = "usable"
    GARBLED = "garbled"
    MISSING = "missing"


def judge(text: str, ink: Ink) -> TextVerdict:
    """Say what the text layer of a page is worth. Pure.

    `text` is the page's plain text, with what OCR tools hide under a scan; `ink` is what `page_ink`
    says of the page.

    MISSING: the page shows an image or drawings, and hardly any text. GARBLED: too much of the
    text is no text (no Unicode map), or it hides under a scan and reads badly, or is not in words.
    USABLE: everything else, an empty page and a page of formulas included.
    """
    text = text[:MAX_CHARS]
    length = sum(not character.isspace() for character in text)
    if length and junk_share(text) > MAX_JUNK:
        return TextVerdict.GARBLED
    if length < MIN_CHARS:
        return TextVerdict.MISSING if ink.is_figured else TextVerdict.USABLE
    hidden = ink.hidden_share > 0.5
    if ink.image_share > 0.6 and length < MAX_STAMP_CHARS and not hidden:
        return TextVerdict.MISSING
    words = wordlike_share(text)
    if words is not None and words < (MIN_HIDDEN_WORDLIKE if hidden else MIN_WORDLIKE):
        return TextVerdict.GARBLED
    return TextVerdict.GARBLED if hidden and _reads_badly(text) else TextVerdict.USABLE


def _reads_badly(text: str) -> bool:
    """Return whether hidden text has many odd words, or words spaced out or glued."""
    spaced, glued = spaced_share(text) or 0.0, glued_share(text) or 0.0
    odd = odd_share(text) or 0.0
    return odd > MAX_HIDDEN_ODD or spaced > MAX_HIDDEN_SPACED or glued > MAX_HIDDEN_GLUED
