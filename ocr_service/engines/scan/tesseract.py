"""Runs Tesseract, where it is installed, and parses its answer (hOCR): lines of words with boxes.

The program is called as `ocrmypdf` calls it, by its command line: it is one process a page, so a
page that makes it crash or hang takes nothing else with it.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from bs4 import BeautifulSoup
from PIL import Image

from ocr_service.common.boxes import hull
from ocr_service.common.errors import InputError, ModelError
from ocr_service.engines.scan.tesseract_languages import LANGUAGE_NAMES, tesseract_code
from ocr_service.library.pages import Box

__all__ = ["HocrLine", "HocrWord", "hocr_lines", "installed_languages", "is_installed", "require"]

PROGRAM = "tesseract"
_SECONDS = 240  # at most for a page
_BBOX = re.compile(r"\bbbox (-?\d{1,6}) (-?\d{1,6}) (-?\d{1,6}) (-?\d{1,6})")
_CONFIDENCE = re.compile(r"\bx_wconf (\d{1,3})")
_LINES = re.compile(r"ocr_(?:line|header|caption|textfloat)")


class HocrWord(NamedTuple):
    """A word, its box as fractions of the image, and Tesseract's confidence from 0 to 1."""

    text: str
    box: Box
    score: float


class HocrLine(NamedTuple):
    """The words of a printed line, in reading order."""

    words: tuple[HocrWord, ...]

    @property
    def text(self) -> str:
        """The words, with blanks between them."""
        return " ".join(word.text for word in self.words)

    @property
    def box(self) -> Box:
        """The box around all words, as fractions of the image."""
        return hull([word.box for word in self.words])

    @property
    def score(self) -> float:
        """The mean confidence, by letters."""
        letters = sum(len(word.text) for word in self.words)
        return sum(word.score * len(word.text) for word in self.words) / letters


def is_installed() -> bool:
    """Return whether Tesseract can be run."""
    return shutil.which(PROGRAM) is not None


def installed_languages() -> frozenset[str]:
    """Return the codes of the languages that Tesseract has data for; empty without Tesseract."""
    program = shutil.which(PROGRAM)
    return _languages_of(program) if program else frozenset()


@cache
def _languages_of(program: str) -> frozenset[str]:
    done = subprocess.run([program, "--list-langs"], capture_output=True, text=True, check=False)
    return frozenset(done.stdout.split("\n")[1:]) - {"", "osd"}


def require(languages: Iterable[str]) -> tuple[str, ...]:
    """Return Tesseract's codes of languages, given by name or code; English if there are none.

    Raises:
        ModelError: Tesseract is not installed, or has no data for a language.
        QueryError: there is no such language.
    """
    if not is_installed():
        raise ModelError(
            "--engine tesseract: there is no program 'tesseract'; install it "
            "(Debian and Ubuntu: apt-get install tesseract-ocr; macOS: brew install tesseract)"
        )
    have = installed_languages()
    codes = tuple(dict.fromkeys(tesseract_code(name, have) for name in languages)) or ("eng",)
    for code in codes:
        if code not in have:
            name = LANGUAGE_NAMES.get(code, code)
            package = f"tesseract-ocr-{code.replace('_', '-')}"
            raise ModelError(
                f"--ocr-language: Tesseract has no data for {name} ({code}); install it "
                f"(Debian and Ubuntu: apt-get install {package}), or put {code}.traineddata into "
                f"its tessdata folder. It has: {', '.join(sorted(have)) or 'none'}"
            )
    return codes


def hocr_lines(
    image: Image.Image, languages: Sequence[str], *, side: int, seconds: float = _SECONDS
) -> list[HocrLine]:
    """Return the lines that Tesseract finds on a page, in its reading order.

    Args:
        image: the page, in any mode.
        languages: Tesseract's codes, the most frequent language first.
        side: pixels, the longest side of the image that Tesseract gets.
        seconds: of wall time, after which it is stopped.

    Raises:
        InputError: it is not installed, fails, or takes too long.
    """
    page = image.convert("L")
    page.thumbnail((side, side))
    file = io.BytesIO()
    page.save(file, "PNG", compress_level=1)
    command = [PROGRAM, "stdin", "stdout", "-l", "+".join(languages), "--psm", "3", "hocr"]
    try:
        done = subprocess.run(
            command,
            input=file.getvalue(),
            capture_output=True,
            check=False,
            timeout=seconds,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except OSError as error:
        raise InputError(f"cannot be read: Tesseract does not start ({error})") from error
    except subprocess.TimeoutExpired:
        raise InputError(f"cannot be read: Tesseract takes over {seconds:.0f} s") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", errors="replace").strip().splitlines()
        raise InputError(f"cannot be read: Tesseract says {(said or ['nothing'])[-1][:200]}")
    return parse(done.stdout.decode("utf-8", errors="replace"), page.size)


def parse(hocr: str, size: tuple[int, int]) -> list[HocrLine]:
    """Return the lines of a page of hOCR; `size` is its width and height in pixels."""
    lines = []
    for line in BeautifulSoup(hocr, "html.parser").find_all("span", class_=_LINES):
        words = []
        for span in line.find_all("span", class_="ocrx_word"):
            title = str(span.get("title"))
            place, sure = _BBOX.search(title), _CONFIDENCE.search(title)
            text = " ".join(span.get_text().split())
            if text and place:
                left, top, right, bottom = (float(edge) for edge in place.groups())
                box = (left / size[0], top / size[1], right / size[0], bottom / size[1])
                words.append(HocrWord(text, box, int(sure[1]) / 100 if sure else 0.0))
        if words:
            lines.append(HocrLine(tuple(words)))
    return lines
