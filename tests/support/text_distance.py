"""Measures how far a recognised text is from the right one."""

from __future__ import annotations

import unicodedata

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein


def letters(text: str) -> str:
    """Return the letters a to z of a text, without accents and in lower case."""
    plain = unicodedata.normalize("NFKD", text).lower()
    return "".join(char for char in plain if "a" <= char <= "z")


def distance(pattern: str, text: str) -> int:
    """Return the least edit distance of `pattern` to any part of `text`."""
    least = len(pattern)  # to the empty part
    for size in sorted(range(2 * least), key=lambda size: abs(size - len(pattern))):
        if abs(size - len(pattern)) >= least:  # from here on the lengths alone differ by more
            break
        parts = [text[start : start + size] for start in range(max(1, len(text) - size + 1))]
        found = process.extractOne(pattern, parts, scorer=Levenshtein.distance, score_cutoff=least)
        least = found[1] if found else least
    return least
