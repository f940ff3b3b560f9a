"""What stands next to what in a row: white between items, relations, operations, colons."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.engines.typeset.characters.nodes import Function, Glyph, Item, Scripts

__all__ = ["WORD_SPACE", "core", "gap_before", "is_colon", "is_operator", "is_relation"]

WORD_SPACE = 0.16  # type sizes: a gap between letters from here on parts words


def gap_before(items: Sequence[Item], index: int) -> float:
    """Return the white before an item, in points; much for the first."""
    return items[index].left - items[index - 1].right if index else 1e9


def core(item: Item) -> Item | None:
    """Return an item without its scripts."""
    return item.nucleus if isinstance(item, Scripts) else item


def is_relation(item: Item) -> bool:
    """Tell a relation."""
    nucleus = core(item)
    return isinstance(nucleus, Glyph) and nucleus.kind == "r"


def is_operator(item: Item) -> bool:
    """Tell a relation or operation, which TeX sets with space on both sides."""
    nucleus = core(item)
    if isinstance(nucleus, Function):
        return True
    return isinstance(nucleus, Glyph) and nucleus.kind in "rbOIn" and nucleus.text != "/"


def is_colon(items: Sequence[Item], index: int) -> bool:
    """Tell a colon of mathematics: white stands before it."""
    item = items[index]
    if not (isinstance(item, Glyph) and item.text == ":" and index):
        return False
    return gap_before(items, index) > 0.15 * item.size
