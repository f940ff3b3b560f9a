"""Reads which glyph, by name, each code of a simple font shows (ISO 32000-2, 9.6.5)."""

from __future__ import annotations

import re
from functools import cache

from ocr_service.engines.typeset.characters.compact_fonts import compact_encoding
from ocr_service.pdf.document import Document

__all__ = ["glyph_names_of", "program_encoding", "standard_names"]

_CODECS = (("WinAnsiEncoding", "cp1252"), ("MacRomanEncoding", "mac_roman"))
_MAX_WIDTHS = 10_000  # characters
_MAX_PROGRAM = 8_000_000  # bytes
_ENTRY = re.compile(rb"dup\s+(\d{1,3})\s*/([^\s/(){}<>\[\]%]+)\s+put")
_DIFFERENCES = re.compile(r"/Differences\s*\[([^\]]*)\]")
_ITEM = re.compile(r"(\d+)|/([^\s/\[\]<>()]+)")


def glyph_names_of(document: Document, xref: int) -> dict[int, str]:
    """Return the glyph names of a Type 1 font by code; codes whose glyph is not told are left out.

    The font's own encoding counts where the PDF does not give another. Glyphs of the standard
    encodings have names such as "uni0028".
    """
    handle = document.handle
    what, value = handle.xref_get_key(xref, "Encoding")
    if what == "xref":
        value = handle.xref_object(int(value.split()[0]))
    base = next((codec for name, codec in _CODECS if name in (value or "")), "")
    names = _differences(value or "")
    if base:
        used = _used_codes(document, xref)
        standard = standard_names(base).items()
        names = {code: name for code, name in standard if not used or code in used} | names
    names = names or program_encoding(_program(document, xref))
    return {code: name for code, name in names.items() if name != ".notdef"}


def _used_codes(document: Document, xref: int) -> set[int]:
    """Return the codes that have a width; none if the widths are not told."""
    handle = document.handle
    what, value = handle.xref_get_key(xref, "Widths")
    if what == "xref":
        value = handle.xref_object(int(value.split()[0]))
    _, first = handle.xref_get_key(xref, "FirstChar")
    widths = re.findall(r"[-\d.]+", (value or "")[:_MAX_WIDTHS])
    start = int(first) if str(first).isdigit() else 0
    return {code for code, width in enumerate(widths, start) if width.strip("0.")}


@cache
def _standard(codec: str) -> dict[int, str]:
    text = {code: bytes([code]).decode(codec, "ignore") for code in range(32, 256)}
    return {code: f"uni{ord(character):04X}" for code, character in text.items() if character}


def standard_names(codec: str) -> dict[int, str]:
    """Return the names of an encoding of text by code, such as "uni0028"; codec is Python's."""
    return dict(_standard(codec))


def program_encoding(data: bytes) -> dict[int, str]:
    """Return the encoding of a font program, Type 1 or Compact Font Format; empty if malformed."""
    if data[:1] == b"\x01":
        return compact_encoding(data)
    clear = data[: data.find(b"eexec")] if b"eexec" in data else b""
    if b"/Encoding StandardEncoding" in clear:
        return standard_names("ascii")
    return {
        int(code): name.decode("latin-1") for code, name in _ENTRY.findall(clear) if int(code) < 256
    }


def _program(document: Document, xref: int) -> bytes:
    handle = document.handle
    what, value = handle.xref_get_key(xref, "FontDescriptor")
    if what != "xref":
        return b""
    descriptor = int(value.split()[0])
    for key in ("FontFile", "FontFile3"):
        what, value = handle.xref_get_key(descriptor, key)
        if what == "xref":
            return bytes(handle.xref_stream(int(value.split()[0])) or b"")[:_MAX_PROGRAM]
    return b""


def _differences(encoding: str) -> dict[int, str]:
    """Return the names that the PDF's own encoding of a font gives."""
    found = _DIFFERENCES.search(encoding)
    names: dict[int, str] = {}
    code = 0
    for number, name in _ITEM.findall(found[1] if found else ""):
        if number:
            code = int(number[:6])
            continue
        if code < 256:
            names[code] = re.sub(r"#([0-9A-Fa-f]{2})", lambda digits: chr(int(digits[1], 16)), name)
        code += 1
    return names
