"""Parts a box in which the layout model put columns of running text side by side. Pure.

Read as one box, the lines of its columns would be mixed. Cells of tables and forms stand side by
side too; they are short.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ocr_service.common.boxes import hull
from ocr_service.engines.layout.ink import Rect
from ocr_service.engines.layout.text_lines import Span, build_lines

__all__ = ["part_columns"]

_GAP = 1.0  # type sizes: a gap between words of one line is narrower
_LEAST_LINES = 3  # of each column
_LEAST_WORDS = 15  # of each column
_LINE_WORDS = 3.5  # of the mean line of a column
_ENTRY_WORDS = 2.0  # the same of a table of contents
_LEADS_ON = re.compile(r"(?:^|[\s.·․…])[.·․…]\s*$")
_LED_TO = re.compile(r"^\s*[.·․…](?:[\s.·․…]|$)")
_SHARED = 0.5  # of the height of the lower column that both columns share
_MOST_PIECES = 600  # of a box
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class _Piece:
    """Part of a line without a wide gap in it."""

    spans: tuple[Span, ...]
    box: Rect
    words: int


def part_columns(spans: Sequence[Span], *, contents: bool = False) -> list[list[Span]]:
    """Return the spans of each column of a box, from left to right; all of them if it has none.

    What runs across the columns comes before them, or after them. In a table of contents, whose
    entries lead to their pages by dots, lines are shorter than in running text.
    """
    line_words = _ENTRY_WORDS if contents else _LINE_WORDS
    pieces = _pieces(spans)
    if len(pieces) > _MOST_PIECES:
        return [list(spans)]
    parts = _parted(pieces, line_words)
    if len(parts) < 2:
        return [list(spans)]
    return [[span for piece in part for span in piece.spans] for part in parts]


def _pieces(spans: Sequence[Span]) -> list[_Piece]:
    """Return the lines of a box from top to bottom, cut at wide gaps."""
    pieces: list[_Piece] = []
    for line in build_lines(spans):
        cut: list[list[Span]] = []
        for span in line.spans:
            if not cut or _is_apart(cut[-1][-1], span, line.size):
                cut.append([])
            cut[-1].append(span)
        pieces += [_piece(part) for part in cut]
    return pieces


def _is_apart(before: Span, span: Span, size: float) -> bool:
    """Tell whether a wide gap without leaders is between two spans of a line."""
    leads = _LEADS_ON.search(before.text) or _LED_TO.match(span.text)
    return not leads and span.box[0] - before.box[2] > _GAP * size


def _piece(spans: Sequence[Span]) -> _Piece:
    words = sum(len(_WORD.findall(span.text)) for span in spans)
    return _Piece(tuple(spans), hull([span.box for span in spans]), words)


def _parted(pieces: Sequence[_Piece], line_words: float) -> list[list[_Piece]]:
    """Return pieces by columns, what runs across these by itself; all in one without columns."""
    for gutter in sorted({piece.box[0] for piece in pieces}):
        left = [piece for piece in pieces if piece.box[2] < gutter]
        right = [piece for piece in pieces if piece.box[0] >= gutter]
        if not (_is_column(left, line_words) and _is_column(right, line_words)):
            continue
        first, second = (hull([piece.box for piece in side]) for side in (left, right))
        top, bottom = max(first[1], second[1]), min(first[3], second[3])
        lower = min(first[3] - first[1], second[3] - second[1])
        size = max(span.size for piece in left for span in piece.spans[:1])
        if bottom - top < _SHARED * lower or gutter - first[2] < _GAP * size:
            continue
        across = [piece for piece in pieces if piece.box[0] < gutter <= piece.box[2]]
        above = [piece for piece in across if _middle(piece) < top]
        below = [piece for piece in across if _middle(piece) > bottom]
        if len(above) + len(below) == len(across):
            inner = (*_parted(left, line_words), *_parted(right, line_words))
            return [part for part in (above, *inner, below) if part]
    return [list(pieces)]


def _is_column(pieces: Sequence[_Piece], line_words: float) -> bool:
    words = sum(piece.words for piece in pieces)
    least = max(_LEAST_WORDS, line_words * len(pieces))
    return len(pieces) >= _LEAST_LINES and words >= least


def _middle(piece: _Piece) -> float:
    return (piece.box[1] + piece.box[3]) / 2
