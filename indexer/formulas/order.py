r"""Puts factors, the terms of sums and the sides of equations in one order: a+bi=c meets c=ib+a.

A row is cut at its relation `=`, each side at its top-level plus and minus signs; terms are sorted
by their structure, then by their symbols, and so are the sides. So are factors that stand side by
side, unless they are capitals, which may be matrices. What is within brackets, fractions, roots and
powers is ordered too.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

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
_D = LayoutSymbol("v:d")
_SUMS = frozenset({"o:sum", "o:prod", "o:int", "o:lim", "f:lim"})
# What stands behind one of these is its argument, as far as that goes: it is not moved.


def ordered(row: LayoutRow) -> LayoutRow:
    """Return a row in common notation with sums and equations in one order."""
    inner = _factors(
        tuple(
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


def _factors(row: LayoutRow) -> LayoutRow:
    """Return a row whose factors that stand side by side are in one order."""
    out: list[LayoutSymbol] = []
    run: list[LayoutRow] = []
    for symbol in row:
        before = out[-1:] if not run else []
        argument = any(one == _D or one.label[0] == "f" for one in before)
        if symbol.label[0] not in "vns" or symbol == _D or argument:
            out += [*_sorted(run), symbol]
            run = []
        elif run and symbol.label == "s:()" and not _is_column(symbol):
            run[-1] = (*run[-1], symbol)  # the argument of the letter before, perhaps
        else:
            run.append((symbol,))
    return (*out, *_sorted(run))


def _sorted(run: list[LayoutRow]) -> Iterator[LayoutSymbol]:
    if len(run) > 1 and not all(len(one) == 1 and _is_capital(one[0]) for one in run):
        run = sorted(run, key=_key)
    return chain.from_iterable(run)


def _is_column(brackets: LayoutSymbol) -> bool:
    inner = brackets.branches[0].row if len(brackets.branches) == 1 else ()
    return len(inner) == 1 and inner[0].label == "s:2x1"


def _is_capital(symbol: LayoutSymbol) -> bool:
    name = symbol.label.rpartition(":")[2]
    return symbol.label[0] == "v" and name[:1].isupper()


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
