r"""Puts the terms of sums and the sides of equations in one order, so that a+b=c meets c=b+a.

A row is cut at its relation `=`, each side at its top-level plus and minus signs; terms are sorted
by their structure, then by their symbols, and so are the sides. Factors and all that is within a
term stay, but sums within brackets, fractions, roots and powers are ordered too.
"""

from __future__ import annotations

from indexer.formulas.layout import Branch, LayoutRow, LayoutSymbol, write_row
from indexer.formulas.terms import structure

__all__ = ["ordered"]

_PLUS, _MINUS = LayoutSymbol("o:+"), LayoutSymbol("o:-")
_EQUALS = LayoutSymbol("o:=")
_SIGNS = frozenset({"o:+", "o:-"})
# A row with another relation, a comma or an alignment is no sum or equation: it keeps its order.
_KEPT = frozenset(
    {"o:,", "o:;", "o:<", "o:>", "o:leq", "o:geq", "o:le", "o:ge", "o:to", "o:rightarrow", "o:|"}
    | {"o:approx", "o:sim", "o:equiv", "o:neq", "o:in", "o:pm", "o:mp", "o::", "o:Rightarrow"}
)
_SUMS = frozenset({"o:sum", "o:prod", "o:int", "o:lim", "f:lim"})
# What stands behind one of these is its argument, as far as that goes: it is not moved.


def ordered(row: LayoutRow) -> LayoutRow:
    """Return a row in common notation with sums and equations in one order."""
    inner = tuple(
        LayoutSymbol(
            symbol.label,
            tuple(
                # Elements of a table and limits keep their place; what is in them is ordered.
                Branch(branch.relation, ordered(branch.row))
                for branch in symbol.branches
            ),
        )
        for symbol in row
    )
    if any(symbol.label in _KEPT for symbol in inner):
        return inner
    sides = _split(inner)
    if len(sides) > 2 or not all(sides):
        return inner
    summed = [_sum(side) for side in sides]
    if len(summed) == 1:
        return summed[0]
    first, second = sorted(summed, key=_key)
    return (*first, _EQUALS, *second)


def _split(row: LayoutRow) -> list[LayoutRow]:
    sides: list[list[LayoutSymbol]] = [[]]
    for symbol in row:
        if symbol == _EQUALS:
            sides.append([])
        else:
            sides[-1].append(symbol)
    return [tuple(side) for side in sides]


def _sum(side: LayoutRow) -> LayoutRow:
    """Return a side with its terms sorted, each with its sign; the first plus is left out."""
    if any(symbol.label in _SUMS for symbol in side):
        return side
    terms: list[tuple[LayoutSymbol, list[LayoutSymbol]]] = [(_PLUS, [])]
    for symbol in side:
        if symbol.label in _SIGNS and not symbol.branches:
            if terms[-1][1] or len(terms) > 1:
                terms.append((symbol, []))
            else:
                terms[-1] = (symbol, [])
        else:
            terms[-1][1].append(symbol)
    if not all(term for _, term in terms):
        return side  # two signs in a row
    found = sorted(terms, key=lambda pair: (pair[0].label, _key(tuple(pair[1]))))
    out: list[LayoutSymbol] = []
    for sign, term in found:
        if out or sign != _PLUS:
            out.append(sign)
        out += term
    return tuple(out)


def _key(row: LayoutRow) -> tuple[str, str]:
    return structure(row), write_row(row)
