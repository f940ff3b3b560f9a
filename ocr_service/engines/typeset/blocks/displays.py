r"""Displayed lines to `\[ ... \]`: one formula, or several aligned at their relations."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.engines.typeset.blocks.lines import Line
from ocr_service.engines.typeset.characters.nodes import Box, Glyph, Item, Scripts, hull
from ocr_service.engines.typeset.formulas.latex import latex_of

__all__ = ["display_markdown"]

_SAME_PLACE = 1.5  # points by which aligned relations may differ


def display_markdown(lines: Sequence[Line]) -> list[tuple[Box, str]]:
    """Return the displays that consecutive lines make, each with its box in points."""
    groups: list[list[Line]] = []
    for line in lines:
        if groups and _goes_on(groups[-1], line):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [(hull(group), _markdown(group)) for group in groups]  # type: ignore[arg-type]


def _goes_on(group: Sequence[Line], line: Line) -> bool:
    """Tell whether a line is aligned with those before, at a relation, and has no other number."""
    if any(before.tag for before in group) and line.tag:
        return False
    here, there = _relation(line.items), _relation(group[0].items)
    if here is None or there is None:
        return False
    place, first = line.items[here].left, group[0].items[there].left
    return abs(place - first) < _SAME_PLACE


def _relation(items: Sequence[Item]) -> int | None:
    """Return the index of the first relation of a line."""
    for index, item in enumerate(items):
        core = item.nucleus if isinstance(item, Scripts) else item
        if isinstance(core, Glyph) and core.kind == "r" and core.latex != "/":
            return index
    return None


def _markdown(group: Sequence[Line]) -> str:
    tag = next((line.tag for line in group if line.tag), "")
    end = rf" \tag{{{tag}}}" if tag else ""
    if len(group) == 1:
        return rf"\[ {latex_of(group[0].items)}{end} \]"
    rows = []
    for line in group:
        place = _relation(line.items) or 0
        before, after = latex_of(line.items[:place]), latex_of(line.items[place:])
        rows.append(f"{before} &{after}".strip())
    body = " \\\\\n".join(rows)
    return f"\\[ \\begin{{aligned}}\n{body}\n\\end{{aligned}}{end} \\]"
