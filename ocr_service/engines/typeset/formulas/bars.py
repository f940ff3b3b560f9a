"""Fractions, roots, and bars over and under: all that TeX draws with a rule.

Inner ones have the shorter rules and are folded first; what lies between two rules belongs to both
sides of neither beyond them.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.engines.typeset.characters.nodes import (
    Accent,
    Fraction,
    Glyph,
    Item,
    Radical,
    Rule,
    baseline,
    hull,
    size_of,
)

__all__ = ["fold_rules"]

_NEAR = 0.75  # type sizes: how far from its bar a part of a fraction may begin
_STACK = 0.3  # type sizes: the widest gap within a part
_SCRIPT = 0.7  # of the type size: that of scripts, and of fractions within a line
_STACK_BETWEEN = 0.22  # the same, where another bar follows
_SLACK = 0.3  # type sizes by which a part may stand out over its bar


def fold_rules(items: Sequence[Item], rules: Sequence[Rule]) -> tuple[list[Item], list[Rule]]:
    """Return the items with those at rules folded, and the rules that fold nothing."""
    folded = list(items)
    left = []
    ordered = sorted(rules, key=lambda rule: (rule.width, -rule.y))
    for number, rule in enumerate(ordered):
        others = ordered[number + 1 :]
        done = _radical(folded, rule) or _bar(folded, rule, others)
        if done is None:
            left.append(rule)
        else:
            item, taken = done
            gone = set(map(id, taken))
            folded = [kept for kept in folded if id(kept) not in gone]
            folded.append(item)
    return folded, left


def _radical(items: Sequence[Item], rule: Rule) -> tuple[Item, list[Item]] | None:
    """Return the root whose sign ends where the rule begins, and the items it takes."""
    sign = next(
        (
            item
            for item in items
            if isinstance(item, Glyph)
            and (item.kind == "s" or item.latex == r"\sqrt")
            and abs(item.right - rule.left) < 0.25 * item.size
            and abs(item.top - rule.y) < 0.3 * item.size
        ),
        None,
    )
    if sign is None:
        return None
    signs = [sign] + [
        item for item in items
        if isinstance(item, Glyph) and item is not sign and item.piece and item.latex == r"\sqrt"
        and abs(item.right - sign.right) < 0.5 * sign.size
    ]  # fmt: skip
    floor = max(item.bottom for item in signs)
    size = sign.size
    body = [
        item
        for item in items
        if item not in signs
        and item.left > rule.left - 0.2 * size
        and item.right < rule.right + 0.08 * size
        and item.top > rule.y - 0.15 * size
        and item.top < floor + 0.1 * size
    ]
    if not body:
        return None
    index = [
        item
        for item in items
        if item not in signs
        and item not in body
        and item.size < 0.8 * size_of(body)
        and item.top > sign.top - 0.5 * size
        and item.right > sign.left + 0.1 * size
        and item.left > sign.left - size
        and item.right < rule.left + 0.1 * size
        and item.bottom < (sign.top + floor) / 2 + 0.1 * size
    ]
    index += _to_the_left(index, [item for item in items if item not in body], sign)
    taken = [*signs, *body, *index]
    left, top, right, bottom = hull([*taken, rule])
    base = _main_base(body)
    return Radical(left, top, right, bottom, base, size_of(body), body, index), taken


def _to_the_left(index: Sequence[Item], items: Sequence[Item], sign: Glyph) -> list[Item]:
    """Return the items that go on to the left of a root's index: a long one reaches far out."""
    found: list[Item] = []
    if not index:
        return found
    left, size = min(item.left for item in index), index[0].size
    level = [item for item in items if item.size <= 1.05 * size and item not in index]
    for item in sorted(level, key=lambda item: -item.right):
        near = -0.2 * size < left - item.right < 0.35 * size
        if near and item is not sign and abs(item.base - index[0].base) < 0.1 * size:
            found.append(item)
            left = item.left
    return found


def _main_base(body: Sequence[Item]) -> float:
    """Return the baseline of the largest type in a list."""
    size = size_of(body)
    main = [item for item in body if item.size > 0.9 * size] or list(body)
    bases = sorted(baseline(item, size) for item in main)
    return bases[len(bases) // 2]


def _bar(
    items: Sequence[Item], rule: Rule, others: Sequence[Rule]
) -> tuple[Item, list[Item]] | None:
    """Return the fraction, or the bar over or under something, that a rule makes."""
    over, under = (
        _column(items, rule, others, above=True),
        _column(items, rule, others, above=False),
    )
    if over and under and _is_fraction(over, under, rule):
        taken = [*over, *under]
        left, top, right, bottom = hull([*taken, rule])
        size = size_of(taken)
        if all(isinstance(item, Fraction) for item in taken):
            size /= _SCRIPT  # what is set in fractions of a fraction is smaller than around it
        return Fraction(left, top, right, bottom, rule.y, size, over, under), taken
    size = size_of(under) if under else 0.0
    if under and min(item.top for item in under) - rule.y < 0.35 * size:
        close = _below_bar(under, rule)
        if close and not _is_long(close, rule):
            return _barred(r"\overline", close, rule), close
    near = over and rule.y - max(item.bottom for item in over) < 0.45 * size_of(over)
    if near and not under and any(map(_is_formula, over)):
        return _barred(r"\underline", over, rule), over
    return None


def _is_formula(item: Item) -> bool:
    """Tell what is not plain text, under which a rule is an ornament."""
    return not isinstance(item, Glyph) or item.face.is_math


def _below_bar(under: Sequence[Item], rule: Rule) -> list[Item]:
    return [item for item in under if item.top < rule.y + 1.2 * item.size]


def _is_long(items: Sequence[Item], rule: Rule) -> bool:
    left, _, right, _ = hull(items)
    return rule.width > right - left + 0.8 * size_of(items)


def _barred(command: str, body: list[Item], rule: Rule) -> Item:
    left, top, right, bottom = hull([*body, rule])
    return Accent(left, top, right, bottom, _main_base(body), size_of(body), command, body)


def _is_fraction(over: Sequence[Item], under: Sequence[Item], rule: Rule) -> bool:
    size = size_of([*over, *under])
    near = rule.y - max(item.bottom for item in over) < _NEAR * size
    near = near and min(item.top for item in under) - rule.y < _NEAR * size
    boxes = hull(over), hull(under)
    widest = max(box[2] - box[0] for box in boxes)
    return near and widest > rule.width - 1.2 * size


def _column(
    items: Sequence[Item], rule: Rule, others: Sequence[Rule], *, above: bool
) -> list[Item]:
    """Return the items over or under a rule that hang together, up to the next rule."""
    found = [item for item in items if _faces(item, rule, above=above)]
    found, stack = _up_to_next(found, rule, others, above=above)
    found.sort(key=lambda item: -item.bottom if above else item.top)
    kept: list[Item] = []
    edge = rule.y
    for item in found:
        gap = edge - item.bottom if above else item.top - edge
        if gap > (stack if kept else _NEAR) * item.size + 0.5 * (not kept):
            break
        if kept and gap > 0 and isinstance(item, Glyph) and item.size > 1.15 * size_of(kept):
            break  # the next line of a matrix, in larger type
        kept.append(item)
        edge = min(edge, item.top) if above else max(edge, item.bottom)
    return kept


def _faces(item: Item, rule: Rule, *, above: bool) -> bool:
    """Tell whether an item lies over or under a rule, within its ends."""
    slack = _SLACK * item.size
    within = rule.left - slack <= item.left and item.right <= rule.right + slack
    within = within and rule.left - 0.5 < item.middle < rule.right + 0.5
    return within and (item.bottom <= rule.y + 0.8 if above else item.top >= rule.y - 0.8)


def _up_to_next(
    found: list[Item], rule: Rule, others: Sequence[Rule], *, above: bool
) -> tuple[list[Item], float]:
    """Return the items up to the next rule of the column, and the widest white within a part.

    Between two bars of one column white parts what belongs to the one and to the other.
    """
    stack = _STACK
    for other in others:
        if other is rule or other.left >= rule.right or other.right <= rule.left:
            continue
        if above == (other.y > rule.y):
            continue
        kept = [
            item
            for item in found
            if (item.bottom > other.y - 0.5 if above else item.top < other.y + 0.5)
        ]
        if len(kept) < len(found):
            found, stack = kept, _STACK_BETWEEN
    return found, stack
