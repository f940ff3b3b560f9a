"""Converts the MathML of latex2mathml to a tree of nested tuples.

A tree is `(kind, child, ...)`, a leaf a string: a symbol, with the mark of its font before it
("b:x" bold, "bb:R" black-board, "n:sin" upright). Kinds: row, frac, sqrt, root, sub, sup, subsup,
under, over, table, tr, multi, enclose, and "acc:hat" and so on for accents.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Union

from tests.eval.canonical_names import GLYPHS

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.etree.ElementTree import Element

__all__ = ["Tree", "TreeNode", "joined", "nodes_of"]

TreeNode = Union[str, "Tree"]
Tree = tuple[TreeNode, ...]

_OPERATORS = set("∑∏∐∫∬∭∮⋃⋂⨁⨂⋁⋀⨄⨆⨀∯")
_ACCENTS = {
    "¯": "bar", "―": "bar", "‾": "bar", "_": "bar", "̄": "bar", "^": "hat", "ˆ": "hat", "̂": "hat",
    "~": "tilde", "˜": "tilde", "∼": "tilde", "→": "vec", "⃗": "vec", "˙": "dot", "̇": "dot",
    ".": "dot", "¨": "ddot", "̈": "ddot", "´": "acute", "`": "grave", "ˇ": "check", "˘": "breve",
    "̀": "grave", "́": "acute", "̌": "check", "̆": "breve", "˚": "ring", "∘": "ring",
    "⏞": "overbrace", "⏟": "underbrace", "←": "backvec", "↔": "leftright", "⌢": "frown",
    "⃛": "dddot", "⃜": "ddddot", "…": "dddot",
}  # fmt: skip  # fmt: skip
_VARIANTS = {
    "bold": "b", "bold-italic": "b", "double-struck": "bb", "script": "cal", "bold-script": "bcal",
    "fraktur": "frak", "bold-fraktur": "bfrak", "sans-serif": "sf", "monospace": "tt",
    "sans-serif-italic": "sf", "bold-sans-serif": "bsf", "normal": "n", "italic": "",
}  # fmt: skip  # fmt: skip
_COMPOSED = {"≔": ":=", "≕": "=:", "⩴": "::=", "∬": "∫∫", "∭": "∫∫∫", "⟪": "⟨⟨", "⟫": "⟩⟩"}
_SCRIPTED = frozenset("msub msup msubsup munder mover munderover mmultiscripts".split())
_LEAST_PARTS = {"msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3, "munderover": 3}
_LEAVES = frozenset("mi mo mn mtext".split())
_EMPTY = frozenset("mspace mphantom none".split())


def nodes_of(element: Element) -> list[TreeNode]:
    """Return the nodes of all that is in an element, in a row."""
    return [node for child in element for node in _nodes(child)]


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _row(element: Element) -> Tree:
    """Return an element as a row, whether or not it is one."""
    return ("row", *joined(_nodes(element)))


def _inner_row(element: Element) -> Tree:
    return ("row", *joined(nodes_of(element)))


def _nodes(element: Element) -> list[TreeNode]:
    """Return the nodes of an element: none, one, or those of a row."""
    name = _name(element)
    if name in _EMPTY:
        return []
    if name in _LEAVES and not len(element):
        return _leaves(element)
    if name in _SCRIPTED:
        return _scripted(element, name)
    build = _BUILDERS.get(name)
    if build is not None:
        return [build(element)]
    nodes = nodes_of(element)
    variant = element.get("mathvariant")
    return [_with_variant(node, variant) for node in nodes] if variant else nodes


def _fraction(element: Element) -> Tree:
    upper, lower = _row(element[0]), _row(element[1])
    if element.get("linethickness") in ("0", "0px", "0pt"):
        return ("table", ("tr", upper), ("tr", lower))
    return ("frac", upper, lower)


def _root(radicand: Tree, degree: Tree) -> Tree:
    """Return a root; without a degree it is a square root."""
    return ("root", radicand, degree) if len(degree) > 1 else ("sqrt", radicand)


def _table(element: Element) -> Tree:
    rows: list[Tree] = [("tr", *[_inner_row(cell) for cell in row]) for row in element]
    return ("table", *[row for row in rows if any(len(cell) > 1 for cell in row[1:])])


_BUILDERS: dict[str, Callable[[Element], Tree]] = {
    "mfrac": _fraction,
    "msqrt": lambda element: ("sqrt", _inner_row(element)),
    "mroot": lambda element: _root(_row(element[0]), _row(element[1])),
    "mtable": _table,
    "menclose": lambda element: ("enclose", element.get("notation", ""), _inner_row(element)),
}


def _with_variant(node: TreeNode, variant: str) -> TreeNode:
    mark = _VARIANTS.get(variant, "")
    if isinstance(node, str) and mark and ":" not in node[:-1]:
        return f"{mark}:{node}"
    return node


def _leaves(element: Element) -> list[TreeNode]:
    text = unicodedata.normalize("NFC", element.text or "").replace("\xa0", " ")
    name, variant = _name(element), element.get("mathvariant")
    if name == "mtext":
        return _text(text)
    text = text.strip()
    if not text:
        return []
    if name == "mn" and variant in (None, "normal", "italic"):
        return [text]
    if len(text) > 1 and not text.startswith("\\") and text.isascii() and text.isalpha():
        return (
            [f"n:{text}"]
            if variant in (None, "normal")
            else [f"{_VARIANTS.get(variant, '')}:{text}"]
        )
    if len(text) > 1 and all(char in "′″‴⁗" for char in text):
        text = "".join({"″": "′′", "‴": "′′′", "⁗": "′′′′"}.get(char, char) for char in text)
        return list(text)
    return _glyph(text, variant)


def _glyph(text: str, variant: str | None) -> list[TreeNode]:
    if text in ("″", "‴", "⁗"):
        return ["′"] * (2 + "″‴⁗".index(text))
    if len(text) == 1:
        decomposed = unicodedata.normalize("NFKC", text)
        style = _letter_style(text)
        if style and len(decomposed) == 1:
            return [f"{style}:{decomposed}"]
    if text in _COMPOSED:
        return list(_COMPOSED[text])
    text = GLYPHS.get(text, text)
    mark = _VARIANTS.get(variant or "", "")
    if mark == "n" and not text.isalpha():
        mark = ""
    if not text:
        return []
    return [f"{mark}:{text}" if mark else text]


def _letter_style(char: str) -> str:
    """Return the style of a letter from Unicode's letterlike and mathematical blocks."""
    name = unicodedata.name(char, "")
    if not (name.startswith("MATHEMATICAL") or 0x2100 <= ord(char) <= 0x214F):
        return ""
    for words, style in (
        ("BOLD FRAKTUR", "bfrak"), ("BOLD SCRIPT", "bcal"), ("DOUBLE-STRUCK", "bb"),
        ("BLACK-LETTER", "frak"), ("FRAKTUR", "frak"), ("SCRIPT", "cal"), ("SANS-SERIF", "sf"),
        ("MONOSPACE", "tt"), ("BOLD", "b"),
    ):  # fmt: skip
        if words in name and char not in "℘ℓ":
            return style
    return ""


def _text(text: str) -> list[TreeNode]:
    """Return upright text: words, numbers and marks; spaces mean nothing."""
    nodes: list[TreeNode] = []
    for part in re.findall(r"[^\W\d_]+|\d+|\S", text.replace("’", "′").replace("'", "′")):
        if part.isalpha():
            nodes.append(f"n:{part}")
        else:
            nodes.append(GLYPHS.get(part, part))
    return [node for node in nodes if node]


def joined(nodes: list[TreeNode]) -> list[TreeNode]:
    """Join neighbouring digits to numbers and upright letters to words; merge scripts."""
    result: list[TreeNode] = []
    for node in _without_columns(nodes):
        before = result[-1] if result else None
        if isinstance(node, str) and isinstance(before, str):
            if _is_number(node) and _is_number(before):
                result[-1] = before + node
                continue
            if node.startswith("n:") and before.startswith("n:"):
                result[-1] = before + node[2:]
                continue
        if isinstance(node, str) and node[0].isdigit() and len(result) >= 2 and before == ".":
            earlier = result[-2]
            if isinstance(earlier, str) and earlier.isdigit():
                result[-2:] = [f"{earlier}.{node}"]
                continue
        merged = _merged(before, node)
        if merged is not None:
            result[-1] = merged
        else:
            result.append(node)
    return result


def _without_columns(nodes: list[TreeNode]) -> list[TreeNode]:
    """Join the cells of rows beside one brace: what sets them apart is space alone."""
    result = list(nodes)
    for place, node in enumerate(nodes):
        if not isinstance(node, tuple) or node[0] != "table":
            continue
        opened = place > 0 and nodes[place - 1] == "{"
        closed = place + 1 < len(nodes) and nodes[place + 1] == "}"
        if opened != closed:
            rows = [[leaf for cell in row[1:] for leaf in cell[1:]] for row in node[1:]]
            result[place] = ("table", *[("tr", ("row", *joined(row))) for row in rows])
    return result


def _is_number(node: str) -> bool:
    return node.replace(".", "").isdigit() and node.count(".") <= 1


def _merged(before: TreeNode | None, node: TreeNode) -> TreeNode | None:
    """Attach a script on an empty base to the node before it: `f{}^2`, and `{x_1}^2`."""
    if not isinstance(node, tuple) or node[0] not in ("sub", "sup") or node[1] != ("row",):
        return None
    if before is None or (isinstance(before, tuple) and before[0] == "row"):
        return None
    kind = node[0]
    script = node[2]
    assert isinstance(script, tuple)
    return _script(before, script if kind == "sub" else None, script if kind == "sup" else None)


def _scripted(element: Element, name: str) -> list[TreeNode]:
    parts = [_row(child) for child in element]
    parts += [("row",)] * (
        _LEAST_PARTS.get(name, 0) - len(parts)
    )  # a script that has nothing in it
    base = parts[0]
    if name in ("mover", "munder") and len(parts) == 2:
        accent = _accent(parts[1])
        if accent is not None and _is_accent(element):
            below = "under" if name == "munder" and accent in ("bar", "tilde", "vec") else ""
            return [(f"acc:{below}{accent}", base)]
    if name == "mmultiscripts":
        return [("multi", *parts)]
    lower = parts[1] if name in ("msub", "msubsup", "munder", "munderover") else None
    upper = parts[-1] if name in ("msup", "msubsup", "mover", "munderover") else None
    one = base[1] if len(base) == 2 else None
    if (name.startswith(("mu", "mo"))) and not _takes_limits(one):
        return [_stacked(base, lower, upper)]
    if one is None:  # a script belongs to the last symbol of what is grouped before it
        head, last = list(base[1:-1]), base[-1] if len(base) > 1 else ("row",)
        return [*head, _script(last, lower, upper)]
    return [_script(one, lower, upper)]


def _is_accent(element: Element) -> bool:
    r"""Return whether it is an accent, its mark alone in an `mo`, and not an `\\overset`."""
    return _name(element[1]) == "mo"


def _accent(row: Tree) -> str | None:
    if len(row) == 2 and isinstance(row[1], str):
        return _ACCENTS.get(row[1].removeprefix("n:"))
    return None


def _takes_limits(node: TreeNode | None) -> bool:
    if isinstance(node, tuple):
        if node[0] in ("sub", "sup", "subsup"):
            return isinstance(node[1], str) and _takes_limits(node[1])
        return isinstance(node[0], str) and node[0] in ("acc:overbrace", "acc:underbrace")
    return node is not None and (node in _OPERATORS or node.startswith("n:"))


def _stacked(base: Tree, lower: Tree | None, upper: Tree | None) -> Tree:
    tree = base
    if lower is not None and len(lower) > 1:
        tree = ("under", tree, lower)
    if upper is not None and len(upper) > 1:
        tree = ("over", tree, upper)
    return tree


def _script(base: TreeNode, lower: Tree | None, upper: Tree | None) -> TreeNode:
    """Build a script, joined with those that the base already has."""
    if isinstance(base, tuple) and base[0] in ("sub", "sup", "subsup"):
        kind = base[0]
        own_lower = base[2] if kind in ("sub", "subsup") else None
        own_upper = base[-1] if kind in ("sup", "subsup") else None
        assert own_lower is None or isinstance(own_lower, tuple)
        assert own_upper is None or isinstance(own_upper, tuple)
        base, lower, upper = base[1], _both(own_lower, lower), _both(own_upper, upper)
    lower = lower if lower is not None and len(lower) > 1 else None
    upper = upper if upper is not None and len(upper) > 1 else None
    if lower is not None and upper is not None:
        return ("subsup", base, lower, upper)
    if lower is not None:
        return ("sub", base, lower)
    if upper is not None:
        return ("sup", base, upper)
    return base


def _both(first: Tree | None, second: Tree | None) -> Tree | None:
    if first is None or second is None:
        return first if second is None else second
    return ("row", *joined([*first[1:], *second[1:]]))
