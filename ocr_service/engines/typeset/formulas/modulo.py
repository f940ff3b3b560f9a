"""Writes the modulus of a congruence: "a = b (mod n)", "7 mod 3"."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ocr_service.engines.typeset.characters.kinds import CLOSING, OPENING
from ocr_service.engines.typeset.characters.nodes import Function, Glyph, Node

__all__ = ["MODULO", "begins_modulo", "is_modulo", "modulo"]

MODULO = r"\bmod"
_WIDE = 0.5  # type sizes: the space of \mod before its name; that of \bmod is .28


def is_modulo(node: Node) -> bool:
    """Tell whether a node is the name "mod"."""
    return isinstance(node, Function) and node.latex == MODULO


def begins_modulo(nodes: Sequence[Node], index: int) -> bool:
    """Tell whether a node is the parenthesis before the name "mod"."""
    node = nodes[index]
    opens = isinstance(node, Glyph) and node.text == "("
    return opens and index + 1 < len(nodes) and is_modulo(nodes[index + 1])


def modulo(
    nodes: Sequence[Node], index: int, latex_of: Callable[[Sequence[Node]], str]
) -> tuple[str, int]:
    r"""Return the LaTeX of the "mod" at `index`, and the index of what follows.

    In parentheses of its own it is `\pmod` with all that they enclose, the opening one before it
    included; by itself `\bmod`, or `\mod` after a wide space.
    """
    node = nodes[index]
    before = nodes[index - 1] if index else None
    if isinstance(before, Glyph) and before.kind is OPENING and before.text == "(":
        end = _closing(nodes, index)
        if end is not None:
            return rf"\pmod{{{latex_of(nodes[index + 1 : end])}}}", end + 1
    wide = before is not None and node.left - before.right > _WIDE * node.size
    return (r"\mod " if wide else r" \bmod "), index + 1


def _closing(nodes: Sequence[Node], index: int) -> int | None:
    """Return the index of the parenthesis that closes the one before `index`."""
    depth = 1
    for place in range(index, len(nodes)):
        node = nodes[place]
        if isinstance(node, Glyph) and node.text == "(":
            depth += 1
        elif isinstance(node, Glyph) and node.kind is CLOSING and node.text == ")":
            depth -= 1
            if depth == 0:
                return place
    return None
