"""What the commands print for programs: our types as plain JSON values. Standard library only."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from numbers import Integral, Real
from pathlib import Path
from typing import Any

__all__ = ["JSON_VERSION", "json_lines", "json_text", "plain"]

# Raised when a key is renamed, removed or changes its meaning. New keys do not raise it.
JSON_VERSION = 1


def plain(value: Any) -> Any:  # noqa: PLR0911 - one for each kind of value
    """Return `value` as what JSON knows: dataclasses by field, sequences as lists, enums by value.

    Fractions are rounded to six places; one that is no finite number is None, as JSON has no NaN.

    Raises:
        TypeError: `value` holds something that has no plain form.
    """
    match value:
        case None | bool():
            return value
        case Enum():
            return plain(value.value)
        case str() | Path():
            return str(value)
        case Integral():
            return int(value)
        case Real():
            return round(float(value), 6) if math.isfinite(value) else None
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _ if is_dataclass(value):
            return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"no plain form of {type(value).__name__}")


def json_text(document: Mapping[str, Any]) -> str:
    """Return a document with its `schema_version`, indented for people who look at it."""
    data = {"schema_version": JSON_VERSION, **plain(document)}
    return json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False)


def json_lines(items: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield each item as one line of JSON with its `schema_version`."""
    for item in items:
        data = {"schema_version": JSON_VERSION, **plain(item)}
        yield json.dumps(data, ensure_ascii=False, allow_nan=False)
