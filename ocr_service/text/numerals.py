"""Reads and writes page numbers as they are printed: decimal or roman. Standard library only."""

from __future__ import annotations

import re
import unicodedata

from ocr_service.text.late_pattern import late_pattern

__all__ = ["is_number", "number_value", "outer_numbers", "to_roman", "without_marks", "words"]

_ROMAN = late_pattern(
    r"(?=[ivxlcdm])m{0,3}(?:cm|cd|d?c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})", re.IGNORECASE
)
_DIGITS = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
_TENS = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_MARKS = late_pattern(r"^#{1,6}\s+|[*_`]+")
_TOKEN = late_pattern(r"[^\W_]+")


def without_marks(text: str) -> str:
    """Return a line of markdown without the marks for headings and emphasis."""
    return _MARKS.sub("", text)


def words(text: str) -> list[str]:
    """Return the words and numbers of a line of markdown, case-folded."""
    plain = unicodedata.normalize("NFKC", without_marks(text)).casefold()
    return _TOKEN.findall(plain)


def is_number(word: str) -> bool:
    """Return whether a word is a decimal or a roman number."""
    return word.isdecimal() or _ROMAN.fullmatch(word) is not None


def outer_numbers(text: str) -> set[str]:
    """Return the numbers that begin or end a line, where page numbers are printed."""
    found = words(text)
    return {word for word in (found[0], found[-1]) if is_number(word)} if found else set()


def number_value(number: str) -> int:
    """Return the value of a word for which `is_number` is true."""
    if number.isdecimal():
        return int(number[:9])
    digits = [_DIGITS[char] for char in number.casefold()]
    following = [*digits[1:], 0]
    return sum(-one if one < two else one for one, two in zip(digits, following, strict=True))


def to_roman(number: int) -> str:
    """Return a number from 1 to 3999 in lower-case roman numerals, any other in decimal digits."""
    if not 0 < number < 4000:
        return str(number)
    digits = ""
    for value, letters in _TENS:
        digits += letters * (number // value)
        number %= value
    return digits
