r"""Converts LaTeX to a symbol layout tree, and the tree to its normal form as text and back.

The symbol layout tree (Zanibbi and Blostein, Recognition and Retrieval of Mathematical Expressions,
2012) holds symbols in a row, each with rows above, below, over, under or within it. latex2mathml
parses LaTeX to MathML; LaTeX that it does not parse becomes a row of tokens.

A row is written as the labels of its symbols, a branch as its relation and parentheses:
`\sqrt{x_1}+2` is `s:sqrt w( v:x b( n:1 ) ) o:+ n:2`. Equal texts are equal formulas.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from indexer.formulas.latex import leaf_label, plain_latex
from indexer.formulas.latex_symbols import UNICODE
from indexer.formulas.latex_tokens import raw_tokens

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = [
    "Branch",
    "LayoutRow",
    "LayoutSymbol",
    "bare",
    "layout",
    "read_row",
    "symbol_count",
    "unwrapped",
    "write_row",
]

_MAX_DEPTH = 60  # of branches
_MAX_SYMBOLS = 600
_CLOSERS = {
    "o:(": {"o:)", "o:]"}, "o:[": {"o:]", "o:)"}, "o:{": {"o:}"}, "o:langle": {"o:rangle"},
    "o:lfloor": {"o:rfloor"}, "o:lceil": {"o:rceil"},
}  # fmt: skip
_ACCENTS = {
    "¯": "bar", "―": "bar", "‾": "bar", "_": "bar", "^": "hat", "ˆ": "hat", "~": "tilde",
    "˜": "tilde", "→": "vec", "⃗": "vec", "˙": "dot", "¨": "ddot", "´": "acute", "`": "grave",
    "ˇ": "check", "˘": "breve", "˚": "ring", "⏞": "brace", "⏟": "brace", "←": "backvec",
}  # fmt: skip
_PRIMES = {"′": 1, "″": 2, "‴": 3, "⁗": 4}
_SKIPPED = frozenset({"mspace", "mphantom", "none"})
_PUNCTUATION = frozenset({"o:,", "o:.", "o:;", "o::"})


class LayoutSymbol(NamedTuple):
    """A symbol and the rows around it.

    `label` is its kind, a colon and its name. Kinds are `v` variables, `n` numbers, `f` names of
    functions, `t` words, `s` structure (`s:frac`, `s:()`, ...), `o` operators and everything else,
    and `w` wildcards of a query.
    """

    label: str
    branches: tuple[Branch, ...] = ()


class Branch(NamedTuple):
    """A row attached to a symbol.

    `relation` is a above (or superscript), b below (or subscript), o and u over and under the bar
    of a fraction, w within, e an element of a table, d an accent, i a root's index.
    """

    relation: str
    row: LayoutRow


LayoutRow = tuple[LayoutSymbol, ...]


class _NoLayoutError(Exception):
    """The MathML is nested too deeply or holds too many symbols for a formula."""


@lru_cache(maxsize=256)
def layout(latex: str, *, wildcards: bool = False) -> LayoutRow:
    r"""Return the layout of a formula; never raises.

    With `wildcards`, `?`, `?x` and `\?x` become symbols of the kind `w`.
    """
    from latex2mathml.converter import convert_to_element

    try:
        row = _MathMLReader().row(convert_to_element(plain_latex(latex, wildcards=wildcards)), 0)
    except Exception:  # the parser raises nearly everything, RecursionError included
        row = _row_of_tokens(latex)
    while row and row[-1].label in _PUNCTUATION and not row[-1].branches:
        row = row[:-1]
    return row


def _row_of_tokens(latex: str) -> LayoutRow:
    """Return the tokens of LaTeX without layout. No label holds white space or `~`."""
    tokens = [
        token
        for token in raw_tokens(latex)
        if token not in {"{", "}"} and token.isprintable() and not {" ", "~"} & set(token)
    ]
    return tuple(LayoutSymbol(leaf_label(token)) for token in tokens[:_MAX_SYMBOLS])


class _MathMLReader:
    """Converts MathML to rows; counts the symbols of the whole formula."""

    def __init__(self) -> None:
        self._count = 0

    def row(self, element: Element, depth: int) -> LayoutRow:
        """Return an element's children, or the element itself if it is a leaf, as one row."""
        if depth > _MAX_DEPTH:
            raise _NoLayoutError
        symbols = list(self._symbols(element, depth))
        return _grouped(symbols)

    def _symbols(self, element: Element, depth: int) -> Iterator[LayoutSymbol]:
        name = element.tag.rpartition("}")[2]
        if name in _SKIPPED:
            return
        if name in {"mi", "mo", "mn", "mtext"} and not len(element):
            yield from self._leaf(element, name)
        elif name in _SCRIPTS:
            yield from self._scripted(element, _SCRIPTS[name], depth)
        elif name in {"mfrac", "msqrt", "mroot", "mtable"}:
            self._count_one()
            yield self._structure(element, name, depth + 1)
        else:
            if depth > 4 * _MAX_DEPTH:
                raise _NoLayoutError
            for child in element:
                yield from self._symbols(child, depth + 1)

    def _count_one(self) -> None:
        self._count += 1
        if self._count > _MAX_SYMBOLS:
            raise _NoLayoutError

    def _leaf(self, element: Element, name: str) -> Iterator[LayoutSymbol]:
        text = html.unescape(element.text or "").strip()
        if not text:
            return
        self._count_one()
        if name == "mtext":
            yield LayoutSymbol(text.replace("\xa0", " ").replace(" ", "_"))
        elif set(text) <= _PRIMES.keys():
            yield from [LayoutSymbol("o:prime")] * sum(_PRIMES[char] for char in text)
        else:
            text = unicodedata.normalize("NFKC", text)
            yield LayoutSymbol(leaf_label(UNICODE.get(text, "".join(text.split()))))

    def _structure(self, element: Element, name: str, depth: int) -> LayoutSymbol:
        if name == "mfrac":
            above, below = (self.row(part, depth) for part in element)
            if element.get("linethickness", "").startswith("0"):  # a binomial
                return LayoutSymbol("s:2x1", (Branch("e", above), Branch("e", below)))
            return LayoutSymbol("s:frac", (Branch("o", above), Branch("u", below)))
        if name == "mroot":
            radicand, index = (self.row(part, depth) for part in element)
            return LayoutSymbol("s:sqrt", (Branch("w", radicand), Branch("i", index)))
        if name == "msqrt":
            return LayoutSymbol("s:sqrt", (Branch("w", self._inside(element, depth)),))
        rows = [[self._inside(cell, depth) for cell in row] for row in element]
        rows = [cells for cells in rows if any(cells)]
        width = max(map(len, rows), default=0)
        cells = [Branch("e", cell) for row in rows for cell in [*row, *[()] * (width - len(row))]]
        return LayoutSymbol(f"s:{len(rows)}x{width}", tuple(cells))

    def _inside(self, element: Element, depth: int) -> LayoutRow:
        symbols = [symbol for child in element for symbol in self._symbols(child, depth)]
        return _grouped(symbols)

    def _scripted(self, element: Element, relations: str, depth: int) -> Iterator[LayoutSymbol]:
        base = list(self._symbols(element[0], depth))
        branches: list[Branch] = []
        for relation, part in zip(relations, list(element)[1:], strict=False):
            row = self.row(part, depth + 1)
            char = html.unescape(part.text or "").strip()
            if part.tag.endswith("mo") and char in _ACCENTS and element.tag.startswith(_AROUND):
                branches.append(Branch("d", (LayoutSymbol(f"o:{_ACCENTS[char]}"),)))
            elif row:
                branches.append(Branch(relation, row))
        if len(base) > 1 and _grouped(base) and len(_grouped(base)) > 1:
            yield LayoutSymbol("s:group", _merged((Branch("w", _grouped(base)),), branches))
        else:
            base = list(_grouped(base)) or [LayoutSymbol("o:")]
            yield LayoutSymbol(base[-1].label, _merged(base[-1].branches, branches))


_SCRIPTS = {
    "msub": "b", "msup": "a", "msubsup": "ba", "munder": "b", "mover": "a", "munderover": "ba",
}  # fmt: skip
_AROUND = ("mover", "munder")


def _merged(first: Sequence[Branch], more: Sequence[Branch]) -> tuple[Branch, ...]:
    """Join branches in a fixed order; concatenate rows with the same relation."""
    joined: dict[str, LayoutRow] = {}
    elements = [branch for branch in first if branch.relation == "e"]
    for relation, row in [*first, *more]:
        if relation != "e":
            joined[relation] = joined.get(relation, ()) + row
    rest = sorted(joined.items(), key=lambda pair: "wouidba".index(pair[0]))
    return (*elements, *(Branch(relation, row) for relation, row in rest))


def _grouped(symbols: Sequence[LayoutSymbol]) -> LayoutRow:
    """Move the symbols between matching brackets into one symbol for the pair."""
    if not any(symbol.label in _CLOSERS for symbol in symbols):
        return tuple(symbols)
    stack: list[tuple[LayoutSymbol | None, list[LayoutSymbol]]] = [(None, [])]
    for symbol in symbols:
        opener = stack[-1][0]
        if symbol.label in _CLOSERS and not symbol.branches:
            stack.append((symbol, []))
        elif opener is not None and symbol.label in _CLOSERS[opener.label]:
            inner = tuple(stack.pop()[1])
            label = f"s:{opener.label[2:]}{symbol.label[2:]}"
            branches = _merged((Branch("w", inner),), symbol.branches)
            stack[-1][1].append(LayoutSymbol(label, branches))
        else:
            stack[-1][1].append(symbol)
    while len(stack) > 1:  # a bracket that nothing closes
        unclosed, inner_symbols = stack.pop()
        stack[-1][1].extend([unclosed, *inner_symbols] if unclosed else inner_symbols)
    return tuple(stack[0][1])


def write_row(row: LayoutRow) -> str:
    """Return a row's normal form, as the module describes it."""
    out: list[str] = []
    _write(row, out)
    return " ".join(out)


def _write(row: LayoutRow, out: list[str]) -> None:
    for label, branches in row:
        out.append(label)
        for relation, inner in branches:
            out.append(f"{relation}(")
            _write(inner, out)
            out.append(")")


def read_row(text: str) -> LayoutRow:
    """Return the row that `write_row` wrote. Any other text gives some row; nothing raises."""
    tokens = iter(text.split())
    return _read(tokens)


def _read(tokens: Iterator[str]) -> LayoutRow:
    symbols: list[LayoutSymbol] = []
    branches: list[Branch] = []
    label = ""
    for part in tokens:
        if part == ")":
            break
        if len(part) == 2 and part[1] == "(":
            branches.append(Branch(part[0], _read(tokens)))
            continue
        if label:
            symbols.append(LayoutSymbol(label, tuple(branches)))
            branches = []
        label = part
    if label:
        symbols.append(LayoutSymbol(label, tuple(branches)))
    return tuple(symbols)


def bare(symbol: LayoutSymbol) -> LayoutRow:
    """Return what is within a pair of parentheses that has no scripts, or else the symbol."""
    if symbol.label == "s:()" and len(symbol.branches) == 1:
        return symbol.branches[0].row
    return (symbol,)


def unwrapped(row: LayoutRow) -> LayoutRow:
    """Return what is within parentheses without scripts that are all of a row, or the row."""
    return bare(row[0]) if len(row) == 1 else row


def symbol_count(row: LayoutRow) -> int:
    """Return the number of symbols of a row and all its branches."""
    return sum(1 + sum(symbol_count(branch.row) for branch in symbol.branches) for symbol in row)
