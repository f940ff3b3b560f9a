"""Writes hidden text into a PDF, at the places of the words of a scan."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from ocr_service.library.pages import Box
from ocr_service.pdf.page_tree import Native

__all__ = ["HiddenText"]

# Every code stands for the character with that number; nothing is drawn, so there are no shapes.
_TO_UNICODE = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap
/CMapName /Hidden def /CMapType 2 def
1 begincodespacerange <0000> <FFFF> endcodespacerange
%d beginbfrange
%s
endbfrange endcmap end end"""
_WIDTH = 0.5  # of each character, in ems; stretched to the width of the word
_NAME = "OctavoHidden"


class HiddenText:
    """A font without shapes in an open `pymupdf.Document`, and the words written in it."""

    def __init__(self, document: Native) -> None:
        """Put the font into the document."""
        self._document = document
        self._font = self._make_font()

    def add(self, page: Native, words: Sequence[tuple[Box, str]]) -> None:
        """Write words on a page; boxes are fractions of its width and height."""
        lines = [self._line(page, box, text) for box, text in words]
        shown = "\n".join(line for line in lines if line)
        if not shown:
            return
        contents = self._document.get_new_xref()
        self._document.update_object(contents, "<<>>")
        self._document.update_stream(contents, f"q BT 3 Tr\n{shown}\nET Q".encode(), new=True)
        self._add_font(page)
        before = " ".join(f"{xref} 0 R" for xref in page.get_contents())
        self._document.xref_set_key(page.xref, "Contents", f"[{before} {contents} 0 R]")

    def _add_font(self, page: Native) -> None:
        """Name the font in the page's resources, which may be objects of their own."""
        owner, path = page.xref, ""
        for key in ("Resources", "Font"):
            path = f"{path}/{key}" if path else key
            kind, value = self._document.xref_get_key(owner, path)
            if kind == "xref":
                owner, path = int(value.split()[0]), ""
        key = f"{path}/{_NAME}" if path else _NAME
        self._document.xref_set_key(owner, key, f"{self._font} 0 R")

    def _line(self, page: Native, box: Box, text: str) -> str:
        """Return the operators that write a word and the space behind it."""
        if any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text):
            text = text[::-1]  # a PDF shows letters from left to right, whatever the script
        codes = f"{text} ".encode("utf-16-be", "ignore")
        width = (box[2] - box[0]) * page.rect.width
        size = (box[3] - box[1]) * page.rect.height
        if width <= 0 or size <= 0:
            return ""
        stretch = 100 * width / (len(text) * _WIDTH * size)
        x = page.rect.x0 + box[0] * page.rect.width
        # Text stands on a baseline, a fifth of its height above the bottom; PDF counts upwards.
        y = (1 - box[3]) * page.rect.height + 0.2 * size
        return (
            f"/{_NAME} {size:.2f} Tf {stretch:.2f} Tz 1 0 0 1 {x:.2f} {y:.2f} Tm <{codes.hex()}> Tj"
        )

    def _make_font(self) -> int:
        """Return the number of a new font object."""
        document = self._document
        unicode = document.get_new_xref()
        document.update_object(unicode, "<<>>")
        ranges = [f"<{high:02X}00> <{high:02X}FF> <{high:02X}00>".encode() for high in range(256)]
        # At most a hundred ranges may stand in one block, so they are written in several.
        blocks = [ranges[start : start + 100] for start in range(0, 256, 100)]
        first, *others = blocks
        stream = _TO_UNICODE % (len(first), b"\n".join(first))
        more = b"".join(
            b"\n%d beginbfrange\n%s\nendbfrange" % (len(block), b"\n".join(block))
            for block in others
        )
        stream = stream.replace(b"endbfrange endcmap", b"endbfrange" + more + b"\nendcmap")
        document.update_stream(unicode, stream, new=True)
        descriptor, child, font = (document.get_new_xref() for _ in range(3))
        document.update_object(
            descriptor,
            f"<</Type/FontDescriptor/FontName/{_NAME}/Flags 4/FontBBox[0 -200 500 800]"
            "/ItalicAngle 0/Ascent 800/Descent -200/CapHeight 700/StemV 80>>",
        )
        document.update_object(
            child,
            f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{_NAME}/DW 500"
            f"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
            f"/FontDescriptor {descriptor} 0 R>>",
        )
        document.update_object(
            font,
            f"<</Type/Font/Subtype/Type0/BaseFont/{_NAME}/Encoding/Identity-H"
            f"/DescendantFonts[{child} 0 R]/ToUnicode {unicode} 0 R>>",
        )
        return int(font)
