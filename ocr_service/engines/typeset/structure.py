"""A row or a part of one: nuclei from left to right, each with its scripts and limits."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.engines.typeset.fences import (
    fold_arrays,
    join_arrows,
    join_braces,
    join_pieces,
    split_rows,
)
from ocr_service.engines.typeset.items import (
    AXIS,
    Accent,
    Array,
    Brace,
    Fraction,
    Function,
    Glyph,
    Item,
    Radical,
    Rule,
    Scripts,
    baseline,
    hull,
    size_of,
)
from ocr_service.engines.typeset.overlay import overlay
from ocr_service.engines.typeset.rules import fold_rules

__all__ = ["FUNCTIONS", "arrange", "arrange_row"]

FUNCTIONS = frozenset(
    "arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf ker lg lim liminf "
    "limsup ln log max min Pr sec sin sinh sup tan tanh".split()
)
_WITH_LIMITS = frozenset("limsup liminf argmax argmin colim Var Cov plim".split())
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
    items = _solidi(items, size)
    line = _main_line(items, size, leftmost=depth > 0)
    main = [item for item in items if _is_main(item, line, size)]
    main = _without_inner_scripts(main, items, size)
    if not main:
        return sorted(items, key=lambda item: item.left)
    main.sort(key=lambda item: (item.left, item.right))
    if len(main) == len(items):
        return _named(main, size)
    chosen = set(map(id, main))
    others = [item for item in items if id(item) not in chosen]
    return _attach(main, others, line, size, depth)


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


def _solidi(items: Sequence[Item], size: float) -> Sequence[Item]:
    """Return items with fractions of small figures at a slanted stroke folded: one half as "½"."""
    for stroke in items:
        if not (isinstance(stroke, Glyph) and stroke.text in {"/", "⁄"} and len(items) > 2):
            continue
        over = [item for item in items if _touches(item, stroke, size, before=True)]
        under = [item for item in items if _touches(item, stroke, size, before=False)]
        if not over or not under:
            continue
        taken = [*over, stroke, *under]
        box = hull(taken)
        axis = stroke.base - AXIS * size
        folded = Fraction(*box, axis, size, list(over), list(under))
        gone = set(map(id, taken))
        rest = [item for item in items if id(item) not in gone]
        return _solidi([*rest, folded], size)
    return items


def _touches(item: Item, stroke: Glyph, size: float, *, before: bool) -> bool:
    """Tell whether small type is raised right before a stroke, or stands level right after it."""
    if isinstance(item, Fraction | Array) or item.size > 0.85 * stroke.size:
        return False
    gap = stroke.left - item.right if before else item.left - stroke.right
    rise = stroke.base - item.base
    many = isinstance(item, Glyph) and item.kind in "dp"
    near = -0.35 * size < gap < (0.9 if many else 0.12) * size
    if before:
        return near and rise > 0.2 * size
    raised = isinstance(item, Glyph) and item.kind == "p"
    return near and (abs(rise) < 0.12 * size or raised)


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
        centred = [item for item in items if isinstance(item, Fraction | Array)] or [
            item for item in items if isinstance(item, Glyph) and item.tall
        ]
        chosen = min(centred or items, key=lambda item: item.left)
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
        return off < (0.3 if item.kind in "OI" else 0.25) * size + 0.06 * (item.bottom - item.top)
    if isinstance(item, Radical | Brace | Accent):
        return off < 0.12 * size
    return off < (_LEVEL if item.size < 0.93 * size else 0.11) * size


def _without_inner_scripts(
    main: list[Item], items: Sequence[Item], size: float
) -> list[Item]:
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


def _attach(
    main: list[Item], others: Sequence[Item], line: float, size: float, depth: int
) -> list[Item]:
    """Return the nuclei with the other items attached as scripts and limits."""
    nodes = [Scripts(*item.box, item.base, item.size, item) for item in _named(main, size)]
    leading = Scripts(*main[0].box, line, size, None)
    limits: dict[int, tuple[Scripts, bool, list[list[Item]]]] = {}
    before: dict[int, Scripts] = {}
    for run in _runs(others, size):
        raised = _raised(run, line)
        hung = _hung(run, raised, nodes, size)
        for node, part in hung:
            limits.setdefault(2 * id(node) + raised, (node, raised, []))[2].append(part)
        if hung:
            continue
        empty = _before(nodes, run, before, size)
        for item in run:
            node = empty or _nucleus(nodes, item, size) or leading
            (node.sup if raised else node.sub).append(item)
    for node, raised, runs in limits.values():
        _hang_limits(node, runs, raised=raised)
    found = [leading] if leading.sup or leading.sub else []
    for node in nodes:
        found += [before[id(node)], node] if id(node) in before else [node]
    return [_finished(node, depth) for node in found]


def _before(
    nodes: Sequence[Scripts], run: Sequence[Item], before: dict[int, Scripts], size: float
) -> Scripts | None:
    """Return the empty nucleus in front of the node that scripts stand right before, if they do.

    Scripts that white parts from what precedes them belong to what follows.
    """
    box = hull(run)
    preceding = max((node.right for node in nodes if node.left < box[0]), default=-1e9)
    following = next((node for node in nodes if node.left > box[2] - 0.3 * size), None)
    if following is None or preceding < -1e8:
        return None
    last = max((node for node in nodes if node.left < box[0]), key=lambda node: node.right)
    operation = isinstance(last.nucleus, Glyph) and last.nucleus.kind in "br"
    if box[0] - preceding < 0.2 * size and not operation:
        return None
    if following.left - box[2] > 0.15 * size:
        return None
    return before.setdefault(id(following), Scripts(*box, run[0].base, size, None))


def _finished(node: Scripts, depth: int) -> Item:
    """Return a nucleus with its scripts arranged; alone, where it has none."""
    if not node.sup and not node.sub and node.nucleus is not None:
        return node.nucleus
    everything = [*([node.nucleus] if node.nucleus else []), *node.sup, *node.sub]
    node.left, node.top, node.right, node.bottom = hull(everything)
    node.sup = node.sup if _ready(node.sup) else arrange(node.sup, depth + 1)
    node.sub = node.sub if _ready(node.sub) else arrange(node.sub, depth + 1)
    return node


def _ready(items: Sequence[Item]) -> bool:
    return len(items) == 1 and isinstance(items[0], Array)


def _raised(run: Sequence[Item], line: float) -> bool:
    """Tell whether items stand over the baseline rather than under it."""
    largest = max(run, key=lambda item: item.size)
    return line > baseline(largest, largest.size)


def _runs(others: Sequence[Item], size: float) -> list[list[Item]]:
    """Return the items that are not on the baseline by what hangs together."""
    runs: list[list[Item]] = []
    for item in sorted(others, key=lambda item: item.left):
        for run in reversed(runs):
            _, top, right, bottom = hull(run)
            level = min(bottom, item.bottom) - max(top, item.top) > -0.05 * size
            if item.left - right < 0.42 * size and level:
                run.append(item)
                break
        else:
            runs.append([item])
    return runs


def _hung(
    run: list[Item], raised: bool, nodes: Sequence[Scripts], size: float
) -> list[tuple[Scripts, list[Item]]]:
    """Return the operators that a run hangs on, each with its part: limits may touch each other."""
    node = _limited(run, raised, nodes, size)
    if node is not None:
        return [(node, run)]
    left, _, right, _ = hull(run)
    signs = [
        node
        for node in nodes
        if node.right > left
        and node.left < right
        and (isinstance(node.nucleus, Function) or getattr(node.nucleus, "kind", "") == "O")
    ]
    if len(signs) < 2:
        return []
    parts: dict[int, list[Item]] = {}
    for item in run:
        nearest = min(range(len(signs)), key=lambda i: abs(signs[i].middle - item.middle))
        parts.setdefault(nearest, []).append(item)
    hung = [(signs[i], part) for i, part in parts.items()]
    fits = all(_limited(part, raised, [node], size) is not None for node, part in hung)
    return hung if fits else []


def _limited(
    run: Sequence[Item], raised: bool, nodes: Sequence[Scripts], size: float
) -> Scripts | None:
    """Return the operator that a run is centred over or under, as limits and labels are."""
    left, top, right, bottom = hull(run)
    middle = (left + right) / 2
    for node in nodes:
        sign = node.nucleus
        if not (
            isinstance(sign, Function | Brace) or (isinstance(sign, Glyph) and sign.kind in "OIrb")
        ):
            continue
        gap = sign.top - bottom if raised else top - sign.bottom
        centred = abs(middle - sign.middle) < 0.14 * size + 0.03 * (right - left)
        if centred and -0.12 * size < gap < 0.7 * size:
            return node
    return None


def _nucleus(nodes: Sequence[Scripts], item: Item, size: float) -> Scripts | None:
    """Return the nucleus that a raised or lowered item follows."""
    found = None
    for node in nodes:
        nucleus = node.nucleus
        if nucleus is None or nucleus.left > item.middle:
            break
        # A subscript may begin under the overhang of an integral or an italic letter.
        if nucleus.left < item.left - 0.05 * size or nucleus.middle < item.left:
            found = node
    return found


def _hang_limits(node: Scripts, runs: list[list[Item]], *, raised: bool) -> None:
    """Hang runs, the lines of a limit, over or under an operator."""
    node.limits = True
    part = node.sup if raised else node.sub
    items = [item for run in runs for item in run]
    rows = split_rows(items)
    if len(rows) < 2:
        part += items
        return
    cells = [[arrange(row)] for row in rows]
    part.append(Array(*hull(items), items[0].base, size_of(items), "", "", cells))


def _named(main: list[Item], size: float) -> list[Item]:
    """Return nuclei with the upright names of functions made one each."""
    words: list[Item] = []
    index = 0
    while index < len(main):
        end = _word_end(main, index, size)
        letters = main[index : end + 1]
        word = "".join(letter.text for letter in letters if isinstance(letter, Glyph))
        if end > index and word in FUNCTIONS | _WITH_LIMITS:
            words.append(_function(rf"\{word}" if word in FUNCTIONS else word, letters))
            _join_names(words, size)
        else:
            words += letters
        index = end + 1
    return words


def _function(latex: str, letters: list[Item]) -> Function:
    first = letters[0]
    return Function(*hull(letters), first.base, first.size, latex, letters)


def _join_names(words: list[Item], size: float) -> None:
    """Join "lim sup", "lim inf", "arg max" and "arg min" at the end of a list."""
    if len(words) < 2 or not isinstance(words[-2], Function):
        return
    before, last = words[-2], words[-1]
    assert isinstance(last, Function)  # noqa: S101
    joined = _TWO_WORDS.get((before.latex, last.latex))
    if joined and last.left - before.right < 0.3 * size:
        words[-2:] = [_function(joined, [*before.letters, *last.letters])]


_TWO_WORDS = {
    (r"\lim", r"\sup"): r"\limsup",
    (r"\lim", r"\inf"): r"\liminf",
    (r"\arg", r"\max"): r"\arg\max",
    (r"\arg", r"\min"): r"\arg\min",
}


def _word_end(main: Sequence[Item], start: int, size: float) -> int:
    """Return the index of the last letter of an upright word that begins at `start`."""
    end = start
    for index in range(start, len(main)):
        item = main[index]
        if not (isinstance(item, Glyph) and item.kind == "l" and _is_upright(item)):
            break
        if index > start and item.left - main[index - 1].right > 0.12 * size:
            break
        end = index
    return end


def _is_upright(glyph: Glyph) -> bool:
    return not glyph.face.is_math and not glyph.face.italic and not glyph.face.mono
