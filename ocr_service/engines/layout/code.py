"""Writes program code as it stands on the page: indentation, blanks, empty lines. Pure.

Code is set in type of one width, so that distances count characters.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from itertools import pairwise

__all__ = ["CodeLine", "code_block", "is_typewritten"]

Character = tuple[str, float, float]  # with its left and right edge, in points
CodeLine = tuple[float, Sequence[Character]]  # baseline, and the characters from left to right

_BLANK = 0.4  # widths of a character: a wider gap is a blank
_NEARLY = 0.1
_LONG_WORDS = 0.95  # share of the distances that are at most those in the longest words
_WIDEST = 1.4  # widths: the distance of two characters with no blank between
_MOST_BLANKS = 80
_MOST_BLANK_LINES = 3
_SIGN = re.compile(r"[{}()\[\];=<>_#/\\|&*+$%@^~\d]")
_PROSE_WORD = re.compile(r"[\"'“‘(]*[^\W\d_]+(?:[-'’][^\W\d_]+)*[.,:;!?)\"'”’]*")
_LEAST_WORDS = 5
_WORDS, _SIGNS = 0.8, 0.04  # share of a text that is words, and of its characters that are signs
# Old fonts of TeX have the quotation marks of print where programs have straight ones.
_STRAIGHT = str.maketrans("’‘", "'`")


def code_block(lines: Sequence[CodeLine]) -> str:
    """Return a fenced block of code; blanks among the characters are ignored."""
    inked = [(base, [char for char in line if not char[0].isspace()]) for base, line in lines]
    inked = [(base, line) for base, line in inked if line]
    widths = [right - left for _, line in inked for _, left, right in line if right > left]
    if not widths:
        return ""
    width = _pitch([line for _, line in inked], statistics.median(widths))
    margin = min(line[0][1] for _, line in inked)
    texts = [_text(line, margin, width) for _, line in inked]
    steps = [after[0] - before[0] for before, after in pairwise(inked)]
    usual = statistics.median_low([step for step in steps if step > 0] or [1.0])
    body = texts[0]
    for step, text in zip(steps, texts[1:], strict=True):
        blank = min(_MOST_BLANK_LINES, max(0, round(step / usual) - 1))
        body += "\n" * (blank + 1) + text
    return "```\n" + body.translate(_STRAIGHT).replace("```", "'''") + "\n```"


def _pitch(lines: Sequence[Sequence[Character]], width: float) -> float:
    """Return the width of a column; listings may have wider ones than the characters.

    They spread the letters of each word over its columns, those of long words most evenly.
    """
    steps = sorted(
        after[1] - before[1]
        for line in lines
        for before, after in pairwise(line)
        if 0 < after[1] - before[1] < _WIDEST * width
    )
    return max(width, steps[int(_LONG_WORDS * len(steps))]) if steps else width


def is_typewritten(texts: Sequence[str]) -> bool:
    """Tell whether lines in type of one width are running text, as typewriters write it."""
    whole = " ".join(texts)
    words = whole.split()
    prose = sum(bool(_PROSE_WORD.fullmatch(word)) for word in words)
    signs = len(_SIGN.findall(whole))
    return (
        len(words) >= _LEAST_WORDS and prose >= _WORDS * len(words) and signs < _SIGNS * len(whole)
    )


def _text(line: Sequence[Character], margin: float, width: float) -> str:
    text = ""
    right = margin
    for character, left, end in line:
        gap = (left - right) / width
        if gap > _BLANK:
            # Between words two blanks are rare, and one is often set wide.
            count = round(gap) if not text else int(gap + _NEARLY)
            text += " " * min(_MOST_BLANKS, max(1, count))
        text += character
        right = end
    return text
