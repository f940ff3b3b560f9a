r"""Writes paths as text that every program can read, also where a name is not UTF-8.

A file name may hold any bytes. Python keeps those that are not UTF-8 as half surrogates, which no
JSON file should hold: other languages cannot turn them back into a path. This is the one place that
decides what is written instead:

    paths      as they are; one with such bytes as a `file:` URI, in which they are `%E9`
    messages   `\xe9` for each such byte
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

__all__ = ["path_text", "shown", "text_path"]

_URI = "file://"
_HALF_SURROGATE = re.compile("[\ud800-\udfff]")


def path_text(path: Path) -> str:
    """Return an absolute path as text without half surrogates; `text_path` turns it back."""
    text = str(path)
    if _HALF_SURROGATE.search(text):
        return _URI + quote(os.fsencode(path))
    return text


def text_path(text: str) -> Path:
    """Return the path that `path_text` wrote, here or in an older Octavo."""
    if text.startswith(_URI):
        return Path(os.fsdecode(unquote_to_bytes(text.removeprefix(_URI))))
    return Path(text)


def shown(text: str) -> str:
    r"""Return a message with `\xe9` in place of the half surrogates of a path that is not UTF-8."""
    return _HALF_SURROGATE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    r"""Return `\xe9` for the byte that a half surrogate stands for, U+FFFD if it is for none."""
    byte = ord(match[0]) - 0xDC00
    return rf"\x{byte:02x}" if 0x80 <= byte <= 0xFF else "\ufffd"
