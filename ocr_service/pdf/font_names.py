"""Gives the embedded fonts of a document that share a name names of their own, in memory.

MuPDF tells with a character only the name of its font, and one font of TeX may be embedded with
several encodings: then one code stands for a letter here and for a bracket there. Browsers write
fonts with PostScript outlines, such as most for mathematics, as Type 3 fonts, which have no name
but in their descriptor.
"""

from __future__ import annotations

import re
from collections import Counter

from ocr_service.pdf.page_tree import Native

__all__ = ["FONT_ROWS", "FontNames", "bare_name", "own_name"]

FONT_ROWS = 500  # fonts of a page that are looked at
_MAX_NAME = 31  # characters that MuPDF gives
_PLAIN = re.compile(r"[\w+.-]+", re.ASCII)
_ENCODING = re.compile(r"-Identity-[HV]$")
_MARK = "~"


def bare_name(name: str) -> str:
    """Return a font's name as MuPDF gives it with text: cut, without the prefix of its subset.

    The name of a composite font may end with that of its encoding, which the text is without.
    """
    return _ENCODING.sub("", name)[:_MAX_NAME].rsplit("+", maxsplit=1)[-1]


def own_name(name: str) -> str:
    """Return the name that a font has in the file."""
    return name.split(_MARK, maxsplit=1)[0]


class FontNames:
    """The names of one document's fonts; `handle` is its `pymupdf.Document`."""

    def __init__(self, handle: Native) -> None:
        self._handle = handle
        self._pages: set[int] = set()
        self._xrefs: set[int] = set()
        self._names: Counter[str] = Counter()

    def tell_apart(self, page_index: int) -> None:
        """Rename the fonts of a page (0-based index), before its text is read."""
        if page_index in self._pages:
            return
        self._pages.add(page_index)
        for xref, file, kind, name, *_ in self._handle.get_page_fonts(page_index)[:FONT_ROWS]:
            if not xref or xref in self._xrefs:
                continue
            self._xrefs.add(xref)
            if kind == "Type3":
                self._name_drawn(xref)
            elif kind == "Type1" and file != "n/a" and _PLAIN.fullmatch(name):
                marked = self._marked(name)
                if marked != name:
                    self._handle.xref_set_key(xref, "BaseFont", f"/{marked}")

    def _name_drawn(self, xref: int) -> None:
        """Give a Type 3 font the name that its descriptor has, if it tells its characters."""
        if self._handle.xref_get_key(xref, "ToUnicode")[0] != "xref":
            return
        what, name = self._handle.xref_get_key(xref, "FontDescriptor/FontName")
        name = name.removeprefix("/")
        if what == "name" and _PLAIN.fullmatch(name):
            marked = self._marked(name)
            for key in ("Name", "BaseFont"):  # MuPDF's text has the one, its lists the other
                self._handle.xref_set_key(xref, key, f"/{marked}")

    def _marked(self, name: str) -> str:
        """Return the name of a font, with a mark if it is not the first of this name."""
        self._names[bare_name(name)] += 1
        count = self._names[bare_name(name)]
        mark = f"{_MARK}{count}" if count > 1 else ""
        return name[: _MAX_NAME - len(mark)] + mark if mark else name
