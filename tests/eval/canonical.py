r"""Brings LaTeX to a canonical form: a tree of what the page shows.

`canonical(latex)` runs latex2mathml and turns its tree into nested tuples. Two formulas are equal
if TeX sets the same symbols at the same places; they may differ in these ways only:

- grouping braces, the order of `_` and `^`, empty groups before a script;
- spacing (`\,`, `\quad`, `~`, phantoms) and breaks; punctuation at the end of the formula,
  with the mark of a footnote that is raised behind it;
- sizes and styles: `\dfrac`, `\tfrac`, `\displaystyle`, `\left`, `\big`, `\scriptstyle`;
- `\limits` and `\nolimits`: scripts of a big operator and of an upright name are scripts, above
  and below or beside (`\underset{n}{\lim}` too);
- names of one glyph: `\le` `\leq`, `\to` `\rightarrow`, `\colon` `:`, `\mid` `\lvert` `|`,
  `\ast` `*`, `\prime` `'`, `\varnothing`-like pairs are *not* joined;
- dots on the line and centred dots, which differ by their neighbours only;
- bars over letters by any command; wide and narrow hats and tildes; `\vec`, `\overrightarrow`;
- upright letters by any command (`\mathrm`, `\operatorname`, `\text`, `\sin`): a run of them is one
  word, whatever spaces are in it;
- italic letters by any command; digits are the same upright and in italics;
- the marks `&` of `aligned` and similar, which only align, and the columns of a grid beside one
  brace (`cases`, or an array): space alone sets them apart;
- a delimited grid by environment or by `\left(`; columns' alignment and rules in grids;
- `\binom{n}{k}`, `{n \choose k}` and a column of two; `a\over b`, `\nicefrac`;
- a double integral is two integrals, `\coloneqq` is `:=`;
- `\not=` and `\neq` and the like;
- neighbouring digits, together with a point between them, are one number.

Everything else counts as different: another letter, script, fraction, root, accent, font
(black-board, calligraphic, fraktur, bold), matrix shape. Calligraphic and script are one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tests.eval.canonical_spelling import prepared
from tests.eval.canonical_tree import Tree, TreeNode, joined, nodes_of

__all__ = ["END", "Canonical", "canonical"]

END = "<end"  # of a script, a fraction and so on, in a line

MAX_LATEX = 20_000  # characters
_TRAILING = set(".,;:")
_GROUPING = ("{", "}")


@dataclass(frozen=True, slots=True)
class Canonical:
    """A formula's tree, its symbols in a line with marks of structure, and their plain count.

    `line` is what similarity is measured on; `count` counts symbols without the marks. `parsed`
    is False where latex2mathml failed; then `tree` is a row of the plain tokens.
    """

    tree: Tree
    line: tuple[str, ...]
    count: int
    parsed: bool


@lru_cache(maxsize=200_000)
def canonical(latex: str) -> Canonical:
    """Return the canonical form of one formula's LaTeX (without delimiters)."""
    tree, parsed = _parse(latex[:MAX_LATEX])
    line = tuple(_line(tree))
    return Canonical(tree, line, sum(not mark.startswith("<") for mark in line), parsed)


def _parse(latex: str) -> tuple[Tree, bool]:
    from xml.etree.ElementTree import fromstring

    from latex2mathml.converter import convert

    source = prepared(latex)
    try:
        root = fromstring(convert(source))  # noqa: S314 - our own converter's output
    except Exception:
        tokens = re.findall(r"\\[A-Za-z]+|\\.|\S", source)
        return ("row", *[token for token in tokens if token not in _GROUPING]), False
    return ("row", *_trimmed(joined(nodes_of(root)))), True


def _trimmed(nodes: list[TreeNode]) -> list[TreeNode]:
    """Remove punctuation at the end, with a footnote mark on it."""
    while nodes:
        last = nodes[-1]
        marked = isinstance(last, tuple) and last[0] == "sup" and last[1] in _TRAILING
        if last not in _TRAILING and not marked:
            break
        nodes.pop()
    return nodes


_MARKS = {
    "frac": ("<frac", "</", END), "sqrt": ("<sqrt", END),
    "root": ("<root", "<of", END), "sub": ("", "<_", END), "sup": ("", "<^", END),
    "subsup": ("", "<_", "<^", END), "under": ("", "<under", END), "over": ("", "<over", END),
}  # fmt: skip  # fmt: skip


def _line(node: TreeNode) -> list[str]:
    """Write a tree in a line: symbols, and marks that begin with "<"."""
    if isinstance(node, str):
        return ["lt" if node == "<" else node]
    kind = node[0]
    assert isinstance(kind, str)
    parts = [_line(child) for child in node[1:]]
    if kind == "row":
        return [mark for part in parts for mark in part]
    if kind == "tr":
        return [mark for part in parts for mark in [*part, "<&"]]
    marks = _MARKS.get(kind)
    if marks is None:
        return [f"<{kind}", *[mark for part in parts for mark in part], END]
    line: list[str] = []
    for mark, part in zip(marks, [*parts, []], strict=False):
        line += [*([mark] if mark else []), *part]
    return line
