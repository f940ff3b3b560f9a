"""Reads markdown with `![label](x1,y1,x2,y2)` before each block, the output of LightOnOCR-3.

Coordinates go from 0 to 1000. A label with a plus continues the block before it.
"""

from __future__ import annotations

import re

from ocr_service.cleaning.outputs.blocks import markdown_parts
from ocr_service.cleaning.outputs.dollars import without_dollars
from ocr_service.cleaning.outputs.parts import TaggedText, part, scaled
from ocr_service.protocol.model_output import ModelOutput

__all__ = ["from_grounded"]

_RANGE = 1000.0
_MARK = re.compile(
    r"^!\[([a-z_]{1,30})\+?\]\((\d{1,4}),\s?(\d{1,4}),\s?(\d{1,4}),\s?(\d{1,4})\)[ \t]*",
    re.MULTILINE,
)
_CUT_MARK = re.compile(r"^!\[[a-z_+]{0,30}(?:\](?:\([\d,\s]{0,24})?)?\Z", re.MULTILINE)
_LABELS = {"section": "section_header"}


def from_grounded(output: ModelOutput) -> TaggedText:
    """Return blocks with their boxes as tagged text."""
    unfinished = _CUT_MARK.search(output.text[-80:])
    text = output.text[: len(output.text) - len(unfinished[0])] if unfinished else output.text
    marks = list(_MARK.finditer(text))
    parts = list(markdown_parts(text[: marks[0].start()] if marks else text))
    for place, mark in enumerate(marks):
        end = marks[place + 1].start() if place + 1 < len(marks) else len(text)
        left, top, right, bottom = (float(number) for number in mark.groups()[1:])
        box = scaled((left, top, right, bottom), _RANGE, _RANGE)
        content = without_dollars(text[mark.end() : end].strip())
        parts.append(part(_LABELS.get(mark[1], mark[1]), content, box))
    notes = () if marks or not text.strip() else ("the model's answer has no boxes",)
    return TaggedText("".join(parts), notes, cut=unfinished is not None)
