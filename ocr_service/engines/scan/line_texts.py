"""Judges and tidies the texts of lines: what is text, and what specks and boxes were read as."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ocr_service.engines.scan.line_geometry import TextLine

__all__ = ["believed", "count_formulas", "mean_score", "tidied", "without_false_signs"]

_SCORE = 0.6  # lines with a lower score are noise
_SCORE_SHORT = 0.8  # the same for one or two characters, which specks resemble
_SCORE_SIGN = 0.95  # the same for a single Chinese sign on a page of another script

# The models know Chinese; full-width punctuation in Latin text is an error of theirs.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_STROKES = {ord("十"): "+", ord("一"): "—"}  # signs misread as Chinese numerals
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_BOXES = frozenset("口囗日曰田目回品吕国困因固四园圆图凹凸中申由甲ロ")  # check boxes and frames
_BOX_IN_TEXT = re.compile(r"(?<!\S)[口囗ロ]+(?!\S)")

_WORD = re.compile(r"[^\W\d_]{3,}")
_FUNCTIONS = frozenset(
    "sin cos tan cot sec csc log lim exp max min sup inf det dim ker mod arc sinh cosh tanh".split()
)
_RELATION = re.compile(r"[\w)\]}'′]\s?[=≡≈≅∼<>≤≥≦≧≠∝]\s?[\w(\[{√∫∑+−-]|[√∫∑∏∂∞]")
_OPERATION = re.compile(r"(?<![\w.])(?:\d*[a-zA-Z]\d*)\s?[+−×·±]\s?(?:\d*[a-zA-Z]\w{0,3}|\d)")


def tidied(text: str) -> str:
    """Return a line's text with single spaces and paired quotation marks."""
    text = " ".join(text.split())
    if not _HAN.search(text.translate(_STROKES)):
        text = text.translate(_STROKES).translate(_FULL_WIDTH)
    return re.sub(r"“([^“”\"]*)\"", r"“\1”", text)


def believed(line: TextLine) -> bool:
    """Return whether a line is text, and not specks that the models read as text."""
    if not any(char.isalnum() or char in "=+<>()[]{}∫∑" for char in line.text):
        return False
    return line.score >= (_SCORE_SHORT if len(line.text) <= 2 else _SCORE)


def without_false_signs(lines: Sequence[TextLine]) -> list[TextLine]:
    """Return the lines of a page without check boxes that were read as Chinese signs.

    On a page in another script, a sign that is alone on its line is not text if it is shaped like
    a box or was read without certainty; within a line, only what looks like an empty box is none.
    """
    letters = sum(char.isalpha() for line in lines for char in line.text)
    signs = sum(len(_HAN.findall(line.text)) for line in lines)
    boxes = sum(char in _BOXES for line in lines for char in line.text)
    if not signs or letters == signs or signs - boxes > 0.05 * letters:
        return list(lines)
    kept: list[TextLine] = []
    for line in lines:
        sign = line.text if len(line.text) == 1 and _HAN.match(line.text) else ""
        if sign and (sign in _BOXES or line.score < _SCORE_SIGN):
            continue
        text = " ".join(_BOX_IN_TEXT.sub(" ", line.text).split())
        if text:
            kept.append(replace(line, text=text))
    return kept


def count_formulas(lines: Sequence[TextLine]) -> int:
    """Return how many pieces of text are formulas: signs of mathematics, and no word."""
    return sum(not line.label and _is_formula(line.text) for line in lines)


def _is_formula(text: str) -> bool:
    words = [word for word in _WORD.findall(text) if word.lower() not in _FUNCTIONS]
    if words or not re.search(r"[^\W\d_]", text):
        return False
    return bool(_RELATION.search(text) or _OPERATION.search(text))


def mean_score(lines: Sequence[TextLine]) -> float:
    """Return the mean confidence of lines; 0 if there are none."""
    return sum(line.score for line in lines) / max(1, len(lines))
