"""Writes hits for shells and scripts: as places in files, markdown, XML and CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ocr_service.console.json_values import JSON_VERSION
from ocr_service.library.book_folder import page_name
from ocr_service.library.library import Library
from ocr_service.library.pages import storable
from search.context.quotations import one_line
from search.output.citation import book_text, place_text
from search.output.text import marked
from search.retrieval.hits import Hit

__all__ = ["FORMATS", "SearchResults", "csv_text", "files_text", "markdown_text", "xml_text"]

_COLUMNS = (
    "rank score kind book_id title page label section number latex snippet char_start char_end "
    "authors year"
).split()
_NOT_IN_XML = re.compile("[\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class SearchResults:
    """A question, the library that was searched, and the hits."""

    library: Library
    question: str
    mode: str
    hits: Sequence[Hit]


def files_text(answer: SearchResults) -> str:
    """Return `path:line:excerpt` for each hit, as `grep -n` prints it.

    The path is the page's file; the line is the one with the most matching words.
    """
    lines = []
    for hit in answer.hits:
        source = hit.source
        folder = answer.library.folder(source.book_id).path
        path = folder / "pages" / page_name(source.page - 1)
        lines.append(f"{path}:{_line(path, hit)}:{one_line(hit.snippet.text)}\n")
    return "".join(lines)


def _line(path: Path, hit: Hit) -> int:
    """Return the 1-based line of a page's file that has the hit, or most of its words."""
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return 1
    source = hit.source
    first = text.count("\n", 0, source.char_start) + 1
    words = {hit.snippet.text[start:end].lower() for start, end in hit.snippet.marks}
    lines = text[source.char_start : source.char_end].lower().split("\n")
    counts = [sum(word in line for word in words) for line in lines]
    return first + counts.index(max(counts))


def markdown_text(answer: SearchResults) -> str:
    """Return a numbered markdown list; text from books is in block quotations of one line."""
    parts = []
    for hit in answer.hits:
        source = hit.source
        place = place_text(source.label, source.page)
        section = f", {one_line(' › '.join(source.section))}" if source.section else ""
        book = one_line(book_text(hit.title, hit.authors, hit.year))
        parts.append(f"{hit.rank}. **{book}**, {place}{section}")
        if hit.formula is not None:
            number = f" ({one_line(hit.formula.number, 20)})" if hit.formula.number else ""
            parts.append(f"   > \\[ {one_line(hit.formula.latex)} \\]{number}")
        parts.append(f"   > {one_line(marked(hit, '**', '**'))}")
        parts.append(f"   `octavo page {source.book_id} {source.page}`")
    return "".join(f"{part}\n\n" for part in parts)


def xml_text(answer: SearchResults) -> str:
    """Return a document with the keys of `--json` as elements; null values have none."""
    root = Element("results", schema_version=str(JSON_VERSION))
    _add(root, "query", answer.question)
    _add(root, "mode", answer.mode)
    for hit in answer.hits:
        _add(root, "hit", hit.to_dict())
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _add(parent: Element, name: str, value: Any) -> None:
    """Add a value to an element; each item of a list is a separate element."""
    if isinstance(value, dict):
        element = SubElement(parent, name)
        for key, inner in value.items():
            _add(element, key, inner)
    elif isinstance(value, list) and all(isinstance(item, int | float) for item in value):
        SubElement(parent, name).text = " ".join(map(str, value))
    elif isinstance(value, list):
        for item in value:
            _add(parent, name, item)
    elif value is not None:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        SubElement(parent, name).text = _NOT_IN_XML.sub("", storable(text))


def csv_text(answer: SearchResults) -> str:
    """Return a table with a header line.

    A text that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for hit in answer.hits:
        row = hit.to_dict()
        row["section"] = " › ".join(row["section"])
        row["authors"] = "; ".join(row["authors"])
        writer.writerow({key: _escaped(value) for key, value in row.items()})
    return out.getvalue()


def _escaped(value: Any) -> Any:
    if isinstance(value, str):
        text = storable(value)
        return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text
    return value


FORMATS: dict[str, Callable[[SearchResults], str]] = {
    "files": files_text,
    "md": markdown_text,
    "xml": xml_text,
    "csv": csv_text,
}
