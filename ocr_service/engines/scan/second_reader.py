"""Asks Tesseract, where it is installed, about pages on which the first reader found little."""

from __future__ import annotations

from PIL import Image

from ocr_service.common.boxes import hull
from ocr_service.common.errors import InputError
from ocr_service.engines.scan.line_geometry import TextLine
from ocr_service.engines.scan.tesseract import HocrWord, hocr_lines, is_installed

__all__ = ["is_installed", "read_lines"]

_SIDE = 2400  # pixels, longest side of the image that it is given: 200 dpi of a letter page
_SECONDS = 40  # at most for a page
_SURE = 0.6  # words with less confidence are noise
_MIN_SURE = 0.5  # share of the words of a page that must be sure


def read_lines(image: Image.Image) -> list[TextLine]:
    """Return the lines that Tesseract is sure of, boxes as fractions of the image.

    Empty if it is not installed, fails, takes too long, or is unsure of most words: what it reads
    into specks is no text.
    """
    if not is_installed():
        return []
    try:
        lines = hocr_lines(image, ("eng",), side=_SIDE, seconds=_SECONDS)
    except InputError:
        return []
    words = [[word for word in line.words if _is_word(word)] for line in lines]
    sure = [[word for word in line if word.score >= _SURE] for line in words]
    if sum(map(len, sure)) < _MIN_SURE * sum(map(len, words)):
        return []
    return [
        TextLine(
            " ".join(word.text for word in line),
            hull([word.box for word in line]),
            min(word.score for word in line),
        )
        for line in sure
        if line
    ]


def _is_word(word: HocrWord) -> bool:
    return any(char.isalnum() for char in word.text)
