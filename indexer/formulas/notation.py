r"""Rewrites a layout in one notation, so that formulas that say the same in different signs meet.

`a/b` becomes `\frac{a}{b}`, `\exp(x)` `e^{x}`, `x^{1/2}` `\sqrt{x}`, `{}_{n}C_{k}` `\binom{n}{k}`,
`f'(x)` and `\frac{d}{dx} f(x)` `\frac{df}{dx}`, `\Pr` and `\mathbb{P}` `P`, `\mathbb{E}[X]` `E(X)`,
`A^\top` `A^T`, `\{x : x>0\}` `\{x | x>0\}`, a low dot between factors `\cdot`, and the
limit `n=1` of a sum `1`, `\frac{1}{b}(ac)` `\frac{ac}{b}`, `\ln` `\log`; factors and arguments
are as in `indexer.formulas.products`. Limits may be left out: `without_limits` takes them away.

These are notations, not calculations: nothing is reordered, expanded or reduced.
"""

from __future__ import annotations

from collections.abc import Callable

from indexer.formulas.layout import Branch, LayoutRow, LayoutSymbol, bare, unwrapped
from indexer.formulas.products import bracketed_arguments, plain_equals, unsigned_products
from indexer.formulas.unit_fractions import unit_fractions

__all__ = ["common_notation", "same_limits", "shared_limits", "without_limits"]

_LIMITED = frozenset(
    f"o:{name}" for name in ("sum", "prod", "coprod", "int", "iint", "iiint", "oint")
)
_NAMES = {
    "o:Pr": "v:P", "t:pr": "v:P", "t:prob": "v:P", "v:mathbb:P": "v:P", "v:mathbb:E": "v:E",
    "f:ln": "f:log",
}  # fmt: skip
_TRANSPOSED = frozenset({"o:top", "o:intercal", "o:transpose"})
_OPERATORS = frozenset({"v:P", "v:E", "t:var", "t:cov"})  # whose argument has any brackets
_BRACKETS = frozenset({"s:()", "s:[]", "s:{}"})
_T: LayoutRow = (LayoutSymbol("v:T"),)
_D = LayoutSymbol("v:d")
_PRIME = LayoutSymbol("o:prime")
_EQUALS = LayoutSymbol("o:=")


def common_notation(row: LayoutRow) -> LayoutRow:
    """Return the row in the notation that the module describes. Applied twice, it changes nothing.

    Wildcards stay.
    """
    symbols = [_symbol(symbol) for symbol in row]
    for rule in _RULES:
        symbols = rule(symbols)
    return tuple(symbols)


def without_limits(row: LayoutRow) -> LayoutRow:
    """Return the row with no limits at sums, products and integrals."""
    return tuple(
        LayoutSymbol(
            label,
            tuple(
                Branch(relation, without_limits(inner))
                for relation, inner in branches
                if not (label in _LIMITED and relation in "ab")
            ),
        )
        for label, branches in row
    )


def same_limits(row: LayoutRow, other: LayoutRow) -> bool:
    """Return whether two rows that are equal without limits have limits that can be the same.

    A limit that is given and one that is left out can.
    """
    for (label, branches), (_, others) in zip(row, other, strict=True):
        mine, theirs = shared_limits(label, branches, others)
        for (relation, inner), (_, other_inner) in zip(mine, theirs, strict=True):
            if label in _LIMITED and relation in "ab":
                if inner != other_inner:
                    return False
            elif not same_limits(inner, other_inner):
                return False
    return True


def shared_limits(
    label: str, branches: tuple[Branch, ...], others: tuple[Branch, ...]
) -> tuple[tuple[Branch, ...], tuple[Branch, ...]]:
    """Return the branches of two symbols with this label, without limits that only one has."""
    if label not in _LIMITED or len(branches) == len(others):
        return branches, others
    mine, theirs = ({part.relation for part in parts} for parts in (branches, others))
    return (
        tuple(part for part in branches if part.relation not in "ab" or part.relation in theirs),
        tuple(part for part in others if part.relation not in "ab" or part.relation in mine),
    )


def _symbol(symbol: LayoutSymbol) -> LayoutSymbol:
    """Return a symbol whose name and branches are in the common notation."""
    branches = []
    for relation, inner in symbol.branches:
        plain = common_notation(inner)
        if relation == "a" and len(plain) == 1 and plain[0].label in _TRANSPOSED:
            plain = _T
        if relation == "w" and symbol.label == "s:{}":
            plain = _set_builder(plain)
        if relation == "b" and symbol.label in _LIMITED and plain[1:2] == (_EQUALS,):
            plain = plain[2:] or plain
        branches.append(Branch(relation, plain))
    return _root(LayoutSymbol(_NAMES.get(symbol.label, symbol.label), tuple(branches)))


def _set_builder(row: LayoutRow) -> LayoutRow:
    """Return the inside of braces with a bar where its first colon or bar is."""
    for place, symbol in enumerate(row):
        if symbol.label in {"o:|", "o::"}:
            return (*row[:place], symbol._replace(label="o:|"), *row[place + 1 :])
    return row


def _root(symbol: LayoutSymbol) -> LayoutSymbol:
    r"""Return `\sqrt[n]{x}` for `x^{1/n}`."""
    power = dict(symbol.branches).get("a", ())
    if symbol.label[0] not in "vns" or len(power) != 1 or power[0].label != "s:frac":
        return symbol
    parts = dict(power[0].branches)
    degree = parts["u"]
    if parts["o"] != (LayoutSymbol("n:1"),) or len(degree) != 1 or degree[0].label[0] not in "vn":
        return symbol
    base = symbol._replace(branches=tuple(part for part in symbol.branches if part.relation != "a"))
    index = () if degree == (LayoutSymbol("n:2"),) else (Branch("i", degree),)
    return LayoutSymbol("s:sqrt", (Branch("w", bare(base)), *index))


def _low_dots(symbols: list[LayoutSymbol]) -> list[LayoutSymbol]:
    """Return the row with a centred dot where a low dot stands between two factors."""
    dot = LayoutSymbol("o:.")
    return [
        LayoutSymbol("o:cdot")
        if symbol == dot
        and 0 < place < len(symbols) - 1
        and _is_factor(symbols[place - 1])
        and _is_factor(symbols[place + 1])
        else symbol
        for place, symbol in enumerate(symbols)
    ]


def _before(symbols: list[LayoutSymbol]) -> list[LayoutSymbol]:
    """Return the row with scripts in front of a letter in their common place."""
    out: list[LayoutSymbol] = []
    for symbol in symbols:
        front = out[-1] if out else None
        if front is not None and front.label == "o:" and len(front.branches) == 1:
            ((relation, above),) = front.branches
            below = dict(symbol.branches)
            if symbol.label == "v:C" and set(below) == {"b"}:
                column = LayoutSymbol("s:2x1", (Branch("e", above), Branch("e", below["b"])))
                out[-1] = LayoutSymbol("s:()", (Branch("w", (column,)),))
                continue
            if relation == "a" and above == (LayoutSymbol("v:t"),) and not symbol.branches:
                out[-1] = LayoutSymbol(symbol.label, (Branch("a", _T),))
                continue
        out.append(symbol)
    return out


def _exponentials(symbols: list[LayoutSymbol]) -> list[LayoutSymbol]:
    """Return the row with a power of e for exp with brackets."""
    out: list[LayoutSymbol] = []
    for symbol in symbols:
        if (
            out
            and out[-1] == LayoutSymbol("f:exp")
            and symbol.label in _BRACKETS
            and len(symbol.branches) == 1
        ):
            out[-1] = LayoutSymbol("v:e", (Branch("a", symbol.branches[0].row),))
        else:
            out.append(symbol)
    return out


def _arguments(symbols: list[LayoutSymbol]) -> list[LayoutSymbol]:
    """Return the row with parentheses around the argument of P, E, Var and Cov."""
    out: list[LayoutSymbol] = []
    for symbol in symbols:
        known = bool(out) and out[-1].label in _OPERATORS and symbol.label in _BRACKETS
        out.append(symbol._replace(label="s:()") if known else symbol)
    return out


def _fractions(symbols: list[LayoutSymbol]) -> list[LayoutSymbol]:
    """Return the row with a fraction for each slash between factors."""
    out: list[LayoutSymbol] = []
    place = 0
    while place < len(symbols):
        symbol = symbols[place]
        end = _denominator_end(symbols, place + 1)
        start = _numerator_start(out, differential=symbols[place + 1 : place + 2] == [_D])
        if symbol == LayoutSymbol("o:/") and start < len(out) and end > place + 1:
            above, below = tuple(out[start:]), tuple(symbols[place + 1 : end])
            del out[start:]
            parts = (Branch("o", unwrapped(above)), Branch("u", unwrapped(below)))
            out.append(LayoutSymbol("s:frac", parts))
            place = end
        else:
            out.append(symbol)
            place += 1
    return out


def _is_factor(symbol: LayoutSymbol) -> bool:
    return symbol.label[0] in "vnsw"


def _numerator_start(out: list[LayoutSymbol], *, differential: bool) -> int:
    """Return where the factors at the end of a row begin; only `dy` before `/dx`."""
    if differential and len(out) > 1 and out[-2].label == "v:d" and out[-1].label[0] == "v":
        return len(out) - 2
    start = len(out)
    while start and _is_factor(out[start - 1]):
        start -= 1
    applied = 0 < start < len(out) and out[start - 1].label[0] == "f"
    return start - (applied and out[start].label == "s:()")


def _denominator_end(symbols: list[LayoutSymbol], start: int) -> int:
    """Return where one factor after a slash ends: a symbol, `dx`, or a function with argument."""
    if start >= len(symbols) or not _is_factor(symbols[start]):
        return start
    end = start + 1
    if end < len(symbols) and symbols[start].label[0] == "v":
        following = symbols[end]
        if following.label == "s:()" or (symbols[start] == _D and following.label[0] == "v"):
            end += 1
    return end


def _derivatives(symbols: list[LayoutSymbol]) -> list[LayoutSymbol]:
    r"""Return the row with `\frac{df}{dx}` also for `f'(x)` and `\frac{d}{dx} f(x)`."""
    out: list[LayoutSymbol] = []
    place = 0
    while place < len(symbols):
        symbol, rest = symbols[place], symbols[place + 1 :]
        made, taken = _from_primes(symbol, rest)
        if not taken:
            made, taken = _from_operator(symbol, rest)
        out.append(made)
        place += 1 + taken
    return out


def _from_primes(symbol: LayoutSymbol, rest: list[LayoutSymbol]) -> tuple[LayoutSymbol, int]:
    """Return the derivative that a letter with primes and its argument are, and 1 for it."""
    primes = dict(symbol.branches).get("a", ())
    variable = _variable(rest[0]) if rest else None
    if symbol.label[0] != "v" or variable is None or not primes or set(primes) != {_PRIME}:
        return symbol, 0
    plain = symbol._replace(
        branches=tuple(part for part in symbol.branches if part.relation != "a")
    )
    return _derivative(plain, variable, len(primes)), 1


def _from_operator(symbol: LayoutSymbol, rest: list[LayoutSymbol]) -> tuple[LayoutSymbol, int]:
    """Return the derivative that a fraction of differentials is, and the symbols after it in it."""
    if symbol.label != "s:frac" or len(symbol.branches) != 2:
        return symbol, 0
    (_, above), (_, below) = symbol.branches
    order = _order(above, below)
    if not order:
        return symbol, 0
    variable = below[1]._replace(branches=()) if order > 1 else below[1]
    if len(above) == 1 and rest and rest[0].label[0] == "v":
        argument = len(rest) > 1 and _variable(rest[1]) == variable
        return _derivative(rest[0], variable, order), 1 + argument
    if len(above) == 3 and _variable(above[2]) == variable:
        return _derivative(above[1], variable, order), 0
    return symbol, 0


def _order(above: LayoutRow, below: LayoutRow) -> int:
    r"""Return n if the parts of a fraction are `d^n ...` and `dx^n`, 0 if they are not."""
    if not above or len(below) != 2 or below[0] != _D or above[0].label != "v:d":
        return 0
    power = above[0].branches
    if not power:
        return int(not below[1].branches and below[1].label[0] == "v")
    if power != below[1].branches or len(power) != 1 or len(power[0].row) != 1:
        return 0
    kind, _, name = power[0].row[0].label.partition(":")
    return int(name) if kind == "n" and name.isdecimal() and len(name) < 3 else 0


def _variable(symbol: LayoutSymbol) -> LayoutSymbol | None:
    """Return the letter that is alone between parentheses."""
    inner = bare(symbol)
    alone = symbol.label == "s:()" and len(symbol.branches) == 1 and len(inner) == 1
    return inner[0] if alone and inner[0].label[0] == "v" and not inner[0].branches else None


def _derivative(function: LayoutSymbol, variable: LayoutSymbol, order: int) -> LayoutSymbol:
    power = (Branch("a", (LayoutSymbol(f"n:{order}"),)),) if order > 1 else ()
    above = (LayoutSymbol("v:d", power), function)
    below = (_D, variable._replace(branches=power))
    return LayoutSymbol("s:frac", (Branch("o", above), Branch("u", below)))


_RULES: tuple[Callable[[list[LayoutSymbol]], list[LayoutSymbol]], ...] = (
    _before,
    _low_dots,
    unsigned_products,
    plain_equals,
    _exponentials,
    _arguments,
    _fractions,
    bracketed_arguments,
    unsigned_products,  # also beside what was just made
    _derivatives,
    unit_fractions,
)
