"""Converts a symbol layout tree to index terms: pairs of symbols with the path between them.

The pairs are those of Zanibbi, Davila, Kane and Tompa, Multi-Stage Math Formula Search: Using
Appearance-Based Similarity Metrics at Scale (SIGIR 2016); the second form of each pair, with its
variables left open, is that of Davila and Zanibbi, Layout and Semantics: Combining Representations
for Mathematical Formula Search (SIGIR 2017).
"""

from __future__ import annotations

from indexer.formulas.layout import Branch, LayoutRow, LayoutSymbol, write_row

__all__ = [
    "WINDOW",
    "SymbolPair",
    "open_term",
    "pair_terms",
    "pairs",
    "renamed",
    "split_term",
    "structure",
]

WINDOW = 4  # the longest path
SEPARATOR = "~"  # in no label: it is a space in LaTeX

# The first symbol's label, the second's, and the relations between them.
SymbolPair = tuple[str, str, str]


def pairs(row: LayoutRow) -> list[SymbolPair]:
    """Return each symbol paired with itself and with the symbols at most `WINDOW` steps after it.

    A step goes to the next symbol of a row (`n`) or to the first of a branch (its relation). No
    pair holds a wildcard or spans one, because a wildcard may match a long sub-formula.
    """
    found: list[SymbolPair] = []
    _collect(row, (), found)
    return found


def _collect(row: LayoutRow, before: tuple[tuple[str, str], ...], found: list[SymbolPair]) -> None:
    """Add the pairs of a row; `before` are the labels that lead to it, with their paths."""
    for label, branches in row:
        if label[0] == "w":
            before = ()
            for _, inner in branches:
                _collect(inner, (), found)
            continue
        found.append((label, label, ""))
        found += [(first, label, path) for first, path in before]
        near = [(first, path) for first, path in before if len(path) < WINDOW]
        for relation, inner in branches:
            after = [(first, path + relation) for first, path in near]
            _collect(inner, ((label, relation), *after), found)
        before = ((label, "n"), *[(first, path + "n") for first, path in near])


def pair_terms(row: LayoutRow) -> list[str]:
    """Return the pairs of a row as index terms without white space, repetitions included."""
    return [SEPARATOR.join(pair) for pair in pairs(row)]


def split_term(term: str) -> SymbolPair:
    """Return the pair of an index term."""
    first, second, path = term.split(SEPARATOR)
    return first, second, path


def open_term(term: str) -> str:
    """Return the index term of a pair with its variables left open."""
    first, second, path = term.split(SEPARATOR)
    first = "v" if first[0] == "v" else first
    return SEPARATOR.join((first, "v" if second[0] == "v" else second, path))


def renamed(row: LayoutRow) -> LayoutRow:
    """Return a row with its variables named 0, 1, ... in the order of their first occurrence."""
    return _renamed(row, {})


def _renamed(row: LayoutRow, names: dict[str, str]) -> LayoutRow:
    symbols = []
    for label, branches in row:
        if label[0] == "v":
            label = names.setdefault(label, f"v:{len(names)}")  # noqa: PLW2901
        inner = tuple([Branch(relation, _renamed(part, names)) for relation, part in branches])
        symbols.append(LayoutSymbol(label, inner))
    return tuple(symbols)


def structure(row: LayoutRow) -> str:
    """Return a text that is the same for formulas that differ only in the names of variables."""
    return write_row(renamed(row))
