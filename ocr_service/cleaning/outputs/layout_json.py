r"""Reads a JSON list of layout elements, the output of dots.ocr.

    [{"bbox": [110, 80, 640, 104], "category": "Section-header", "text": "## 9. Integrals"}, ...]

Boxes are in pixels of the image as the model saw it. Elements are read one by one, so that a list
that is cut, or has one broken element, gives all others. Of a broken element the text is kept, or
all of it. Where a model forgot to escape a backslash, JSON makes a control character of it:
`\theta` becomes a tab and `heta`; such characters become a backslash and a letter again.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ocr_service.cleaning.open_ends import displayed
from ocr_service.cleaning.outputs.dollars import without_dollars
from ocr_service.cleaning.outputs.parts import TaggedText, part, scaled
from ocr_service.library.pages import Box
from ocr_service.protocol.model_output import ModelOutput

__all__ = ["from_layout_json"]

_DECODER = json.JSONDecoder(strict=False)
_BETWEEN = " \t\n[],"  # what stands between elements
_FENCE = re.compile(r"\s*```(?:json)?\s*\n?|\s*```\s*\Z")
_NEXT = re.compile(r'\{\s*"(?:bbox|category|text)"')
_MOST_BROKEN = 200  # elements; the text after them is kept as it is
_LABEL = re.compile(r"[a-z][a-z_]{0,29}")
_BOX = re.compile(r'"bbox"\s*:\s*\[([\d\s.,-]{1,80})\]')
_CATEGORY = re.compile(r'"category"\s*:\s*"([^"\\]{1,30})"')
_TEXT = re.compile(r'"text"\s*:\s*"((?:[^"\\]|\\.)*)(?P<end>"?)', re.DOTALL)
_ESCAPE = re.compile(r'\\(u[0-9a-fA-F]{4}|["\\/]|n(?![a-z]))')
_LOST = re.compile(r"[\b\f]|[\t\r](?=[A-Za-z])")
_LOST_LETTERS = {"\b": r"\b", "\f": r"\f", "\t": r"\t", "\r": r"\r"}
_DELIMITED = re.compile(r"\s*(?:\$\$(.*)\$\$|\\\[(.*)\\\]|\$([^$]*)\$|`([^`]*)`)\s*", re.DOTALL)


def from_layout_json(output: ModelOutput) -> TaggedText:
    """Return layout elements as tagged text."""
    notes: Counter[str] = Counter()
    text = _FENCE.sub("", output.text)
    parts, cut = [], False
    for item in _items(text):
        if isinstance(item, dict):
            parts.append(_element(item, output.size, notes))
        elif item.startswith("{"):
            salvaged, cut = _salvaged(item)
            notes["broken elements"] += 1
            parts.append(_element(salvaged, output.size, notes))
        else:
            notes["pieces of text outside elements"] += 1
            parts.append(part("text", item))
    if not parts:
        return TaggedText("", ("the model's answer has no elements",))
    told = tuple(f"{name}: {count}" for name, count in sorted(notes.items()))
    return TaggedText("".join(parts), told, cut=cut)


def _items(text: str) -> Iterator[dict[str, Any] | str]:
    """Yield elements, and as texts broken elements and what stands between elements."""
    position, broken = 0, 0
    while (start := text.find("{", position)) >= 0 and broken < _MOST_BROKEN:
        if between := text[position:start].strip(_BETWEEN):
            yield between
        try:
            value, position = _DECODER.raw_decode(text, start)
            yield from _flat(value)
        except (ValueError, RecursionError):
            broken += 1
            following = _NEXT.search(text, start + 1)
            position = following.start() if following else len(text)
            yield text[start:position].rstrip(_BETWEEN)
    if rest := text[position:].strip(_BETWEEN):
        yield rest


def _flat(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield an element, or the elements of an object that holds a list of them."""
    lists = [item for item in value.values() if isinstance(item, list)]
    inner = [item for one in lists for item in one if isinstance(item, dict)]
    yield from inner
    if not inner or any(isinstance(item, str) for item in value.values()):
        yield {key: item for key, item in value.items() if item not in lists or not inner}


def _element(item: dict[str, Any], size: tuple[int, int] | None, notes: Counter[str]) -> str:
    """Return an element in tags."""
    box = _box(item.get("bbox"), size)
    if box is None:
        notes["elements without a usable box"] += 1
    category = str(item.get("category") or "text")
    label = re.sub(r"[\s-]+", "_", category.lower())
    texts = [text for key, text in item.items() if key != "category" and isinstance(text, str)]
    if not _LABEL.fullmatch(label):
        texts, label = [category, *texts], "text"
    said = "\n\n".join(text for text in texts if text.strip())
    lost = len(_LOST.findall(said))
    if lost:
        notes["backslashes restored"] += lost
        said = _LOST.sub(lambda found: _LOST_LETTERS[found[0]], said)
    if label == "formula" and (bare := _DELIMITED.fullmatch(said)):
        said = next(group for group in bare.groups() if group is not None).strip()
    if label == "formula":
        said = displayed(said)
    return part(label, without_dollars(said), box)


def _box(value: Any, size: tuple[int, int] | None) -> Box | None:
    if size is None or not isinstance(value, list) or len(value) != 4:
        return None
    if not all(isinstance(edge, int | float) and math.isfinite(edge) for edge in value):
        return None
    return scaled((value[0], value[1], value[2], value[3]), *size)


def _salvaged(piece: str) -> tuple[dict[str, Any], bool]:
    """Return what can be read of a broken element, and whether its text has no end."""
    box, category, text = _BOX.search(piece), _CATEGORY.search(piece), _TEXT.search(piece)
    found: dict[str, Any] = {}
    if box:
        numbers = [float(number) for number in re.findall(r"\d+(?:\.\d+)?", box[1])]
        found["bbox"] = numbers
    if category:
        found["category"] = category[1]
    if text:
        found["text"] = _unescaped(text[1]) + piece[text.end() :].strip(" \n]},")
    elif not (box and category):
        found["text"] = piece
    return found, not (text and text["end"])


def _unescaped(text: str) -> str:
    """Return the text of a JSON string, with backslashes that begin no escape as they are."""
    return _ESCAPE.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    if found[1] == "n":
        return "\n"
    return chr(int(found[1][1:], 16)) if found[1].startswith("u") else found[1]
