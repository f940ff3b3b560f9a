"""Reads `NAME_content_list.json`, in which MinerU says what is on which page of `NAME.md`."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from ocr_service.common.errors import InputError
from ocr_service.inputs.numbered import MAX_PAGES
from ocr_service.inputs.regular import open_regular

__all__ = ["content_list_of", "pages_of_content_list"]

_ENDING = "_content_list.json"
_MAX_BYTES = 400_000_000
_LEAST_SHARE = 0.6  # of the document's letters that must be in the list: it may be an older one
# What MinerU leaves out of the document: running heads and feet, page numbers.
_LEFT_OUT = {"header", "footer", "page_number", "aside_text", "discarded"}


def content_list_of(document: Path) -> Path | None:
    """Return the content list beside a document, if there is one.

    MinerU's web service gives the list another name than `full.md`.
    """
    path = document.with_name(f"{document.stem}{_ENDING}")
    if path.is_file():
        return path
    if document.name.lower() != "full.md":
        return None
    lists = sorted(document.parent.glob(f"*{_ENDING}"))
    return lists[0] if len(lists) == 1 and lists[0].is_file() else None


def pages_of_content_list(path: Path, document: str) -> list[str] | None:
    """Return the markdown of each page; None if the list is damaged or of another document.

    Args:
        path: the content list.
        document: the text of the markdown file beside it.
    """
    try:
        with open_regular(path) as file:
            items = json.loads(file.read(_MAX_BYTES))
        pages = _pages(items)
    except (OSError, InputError, ValueError, TypeError, KeyError, AttributeError):
        return None
    found = sum(map(_letters, pages))
    return pages if found and found >= _LEAST_SHARE * _letters(document) else None


def _pages(items: Any) -> list[str]:
    blocks: dict[int, list[str]] = defaultdict(list)
    for item in items:
        page_index = int(item["page_idx"])
        if not 0 <= page_index < MAX_PAGES:
            raise ValueError(page_index)
        if item["type"] not in _LEFT_OUT:
            blocks[page_index] += [text for text in _texts(item) if text.strip()]
        else:
            blocks[page_index] += []
    return ["\n\n".join(blocks[index]) for index in range(max(blocks, default=-1) + 1)]


def _texts(item: dict[str, Any]) -> list[str]:
    """Return the parts of a block in the order in which MinerU writes them."""
    match kind := item["type"]:
        case "list":
            return ["\n".join(_list_item(text) for text in _strings(item.get("list_items")))]
        case "code":
            captions = _strings(item.get("code_caption"))
            return [*captions, str(item.get("code_body") or "")]
        case "table":
            body = str(item.get("table_body") or "")
            captions, notes = (_strings(item.get(f"table_{part}")) for part in _AROUND)
            return [*captions, body or "![](figure)", *notes]
        case "image" | "chart":
            # Older versions say img_caption.
            captions, notes = (
                _strings(item.get(f"{kind}_{part}") or item.get(f"img_{part}")) for part in _AROUND
            )
            return ["![](figure)", *captions, *notes]
    text, level = str(item.get("text") or "").strip(), int(item.get("text_level") or 0)
    return [f"{'#' * min(level, 6)} {text}" if level > 0 and text else text]


_AROUND = ("caption", "footnote")


def _list_item(text: str) -> str:
    return text if text.lstrip()[:1] in "-*+•([0123456789" else f"- {text}"


def _strings(value: Any) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else [str(part) for part in value]


def _letters(text: str) -> int:
    return sum(letter.isalnum() for letter in text)
