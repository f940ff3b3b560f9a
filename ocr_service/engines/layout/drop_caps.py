"""Joins a large first letter, several lines high, to the word that it begins. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace

from ocr_service.common.boxes import hull
from ocr_service.engines.layout.ink import Rect
from ocr_service.engines.layout.text_lines import Line, Span

__all__ = ["join_drop_caps", "move_lone_caps"]

_LARGE = 1.8  # sizes of the type around it
_NEAR = 1.2  # sizes of the letter: the word that it begins is not further to its right
_QUOTES = "\"'“”‘’«»„"


def join_drop_caps(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return the lines of a box, a drop cap in front of the first line that it stands beside."""
    joined = list(lines)
    sizes = [span.size for line in lines for span in line.spans for _ in span.text.strip()]
    usual = statistics.median(sizes) if sizes else 0.0
    for place, line in enumerate(lines):
        cap = next((span for span in line.spans if _is_capital(span, usual)), None)
        if cap is None:
            continue
        rest = Line(tuple(span for span in line.spans if span is not cap))
        others = [
            *joined[:place],
            *([rest] if rest.spans else []),
            *joined[place + 1 :],
        ]
        target = next((n for n, other in enumerate(others) if _stands_beside(other, cap)), None)
        if target is None:
            continue
        others[target] = _begun(cap, others[target])
        return tuple(others)  # a box has one at most
    return tuple(joined)


def move_lone_caps(shares: Sequence[list[Span]], boxes: Sequence[Rect]) -> None:
    """Move a drop cap that is alone in its box to the box that goes on with its word."""
    sizes = [span.size for share in shares for span in share]
    usual = statistics.median(sizes) if sizes else 0.0
    for share in shares:
        spans = [span for span in share if span.text.strip()]
        if len(spans) != 1 or not _is_capital(spans[0], usual):
            continue
        cap = spans[0]
        for other, box in zip(shares, boxes, strict=True):
            beside = 0 <= box[0] + 1 - cap.box[0] < (1 + _NEAR) * cap.size
            level = box[1] < (cap.box[1] + cap.box[3]) / 2 < box[3]
            if other is not share and other and beside and level:
                other.append(cap)
                share.clear()
                break


def _is_capital(span: Span, usual: float) -> bool:
    letters = span.text.strip().strip(_QUOTES)
    return len(letters) == 1 and letters.isupper() and span.level and span.size > _LARGE * usual > 0


def _stands_beside(line: Line, cap: Span) -> bool:
    """Tell whether a line begins to the right of a letter that reaches up to it or higher."""
    box = line.box
    right = box[0] - cap.box[2]
    middle = (box[1] + box[3]) / 2
    return cap.box[1] < middle < cap.box[3] and -0.2 * cap.size < right < _NEAR * cap.size


def _begun(cap: Span, line: Line) -> Line:
    """Return a line that begins with the letter, in one span with its first word."""
    first = line.spans[0]
    box = hull([first.box, (cap.box[2], first.box[1], first.box[0], first.box[3])])
    whole = replace(first, text=cap.text.strip() + first.text.lstrip(), box=box, edges=())
    return Line((whole, *line.spans[1:]))
