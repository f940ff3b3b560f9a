"""Reads the models' files, and finds the one that describes a served model.

A served model is known by its name: a file lists, in lower case, what names of its model contain
("olmocr" is in `allenai/olmOCR-2-7B-1025-FP8`). If several files match, the longest match counts.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from pydantic import TypeAdapter

__all__ = ["PLAIN", "Decoding", "ImageRule", "ModelProfile", "model_profiles", "profile_of"]


@dataclass(frozen=True, slots=True)
class ImageRule:
    """Sizes of page images, in pixels. A server scales images to these; boxes may count there.

    `multiple`: both sides are multiples of it. `least_pixels` and `most_pixels`: width times
    height. Larger images are scaled down before they are sent.
    """

    longest_side: int | None = None
    multiple: int = 1
    least_pixels: int = 1
    most_pixels: int | None = None


@dataclass(frozen=True, slots=True)
class Decoding:
    """How a text is generated. `retry_temperatures`: of further attempts at a page that loops."""

    temperature: float = 0.0
    max_tokens: int = 8192
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    retry_temperatures: tuple[float, ...] = (0.3, 0.8)


@dataclass(frozen=True, slots=True)
class ModelProfile:
    """How a model is asked for the text of a page, and the form of its output.

    `matches`: parts of the names that its servers give it. `output`: the name of a form that
    `ocr_service.cleaning.outputs` reads. `prompt_first`: the prompt stands before the image.
    `extra`: further members of the request. `license` is that of the weights.
    """

    name: str
    matches: tuple[str, ...]
    license: str
    source: str
    output: str
    prompt: str
    prompt_first: bool = False
    image: ImageRule = ImageRule()
    decoding: Decoding = Decoding()
    extra: Mapping[str, Any] = field(default_factory=dict)


# What a model without a file is asked.
PLAIN = ModelProfile(
    name="",
    matches=(),
    license="",
    source="",
    output="markdown",
    prompt=(
        "Transcribe all text of this page as markdown, in reading order. Write inline formulas as "
        "LaTeX between \\( and \\), displayed ones between \\[ and \\], and tables as HTML. Write "
        "what is on the page only, without comments."
    ),
)


@cache
def model_profiles() -> tuple[ModelProfile, ...]:
    """Return the models of all files, by name."""
    files = (item for item in resources.files(__package__).iterdir() if item.name.endswith(".toml"))
    parser = TypeAdapter(ModelProfile)
    found = [parser.validate_python(tomllib.loads(item.read_text("utf-8"))) for item in files]
    return tuple(sorted(found, key=lambda profile: profile.name))


def profile_of(*names: str) -> ModelProfile | None:
    """Return the profile of a model that is known by these names, best first; None if no file is.

    Hyphens, underscores and blanks are the same.
    """
    for name in names:
        spelt = re.sub(r"[\s_]+", "-", name.lower())
        matches = [
            (len(match), profile)
            for profile in model_profiles()
            for match in profile.matches
            if match in spelt
        ]
        if matches:
            return max(matches, key=lambda match: match[0])[1]
    return None
