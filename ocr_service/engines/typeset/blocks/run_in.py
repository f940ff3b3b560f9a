"""Finds headings that their paragraph follows on the same line: "1.2. Random rows. The mean is"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ocr_service.engines.typeset.blocks.lines import PageLine
from ocr_service.engines.typeset.characters.kinds import LETTER
from ocr_service.engines.typeset.characters.nodes import Glyph, Node
from ocr_service.engines.typeset.inline.segments import plain_text

__all__ = ["run_in_end"]

_TITLE = re.compile(r"\d{1,2}(?:\.\d{1,2}){1,3}\.?\s+(?=[^\W\d_])(.+)")
_MAX_WORDS = 12
_GAP = 0.6  # type sizes between a title without a full stop and its text
# What is numbered like sections in many books and is none. Several, "Examples", are a section.
_STATEMENTS = re.compile(
    r"(?!\w*s\b)(?:theor|théor|teor|satz\b|lemm|propo|corol|korol|defin|défin|remar|bemerk|exam|exem|"
    r"exerc|beisp|aufg|conje|vermut|claim|fact\b|assum|annahme|problem|quest|"
    r"observ|algor|axiom|proof|beweis|preuve|demostr)",
    re.IGNORECASE,
)


def run_in_end(line: PageLine, left: float) -> int | None:
    """Return the index of the node at which the text after a title begins, or None.

    The title is bold, has a number of two parts or more, and begins near the margin `left` (x).
    """
    nodes = line.nodes
    place = _first_plain(nodes)
    if place is None or line.left - left > 2.5 * line.size:
        return None
    text = plain_text(nodes[:place]).strip()
    found = _TITLE.fullmatch(text)
    if not found or len(found[1].split()) > _MAX_WORDS or _STATEMENTS.match(found[1]):
        return None
    apart = nodes[place].left - nodes[place - 1].right > _GAP * line.size
    return place if text.endswith(".") or apart else None


def _first_plain(nodes: Sequence[Node]) -> int | None:
    """Return the index of the first letter that is not bold, if bold ones precede it."""
    bold = False
    for place, node in enumerate(nodes):
        if not isinstance(node, Glyph):
            return place if bold else None
        if node.kind is LETTER and not node.face.bold:
            return place if bold else None
        bold = bold or node.kind is LETTER
    return None
