"""Finds the reader of an output by the name of its form."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ocr_service.cleaning.outputs.blocks import from_markdown
from ocr_service.cleaning.outputs.front_matter import from_front_matter
from ocr_service.cleaning.outputs.grounded import from_grounded
from ocr_service.cleaning.outputs.layout_json import from_layout_json
from ocr_service.cleaning.outputs.parts import TaggedText
from ocr_service.protocol.model_output import TAGGED, ModelOutput, output_of

__all__ = ["FORMS", "as_tagged"]

FORMS: Mapping[str, Callable[[ModelOutput], TaggedText]] = {
    TAGGED: lambda output: TaggedText(output.text),
    "markdown": from_markdown,
    "front-matter": from_front_matter,
    "layout-json": from_layout_json,
    "grounded": from_grounded,
}


def as_tagged(raw: str) -> TaggedText:
    """Return a stored output as tagged text; one of an unknown form is read as markdown."""
    output = output_of(raw)
    if output.form != TAGGED and not output.text.strip():
        return TaggedText("", ("the model's answer is empty",))
    read = FORMS.get(output.form)
    if read is not None:
        return read(output)
    known = from_markdown(output)
    note = f"unknown form of output: {output.form}"
    return TaggedText(known.text, (note, *known.notes), known.cut)
