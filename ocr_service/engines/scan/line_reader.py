"""Reads lines: plain words with a quick model where one is installed, all else with the exact one.

The quick model takes a fifth of the time. Plain words that it is sure of are as often right as the
exact one's; formulas, figures and single letters are not. So the parts of a line that are not plain
words are read again, each with the sure words beside it. If these are read differently the second
time, the line was cut at the wrong place, and is read as a whole; so are lines of poor print.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from PIL import Image

from ocr_service.engines.scan.line_model import LineModel, LineReading, Word

__all__ = ["LineReader", "is_plain"]

_LONG = 6.0  # width : height of a line that may have plain words
_SURE = 0.6  # least confidence in a character of a plain word, and of a part read again
_CLEAR = 0.975  # mean confidence in the characters of plain words; poor print has less
_FEWEST = 3  # words of a line that is read in parts
_MOST = 0.6  # of a line's width, read again at most; more is read at once
_LETTERS = "A-Za-zÀÂÄÇÈÉÊËÎÏÔÖÙÛÜßàâäçèéêëîïôöùûü"  # of English, German and French
_PLAIN = re.compile(
    rf"[\"'“”‘’(\[]*(?:[aAI]|[{_LETTERS}]+(?:[-'’]?[{_LETTERS}])+-?)[.,;:!?\"'“”’)\]]*|[-–—]"
)


class LineReader:
    """Reads lines, each part with the model that is good enough for it."""

    def __init__(self, exact: LineModel, quick: LineModel | None = None) -> None:
        self._exact = exact
        self._quick = quick

    def read(self, line: Image.Image) -> LineReading:
        """Read the image of an upright line."""
        if self._quick is None or line.width < _LONG * line.height:
            return self._exact.read(line)
        words = self._quick.read(line).words
        of_letters = LineReading(tuple(word for word in words if _PLAIN.fullmatch(word.text)))
        if len(words) < _FEWEST or of_letters.score < _CLEAR:
            return self._exact.read(line)
        return self._read_doubtful(line, words) or self._exact.read(line)

    def _read_doubtful(self, line: Image.Image, words: Sequence[Word]) -> LineReading | None:
        """Read what is not plain words again; None if the line is better read as a whole."""
        cuts, parts = _cuts(line, words), list(_doubtful(words))
        if sum(cuts[j] - cuts[i] for i, j in parts) > _MOST * line.width:
            return None
        read, end = list[Word](), 0
        for i, j in parts:
            again = self._exact.read(line.crop((cuts[i], 0, cuts[j], line.height))).words
            if not _agree(words[i:j], again):
                return None
            read += [*words[end:i], *again]
            end = j
        return LineReading((*read, *words[end:]))


def is_plain(word: Word) -> bool:
    """Return whether a word is nothing but letters, all of them sure."""
    return word.least >= _SURE and _PLAIN.fullmatch(word.text) is not None


def _doubtful(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Yield the runs of words that are not plain, each with the plain words beside it."""
    first = last = -1
    for i, word in enumerate(words):
        if is_plain(word):
            continue
        if first >= 0 and i > last:
            yield first, last
            first = -1
        first = max(0, i - 1) if first < 0 else first
        last = min(len(words), i + 2)
    if first >= 0:
        yield first, last


def _agree(words: Sequence[Word], again: Sequence[Word]) -> bool:
    """Return whether a part's second reading is sure, and the same in the plain words at its ends.

    Single letters out of their line are sometimes read as figures, without certainty.
    """
    if not again or min(word.least for word in again) < _SURE:
        return False
    ends = ((words[0], again[0]), (words[-1], again[-1]))
    return all(not is_plain(one) or one.text == other.text for one, other in ends)


def _cuts(line: Image.Image, words: Sequence[Word]) -> list[int]:
    """Return where words begin and end: the line's ends, and the middle of the white between."""
    grey = np.asarray(line.convert("L"), dtype=np.int16)
    lightest = grey.min(axis=0)
    cuts = [0]
    for one, other in pairwise(words):
        left, right = round(one.right * line.width), round(other.left * line.width)
        between = lightest[left : right + 1]
        white = np.nonzero(between >= between.max() - 24)[0] if len(between) else np.zeros(1)
        cuts.append(left + int(np.median(white)))
    return [*cuts, line.width]
