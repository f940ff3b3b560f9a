"""Turns our types into the JSON that commands print for programs. Standard library only."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from ocr_service.common.path_text import path_text, shown

__all__ = ["JSON_VERSION", "json_lines", "json_text", "plain"]

# Increased when a key is renamed, removed or changes its meaning, not for new keys.
JSON_VERSION = 1


def plain(value: Any) -> Any:  # noqa: PLR0911 - one for each kind of value
    """Return `value` as JSON values: dataclasses by field, sequences as lists, enums by value.

    Floats are rounded to six places; infinities and NaN become None, as JSON has neither.

    Raises:
        TypeError: `value` contains something that has no JSON value.
    """
    match value:
        case None | bool():
            return value
        case Enum():
            return plain(value.value)
        case str():
            return shown(value)
        case Path():
            return path_text(value)
        case Integral():
            return int(value)
        case Real():
            return round(float(value), 6) if math.isfinite(value) else None
        case Mapping():
            return {shown(str(key)): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _ if is_dataclass(value):
            return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} has no JSON value")


def json_text(document: Mapping[str, Any]) -> str:
    """Return a document with its `schema_version`, indented for human readers."""
    data = {"schema_version": JSON_VERSION, **plain(document)}
    return json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False)


def json_lines(items: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield each item as one line of JSON with its `schema_version`."""
    for item in items:
        data = {"schema_version": JSON_VERSION, **plain(item)}
        yield json.dumps(data, ensure_ascii=False, allow_nan=False)
