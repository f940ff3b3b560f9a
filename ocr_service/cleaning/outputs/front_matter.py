"""Reads YAML front matter and markdown, the output of olmOCR.

Of the front matter only lines with the five keys that olmOCR is asked for are left out of the text.
"""

from __future__ import annotations

import re

from ocr_service.cleaning.outputs.blocks import markdown_parts
from ocr_service.cleaning.outputs.parts import TaggedText, part
from ocr_service.protocol.model_output import ModelOutput

__all__ = ["from_front_matter"]

_FRONT = re.compile(r"\s*---[ \t]*\n(.*?)(?:^---[ \t]*(?:\n|\Z))", re.DOTALL | re.MULTILINE)
_KEY = re.compile(
    r"(primary_language|is_rotation_valid|rotation_correction|is_table|is_diagram)\s*:\s*(.*)"
)
_MOST = 2_000  # characters of front matter


def from_front_matter(output: ModelOutput) -> TaggedText:
    """Return front matter and markdown as tagged text."""
    text, notes, values = output.text, [], {}
    found = _FRONT.match(text[:_MOST])
    kept = ""
    if found is None:
        notes.append("the model's answer has no front matter")
    else:
        text = text[found.end() :]
        lines = [(line, _KEY.fullmatch(line.strip())) for line in found[1].splitlines()]
        values = {key[1]: key[2].strip().lower() for _, key in lines if key}
        kept = "\n".join(line for line, key in lines if not key and line.strip())
    if values.get("is_rotation_valid") == "false":
        turned = values.get("rotation_correction", "?")[:20]
        notes.append(f"the model says that the page is to be turned by {turned} degrees")
    first = part("text", kept) if kept else ""
    return TaggedText(first + "".join(markdown_parts(text, output.size)), tuple(notes))
