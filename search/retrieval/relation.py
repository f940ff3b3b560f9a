"""Names what one formula is to another. Pure, standard library only."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Relation"]


class Relation(StrEnum):
    """What a formula is to the query.

    With wildcards, "equal" and "same structure" say that the query describes the whole formula, as
    it is or with other symbols.
    """

    EQUAL = "equal"
    NOTATION = "equal in other notation"
    REORDERED = "equal in another order"
    SAME_STRUCTURE = "same structure"
    CONTAINS = "contains"
    CONTAINS_RENAMED = "contains with other symbols"
    SIMILAR = "similar"
