r"""Says how one formula relates to another: equal, in other notation, same structure, contains it.

A pattern is matched against a layout tree row by row, with one consistent and injective renaming of
its variables. A wildcard matches one or more symbols of a row with all their branches; a repeated
name matches the same symbols each time. Both are compared as written, then in one notation
(`indexer.formulas.notation`), where limits that only one of them has are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from indexer.formulas.layout import Branch, LayoutRow, LayoutSymbol, symbol_count, write_row
from indexer.formulas.notation import (
    common_notation,
    same_limits,
    shared_limits,
    without_limits,
)
from indexer.formulas.order import ordered
from indexer.formulas.terms import structure
from search.retrieval.relation import Relation

__all__ = ["Pattern"]

_MAX_PATTERN = 120  # symbols; longer ones are compared as wholes only
_MAX_STEPS = 20_000  # of matching, for one pattern over all formulas: 0.1 to 0.2 seconds


# a variable's label -> another's; a wildcard's label -> what it matches
Bindings = dict[str, "str | LayoutRow"]


class Pattern:
    """A query formula, prepared to be found in others.

    A pattern has a bounded number of steps in all; after that, it matches nothing more.
    """

    def __init__(self, row: LayoutRow) -> None:
        self.normal = write_row(row)
        self.common = common_notation(row)
        self.has_wildcards = " w:" in f" {self.normal}"
        self._row = row
        self._structure = structure(self.common)
        self._without_limits = without_limits(self.common)
        self._structure_without_limits = structure(self._without_limits)
        self._ordered = ordered(self._without_limits)
        self.ordered_structure = structure(self._ordered)
        self._small = 0 < symbol_count(row) <= _MAX_PATTERN
        self._loose = self._rename = False
        self._steps = _MAX_STEPS

    def relation(self, row: LayoutRow, normal: str) -> Relation:
        """Return what the formula `row`, whose normal form is `normal`, is to the pattern."""
        if normal == self.normal:
            return Relation.EQUAL
        common = common_notation(row)
        if self.has_wildcards:
            relation = self._described(row, common) if self._small else None
        else:
            relation = self._whole(common)
        if relation is None and self._small:
            relation = self._part(row, common)
        return relation or Relation.SIMILAR

    def reordered(self, row: LayoutRow) -> Relation | None:
        """Return what a formula is to the pattern whose sums and sides are in another order.

        None if it is nothing then, or is so in the same order.
        """
        if self.has_wildcards or not self._small:
            return None
        common = without_limits(common_notation(row))
        if len(common) != len(self._without_limits) or common == self._without_limits:
            return None
        other = ordered(common)
        if other == self._ordered:
            return Relation.REORDERED
        same = structure(other) == self.ordered_structure
        return Relation.SAME_STRUCTURE if same else None

    def _described(self, row: LayoutRow, common: LayoutRow) -> Relation | None:
        """Return what a whole formula is to a pattern with wildcards, None for no such."""
        if self._matches(self._row, row):
            return Relation.EQUAL
        if self._matches(self.common, common, loose=True):
            return Relation.NOTATION
        renamed = self._matches(self.common, common, loose=True, rename=True)
        return Relation.SAME_STRUCTURE if renamed else None

    def _part(self, row: LayoutRow, common: LayoutRow) -> Relation | None:
        """Return whether the formula contains the pattern, None if it does not."""
        if self._is_part(self._row, row) or self._is_part(self.common, common, loose=True):
            return Relation.CONTAINS
        renamed = self._is_part(self.common, common, loose=True, rename=True)
        return Relation.CONTAINS_RENAMED if renamed else None

    def _whole(self, common: LayoutRow) -> Relation | None:
        """Return what a whole formula in common notation is to the pattern, None for no such."""
        plain = without_limits(common)
        if plain == self._without_limits:
            return Relation.NOTATION if same_limits(self.common, common) else None
        if structure(common) == self._structure:
            return Relation.SAME_STRUCTURE
        renamed = structure(plain) == self._structure_without_limits
        return Relation.SAME_STRUCTURE if renamed and same_limits(self.common, common) else None

    def _matches(
        self, mine: LayoutRow, row: LayoutRow, *, loose: bool = False, rename: bool = False
    ) -> bool:
        self._loose, self._rename = loose, rename
        return next(self._rows(mine, row, {}, to_end=True), None) is not None

    def _is_part(
        self, mine: LayoutRow, row: LayoutRow, *, loose: bool = False, rename: bool = False
    ) -> bool:
        self._loose, self._rename = loose, rename
        return self._is_in(mine, row)

    def _is_in(self, mine: LayoutRow, row: LayoutRow) -> bool:
        """Return whether the pattern is a run of symbols of the row, or of a row within it."""
        for start in range(len(row)):
            if next(self._rows(mine, row[start:], {}, to_end=False), None) is not None:
                return True
        if len(mine) == 1 and not mine[0].branches and self._has_symbol(mine[0].label, row):
            return True
        return any(self._is_in(mine, branch.row) for symbol in row for branch in symbol.branches)

    def _has_symbol(self, label: str, row: LayoutRow) -> bool:
        """Return whether the pattern's only symbol is in the row: x in `x^2`."""
        return any(self._rename_to(label, symbol.label, {}) is not None for symbol in row)

    def _rows(
        self, row: LayoutRow, other: LayoutRow, bound: Bindings, *, to_end: bool
    ) -> Iterator[Bindings]:
        """Yield the bindings under which `row` equals `other`, or its beginning unless `to_end`."""
        self._steps -= 1
        if self._steps < 0:
            return
        if not row:
            if not (to_end and other):
                yield bound
            return
        if len(other) < len(row):
            return  # each symbol and each wildcard matches at least one
        if row[0].label[0] == "w":
            for length in range(1, len(other) - len(row) + 2):
                for taken in self._wildcard(row[0], other[:length], bound):
                    yield from self._rows(row[1:], other[length:], taken, to_end=to_end)
            return
        for taken in self._symbol(row[0], other[0], bound):
            yield from self._rows(row[1:], other[1:], taken, to_end=to_end)

    def _symbol(
        self, symbol: LayoutSymbol, other: LayoutSymbol, bound: Bindings
    ) -> Iterator[Bindings]:
        mine, theirs = symbol.branches, other.branches
        if self._loose:
            mine, theirs = shared_limits(symbol.label, mine, theirs)
        if len(mine) != len(theirs):
            return
        taken = self._rename_to(symbol.label, other.label, bound)
        if taken is not None:
            yield from self._branches(mine, theirs, taken)

    def _rename_to(self, label: str, other: str, bound: Bindings) -> Bindings | None:
        """Return the bindings under which one label equals the other, or None."""
        if not self._rename or label[0] != "v":
            return bound if label == other else None
        if label in bound:
            return bound if bound[label] == other else None
        if other[0] != "v" or other in bound.values():
            return None
        return {**bound, label: other}

    def _branches(
        self, branches: tuple[Branch, ...], others: tuple[Branch, ...], bound: Bindings
    ) -> Iterator[Bindings]:
        if not branches:
            yield bound
        elif branches[0].relation == others[0].relation:
            for taken in self._rows(branches[0].row, others[0].row, bound, to_end=True):
                yield from self._branches(branches[1:], others[1:], taken)

    def _wildcard(
        self, wildcard: LayoutSymbol, run: LayoutRow, bound: Bindings
    ) -> Iterator[Bindings]:
        """Bind a wildcard to a run of symbols; its own branches match those of the last symbol."""
        own = {branch.relation for branch in wildcard.branches}
        last = run[-1]
        outside = tuple(branch for branch in last.branches if branch.relation in own)
        inside = tuple(branch for branch in last.branches if branch.relation not in own)
        if len(outside) != len(wildcard.branches):
            return
        meant = (*run[:-1], LayoutSymbol(last.label, inside))
        known = bound.get(wildcard.label)
        if wildcard.label == "w:":
            taken = bound
        elif known is None:
            taken = {**bound, wildcard.label: meant}
        elif known == meant:
            taken = bound
        else:
            return
        yield from self._branches(wildcard.branches, outside, taken)
