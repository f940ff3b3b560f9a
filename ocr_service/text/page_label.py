"""Decides whether a text is a page label. Pure, standard library only.

Labels come from files and become part of citations, where they stand among Octavo's own words. A
label is one line of at most 32 characters, and one of

- a number: 45, 3.45, 12-3, 1/20, with a letter or a star behind it: 12b, 45*;
- a roman number or one letter up to four times: xiv, IV, A, bb;
- either of these after a short prefix, a word of at most 12 letters and digits: A-12, F-3, S4,
  Plate IV, Seite 12, scan_0001;
- one such word by itself (Cover), or words for the parts of a book (Inside Front Cover).

Any of them may stand in brackets. Anything else is no label: the page then goes by its number.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ocr_service.text.invisible import without_invisible

__all__ = ["clean_label", "label_or_number"]

MAX_LABEL = 32  # characters

_MARK = r"\s?[.:/\-–—_]\s?"
_NUMBER = rf"\d{{1,6}}(?:{_MARK}\d{{1,6}}){{0,3}}[^\W\d_]?[*'′]?"
_ROMAN = r"[ivxlcdm]{1,15}|[IVXLCDM]{1,15}"
_LETTER = r"(?P<letter>[A-Za-z])(?P=letter){0,3}"
_WORD = r"[^\W_]{1,12}"
_PART = (
    r"(?:inner|outer|inside|front|back|half|title|cover|page|matter|flap|endpaper|table|of|contents"
    r"|list|index|spine|plate|blank|dust|jacket)"
)
_LABEL = (
    rf"(?:{_WORD}(?:\s|{_MARK}|\.\s)?)?(?:{_NUMBER}|{_ROMAN})"
    rf"|{_LETTER}|{_WORD}{_MARK}[A-Za-z]|{_WORD}|(?i:{_PART}(?:[\s-]{_PART}){{1,3}})"
)
_ROMAN_LETTERS = frozenset("ivxlcdm")
_BRACKETS = re.compile(r"\[(.*)\]|\((.*)\)")
_HEX_STRING = re.compile(r"<([0-9A-Fa-f\s]*)>")
_ENCODINGS = {b"\xfe\xff": "utf-16-be", b"\xff\xfe": "utf-16-le", b"\xef\xbb": "utf-8-sig"}


def clean_label(text: str) -> str | None:
    """Return a page label on one line, or None if the text is none.

    PDF strings in hexadecimal, which PyMuPDF passes on as they are, are decoded: `<FEFF00340030>`
    is 40.
    """
    if text.isdecimal() and len(text) <= 6:
        return text
    if 1 <= len(text) <= 15 and _ROMAN_LETTERS.issuperset(text):
        return text
    line = " ".join(without_invisible(_HEX_STRING.sub(_decoded, text[:1_000])).split())
    if len(line) > MAX_LABEL:
        return None
    brackets = _BRACKETS.fullmatch(line)
    inner = (brackets[1] or brackets[2] or "") if brackets else line
    return line if _label_pattern().fullmatch(inner) else None


@lru_cache(maxsize=1)
def _label_pattern() -> re.Pattern[str]:
    # Compiled when a label is neither a decimal nor a roman number: it takes 3 ms, and every search
    # loads this module.
    return re.compile(_LABEL)


def label_or_number(text: str, page_index: int) -> str:
    """Return a page's label; its 1-based number if the text is no label."""
    return clean_label(text) or str(page_index + 1)


def _decoded(match: re.Match[str]) -> str:
    digits = "".join(match[1].split())
    data = bytes.fromhex(digits + "0" * (len(digits) % 2))
    return data.decode(_ENCODINGS.get(data[:2], "latin-1"), "replace").removeprefix("\ufeff")
