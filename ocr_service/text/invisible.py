"""Removes characters that are not printed and that no script needs. Pure, standard library only.

A page can carry text that no reader of it sees but every program that is given its text does:
Unicode tag characters spell whole sentences, variation selectors carry bytes, bidirectional
overrides show a line in another order than it is stored in. Such characters are removed:
zero-width and bidirectional characters, tags, variation selectors, and the other characters that
Unicode calls default-ignorable.

Kept, because the text reads differently without them:

- a joiner or non-joiner between letters of a cursive or Indic script, or after an Indic virama;
- joiners within emoji sequences, and the tags of the flags of England, Scotland and Wales;
- one variation selector after an emoji, a CJK ideograph, a mathematical operator, a Mongolian
  letter, or in a keycap;
- soft hyphens, which the readers of pages deal with.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from ocr_service.text.late_pattern import late_pattern

__all__ = ["is_removal_note", "removal_notes", "strip_invisible", "without_invisible"]

_INVISIBLE = (
    "\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
_SUSPECT = late_pattern(f"[{_INVISIBLE}]")

_EMOJI = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2934\u2935"
    "\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_EMOJI_PART = f"{_EMOJI}[\U0001f3fb-\U0001f3ff]?[\ufe0e\ufe0f]?"
# Spelled in tags behind a black flag, and ended by the tag U+E007F.
_FLAGS = [
    "\U0001f3f4" + "".join(chr(0xE0000 + ord(letter)) for letter in region) + "\U000e007f"
    for region in ("gbeng", "gbsct", "gbwls")
]
_KEPT_SEQUENCES = (
    *_FLAGS,
    f"{_EMOJI_PART}(?:\u200d{_EMOJI_PART})*",
    "[0-9#*]\ufe0f\u20e3",
    "[\u2200-\u22ff\u2a00-\u2aff]\ufe00",
    "[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff][\ufe00-\ufe0f\U000e0100-\U000e01ef]",
    "[\u1820-\u18aa][\u180b-\u180f]",
)
# Blocks of scripts whose letters change their form at a joiner: first and last code point.
_JOINING_BLOCKS = (
    (0x0600, 0x08FF),  # Arabic, Syriac, Thaana, N'Ko, Mandaic
    (0x0900, 0x0DFF),  # Devanagari to Sinhala
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x1800, 0x18AF),  # Mongolian
    (0x1B00, 0x1BBF),  # Balinese, Sundanese
    (0xA8E0, 0xA8FF),  # Devanagari Extended
    (0xA980, 0xA9DF),  # Javanese
    (0xFB50, 0xFDFF),  # Arabic presentation forms
    (0xFE70, 0xFEFC),
    (0x11000, 0x1147F),  # Brahmi to Newa
)
_VIRAMA = 9  # the canonical combining class of viramas

_REMOVAL_NOTE = late_pattern(r"\d+ invisible characters? removed")


def strip_invisible(text: str) -> tuple[str, int]:
    """Return `text` without invisible characters, and how many were removed."""
    if text.isascii() or not _SUSPECT.search(text):
        return text, 0
    stripped = _pattern().sub(lambda match: match["kept"] or "", text)
    return stripped, len(text) - len(stripped)


def without_invisible(text: str) -> str:
    """Return `text` without invisible characters."""
    return strip_invisible(text)[0]


def removal_notes(count: int) -> tuple[str, ...]:
    """Return the note for the record of a page from which `count` characters were removed."""
    if not count:
        return ()
    return (f"{count} invisible {'character' if count == 1 else 'characters'} removed",)


def is_removal_note(note: str) -> bool:
    """Return whether `removal_notes` made this note."""
    return _REMOVAL_NOTE.fullmatch(note) is not None


@cache
def _pattern() -> re.Pattern[str]:
    """Return a pattern of sequences to keep (the group `kept`) and of characters to remove.

    Built when a text has such a character for the first time, which most runs never see.
    """
    joining, viramas = _joining_letters()
    kept = (
        *_KEPT_SEQUENCES,
        f"(?<=[{joining}])[\u200c\u200d](?=[{joining}])",
        f"(?<=[{viramas}])[\u200c\u200d]",
    )
    return re.compile(f"(?P<kept>{'|'.join(kept)})|[{_INVISIBLE}]")


def _joining_letters() -> tuple[str, str]:
    """Return the letters and marks of the joining scripts, and the viramas among them."""
    letters, viramas = [], []
    for first, last in _JOINING_BLOCKS:
        for char in map(chr, range(first, last + 1)):
            if unicodedata.category(char)[0] in "LM" and not _SUSPECT.match(char):
                letters.append(char)
                if unicodedata.combining(char) == _VIRAMA:
                    viramas.append(char)
    return "".join(letters), "".join(viramas)
