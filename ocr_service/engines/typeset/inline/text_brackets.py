r"""Marks brackets and backslashes that the text takes from a font of mathematics as text.

In a manual "⟨file name⟩" and "{array}" have them around words, and "\section" begins with one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ocr_service.engines.typeset.characters.nodes import Glyph, Node
from ocr_service.engines.typeset.inline.marks import MATH, POSSIBLE, TEXT, Mark
from ocr_service.engines.typeset.inline.spacing import gap_before

__all__ = ["mark_text_brackets"]

_OPENING = frozenset({r"\langle", r"\{"})
_BRACKETS = _OPENING | {r"\rangle", r"\}"}
_BACKSLASHES = frozenset({r"\setminus", r"\backslash"})
_OF_TEXT = _BRACKETS | _BACKSLASHES
_TOUCHING = 0.1  # type sizes: the widest gap between a backslash and its word


def mark_text_brackets(nodes: Sequence[Node], marks: list[Mark], size: float) -> None:
    """Mark them in place; `size` is that of the row's type in points."""
    for index in range(len(nodes) - 2, -1, -1):  # from the right: "\\\\" begins no word
        touches = gap_before(nodes, index + 1) < _TOUCHING * size
        if touches and marks[index + 1] is TEXT and _latex(nodes[index]) in _BACKSLASHES:
            marks[index] = TEXT
    for first, last in _runs(marks):
        signs = [i for i in range(first, last + 1) if marks[i] is MATH]
        of_text = signs and all(_latex(nodes[i]) in _OF_TEXT for i in signs)
        if of_text and not _is_formula(nodes[first : last + 1], len(signs)):
            for index in signs:
                marks[index] = TEXT


def _runs(marks: Sequence[Mark]) -> Iterator[tuple[int, int]]:
    """Yield first and last of each run of what may be mathematics."""
    first = None
    for index, mark in enumerate([*marks, TEXT]):
        if mark in POSSIBLE:
            first = index if first is None else first
        elif first is not None:
            yield first, index - 1
            first = None


def _is_formula(run: Sequence[Node], brackets: int) -> bool:
    """Tell whether brackets with what may be mathematics are a formula: "{0, 1}", "⟨ , ⟩"."""
    if any(isinstance(node, Glyph) and node.text == "," and node.face.is_math for node in run):
        return True
    depth = 0
    for node in run:
        if _latex(node) in _BRACKETS:
            depth += 1 if _latex(node) in _OPENING else -1
            if depth < 0:
                return False
    return depth == 0 and len(run) > brackets


def _latex(node: Node) -> str:
    return node.latex if isinstance(node, Glyph) and not node.tall else ""
