"""Marks addresses and attributes in code as text, whatever signs they have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ocr_service.engines.typeset.characters.nodes import Glyph, Node
from ocr_service.engines.typeset.inline.marks import TEXT, Mark
from ocr_service.engines.typeset.inline.spacing import WORD_SPACE, gap_before

__all__ = ["mark_literals"]

_ADDRESS = re.compile(
    r"(?:https?|ftp)://|www\.|\bdoi:|(?<![\w.])(?:[a-z][\w-]*\.)+[a-z]{2,}/|\w@\w[\w-]*\.",
    re.IGNORECASE,
)
_IN_ATTRIBUTE = 0.2  # type sizes: the widest gap at a sign that is set without spaces
_QUOTES = "\"'“”‘’„«»"


def mark_literals(nodes: Sequence[Node], marks: list[Mark], size: float) -> None:
    """Mark the characters of addresses and attributes as text; `size` is in points."""
    if not any(getattr(node, "text", "") in ("/", "@", "=") for node in nodes):
        return
    for start, end in _words(nodes, size):
        text = "".join(getattr(node, "text", "") or "\ufffc" for node in nodes[start:end])
        found = _ADDRESS.search(text) if len(text) == end - start else None
        if found:
            for place in range(start + found.start(), end):
                if isinstance(nodes[place], Glyph):
                    marks[place] = TEXT
    _mark_attributes(nodes, marks, size)


def _words(nodes: Sequence[Node], size: float) -> Iterator[tuple[int, int]]:
    """Yield where each run of nodes without a space between them begins and ends."""
    start = 0
    for index in range(1, len(nodes) + 1):
        if index == len(nodes) or gap_before(nodes, index) > WORD_SPACE * size:
            yield start, index
            start = index


def _mark_attributes(nodes: Sequence[Node], marks: list[Mark], size: float) -> None:
    """Mark the sign of an attribute in code, `type="note"`, as text."""
    for index in range(1, len(nodes) - 1):
        before, sign, after = (getattr(node, "text", "") for node in nodes[index - 1 : index + 2])
        if sign == "=" and before.isalnum() and after and after in _QUOTES:
            gaps = gap_before(nodes, index), gap_before(nodes, index + 1)
            if max(gaps) < _IN_ATTRIBUTE * size:
                marks[index] = TEXT
