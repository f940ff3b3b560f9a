"""Notes the form of a model's output, and the size of its image, in a line before its text.

    <|output|>layout-json 1204x1596<|/output|>

So a stored page can be cleaned again whatever name its model was served under. Text in
DeepSeek-OCR's tags, and text that is stored without this line, is of the form "tagged".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["TAGGED", "ModelOutput", "output_of", "stored_output"]

TAGGED = "tagged"

_LINE = re.compile(r"<\|output\|>([a-z-]{1,30}) (\d{1,5})x(\d{1,5})<\|/output\|>\n?")


@dataclass(frozen=True, slots=True)
class ModelOutput:
    """What a model wrote, and width and height of the page as the model saw it, if known."""

    form: str
    text: str
    size: tuple[int, int] | None = None


def stored_output(output: ModelOutput) -> str:
    """Return an output with its first line; of the form "tagged", the text alone."""
    if output.form == TAGGED:
        return output.text
    width, height = output.size or (0, 0)
    return f"<|output|>{output.form} {width}x{height}<|/output|>\n{output.text}"


def output_of(raw: str) -> ModelOutput:
    """Return a stored output without its first line."""
    line = _LINE.match(raw)
    if line is None:
        return ModelOutput(TAGGED, raw)
    size = int(line[2]), int(line[3])
    return ModelOutput(line[1], raw[line.end() :], size if all(size) else None)
