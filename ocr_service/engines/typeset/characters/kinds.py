"""Defines the kinds of characters: TeX's classes of mathematics, and what text and fonts add.

`symbol_tables` writes a kind as the one character that is its value here.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = [
    "ACCENT",
    "ARROW_TAIL",
    "BINARY",
    "CLOSING",
    "COLON",
    "DELIMITER",
    "DELIMITERS",
    "DIGIT",
    "INTEGRAL",
    "LETTER",
    "NEGATION",
    "OPENING",
    "OPERATOR",
    "OPERATORS",
    "ORDINARY",
    "PIECE",
    "PRIME",
    "PUNCTUATION",
    "RELATION",
    "ROOT",
    "TEXT_SIGN",
    "UNDER_ACCENT",
    "UNKNOWN",
    "GlyphKind",
]


class GlyphKind(StrEnum):
    """The kind of a character, by which the reader tells its role in a row."""

    ORDINARY = "o"  # a symbol: infinity, a Greek letter
    BINARY = "b"  # a binary operation: + - times
    RELATION = "r"  # = < to
    OPENING = "("  # an opening delimiter
    CLOSING = ")"
    DELIMITER = "|"  # a delimiter that opens and closes: a bar
    PUNCTUATION = ","  # comma or semicolon
    OPERATOR = "O"  # a large operator with limits: sum, product
    INTEGRAL = "I"
    ROOT = "s"  # the sign of a root, without its bar
    ACCENT = "a"  # an accent above a letter
    UNDER_ACCENT = "u"
    PRIME = "p"
    NEGATION = "n"  # the stroke through a relation
    ARROW_TAIL = "m"  # the bar at the tail of a maps-to arrow
    DIGIT = "d"
    LETTER = "l"
    PIECE = "P"  # a piece of a tall delimiter, or of a brace along a formula
    COLON = ":"
    TEXT_SIGN = "t"  # a sign of text: hyphen, quote, full stop
    UNKNOWN = "?"  # nothing is known of the character


# Python 3.11 calls a function to look up a member of an enum. The reader compares kinds for
# every character of a page, so it takes them from here.
(
    ORDINARY, BINARY, RELATION, OPENING, CLOSING, DELIMITER, PUNCTUATION, OPERATOR, INTEGRAL, ROOT,
    ACCENT, UNDER_ACCENT, PRIME, NEGATION, ARROW_TAIL, DIGIT, LETTER, PIECE, COLON, TEXT_SIGN,
    UNKNOWN,
) = GlyphKind  # fmt: skip

DELIMITERS = frozenset({OPENING, CLOSING, DELIMITER})
OPERATORS = frozenset({OPERATOR, INTEGRAL})
