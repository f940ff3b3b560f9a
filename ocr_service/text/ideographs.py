"""Knows the scripts with words that no space separates: Chinese, Japanese, partly Korean.

Standard library only. Two sets are told apart: ideographs and kana, between which a line's end is
no space, and the letters that are indexed in pairs, to which hangul belongs too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["has_runs", "is_run", "line_gap", "runs", "without_gaps"]

# Han with its iteration marks, hiragana, katakana and its length mark; not the middle dot.
_UNSPACED = "々〇\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
_UNSPACED += "\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HANGUL = "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3"
_PUNCTUATION = (
    "\u3001-\u3003\u3008-\u3011\u3014-\u301b\u30fb\uff01-\uff0f\uff1a-\uff1f\uff5b-\uff65"
)

# Compiled when they are first used: that takes milliseconds, and few searches need it.
_RUN = f"[{_UNSPACED}{_HANGUL}]+"
_CLOSE = f"[{_UNSPACED}{_PUNCTUATION}]"
_GAP = f"(?<=[{_UNSPACED}])[ \t\r\n]+(?=[{_UNSPACED}])"
_LINE_END = f"(?<=[{_UNSPACED}{_PUNCTUATION}])[ \t]*\r?\n[ \t]*(?=[{_UNSPACED}{_PUNCTUATION}])"


def line_gap(before: str, after: str) -> str:
    """Return what joins the end of one line and the start of the next: a space, or nothing.

    Ideographs, kana and their punctuation need no space between them.
    """
    ends = (before[-1:], after[:1])
    return "" if all(not end.isascii() and re.fullmatch(_CLOSE, end) for end in ends) else " "


def without_gaps(text: str, *, lines_only: bool = False) -> str:
    """Return a text without the white space between ideographs or kana.

    With `lines_only`, only ends of lines are removed, also beside the scripts' punctuation.
    """
    if not has_runs(text):
        return text
    return re.sub(_LINE_END if lines_only else _GAP, "", text)


def has_runs(text: str) -> bool:
    """Return whether a text has a Chinese, Japanese or Korean letter."""
    return not text.isascii() and re.search(_RUN, text) is not None


def is_run(text: str) -> bool:
    """Return whether a text consists of Chinese, Japanese or Korean letters."""
    return not text.isascii() and re.fullmatch(_RUN, text) is not None


def runs(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a text in order, and of each whether it is a run of such letters."""
    place = 0
    if not text.isascii():
        for match in re.finditer(_RUN, text):
            if place < match.start():
                yield text[place : match.start()], False
            yield match[0], True
            place = match.end()
    if place < len(text):
        yield text[place:], False
