r"""Writes factors and arguments in one notation.

`\sin x` becomes `\sin(x)`, `a\cdot b` and `a*b` `ab`, `2\times\pi` `2\pi`, and `:=` `=`.
"""

from __future__ import annotations

from indexer.formulas.layout import Branch, LayoutRow, LayoutSymbol

__all__ = ["bracketed_arguments", "plain_equals", "unsigned_products"]

_FUNCTIONS = frozenset(
    f"f:{name}"
    for name in (
        "sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh coth log det dim ker deg arg"
    ).split()
)
_BRACKETS = frozenset({"s:()", "s:[]", "s:{}"})
_DOTS = frozenset({LayoutSymbol("o:cdot"), LayoutSymbol("o:*")})
_TIMES = LayoutSymbol("o:times")
_COLON, _EQUALS = LayoutSymbol("o::"), LayoutSymbol("o:=")


def bracketed_arguments(symbols: list[LayoutSymbol]) -> list[LayoutSymbol]:
    r"""Return the row with parentheses around what a function is applied to without them.

    That is the next factor and the numbers before it: `\sin 2xy` is taken for `\sin(2x)y`.
    """
    out: list[LayoutSymbol] = []
    place = 0
    while place < len(symbols):
        out.append(symbols[place])
        place += 1
        end = place
        while end < len(symbols) and symbols[end].label[0] == "n":
            end += 1
        end += end < len(symbols) and symbols[end].label[0] in "vs"
        argument = tuple(symbols[place:end])
        if out[-1].label in _FUNCTIONS and argument and not _bracketed(argument):
            out.append(LayoutSymbol("s:()", (Branch("w", argument),)))
            place = end
    return out


def _bracketed(argument: LayoutRow) -> bool:
    return any(symbol.label in _BRACKETS for symbol in argument)


def unsigned_products(symbols: list[LayoutSymbol]) -> list[LayoutSymbol]:
    r"""Return the row without the signs between factors, unless both are numbers.

    A cross stays between two that are no numbers: it may be a product of vectors or of sets.
    """
    out: list[LayoutSymbol] = []
    for place, symbol in enumerate(symbols):
        after = symbols[place + 1 : place + 2]
        if (symbol in _DOTS or symbol == _TIMES) and out and after:
            factors = [out[-1], after[0]]
            numbers = sum(factor.label[0] == "n" for factor in factors)
            enough = numbers == 1 or (numbers == 0 and symbol != _TIMES)
            if enough and all(map(_is_factor, factors)):
                continue
        out.append(symbol)
    return out


def plain_equals(symbols: list[LayoutSymbol]) -> list[LayoutSymbol]:
    """Return the row with an equals sign for one that defines: with a colon before or after it."""
    out: list[LayoutSymbol] = []
    for symbol in symbols:
        while symbol == _EQUALS and out and out[-1] == _COLON:
            out.pop()
        if symbol != _COLON or out[-1:] != [_EQUALS]:
            out.append(symbol)
    return out


def _is_factor(symbol: LayoutSymbol) -> bool:
    return symbol.label[0] in "vnsw"
