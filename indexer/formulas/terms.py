"""Symbol layout tree -> index terms: pairs of symbols with the path between them.

After Zanibbi, Davila, Kane and Tompa, Multi-Stage Math Formula Search: Using Appearance-Based
Similarity Metrics at Scale (SIGIR 2016), whose pairs these are, and Davila and Zanibbi, Layout and
Semantics: Combining Representations for Mathematical Formula Search (SIGIR 2017), from which the
second form of each pair is, with its variables left open.
"""

from __future__ import annotations

from indexer.formulas.layout import Branch, Row, Symbol, write_row

__all__ = [
    "WINDOW",
    "Pair",
    "open_term",
    "pair_terms",
    "pairs",
    "renamed",
    "split_term",
    "structure",
]

WINDOW = 4  # the longest path
SEPARATOR = "~"  # no label has it: it is a space in LaTeX

Pair = tuple[str, str, str]  # the first symbol's label, the second's, the relations between them


def pairs(row: Row) -> list[Pair]:
    """Return each symbol with itself and with those that it leads to by at most `WINDOW` steps.

    A step goes to the next symbol of a row (`n`) or to the first of a branch (its relation). No
    pair has a wildcard, or leads past one: what it stands for may be long.
    """
    found: list[Pair] = []
    _collect(row, (), found)
    return found


def _collect(row: Row, before: tuple[tuple[str, str], ...], found: list[Pair]) -> None:
    """Add the pairs of a row; `before` are the labels that lead to it, with the paths."""
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


def pair_terms(row: Row) -> list[str]:
    """Return the pairs of a row as index terms, without white space, repetitions included."""
    return [SEPARATOR.join(pair) for pair in pairs(row)]


def split_term(term: str) -> Pair:
    """Return the pair of an index term."""
    first, second, path = term.split(SEPARATOR)
    return first, second, path


def open_term(term: str) -> str:
    """Return the index term of a pair with its variables left open."""
    first, second, path = term.split(SEPARATOR)
    first = "v" if first[0] == "v" else first
    return SEPARATOR.join((first, "v" if second[0] == "v" else second, path))


def renamed(row: Row) -> Row:
    """Return a row with its variables named 0, 1, ... in the order in which they first stand."""
    return _renamed(row, {})


def _renamed(row: Row, names: dict[str, str]) -> Row:
    symbols = []
    for label, branches in row:
        if label[0] == "v":
            label = names.setdefault(label, f"v:{len(names)}")  # noqa: PLW2901
        inner = tuple([Branch(relation, _renamed(part, names)) for relation, part in branches])
        symbols.append(Symbol(label, inner))
    return tuple(symbols)


def structure(row: Row) -> str:
    """Return a text that is equal for formulas that are equal but for a renaming of variables."""
    return write_row(renamed(row))
