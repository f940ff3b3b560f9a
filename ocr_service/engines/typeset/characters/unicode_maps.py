"""Reads the characters that a font's ToUnicode map gives (ISO 32000-2, 9.10.3), in bounded time."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["unicode_map_codes", "unicode_map_targets"]

_MAX_BYTES = 2_000_000
_MAX_TARGETS = 70_000  # all of the basic plane
_MAX_HEX = 1_000  # digits of one entry
_TOKEN = re.compile(rb"(begin|end)bf(char|range)|<([^<>]*)>|(\[)|(\])")


def unicode_map_targets(data: bytes) -> frozenset[str]:
    """Return the characters that a map gives, by the text of its CMap; none if it is malformed."""
    found: set[str] = set()
    budget = _MAX_TARGETS
    for first, last, target in _entries(data[:_MAX_BYTES]):
        text, start, end = _text(target), _number(first), _number(last)
        if not text or start is None or end is None or end < start:
            continue
        count = min(end - start + 1, budget)
        budget -= count
        if budget <= 0:
            break
        found.update(text)
        place = ord(text[-1])
        found.update(chr(place + i) for i in range(1, count) if place + i < 0x110000)
    return frozenset(found)


def unicode_map_codes(data: bytes) -> dict[int, str]:
    """Return the character of each code up to 255, of codes that have one; no ligatures."""
    found: dict[int, str] = {}
    for first, last, target in _entries(data[:_MAX_BYTES]):
        text, start, end = _text(target), _number(first), _number(last)
        if len(text) != 1 or start is None or end is None:
            continue
        for code in range(start, min(end, 255) + 1):
            place = ord(text) + code - start
            if place < 0x110000:
                found[code] = chr(place)
    return found


def _entries(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Yield (first code, last code, target) of each entry; each target of a list is an entry.

    A section that does not end as it began is left out.
    """
    kind, in_list = b"", False
    section: list[tuple[bytes, bytes, bytes]] = []
    waiting: list[bytes] = []
    for token in _TOKEN.finditer(data):
        if token[1]:
            if token[1] == b"end" and token[2] == kind:
                yield from section
            kind = token[2] if token[1] == b"begin" else b""
            in_list, section, waiting = False, [], []
        elif token[4] or token[5]:
            in_list = bool(token[4]) and len(waiting) == 2
            waiting = waiting if in_list else []
        elif in_list:
            section.append((waiting[0], waiting[0], token[3]))
        elif kind:
            waiting.append(token[3])
            if len(waiting) == (2 if kind == b"char" else 3):
                section.append((waiting[0], waiting[-2], waiting[-1]))
                waiting = []


def _digits(text: bytes) -> bytes:
    plain = b"".join(text[:_MAX_HEX].split())
    return plain if re.fullmatch(rb"[0-9A-Fa-f]*", plain) else b""


def _number(text: bytes) -> int | None:
    """Return a code, or None if it is malformed."""
    digits = _digits(text)
    return int(digits[-6:], 16) if digits else None


def _text(text: bytes) -> str:
    """Return the UTF-16 text of hexadecimal digits, without the invalid parts."""
    plain = _digits(text)
    data = bytes.fromhex((plain + b"0" * (-len(plain) % 4)).decode("ascii"))
    return data.decode("utf-16-be", "ignore")
