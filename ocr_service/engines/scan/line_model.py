"""Reads the image of one line with a recognition model of PP-OCR."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ocr_service.common.bfloat16_model import Bfloat16Model, has_bfloat16
from ocr_service.engines.scan.line_images import pixels

__all__ = ["LineModel", "LineReading"]

_HEIGHT = 48  # pixels, which the models know lines at
_NARROWEST = 96  # pixels, width that narrow lines are padded to
_BLANK = 0  # the class that stands between characters
_STEP = 32  # pixels that widths are rounded up to: in bfloat16 each new shape takes 30 ms once

_Image = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a line: the confidence in each of its characters, and where it stands.

    `left` and `right` are the middles of its first and last character, as shares of the width.
    """

    text: str
    scores: tuple[float, ...]
    left: float
    right: float

    @property
    def least(self) -> float:
        """The least confidence in a character."""
        return min(self.scores)


@dataclass(frozen=True, slots=True)
class LineReading:
    """The words that are read on a line."""

    words: tuple[Word, ...] = ()

    @property
    def text(self) -> str:
        """The words with single spaces."""
        return " ".join(word.text for word in self.words)

    @property
    def score(self) -> float:
        """The mean confidence in a character; 0 if there is none."""
        scores = [score for word in self.words for score in word.scores]
        return sum(scores) / max(1, len(scores))


class LineModel:
    """A recognition model; lines are read one at a time.

    On one thread a batch is not faster, and its padding costs time.
    """

    def __init__(self, model: Path, characters: Sequence[str] = (), padding: int = 0) -> None:
        """Load a model.

        Args:
            model: the file of the model.
            characters: the characters it knows, in its order; by default those it names itself.
            padding: pixels to add on the right of a line, at its height of 48.
        """
        self._run = _in_bfloat16(model) if has_bfloat16() else _in_float32(model)
        self._step = _STEP if has_bfloat16() else 1
        self._characters = ["", *(characters or _own_characters(model)), " "]
        self._padding = padding

    def read(self, line: Image.Image) -> LineReading:
        """Read the image of an upright line."""
        image, share = _prepared(line, self._padding, self._step)
        classes = self._run(image)
        best = classes.argmax(axis=1)
        new = np.append(True, best[1:] != best[:-1]) & (best != _BLANK)
        places = np.nonzero(new)[0]
        middles = ((places + 0.5) / len(best) / share).clip(0, 1).tolist()
        scores = classes.max(axis=1)[places].tolist()
        characters = [self._characters[place] for place in best[places].tolist()]
        return LineReading(tuple(_words(characters, scores, middles)))


def _in_bfloat16(model: Path) -> Callable[[_Image], _Image]:
    """Return what gives the confidence in each class at each place of a line, in bfloat16."""
    network = Bfloat16Model(model)
    return lambda image: network.run(image)[0][0]


def _in_float32(model: Path) -> Callable[[_Image], _Image]:
    """Return what gives the confidence in each class at each place of a line."""
    import onnxruntime  # here, because only scans need it

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # a process for each core
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda image: session.run(None, {name: image})[0][0]


def _own_characters(model: Path) -> list[str]:
    """Return the characters that a model's file names."""
    import onnx

    known = onnx.load(model, load_external_data=False).metadata_props
    characters: str = next(entry.value for entry in known if entry.key == "character")
    return characters.splitlines()


def _words(
    characters: Sequence[str], scores: Sequence[float], middles: Sequence[float]
) -> Iterator[Word]:
    """Yield the words that characters make; the confidence in a blank counts for the one before."""
    begin = 0
    for end in range(1, len(characters) + 1):
        is_last = end == len(characters)
        if not is_last and (characters[end].isspace() or not characters[end - 1].isspace()):
            continue
        text = "".join(characters[begin:end])
        if word := text.strip():
            last = begin + len(text.rstrip()) - 1
            yield Word(word, tuple(scores[begin:end]), middles[begin], middles[last])
        begin = end


def _prepared(line: Image.Image, padding: int, step: int) -> tuple[_Image, float]:
    """Return a line as the models were trained on, and the share of the width that it takes.

    It is 48 pixels high, from -1 to 1, padded with 0 on its right to a multiple of `step`.
    """
    import cv2  # here, because it takes half a second and only scans need it

    exact = _HEIGHT * line.width / line.height
    width = step * math.ceil(max(_NARROWEST, int(exact) + padding) / step)
    size = (min(width, math.ceil(exact)), _HEIGHT)
    levels = cv2.resize(pixels(line), size).astype(np.float32)
    prepared = np.zeros((1, 3, _HEIGHT, width), np.float32)
    prepared[0, :, :, : size[0]] = levels.transpose(2, 0, 1) / 127.5 - 1
    return prepared, size[0] / width
