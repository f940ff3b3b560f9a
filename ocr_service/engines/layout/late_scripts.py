"""Cuts lines where the small type that belongs between their words was drawn later. Pure.

Some programs draw a line whole, with gaps in it, and its subscripts afterwards: "FD  and FD  tend"
and then two times "3". Ordered by their left edges, the subscripts would come after the line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ocr_service.common.boxes import hull
from ocr_service.engines.layout.text_lines import Span

__all__ = ["cut_at_scripts"]

_SMALL = 0.85  # of a line's size
_HIGH = 0.9  # sizes of a line's type that the baseline of a script is from the line's at most
_SLACK = 0.1  # sizes of a line's type by which a script may overlap the letters beside it
_MOST = 500  # scripts of a box


def cut_at_scripts(spans: Sequence[Span]) -> list[Span]:
    """Return spans in their order, each cut where a smaller one drawn after it stands within it."""
    largest = max((span.size for span in spans), default=0.0)
    small = [span for span in spans if span.size < _SMALL * largest and span.text.strip()][:_MOST]
    cut: list[Span] = []
    for span in spans:
        within = [script for script in small if _may_stand_in(span, script)]
        rest: Span | None = span
        for script in sorted(within, key=lambda script: script.box[0]):
            parts = _parted(rest, script) if rest else None
            if parts:
                cut.append(parts[0])
                rest = parts[1]
        if rest:
            cut.append(rest)
    return cut


def _may_stand_in(span: Span, script: Span) -> bool:
    """Tell whether a script is level with a span of larger type, between its ends."""
    return (
        script.level
        and span.level
        and script.size < _SMALL * span.size
        and abs(script.baseline - span.baseline) < _HIGH * span.size
        and span.box[0] < script.box[0]
        and script.box[2] < span.box[2]
        and len(span.edges) == len(span.text)
    )


def _parted(span: Span, script: Span) -> tuple[Span, Span] | None:
    """Return the parts of a span before and after a script, None if there is no gap for it."""
    middle, slack = (script.box[0] + script.box[2]) / 2, _SLACK * span.size
    inked = [place for place, letter in enumerate(span.text) if not letter.isspace()]
    before = [place for place in inked if sum(span.edges[place]) / 2 < middle]
    after = [place for place in inked if sum(span.edges[place]) / 2 >= middle]
    if not before or not after:
        return None
    free = (span.edges[before[-1]][1] - slack, span.edges[after[0]][0] + slack)
    if not free[0] <= script.box[0] <= script.box[2] <= free[1]:
        return None
    place = before[-1] + 1
    return _part(span, 0, place), _part(span, place, len(span.text))


def _part(span: Span, start: int, end: int) -> Span:
    edges = span.edges[start:end]
    seen = [
        side for side, letter in zip(edges, span.text[start:end], strict=True) if letter.strip()
    ]
    box = hull([(left, span.box[1], right, span.box[3]) for left, right in seen])
    return replace(span, text=span.text[start:end], edges=edges, box=box)
