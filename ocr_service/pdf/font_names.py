"""Gives the embedded fonts of a document that share a name names of their own, in memory.

MuPDF tells with a character only the name of its font, and one font of TeX may be embedded with
several encodings: then one code stands for a letter here and for a bracket there.
"""

from __future__ import annotations

import re
from collections import Counter

from ocr_service.pdf.page_tree import Native

__all__ = ["FONT_ROWS", "FontNames", "bare_name", "own_name"]

FONT_ROWS = 500  # fonts of a page that are looked at
_MAX_NAME = 31  # characters that MuPDF gives
_PLAIN = re.compile(r"[\w+.-]+", re.ASCII)
_MARK = "~"


def bare_name(name: str) -> str:
    """Return a font's name as MuPDF gives it with text: cut, without the prefix of its subset."""
    return name[:_MAX_NAME].rsplit("+", maxsplit=1)[-1]


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
            embedded = kind == "Type1" and file != "n/a"
            if xref and embedded and xref not in self._xrefs and _PLAIN.fullmatch(name):
                self._rename(xref, name)
            self._xrefs.add(xref)

    def _rename(self, xref: int, name: str) -> None:
        """Mark the name of a font that is not the first of this name."""
        self._names[bare_name(name)] += 1
        count = self._names[bare_name(name)]
        if count > 1:
            mark = f"{_MARK}{count}"
            self._handle.xref_set_key(xref, "BaseFont", f"/{name[: _MAX_NAME - len(mark)]}{mark}")
