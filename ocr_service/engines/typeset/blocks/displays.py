r"""Writes displayed lines as `\[ ... \]`: one formula, or several aligned at their relations."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.engines.typeset.blocks.lines import PageLine
from ocr_service.engines.typeset.characters.kinds import RELATION
from ocr_service.engines.typeset.characters.nodes import Glyph, InkBox, Node, Scripts, hull
from ocr_service.engines.typeset.formulas.latex import latex_of

__all__ = ["display_markdown"]

_SAME_PLACE = 1.5  # points by which aligned relations may differ


def display_markdown(lines: Sequence[PageLine]) -> list[tuple[InkBox, str]]:
    """Return the displays of consecutive lines as markdown, each with its box in points."""
    groups: list[list[PageLine]] = []
    for line in lines:
        if groups and _goes_on(groups[-1], line):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [(hull(group), _markdown(group)) for group in groups]  # type: ignore[arg-type]


def _goes_on(group: Sequence[PageLine], line: PageLine) -> bool:
    """Tell whether a line is aligned at a relation with those before and shares their number."""
    if any(before.tag for before in group) and line.tag:
        return False
    here, there = _relation(line.nodes), _relation(group[0].nodes)
    if here is None or there is None:
        return False
    place, first = line.nodes[here].left, group[0].nodes[there].left
    return abs(place - first) < _SAME_PLACE


def _relation(nodes: Sequence[Node]) -> int | None:
    """Return the index of the first relation of a line."""
    for index, node in enumerate(nodes):
        core = node.nucleus if isinstance(node, Scripts) else node
        if isinstance(core, Glyph) and core.kind is RELATION and core.latex != "/":
            return index
    return None


def _markdown(group: Sequence[PageLine]) -> str:
    tag = next((line.tag for line in group if line.tag), "")
    end = rf" \tag{{{tag}}}" if tag else ""
    if len(group) == 1:
        return rf"\[ {latex_of(group[0].nodes)}{end} \]"
    rows = []
    for line in group:
        place = _relation(line.nodes) or 0
        before, after = latex_of(line.nodes[:place]), latex_of(line.nodes[place:])
        rows.append(f"{before} &{after}".strip())
    body = " \\\\\n".join(rows)
    return f"\\[ \\begin{{aligned}}\n{body}\n\\end{{aligned}}{end} \\]"
