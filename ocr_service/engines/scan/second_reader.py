"""Asks Tesseract, where it is installed, about pages on which the first reader found little."""

from __future__ import annotations

import io
import os
import shutil
import subprocess

from PIL import Image

from ocr_service.common.boxes import hull
from ocr_service.engines.scan.line_geometry import TextLine
from ocr_service.library.pages import Box

__all__ = ["is_installed", "read_lines"]

_PROGRAM = "tesseract"
_SIDE = 2400  # pixels, longest side of the image that it is given: 200 dpi of a letter page
_SECONDS = 40  # at most for a page
_SURE = 60.0  # of 100: words with less confidence are noise
_MIN_SURE = 0.5  # share of the words of a page that must be sure
_FIELDS = 12  # of a line of Tesseract's table


def is_installed() -> bool:
    """Return whether Tesseract can be asked."""
    return shutil.which(_PROGRAM) is not None


def read_lines(image: Image.Image) -> list[TextLine]:
    """Return the lines that Tesseract is sure of, boxes as fractions of the image.

    Empty if it is not installed, fails, takes too long, or is unsure of most words: what it reads
    into specks is no text.
    """
    if not is_installed():
        return []
    file = io.BytesIO()
    page = image.convert("L")
    page.thumbnail((_SIDE, _SIDE))
    page.save(file, "PNG", compress_level=1)
    try:
        done = subprocess.run(
            [_PROGRAM, "stdin", "stdout", "--psm", "3", "tsv"],
            input=file.getvalue(),
            capture_output=True,
            check=False,
            timeout=_SECONDS,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    table = done.stdout.decode("utf-8", errors="replace") if done.returncode == 0 else ""
    return _lines(table, page.size)


def _lines(table: str, size: tuple[int, int]) -> list[TextLine]:
    """Return the lines of a table of words, one word a row."""
    lines: dict[tuple[str, ...], list[tuple[str, Box, float]]] = {}
    sure = words = 0
    for row in table.splitlines()[1:]:
        fields = row.split("\t")
        if len(fields) != _FIELDS or not any(char.isalnum() for char in fields[11]):
            continue
        words += 1
        score = float(fields[10])
        if score < _SURE:
            continue
        sure += 1
        left, top, width, height = map(int, fields[6:10])
        box = (left / size[0], top / size[1], (left + width) / size[0], (top + height) / size[1])
        lines.setdefault(tuple(fields[1:5]), []).append((fields[11], box, score / 100))
    if sure < _MIN_SURE * words:
        return []
    return [
        TextLine(
            " ".join(word for word, _, _ in line),
            hull([box for _, box, _ in line]),
            min(score for _, _, score in line),
        )
        for line in lines.values()
    ]
