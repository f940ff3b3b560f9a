"""How hits and pages look: text for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ocr_service.pages import Page, PageStatus
from search.hits import Hit

__all__ = ["hit_text", "json_text", "page_text", "place_text"]

JSON_VERSION = 1

_STATUS_TEXT = {
    PageStatus.BLANK: "[this page is blank]",
    PageStatus.UNREAD: "[this page is not read yet; 'octavo build' on the book's file reads it]",
    PageStatus.FAILED: "[this page could not be read; 'octavo status' says why]",
}


def place_text(label: str, number: int) -> str:
    """Return how a page is cited: by its printed label, with its number where that differs."""
    return f"p. {label}" if label == str(number) else f"p. {label} (PDF page {number})"


def hit_text(hit: Hit, *, colour: bool, explain: bool) -> str:
    """Return a hit as people see it."""
    source = hit.source
    lines = [
        f"{hit.rank}. {_bold(hit.title, colour)}, {place_text(source.label, source.page)}",
    ]
    if source.section:
        lines.append(f"   {' › '.join(source.section)}")
    if hit.formula is not None:
        number = f"  ({hit.formula.number})" if hit.formula.number else ""
        lines.append(f"   \\[ {' '.join(hit.formula.latex.split())} \\]{number}")
    lines.append(f"   {_marked(hit, colour)}")
    if explain:
        parts = "; ".join(
            f"{part.retriever}: rank {part.rank}, score {part.score:.4g}"
            for part in hit.contributions
        )
        lines.append(f"   score {hit.score:.4f} = {parts}")
    lines.append(_dim(f"   octavo page {source.book_id} {source.page}", colour))
    return "\n".join(lines)


def _marked(hit: Hit, colour: bool) -> str:
    """Return the snippet with its matching words in bold: **so**, or by the terminal's means."""
    before, after = ("\x1b[1;33m", "\x1b[0m") if colour else ("**", "**")
    text, out, place = hit.snippet.text, [], 0
    for start, end in hit.snippet.marks:
        out += [text[place:start], before, text[start:end], after]
        place = end
    return "".join([*out, text[place:]])


def _bold(text: str, colour: bool) -> str:
    return f"\x1b[1m{text}\x1b[0m" if colour else text


def _dim(text: str, colour: bool) -> str:
    return f"\x1b[2m{text}\x1b[0m" if colour else text


def page_text(page: Page, title: str) -> str:
    """Return a page under a line that cites it."""
    body = page.markdown or _STATUS_TEXT.get(page.status, "[no text on this page]")
    return f"--- {title}, {place_text(page.page_label, page.page_number)} ---\n\n{body}\n"


def page_dict(page: Page, title: str) -> dict[str, Any]:
    """Return a page as plain JSON values."""
    return {
        "book_id": page.book_id,
        "title": title,
        "page": page.page_number,
        "label": page.page_label,
        "status": str(page.status),
        "engine": page.engine,
        "markdown": page.markdown,
    }


def json_text(kind: str, items: Iterable[dict[str, Any]], **more: Any) -> str:
    """Return a JSON document: {"schema_version": 1, ..., kind: [items]}."""
    data = {"schema_version": JSON_VERSION, **more, kind: list(items)}
    return json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False)
