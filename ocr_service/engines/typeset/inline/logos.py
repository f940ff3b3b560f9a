r"""Marks the logos that are set in part in fonts of mathematics as text: "AMS", "LaTeX2ε"."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.engines.typeset.characters.nodes import Glyph, Node, Scripts
from ocr_service.engines.typeset.inline.marks import TEXT, Mark
from ocr_service.engines.typeset.inline.spacing import gap_before

__all__ = ["mark_logos"]

_TOUCHING = 0.2  # type sizes: the widest gap between parts of a logo


def mark_logos(nodes: Sequence[Node], marks: list[Mark], size: float) -> None:
    """Mark the parts of logos as text, in place; `size` is that of the row's type in points."""
    for index in range(1, len(nodes)):
        if gap_before(nodes, index) >= _TOUCHING * size:
            continue
        before, node = nodes[index - 1], nodes[index]
        if _latex(before) == r"\mathcal{A}_\mathcal{M}" and _latex(node) == r"\mathcal{S}":
            marks[index - 1] = marks[index] = TEXT
        elif _latex(node) == r"2_\varepsilon" and getattr(before, "text", "") == "X":
            marks[index] = TEXT


def _latex(node: Node | None) -> str:
    r"""Return the LaTeX of a letter, "A_M" for a letter with another below it; else nothing."""
    if isinstance(node, Glyph):
        return node.latex
    if isinstance(node, Scripts) and len(node.sub) == 1 and not node.sup:
        return f"{_latex(node.nucleus)}_{_latex(node.sub[0])}"
    return ""
