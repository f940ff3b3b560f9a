"""The eight-bit form of the model that reads lines, beside the exact one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rapidocr
from PIL import Image, ImageDraw, ImageFont

from ocr_service.engines.scan import eight_bits
from ocr_service.engines.scan.line_images import pixels
from ocr_service.engines.scan.line_reader import LineReader
from ocr_service.engines.scan.ocr_models import RECOGNISER, load_engine, load_line_reader

MODEL = Path(rapidocr.__file__).parent / "models" / RECOGNISER
LINES = [
    "The sum of the angles of a triangle is two right angles",
    "x = 3 + 4y, and therefore a < b",
    "Every bounded sequence has a convergent subsequence.",
    "I",
]

needs_instructions = pytest.mark.skipif(
    not eight_bits.has_eight_bit_instructions(), reason="no eight-bit instructions here"
)


def images() -> list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    found = []
    for text in LINES:
        image = Image.new("RGB", (24 + 17 * len(text), 44), "white")
        ImageDraw.Draw(image).text((10, 4), text, fill="black", font=ImageFont.load_default(30))
        found.append(pixels(image))
    return found


@needs_instructions
def test_it_reads_as_the_exact_model_and_is_made_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    engine = load_engine()
    reader = load_line_reader(engine)
    (made,) = (tmp_path / "octavo" / "lines").iterdir()
    before = made.stat().st_mtime_ns
    assert made.stat().st_size < 0.7 * MODEL.stat().st_size
    texts = [text for text, _ in reader.read(images())]
    assert texts == [text for text, _ in LineReader(engine).read(images())]
    assert texts[0] == LINES[0]
    assert eight_bits.eight_bit_model(MODEL) == made
    assert made.stat().st_mtime_ns == before


def test_lines_that_the_fast_model_is_unsure_of_are_read_again() -> None:
    engine = load_engine()
    asked: list[int] = []

    class Unsure:
        """A fast model that is sure of its first line only."""

        def recognize_txt(self, crops: list[object]) -> object:
            asked.append(len(crops))
            found = engine.recognize_txt(crops)
            found.txts = ("sure", *["unsure"] * (len(crops) - 1))
            found.scores = (0.99, *[0.5] * (len(crops) - 1))
            return found

    texts = [text for text, _ in LineReader(engine, Unsure()).read(images())]
    assert texts[0] == "sure"
    assert texts[1:3] == [text for text, _ in LineReader(engine).read(images()[1:3])]
    assert asked == [4]


def test_without_instructions_or_a_cache_the_exact_model_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert eight_bits.eight_bit_model(MODEL) is None
    monkeypatch.setattr(eight_bits, "has_eight_bit_instructions", lambda: False)
    assert eight_bits.eight_bit_model(MODEL) is None
