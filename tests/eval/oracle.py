r"""Simulates a perfect reader and one with a known share of errors, to test the measure itself.

The perfect reader writes the source's formulas in other spellings that look the same on the page.
"""

from __future__ import annotations

import random
import re

from tests.eval.page_pieces import markdown_pieces
from tests.eval.pieces import FormulaPiece, Piece, ProsePiece

__all__ = ["as_pieces", "respelt", "spoilt"]

_SPELLINGS = (
    (r"\\dfrac(?![a-zA-Z])", r"\\frac"), (r"\\tfrac(?![a-zA-Z])", r"\\frac"),
    (r"\\left(?=[(\[|.\\])(?!arrow|right)", r""), (r"\\right(?=[)\]|\\])(?!arrow)", r""),
    (r"\\le(?![a-zA-Z])", r"\\leq "), (r"\\ldots", r"\\dots"), (r"\\cdots", r"\\ldots"),
    (r"\\,", r" "), (r"\\quad", r"\\;"), (r"\\displaystyle", r""), (r"\\mbox", r"\\text"),
    (r"\\([a-z]+)_([a-z0-9])\^([a-z0-9])", r"\\\1^{\3}_{\2}"), (r"''", r"^{\\prime\\prime}"),
    (r"\\ast(?![a-zA-Z])", r"*"), (r"\\mathrm", r"\\operatorname"),
)  # fmt: skip


def respelt(latex: str) -> str:
    """Return a formula in another spelling that looks the same."""
    if "\\left." in latex or "\\right." in latex:
        return latex
    for pattern, other in _SPELLINGS:
        if pattern == "''" and re.search(r"'\}?(?:\^|_|')*'{2,}|'\^|\^[^']*'", latex):
            continue
        latex = re.sub(pattern, other, latex)
    return latex


def spoilt(latex: str) -> str:
    """Return a formula with one symbol too many."""
    return latex + " + \\aleph"


def as_pieces(source: list[Piece], chance: random.Random, degrade: float) -> list[Piece]:
    """Write the source as markdown in other spellings and read it again, some formulas spoilt."""
    parts: list[str] = []
    for piece in source:
        if isinstance(piece, ProsePiece):
            if not piece.aside:
                text = piece.text.replace("\\", "\\\\").replace("$", "\\$").replace("|", "\\|")
                parts.append(re.sub(r"([*_`<>#&])", r"\\\1", text))
            continue
        if piece.aside:
            continue
        assert isinstance(piece, FormulaPiece)
        latex = respelt(piece.latex)
        if chance.random() < degrade:
            latex = spoilt(latex)
        tag = f" \\tag{{{piece.number}}}" if piece.number else ""
        parts.append(f"\n\n\\[ {latex}{tag} \\]\n\n" if piece.display else f"\\( {latex} \\)")
    return markdown_pieces("".join(parts), 1)
