"""Finds headings that their paragraph follows on the same line: "1.2. Random rows. The mean is".

Without a number, "Random rows   The mean is", they are told from terms and labels in bold by the
white after them and a line that is full.
"""

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
_WIDEST_GAP = 1.5  # the same, of titles without a number: a column of a table stands further away
_PLAIN_TITLE = re.compile(r"(?=[^\W\d_])(?=[^a-z])(?:[^.:;!]*[^\W\d_.:;!]{3,}[^.:;!]*)[.?]?")
_FULL = 2.0  # type sizes: the most that a full line may be shorter than its column
# What is numbered like sections in many books and is none. Several, "Examples", are a section.
_STATEMENTS = re.compile(
    r"(?!\w*s\b)(?:theor|théor|teor|satz\b|lemm|propo|corol|korol|defin|défin|remar|bemerk|exam|exem|"
    r"exerc|beisp|aufg|conje|vermut|claim|fact\b|assum|annahme|problem|quest|"
    r"observ|algor|axiom|proof|beweis|preuve|démonst|demostr|fig|tab|abb|solution|lösung|notation|note\b"
    r"|case|step|hint|warning|keyword|caution)",
    re.IGNORECASE,
)


def run_in_end(line: PageLine, left: float, right: float) -> int | None:
    """Return the index of the node at which the text after a title begins, or None.

    The title is bold, has a number of two parts or more, or else white after it, and begins near
    the margin `left` (x) of its column, which ends at `right`.
    """
    nodes = line.nodes
    place = _first_plain(nodes)
    if place is None or line.left - left > 2.5 * line.size:
        return None
    text = plain_text(nodes[:place]).strip()
    found = _TITLE.fullmatch(text)
    title = found[1] if found else text
    if len(title.split()) > _MAX_WORDS or _STATEMENTS.match(title):
        return None
    gap = (nodes[place].left - nodes[place - 1].right) / line.size
    if found:
        return place if text.endswith(".") or gap > _GAP else None
    full = right - line.right < _FULL * line.size and line.left - left < 0.5 * line.size
    apart = _GAP < gap < _WIDEST_GAP and full
    begins = plain_text(nodes[place : place + 1])[:1].isupper()
    return place if apart and begins and _PLAIN_TITLE.fullmatch(text) else None


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
