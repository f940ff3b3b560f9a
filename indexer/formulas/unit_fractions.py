r"""Puts the factors behind a fraction 1/b above its bar: `\frac{1}{4}\pi` is `\frac{\pi}{4}`."""

from __future__ import annotations

from indexer.formulas.layout import Branch, LayoutSymbol, unwrapped

__all__ = ["unit_fractions"]

_D = LayoutSymbol("v:d")


def unit_fractions(symbols: list[LayoutSymbol]) -> list[LayoutSymbol]:
    r"""Return the row with the factors behind a fraction 1/b above its bar: \frac{\pi}{4}."""
    out: list[LayoutSymbol] = []
    place = 0
    while place < len(symbols):
        symbol = symbols[place]
        end = place + 1
        while end < len(symbols) and symbols[end].label[0] in "vs" and _is_plain(symbols[end]):
            end += 1
        if end > place + 1 and _is_unit_fraction(symbol):
            parts = dict(symbol.branches)
            above = unwrapped(tuple(symbols[place + 1 : end]))
            made = (Branch("o", above), Branch("u", parts["u"]))
            out.append(LayoutSymbol("s:frac", made))
            place = end
        else:
            out.append(symbol)
            place += 1
    return out


def _is_unit_fraction(symbol: LayoutSymbol) -> bool:
    parts = dict(symbol.branches)
    one = (LayoutSymbol("n:1"),)
    return symbol.label == "s:frac" and set(parts) == {"o", "u"} and parts["o"] == one


def _is_plain(symbol: LayoutSymbol) -> bool:
    """Return whether a symbol is one factor: a variable, a root, parentheses, no fraction or dx."""
    return symbol.label in {"s:()", "s:sqrt"} or (symbol.label[0] == "v" and symbol != _D)
