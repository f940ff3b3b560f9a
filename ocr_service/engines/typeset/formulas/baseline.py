"""Parses a row or a part of one: nuclei from left to right, each with its scripts and limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ocr_service.engines.typeset.characters.faces import FontFamily
from ocr_service.engines.typeset.characters.kinds import (
    ACCENT,
    DELIMITER,
    DELIMITERS,
    OPENING,
    PRIME,
    UNKNOWN,
)
from ocr_service.engines.typeset.characters.nodes import (
    Accent,
    Array,
    Brace,
    Fraction,
    Glyph,
    Node,
    Radical,
    Rule,
    Scripts,
    baseline,
    size_of,
)
from ocr_service.engines.typeset.formulas.accents import overlay
from ocr_service.engines.typeset.formulas.arrays import fold_arrays
from ocr_service.engines.typeset.formulas.arrow_limits import limit_with_arrow, limit_with_rule
from ocr_service.engines.typeset.formulas.bars import fold_rules
from ocr_service.engines.typeset.formulas.delimiters import join_arrows, join_braces, join_pieces
from ocr_service.engines.typeset.formulas.function_names import named
from ocr_service.engines.typeset.formulas.scripts import attach
from ocr_service.engines.typeset.formulas.slashed_fractions import fold_solidi

__all__ = ["arrange", "arrange_row"]

_LEVEL = 0.085  # type sizes: nearer baselines are the same
_OPENERS = frozenset({OPENING, DELIMITER})
_MAX_DEPTH = 24


def arrange_row(glyphs: Sequence[Glyph], rules: Sequence[Rule]) -> tuple[list[Node], list[Rule]]:
    """Return a row's nuclei from left to right, and the rules that belong to none of them."""
    known = [glyph for glyph in glyphs if glyph.kind is not UNKNOWN]
    nodes = join_arrows(join_braces(join_pieces(overlay(known or glyphs))))
    nodes, left = fold_rules(nodes, rules)
    return arrange(nodes), left


def arrange(nodes: Sequence[Node], depth: int = 0) -> list[Node]:
    """Return nodes as a list of nuclei with scripts; the parts of each are arranged as well."""
    if not nodes or depth > _MAX_DEPTH:
        return sorted(nodes, key=lambda node: node.left)
    size = size_of(nodes)
    if any(isinstance(node, Glyph) and node.tall for node in nodes):
        nodes = fold_arrays(nodes, size)
    for node in nodes:
        _arrange_parts(node, depth)
    nodes = [limit_with_rule(node) if isinstance(node, Accent) else node for node in nodes]
    nodes = fold_solidi(nodes, size)
    line = _main_line(nodes, size, leftmost=depth > 0)
    first = min(nodes, key=lambda node: node.left)
    if _is_centred(first) and abs(baseline(first, size) - line) > 0.25 * size:
        line = baseline(first, size)  # a delimiter or fraction with nothing beside it but its power
    main = [node for node in nodes if _is_main(node, line, size)]
    main = _without_inner_scripts(main, nodes, size)
    if not main:
        return sorted(nodes, key=lambda node: node.left)
    main.sort(key=lambda node: (node.left, node.right))
    _keep_drawn_order(main, size)
    if len(main) == len(nodes):
        return named(main, size)
    chosen = set(map(id, main))
    others = [node for node in nodes if id(node) not in chosen]
    arranged = attach(main, others, line, size)
    for node in arranged:
        if isinstance(node, Scripts):
            node.sup, node.sub = arrange(node.sup, depth + 1), arrange(node.sub, depth + 1)
            _level_primes(node)
            if depth == 0:
                _raise_whole(node)
    return [limit_with_arrow(node) if isinstance(node, Scripts) else node for node in arranged]


def _raise_whole(node: Scripts) -> None:
    """Let "{x^2}^3" be a power of a power: there 3 is as large as 2, and smaller in "x^{2^3}"."""
    part = node.sup[0] if len(node.sup) == 1 and not node.sub else None
    if not (isinstance(part, Scripts) and part.nucleus and part.sup and not part.sub):
        return
    if part.nucleus.size < 0.85 * node.size and size_of(part.sup) > 0.93 * part.nucleus.size:
        inner = replace(node, sup=[part.nucleus])
        node.nucleus, node.sup = inner, part.sup


def _level_primes(node: Scripts) -> None:
    """Let what is raised after a prime be raised beside it: "{u'}^2" is no power of the prime."""
    levelled: list[Node] = []
    for part in node.sup:
        nucleus = part.nucleus if isinstance(part, Scripts) and not part.sub else None
        if isinstance(part, Scripts) and isinstance(nucleus, Glyph) and nucleus.kind is PRIME:
            levelled += [nucleus, *part.sup]
        else:
            levelled.append(part)
    node.sup = levelled


def _keep_drawn_order(main: list[Node], size: float) -> None:
    """Restore the drawn order of neighbours at the same x, the letters of a ligature, in place."""
    for index in range(1, len(main)):
        before, node = main[index - 1], main[index]
        if not (isinstance(before, Glyph) and isinstance(node, Glyph)):
            continue
        if before.order == node.order + 1 and node.left - before.left < 0.06 * size:
            main[index - 1], main[index] = node, before


def _arrange_parts(node: Node, depth: int) -> None:
    """Arrange the parts of a folded node."""
    deeper = depth + 1
    match node:
        case Fraction():
            node.over, node.under = arrange(node.over, deeper), arrange(node.under, deeper)
        case Radical():
            node.body, node.index = arrange(node.body, deeper), arrange(node.index, deeper)
        case Accent() | Brace():
            node.body = arrange(node.body, deeper)
        case Array():
            node.rows = [[arrange(cell, deeper) for cell in row] for row in node.rows]


def _is_centred(node: Node) -> bool:
    return isinstance(node, Fraction | Array) or (
        isinstance(node, Glyph) and node.tall and node.kind in _OPENERS
    )


def _main_line(nodes: Sequence[Node], size: float, *, leftmost: bool) -> float:
    """Return the y of the main baseline: that of most of the full-size type.

    In the smallest type scripts are as large as their nuclei: there, with `leftmost`, the first
    full-size node decides.
    """
    votes: list[tuple[float, float]] = []
    for node in sorted(nodes, key=lambda node: node.left):
        if isinstance(node, Glyph) and (node.tall or node.kind is ACCENT):
            continue
        if node.size > 0.93 * size and not isinstance(node, Fraction | Array):
            votes.append((baseline(node, size), max(0.2 * size, node.right - node.left)))
    if not votes:
        parts: list[Node] = [node for node in nodes if isinstance(node, Fraction | Array)]
        tall: list[Node] = [node for node in nodes if isinstance(node, Glyph) and node.tall]
        chosen = min(parts or tall or nodes, key=lambda node: node.left)
        return baseline(chosen, size)
    if leftmost:
        return votes[0][0]
    weights: dict[int, float] = {}
    step = 0.5 * _LEVEL * size
    for base, width in votes:
        place = round(base / step)
        weights[place] = weights.get(place, 0.0) + width
    # A baseline may straddle two places of the tally.
    best = max(weights, key=lambda place: weights[place] + weights.get(place + 1, 0.0))
    if weights.get(best + 1, 0.0) > weights[best]:
        best += 1
    return next(base for base, _ in votes if round(base / step) == best)


def _is_main(node: Node, line: float, size: float) -> bool:
    """Tell whether a node is on the main baseline."""
    off = abs(baseline(node, size) - line)
    if isinstance(node, Fraction | Array):
        return off < 0.22 * size
    if isinstance(node, Glyph) and node.tall:
        return off < 0.16 * size + 0.03 * (node.bottom - node.top) or _spans(node, line, size)
    if isinstance(node, Radical | Brace | Accent):
        return off < 0.12 * size
    if isinstance(node, Glyph) and node.kind in DELIMITERS and node.size > 0.93 * size:
        return off < 0.25 * size  # browsers centre these whatever their height
    return off < (_LEVEL if node.size < 0.93 * size else 0.11) * size


def _spans(bracket: Glyph, line: float, size: float) -> bool:
    """Tell whether a bracket of an office program is on a line: as high as what it is around.

    TeX centres all brackets on the axis.
    """
    of_office = bracket.face.family is FontFamily.SYMBOL and bracket.kind in DELIMITERS
    return of_office and bracket.top < line - 0.5 * size and bracket.bottom > line


def _without_inner_scripts(main: list[Node], nodes: Sequence[Node], size: float) -> list[Node]:
    """Return the main nodes without small ones that are on the baseline by chance.

    The superscript of a subscript is near the baseline again; it touches lowered type.
    """
    if len(main) == len(nodes):
        return main
    chosen = set(map(id, main))
    off = [node for node in nodes if id(node) not in chosen and node.size < 0.8 * size]
    kept = []
    for node in main:
        small = isinstance(node, Glyph) and not node.tall and node.size < 0.8 * size
        if small and any(_adjoins(other, node, size) for other in off):
            off.append(node)
        else:
            kept.append(node)
    return kept


def _adjoins(before: Node, node: Node, size: float) -> bool:
    near = -0.3 * size < node.left - before.right < 0.1 * size and before.left < node.left
    return near and min(before.bottom, node.bottom) > max(before.top, node.top)
