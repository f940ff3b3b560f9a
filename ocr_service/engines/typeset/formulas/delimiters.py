"""Assembles delimiters, braces and arrows from their pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ocr_service.engines.typeset.characters.kinds import CLOSING, DELIMITER, OPENING, PIECE
from ocr_service.engines.typeset.characters.nodes import (
    Accent,
    Brace,
    Glyph,
    Node,
    baseline,
    hull,
    size_of,
)

__all__ = ["join_arrows", "join_braces", "join_pieces"]

_PARTNERS = {"(": ")", "[": "]", r"\{": r"\}", "|": "|", r"\|": r"\|", r"\langle": r"\rangle"}
_BARS = frozenset({"|", r"\|"})
_PARTNERS |= {r"\lfloor": r"\rfloor", r"\lceil": r"\rceil"}
_CLOSING = frozenset({r"\}", ")", "]"})
_SHARED = _CLOSING | {
    r"\{",
    "(",
    "[",
}  # fonts have the middle of a closing brace as a piece of the opening one
_ARROWS = {r"\to": r"\overrightarrow", r"\longrightarrow": r"\overrightarrow"}
_ARROWS |= {r"\leftarrow": r"\overleftarrow", r"\longleftarrow": r"\overleftarrow"}


def join_pieces(nodes: Sequence[Node]) -> list[Node]:
    """Return the nodes with the pieces of each tall delimiter joined to one character."""
    joined: list[Node] = []
    group: list[Glyph] = []
    for node in sorted(nodes, key=lambda node: node.order if isinstance(node, Glyph) else -1):
        if not _is_piece(node, nodes):
            joined.append(node)
            continue
        assert isinstance(node, Glyph)  # noqa: S101
        apart = group and (
            abs(node.left - group[-1].left) > 0.25 * node.size
            or node.top > max(other.bottom for other in group) + 0.5 * node.size
        )
        if apart:
            joined.append(_delimiter(group))
            group = []
        group.append(node)
    if group:
        joined.append(_delimiter(group))
    return joined


def _is_piece(node: Node, nodes: Sequence[Node]) -> bool:
    """Tell whether a node is a piece of a tall delimiter; OpenType fonts stack ordinary bars."""
    if not isinstance(node, Glyph) or node.latex == "brace":
        return False
    if node.kind is PIECE:
        return True
    return node.kind is DELIMITER and any(
        isinstance(other, Glyph)
        and other is not node
        and other.latex == node.latex
        and abs(other.left - node.left) < 0.05 * node.size
        and min(abs(other.top - node.bottom), abs(node.top - other.bottom)) < 0.12 * node.size
        for other in nodes
    )


def _delimiter(pieces: Sequence[Glyph]) -> Glyph:
    """Return one tall delimiter in place of its pieces.

    The first closing piece drawn names it where pieces of several kinds are mixed.
    """
    left, top, right, bottom = hull(pieces)
    parts = {piece.piece for piece in pieces}
    latex = pieces[0].latex
    if latex in _SHARED:
        latex = next((piece.latex for piece in pieces if piece.latex in _CLOSING), latex)
    if latex in {"[", "]"} and "repeat" in parts:  # brackets without a top or a bottom
        if "top" not in parts and "bottom" in parts:
            latex = {"[": r"\lfloor", "]": r"\rfloor"}[latex]
        elif "bottom" not in parts and "top" in parts:
            latex = {"[": r"\lceil", "]": r"\rceil"}[latex]
    kind = CLOSING if latex in _PARTNERS.values() else OPENING
    kind = DELIMITER if latex in _BARS else kind
    return replace(
        pieces[0], left=left, top=top, right=right, bottom=bottom, base=(top + bottom) / 2,
        latex=latex, text=latex.strip("\\"), kind=kind, piece="", tall=True,
    )  # fmt: skip


def join_braces(nodes: Sequence[Node]) -> list[Node]:
    """Return the nodes with braces along a list folded with that list.

    Four pieces at one height make a brace; those of one over a list begin with the piece that
    points down at the left.
    """
    pieces = [node for node in nodes if isinstance(node, Glyph) and node.latex == "brace"]
    rest = [node for node in nodes if node not in pieces]
    pieces.sort(key=lambda piece: piece.order)
    whole = len(pieces) - len(pieces) % 4
    fours = [pieces[first : first + 4] for first in range(0, whole, 4)]
    for four in sorted(fours, key=lambda four: four[-1].right - four[0].left):  # inner ones first
        above = four[0].piece == "left down"
        body = _along(four, rest, fours, above=above)
        if not body:
            rest += four
            continue
        left, top, right, bottom = hull(four)
        inner = hull(body)
        main = max(body, key=lambda node: node.size)
        rest = [node for node in rest if node not in body]
        command = r"\overbrace" if above else r"\underbrace"
        box = (left, min(top, inner[1]), right, max(bottom, inner[3]))
        rest.append(Brace(*box, baseline(main, main.size), size_of(body), command, body))
    return [*rest, *pieces[whole:]]


def _along(
    four: Sequence[Glyph], rest: Sequence[Node], fours: Sequence[Sequence[Glyph]], *, above: bool
) -> list[Node]:
    """Return the nodes along a brace, `above` them or below, up to a wider brace."""
    left, top, right, bottom = hull(four)
    size = size_of(rest, four[0].size)
    low, high = (top, bottom + 2.5 * size) if above else (top - 2.5 * size, bottom)
    for other in fours:
        box = hull(other)
        if box[2] - box[0] <= right - left or box[0] >= right or left >= box[2]:
            continue
        if above and box[1] > bottom:
            high = min(high, box[1])
        if not above and box[3] < top:
            low = max(low, box[3])
    return [
        node
        for node in rest
        if node.left > left - 0.3 * size
        and node.right < right + 0.3 * size
        and low < (node.top if above else node.bottom) < high
    ]


def join_arrows(nodes: Sequence[Node]) -> list[Node]:
    """Return the nodes with arrows along a list folded with the list under them."""
    rest = list(nodes)
    for arrow in nodes:
        if not (isinstance(arrow, Glyph) and arrow.latex in _ARROWS):
            continue
        slack = 0.25 * arrow.size
        under = [
            node
            for node in rest
            if node is not arrow
            and arrow.left - slack < node.left
            and node.right < arrow.right + slack
            and arrow.bottom - 0.1 * arrow.size < node.top < arrow.bottom + 0.5 * arrow.size
            and node.size > 0.9 * arrow.size  # smaller is the label below an arrow
        ]
        if not under:
            continue
        body = hull(under)
        if body[2] - body[0] < 0.5 * (arrow.right - arrow.left):
            continue
        marks = {id(node) for node in under} | {id(arrow)}
        rest = [node for node in rest if id(node) not in marks]
        base, size = under[0].base, size_of(under)
        rest.append(Accent(*hull([arrow, *under]), base, size, _ARROWS[arrow.latex], under))
    return rest
