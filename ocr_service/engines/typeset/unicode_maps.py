"""What a font's ToUnicode map leads to (ISO 32000-2, 9.10.3). Pure, and bounded."""

from __future__ import annotations

import re

__all__ = ["unicode_map_targets"]

_MAX_BYTES = 2_000_000
_MAX_RANGE = 0x1000
_SECTION = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_PAIR = re.compile(rb"<\s*([0-9A-Fa-f\s]+)>\s*<\s*([0-9A-Fa-f\s]+)>")
_RANGE = re.compile(
    rb"<\s*([0-9A-Fa-f]+)\s*>\s*<\s*([0-9A-Fa-f]+)\s*>\s*(?:<\s*([0-9A-Fa-f\s]+)>|\[(.*?)\])",
    re.DOTALL,
)
_HEX = re.compile(rb"<\s*([0-9A-Fa-f\s]+)>")


def unicode_map_targets(data: bytes) -> frozenset[str]:
    """Return the characters that a map gives, from the text of its CMap; garbage gives nothing."""
    found: set[str] = set()
    for section in _SECTION.finditer(data[:_MAX_BYTES]):
        body = section[2]
        if section[1] == b"bfchar":
            for pair in _PAIR.finditer(body):
                found.update(_text(pair[2]))
            continue
        for entry in _RANGE.finditer(body):
            if entry[3] is None:
                found.update(c for part in _HEX.finditer(entry[4]) for c in _text(part[1]))
                continue
            text = _text(entry[3])
            count = min(_MAX_RANGE, int(entry[2][-6:], 16) - int(entry[1][-6:], 16) + 1)
            if text:
                found.update(text[:-1])
                last = ord(text[-1])
                found.update(chr(last + i) for i in range(max(0, count)) if last + i < 0x110000)
    return frozenset(found)


def _text(digits: bytes) -> str:
    """Return the UTF-16 text of hexadecimal digits, unreadable ones left out."""
    plain = b"".join(digits.split())
    data = bytes.fromhex((plain + b"0" * (-len(plain) % 4)).decode("ascii"))
    return data.decode("utf-16-be", "ignore")
