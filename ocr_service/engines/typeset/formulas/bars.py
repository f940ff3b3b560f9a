"""Folds all that TeX draws with a rule: fractions, roots, bars above and below.

Inner ones have the shorter rules and are folded first. The part of a fraction ends at the next rule
of its column.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.engines.typeset.characters.kinds import ROOT
from ocr_service.engines.typeset.characters.nodes import (
    Accent,
    Fraction,
    Glyph,
    Node,
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
_STACK_BETWEEN = 0.22  # the same, if another bar follows
_NOTE_MARKS = ("*", "∗", "†", "‡")
_SLACK = 0.3  # type sizes by which a part may extend over its bar


def fold_rules(nodes: Sequence[Node], rules: Sequence[Rule]) -> tuple[list[Node], list[Rule]]:
    """Return the nodes with those at rules folded, and the rules that belong to nothing."""
    folded = list(nodes)
    left = []
    ordered = sorted(rules, key=lambda rule: (round(rule.width, 1), rule.y))
    for number, rule in enumerate(ordered):
        others = ordered[number + 1 :]
        done = _radical(folded, rule) or _bar(folded, rule, others)
        if done is None:
            left.append(rule)
        else:
            node, taken = done
            gone = set(map(id, taken))
            folded = [kept for kept in folded if id(kept) not in gone]
            folded.append(node)
    return folded, left


def _radical(nodes: Sequence[Node], rule: Rule) -> tuple[Node, list[Node]] | None:
    r"""Return the root that a rule is the bar of, and the nodes it takes.

    The sign of "\sqrt[3]{a + b}" ends where its bar begins; "a + b" lies under the bar and "3" over
    the hook of the sign.
    """
    sign = _root_sign(nodes, rule)
    if sign is None:
        return None
    others = [node for node in nodes if node is not sign]
    body = [node for node in others if _is_under_root(node, sign, rule)]
    if not body:
        return None
    beside = [node for node in others if node not in body]
    small = 0.8 * size_of(body)
    index = [node for node in beside if node.size < small and _is_in_hook(node, sign, rule)]
    index += _to_the_left(index, beside)
    taken = [sign, *body, *index]
    box = hull([*taken, rule])
    return Radical(*box, _main_base(body), size_of(body), body, index), taken


def _root_sign(nodes: Sequence[Node], rule: Rule) -> Glyph | None:
    """Return the sign whose upper right corner is the left end of the rule, or None.

    A tall sign made of pieces is one character by now: see `delimiters`.
    """
    for node in nodes:
        if (
            isinstance(node, Glyph)
            and (node.kind is ROOT or node.latex == r"\sqrt")
            and abs(node.right - rule.left) < 0.25 * node.size
            and abs(node.top - rule.y) < 0.3 * node.size
        ):
            return node
    return None


def _is_under_root(node: Node, sign: Glyph, rule: Rule) -> bool:
    r"""Tell whether a node is part of what a root is taken of: "a + b" in "\sqrt{a + b}".

    It lies between the ends of the bar, below it, and above the foot of the sign.
    """
    size = sign.size
    within = node.left > rule.left - 0.2 * size and node.right < rule.right + 0.08 * size
    return within and rule.y - 0.15 * size < node.top < sign.bottom + 0.1 * size


def _is_in_hook(node: Node, sign: Glyph, rule: Rule) -> bool:
    r"""Tell whether a node lies over the hook of a root's sign: "3" in "\sqrt[3]{x}"."""
    size = sign.size
    across = node.left > sign.left - size and sign.left + 0.1 * size < node.right
    across = across and node.right < rule.left + 0.1 * size
    low = (sign.top + sign.bottom) / 2 + 0.1 * size
    return across and node.top > sign.top - 0.5 * size and node.bottom < low


def _to_the_left(index: Sequence[Node], nodes: Sequence[Node]) -> list[Node]:
    r"""Return the nodes that continue a root's index to the left: "n +" in "\sqrt[n + 1]{x}"."""
    found: list[Node] = []
    if not index:
        return found
    left, size = min(node.left for node in index), index[0].size
    level = [node for node in nodes if node.size <= 1.05 * size and node not in index]
    for node in sorted(level, key=lambda node: -node.right):
        near = -0.2 * size < left - node.right < 0.35 * size
        if near and abs(node.base - index[0].base) < 0.1 * size:
            found.append(node)
            left = node.left
    return found


def _main_base(body: Sequence[Node]) -> float:
    """Return the baseline of the largest type in a list."""
    size = size_of(body)
    main = [node for node in body if node.size > 0.9 * size] or list(body)
    bases = sorted(baseline(node, size) for node in main)
    return bases[len(bases) // 2]


def _bar(
    nodes: Sequence[Node], rule: Rule, others: Sequence[Rule]
) -> tuple[Node, list[Node]] | None:
    """Return the fraction, or the bar over or under something, that a rule makes."""
    over, under = (
        _column(nodes, rule, others, above=True),
        _column(nodes, rule, others, above=False),
    )
    if over and under and _is_fraction(over, under, rule):
        taken = [*over, *under]
        left, top, right, bottom = hull([*taken, rule])
        size = size_of(taken)
        if all(isinstance(node, Fraction) for node in taken):
            size /= _SCRIPT  # fractions within a fraction are set smaller than what is around it
        return Fraction(left, top, right, bottom, rule.y, size, over, under), taken
    size = size_of(under) if under else 0.0
    if under and min(node.top for node in under) - rule.y < 0.35 * size:
        close = _below_bar(under, rule)
        if close and not _is_long(close, rule) and not _are_words(close):
            return _barred(r"\overline", close, rule), close
    near = over and rule.y - max(node.bottom for node in over) < 0.45 * size_of(over)
    if near and not under and (any(map(_is_formula, over)) or _is_limit(over)):
        return _barred(r"\underline", over, rule), over
    return None


def _is_formula(node: Node) -> bool:
    """Tell whether a node is more than plain text, under which a rule is an ornament."""
    return not isinstance(node, Glyph) or node.face.is_math


def _is_limit(nodes: Sequence[Node]) -> bool:
    """Find "lim", which has a rule over or under it for the greatest and the least limit."""
    letters = sorted(nodes, key=lambda node: node.left)
    return [getattr(letter, "text", "") for letter in letters] == ["l", "i", "m"]


def _are_words(nodes: Sequence[Node]) -> bool:
    """Tell whether nodes are words of text: the rule underlines what is above, or parts off a note.

    The mark of a note is a sign of mathematics.
    """
    first = min(nodes, key=lambda node: node.left)
    if getattr(first, "text", "") in _NOTE_MARKS:
        nodes = [node for node in nodes if node is not first]
    letters = [node for node in nodes if isinstance(node, Glyph) and node.text.isalpha()]
    plain = len(letters) > 2 and not any(map(_is_formula, nodes)) and not _is_limit(nodes)
    return plain and any(letter.text.islower() for letter in letters)


def _below_bar(under: Sequence[Node], rule: Rule) -> list[Node]:
    return [node for node in under if node.top < rule.y + 1.2 * node.size]


def _is_long(nodes: Sequence[Node], rule: Rule) -> bool:
    left, _, right, _ = hull(nodes)
    return rule.width > right - left + 0.8 * size_of(nodes)


def _barred(command: str, body: list[Node], rule: Rule) -> Node:
    left, top, right, bottom = hull([*body, rule])
    return Accent(left, top, right, bottom, _main_base(body), size_of(body), command, body)


def _is_fraction(over: Sequence[Node], under: Sequence[Node], rule: Rule) -> bool:
    size = size_of([*over, *under])
    near = rule.y - max(node.bottom for node in over) < _NEAR * size
    near = near and min(node.top for node in under) - rule.y < _NEAR * size
    boxes = hull(over), hull(under)
    widest = max(box[2] - box[0] for box in boxes)
    return near and widest > rule.width - 1.2 * size


def _column(
    nodes: Sequence[Node], rule: Rule, others: Sequence[Rule], *, above: bool
) -> list[Node]:
    """Return the nodes above or below a rule without a wide gap, up to the next rule."""
    found = [node for node in nodes if _faces(node, rule, above=above)]
    found, stack = _up_to_next(found, rule, others, above=above)
    found.sort(key=lambda node: -node.bottom if above else node.top)
    kept: list[Node] = []
    edge = rule.y
    for node in found:
        gap = edge - node.bottom if above else node.top - edge
        if gap > (stack if kept else _NEAR) * node.size + 0.5 * (not kept):
            break
        if kept and gap > 0 and isinstance(node, Glyph) and node.size > 1.15 * size_of(kept):
            break  # the next line of a matrix, in larger type
        kept.append(node)
        edge = min(edge, node.top) if above else max(edge, node.bottom)
    return kept


def _faces(node: Node, rule: Rule, *, above: bool) -> bool:
    """Tell whether a node is above or below a rule, within its ends."""
    slack = _SLACK * node.size
    within = rule.left - slack <= node.left and node.right <= rule.right + slack
    within = within and rule.left - 0.5 < node.middle < rule.right + 0.5
    return within and (node.bottom <= rule.y + 0.8 if above else node.top >= rule.y - 0.8)


def _up_to_next(
    found: list[Node], rule: Rule, others: Sequence[Rule], *, above: bool
) -> tuple[list[Node], float]:
    """Return the nodes up to the next rule of the column, and the widest gap within a part.

    Between two bars of one column a gap separates the part below the one from that above the other.
    """
    stack = _STACK
    for other in others:
        if other is rule or other.left >= rule.right or other.right <= rule.left:
            continue
        if above == (other.y > rule.y):
            continue
        kept = [
            node
            for node in found
            if (node.bottom > other.y - 0.5 if above else node.top < other.y + 0.5)
        ]
        if len(kept) < len(found):
            found, stack = kept, _STACK_BETWEEN
    return found, stack
