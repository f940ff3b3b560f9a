"""Reads the encoding of a font in Adobe's Compact Font Format (Technical Note 5176)."""

from __future__ import annotations

import itertools

__all__ = ["compact_encoding"]

_STANDARD_STRINGS = 391  # names of text, which no font lists
# Those of ASCII are in its order from 1 on; of the others, these are signs of mathematics.
_ASCII = {1 + n: f"uni{32 + n:04X}" for n in range(95) if n not in {7, 64}}
_SIGNS = {151: "logicalnot", 156: "plusminus", 159: "divide", 166: "minus", 168: "multiply"}
_KNOWN = _ASCII | _SIGNS | {116: "periodcentered"}
_CHARSET, _ENCODING = 15, 16  # operators of the top dictionary


def compact_encoding(data: bytes) -> dict[int, str]:
    """Return the glyph names of a font's own encoding by code.

    A glyph of ASCII has a name such as "uni0028". Other glyphs of text, predefined encodings and
    malformed fonts give nothing.
    """
    try:
        return _read(data)
    except (IndexError, ValueError):
        return {}


def _read(data: bytes) -> dict[int, str]:
    _, place = _index(data, data[2])
    tops, place = _index(data, place)
    strings, place = _index(data, place)
    top = _dictionary(tops[0])
    charset, encoding = top.get(_CHARSET, 0), top.get(_ENCODING, 0)
    if charset <= 2 or encoding <= 1:
        return {}
    codes = _codes(data, encoding)
    glyphs = _charset(data, charset, len(codes))
    names = {}
    for code, glyph in zip(codes, glyphs, strict=False):
        place = glyph - _STANDARD_STRINGS
        if 0 <= place < len(strings):
            names[code] = strings[place].decode("latin-1")
        elif glyph in _KNOWN:
            names[code] = _KNOWN[glyph]
    return names


def _index(data: bytes, place: int) -> tuple[list[bytes], int]:
    """Return the members of an INDEX and the place after it."""
    count = int.from_bytes(data[place : place + 2], "big")
    if not count:
        return [], place + 2
    wide = data[place + 2]
    first = place + 3
    start = first + (count + 1) * wide - 1
    offsets = [
        int.from_bytes(data[first + n * wide : first + (n + 1) * wide], "big")
        for n in range(count + 1)
    ]
    members = [data[start + a : start + b] for a, b in itertools.pairwise(offsets)]
    return members, start + offsets[-1]


def _dictionary(data: bytes) -> dict[int, int]:
    """Return the last whole number before each one-byte operator."""
    found: dict[int, int] = {}
    number, place = 0, 0
    while place < len(data):
        first = data[place]
        place += 1
        if first <= 21:
            if first == 12:
                place += 1
            else:
                found[first] = number
        elif first == 28:
            number = int.from_bytes(data[place : place + 2], "big", signed=True)
            place += 2
        elif first == 29:
            number = int.from_bytes(data[place : place + 4], "big", signed=True)
            place += 4
        elif first == 30:  # a real number, ended by a nibble of 15
            while data[place] & 15 != 15 and data[place] >> 4 != 15:
                place += 1
            place += 1
        elif first <= 246:
            number = first - 139
        elif first <= 254:
            above = first <= 250
            number = (first - (247 if above else 251)) * 256 + data[place] + 108
            number = number if above else -number
            place += 1
    return found


def _codes(data: bytes, place: int) -> list[int]:
    """Return the code of each glyph after the first."""
    count = data[place + 1]
    if data[place] & 127 == 0:
        return list(data[place + 2 : place + 2 + count])
    codes: list[int] = []
    for n in range(count):
        first, left = data[place + 2 + 2 * n : place + 4 + 2 * n]
        codes += range(first, first + left + 1)
    return codes


def _charset(data: bytes, place: int, count: int) -> list[int]:
    """Return the string number of each glyph after the first, of which `count` are needed."""
    kind, place = data[place], place + 1
    glyphs: list[int] = []
    while len(glyphs) < count:
        first = int.from_bytes(data[place : place + 2], "big")
        place += 2
        left = 0
        if kind:
            left = int.from_bytes(data[place : place + kind], "big")
            place += kind
            if place > len(data):
                break
        glyphs += range(first, first + left + 1)
    return glyphs
