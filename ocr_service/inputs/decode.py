"""Decodes text files: UTF-8, UTF-16, and the 8-bit encodings of Western Europe."""

from __future__ import annotations

import codecs
import re
import unicodedata
from pathlib import Path

from ocr_service.common.errors import InputError

__all__ = ["decode_text"]

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: it begins with the same bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NAMES = {
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
    "mac_roman": "Mac Roman",
}
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SAMPLE = 200_000  # characters or bytes that decide
_LETTERS = re.compile(r"[^\W\d_]")
_MOST_ACCENTED = 0.3  # share of letters outside ASCII in a text of Western Europe


def decode_text(data: bytes, path: Path) -> tuple[str, str | None]:
    r"""Return the text of a file with `\n` line ends, and the encoding that was assumed.

    The encoding is None where the file says it, or is UTF-8.

    Raises:
        InputError: the encoding is not known.
    """
    encoding, told, data = _encoding(data, path)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: damaged at byte {error.start} (not {encoding.upper()}); make it again"
        ) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text, None if told else _NAMES[encoding]


def _encoding(data: bytes, path: Path) -> tuple[str, bool, bytes]:
    """Return the encoding, whether that is certain, and the data without byte-order mark."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return encoding, True, data.removeprefix(bom)
    if not _CONTROL.search(data[:_SAMPLE]):
        try:
            data.decode()
        except UnicodeDecodeError:
            return _western(data, path), False, data
        return "utf-8", True, data
    wide = [name for name in ("utf-16-le", "utf-16-be") if _is_text(data, name)]
    if len(wide) == 1:
        return wide[0], False, data
    if b"\x00" not in data and _decodes(data):
        return "utf-8", True, data  # stray control characters are left out later
    raise _unknown(path)


def _decodes(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_text(data: bytes, encoding: str) -> bool:
    """Return whether data without byte-order mark has the spaces and letters of a text."""
    try:
        text = data[: _SAMPLE // 2 * 2].decode(encoding)
    except UnicodeDecodeError:
        return False
    categories = {unicodedata.category(letter) for letter in set(text) - set("\t\n\r\f")}
    return not categories & {"Cc", "Cn", "Co", "Cs"} and any(space in text for space in " \n\r　")


def _western(data: bytes, path: Path) -> str:
    """Return the 8-bit encoding that makes a text of Western Europe of the data.

    Raises:
        InputError: there is none.
    """
    sample = data[:_SAMPLE]
    # Old Macs wrote lone carriage returns, and their letters where Windows has punctuation.
    old_mac = b"\r" in sample and b"\n" not in sample
    low, high = (len(re.findall(span, sample)) for span in (rb"[\x80-\x9f]", rb"[\xc0-\xff]"))
    encoding = "mac_roman" if old_mac and low > high else "cp1252"
    try:
        letters = _LETTERS.findall(data.decode(encoding)[:_SAMPLE])
    except UnicodeDecodeError:
        raise _unknown(path) from None
    accented = sum(not letter.isascii() for letter in letters)
    if accented > _MOST_ACCENTED * len(letters):
        raise _unknown(path)
    return encoding


def _unknown(path: Path) -> InputError:
    return InputError(
        f"{path}: neither UTF-8 nor UTF-16, and no Western European text in Windows-1252; "
        "save it as UTF-8, or leave it out"
    )
