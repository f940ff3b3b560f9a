"""A row or a part of one: nuclei from left to right, each with its scripts and limits."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.engines.typeset.characters.nodes import (
    Accent,
    Array,
    Brace,
    Fraction,
    Glyph,
    Item,
    Radical,
    Rule,
    Scripts,
    baseline,
    size_of,
)
from ocr_service.engines.typeset.formulas.accents import overlay
from ocr_service.engines.typeset.formulas.arrays import fold_arrays
from ocr_service.engines.typeset.formulas.bars import fold_rules
from ocr_service.engines.typeset.formulas.delimiters import join_arrows, join_braces, join_pieces
from ocr_service.engines.typeset.formulas.function_names import named
from ocr_service.engines.typeset.formulas.scripts import attach
from ocr_service.engines.typeset.formulas.slashed_fractions import fold_solidi

__all__ = ["arrange", "arrange_row"]

_LEVEL = 0.085  # type sizes: baselines nearer than this are one
_MAX_DEPTH = 24


def arrange_row(glyphs: Sequence[Glyph], rules: Sequence[Rule]) -> tuple[list[Item], list[Rule]]:
    """Return a row's nuclei from left to right, and the rules that mean nothing here."""
    known = [glyph for glyph in glyphs if glyph.kind != "?"]
    items = join_arrows(join_braces(join_pieces(overlay(known or glyphs))))
    items, left = fold_rules(items, rules)
    return arrange(items), left


def arrange(items: Sequence[Item], depth: int = 0) -> list[Item]:
    """Return items as a list of nuclei with scripts, all that they hold arranged as well."""
    if not items or depth > _MAX_DEPTH:
        return sorted(items, key=lambda item: item.left)
    size = size_of(items)
    if any(isinstance(item, Glyph) and item.tall for item in items):
        items = fold_arrays(items, size)
    for item in items:
        _arrange_parts(item, depth)
    items = fold_solidi(items, size)
    line = _main_line(items, size, leftmost=depth > 0)
    first = min(items, key=lambda item: item.left)
    if _is_centred(first) and abs(baseline(first, size) - line) > 0.25 * size:
        line = baseline(first, size)  # a fence or fraction with nothing beside it but its power
    main = [item for item in items if _is_main(item, line, size)]
    main = _without_inner_scripts(main, items, size)
    if not main:
        return sorted(items, key=lambda item: item.left)
    main.sort(key=lambda item: (item.left, item.right))
    _keep_drawn_order(main, size)
    if len(main) == len(items):
        return named(main, size)
    chosen = set(map(id, main))
    others = [item for item in items if id(item) not in chosen]
    nodes = attach(main, others, line, size)
    for node in nodes:
        if isinstance(node, Scripts):
            node.sup, node.sub = arrange(node.sup, depth + 1), arrange(node.sub, depth + 1)
    return nodes


def _keep_drawn_order(main: list[Item], size: float) -> None:
    """Put neighbours back that stand at one place: the letters of a ligature, in place."""
    for index in range(1, len(main)):
        before, item = main[index - 1], main[index]
        if not (isinstance(before, Glyph) and isinstance(item, Glyph)):
            continue
        if before.order == item.order + 1 and item.left - before.left < 0.06 * size:
            main[index - 1], main[index] = item, before


def _arrange_parts(item: Item, depth: int) -> None:
    """Arrange what a folded item holds."""
    deeper = depth + 1
    match item:
        case Fraction():
            item.over, item.under = arrange(item.over, deeper), arrange(item.under, deeper)
        case Radical():
            item.body, item.index = arrange(item.body, deeper), arrange(item.index, deeper)
        case Accent() | Brace():
            item.body = arrange(item.body, deeper)
        case Array():
            item.rows = [[arrange(cell, deeper) for cell in row] for row in item.rows]


def _is_centred(item: Item) -> bool:
    return isinstance(item, Fraction | Array) or (
        isinstance(item, Glyph) and item.tall and item.kind in "(|"
    )


def _main_line(items: Sequence[Item], size: float, *, leftmost: bool) -> float:
    """Return the y of the main baseline: where most of the full-size type stands.

    In the smallest type scripts are as large as what they belong to: there, with `leftmost`, the
    first full-size item decides.
    """
    votes: list[tuple[float, float]] = []
    for item in sorted(items, key=lambda item: item.left):
        if isinstance(item, Glyph) and (item.tall or item.kind == "a"):
            continue
        if item.size > 0.93 * size and not isinstance(item, Fraction | Array):
            votes.append((baseline(item, size), max(0.2 * size, item.right - item.left)))
    if not votes:
        parts: list[Item] = [item for item in items if isinstance(item, Fraction | Array)]
        tall: list[Item] = [item for item in items if isinstance(item, Glyph) and item.tall]
        chosen = min(parts or tall or items, key=lambda item: item.left)
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


def _is_main(item: Item, line: float, size: float) -> bool:
    """Tell whether an item stands on the main baseline."""
    off = abs(baseline(item, size) - line)
    if isinstance(item, Fraction | Array):
        return off < 0.22 * size
    if isinstance(item, Glyph) and item.tall:
        return off < 0.16 * size + 0.03 * (item.bottom - item.top)
    if isinstance(item, Radical | Brace | Accent):
        return off < 0.12 * size
    return off < (_LEVEL if item.size < 0.93 * size else 0.11) * size


def _without_inner_scripts(main: list[Item], items: Sequence[Item], size: float) -> list[Item]:
    """Return the main items without small ones that stand on the baseline by chance.

    The superscript of a subscript comes down to the baseline again; it touches lowered type.
    """
    if len(main) == len(items):
        return main
    chosen = set(map(id, main))
    off = [item for item in items if id(item) not in chosen and item.size < 0.8 * size]
    kept = []
    for item in main:
        small = isinstance(item, Glyph) and not item.tall and item.size < 0.8 * size
        if small and any(_adjoins(other, item, size) for other in off):
            off.append(item)
        else:
            kept.append(item)
    return kept


def _adjoins(before: Item, item: Item, size: float) -> bool:
    near = -0.3 * size < item.left - before.right < 0.1 * size and before.left < item.left
    return near and min(before.bottom, item.bottom) > max(before.top, item.top)
