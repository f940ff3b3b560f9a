"""Reads a PDF with Octavo and splits the markdown of its pages into prose and formulas."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from indexer.passages.math_spans import find_math
from ocr_service.books.running_heads import find_running_heads, page_markdown
from ocr_service.library.pages import PageRecord, PageStatus
from tests.eval.displays import display_pieces, is_grid
from tests.eval.pieces import FormulaPiece, Piece, ProsePiece, without_boilerplate

__all__ = ["ReadPages", "markdown_pieces", "read_pages"]

_TABLE = re.compile(
    r"<table\b.*?(?:</table>|\Z)|(?:^[ \t]*\|.*\|[ \t]*(?:\n|\Z))+", re.DOTALL | re.MULTILINE
)
_FIGURE = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)")
_HTML = re.compile(r"</?[a-zA-Z][^<>\n]{0,200}>|<!--.*?-->", re.DOTALL)
_MARKS = re.compile(
    r"^[ \t]{0,8}(?:\#{1,6}[ \t]+|>[ \t]?|[-*+•][ \t]+(?=\S)|`{3,}.*$|\[\^[^\]\n]{1,9}\]:[ \t]*)",
    re.MULTILINE,
)
_NOTE_MARK = re.compile(r"\[\^[^\]\n]{1,9}\]")
_EMPHASIS = re.compile(r"(?<!\\)(\*{1,3}|_{1,3}|`)(?=\S)(.+?)(?<=[^\s\\])\1", re.DOTALL)
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~$&%'\"])")


@dataclass(slots=True)
class ReadPages:
    """A book as it was read: `pages` are 1-based numbers, parallel to `markdown`."""

    pages: list[int] = field(default_factory=list)
    markdown: list[str] = field(default_factory=list)
    engines: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0  # wall time of reading alone

    def pieces(self) -> list[Piece]:
        """Return prose and formulas of all pages."""
        pieces: list[Piece] = []
        for number, markdown in zip(self.pages, self.markdown, strict=True):
            pieces += markdown_pieces(markdown, number)
        return without_boilerplate(pieces)


def read_pages(path: Path, page_indices: Sequence[int], reader: str, jobs: int) -> ReadPages:
    """Read pages of a PDF (0-based indices) and clean them together, as the pipeline does.

    `reader` is "local" for the local engine, "typeset" for the typeset reader alone.

    Raises:
        OctavoError: the PDF cannot be read.
    """
    start = time.perf_counter()
    records: list[PageRecord] = []
    if jobs <= 1:
        records = _read_some(path, list(page_indices), reader)
    else:
        chunks = [list(page_indices[place::jobs]) for place in range(jobs)]
        with ProcessPoolExecutor(jobs) as pool:
            for done in pool.map(_read_some, [path] * jobs, chunks, [reader] * jobs):
                records += done
        records.sort(key=lambda record: record.page_index)
    result = ReadPages(seconds=time.perf_counter() - start)
    heads = find_running_heads(records)
    for record in records:
        result.pages.append(record.page_index + 1)
        result.markdown.append(page_markdown(record, heads).strip())
        result.engines[record.engine] = result.engines.get(record.engine, 0) + 1
    return result


def _read_some(path: Path, page_indices: list[int], reader: str) -> list[PageRecord]:
    from ocr_service.engines.local import LocalEngine
    from ocr_service.pdf.document import Document

    records = []
    engine = LocalEngine()
    with Document.open(path) as document:
        outline = document.outline()
        for page_index in page_indices:
            status, name = PageStatus.OK, reader
            if reader == "typeset":
                from ocr_service.engines.typeset.page import read_typeset

                regions = read_typeset(document, page_index, outline).regions
            else:
                reading = engine.read(document, page_index, outline)
                regions, status, name = reading.regions, reading.status, reading.engine
            records.append(
                PageRecord(
                    source_sha256="0" * 64,
                    page_index=page_index,
                    page_label=document.label(page_index),
                    status=status,
                    engine=name,
                    raw="\n\n".join(region.text for region in regions if region.text),
                    regions=tuple(regions),
                )
            )
    return records


def markdown_pieces(markdown: str, page: int = 0) -> list[Piece]:
    """Return the prose and the formulas of one page's markdown; displays are cut into rows."""
    pieces: list[Piece] = []
    position = 0
    for found in _TABLE.finditer(markdown):
        pieces += _pieces(markdown[position : found.start()], page, aside=False)
        pieces += _pieces(found[0].replace("|", " "), page, aside=True)
        position = found.end()
    pieces += _pieces(markdown[position:], page, aside=False)
    return pieces


def _pieces(markdown: str, page: int, *, aside: bool) -> Iterator[Piece]:
    position = 0
    for span in find_math(markdown):
        yield from _prose(markdown[position : span.start], page, aside=aside)
        if span.display or is_grid(span.latex):
            yield from display_pieces(span.latex, aside=aside, page=page)
        else:
            yield FormulaPiece(span.latex, False, None, aside, page)
        position = span.end
    yield from _prose(markdown[position:], page, aside=aside)


def _prose(text: str, page: int, *, aside: bool) -> Iterator[Piece]:
    """Yield a text without what is markdown's."""
    text = _NOTE_MARK.sub("", _MARKS.sub("", _FIGURE.sub("", text)))
    text = html.unescape(_HTML.sub(" ", text))
    for _ in range(2):
        text = _EMPHASIS.sub(r"\2", text)
    text = _ESCAPE.sub(r"\1", text)
    if text.strip():
        yield ProsePiece(text, aside, page)
    elif text:
        yield ProsePiece("\n\n" if "\n\n" in text else " ", aside, page)
