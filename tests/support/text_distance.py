"""How far a recognised text is from the right one."""

from __future__ import annotations

import unicodedata

import numpy as np


def letters(text: str) -> str:
    """Return the letters a to z of a text, accents taken off, in lower case."""
    plain = unicodedata.normalize("NFKD", text).lower()
    return "".join(char for char in plain if "a" <= char <= "z")


def distance(pattern: str, text: str) -> int:
    """Return the least edit distance of `pattern` to any part of `text`."""
    codes, places = np.frombuffer(text.encode(), dtype=np.uint8), np.arange(len(text) + 1)
    row = np.zeros(len(text) + 1, dtype=np.int64)
    for i, code in enumerate(pattern.encode(), 1):
        following = np.full_like(row, i)
        following[1:] = np.minimum(row[1:] + 1, row[:-1] + (codes != code))
        row = np.minimum.accumulate(following - places) + places
    return int(row.min())
