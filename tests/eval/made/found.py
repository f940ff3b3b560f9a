"""Reads a PDF as a build does, and takes from the markdown what it shows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from tests.eval.made.truth import Heading, Shown, words_of
from tests.eval.markdown_grids import Cell, Grid, grids_of
from tests.eval.page_pieces import markdown_pieces
from tests.eval.pieces import ProsePiece

__all__ = ["Reading", "read_pdf", "shown_by"]

_HEADING = re.compile(r"^(#{1,6})[ \t]+(.*)$", re.MULTILINE)
_ITEM = re.compile(r"^[ \t]*(?:[-*+•]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]+)[.)])[ \t]+(.*)$", re.MULTILINE)
# A note stands in a paragraph of its own behind its mark, as the page prints it.
_MARK = (
    r"(?:\[\^[^\]\n]{1,9}\]:|[¹²³⁴-⁹]+|\d{1,2}[.)]?(?= )|[a-z](?= )|\\\(\{\}\^\{?\w\}?\\\)|[*†‡]+)"
)
_NOTE = re.compile(rf"(?:\A|(?<=\n\n)){_MARK}[ \t]*(.*)$", re.MULTILINE)
_LINE_NUMBER = re.compile(r"[ \t]*\d+[ \t]*")
_FENCE = re.compile(r"^(`{3,})[^\n]*\n(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL)


@dataclass(slots=True)
class Reading:
    """A document as it was read: the markdown of its pages, what read them, and their notes."""

    pages: list[str] = field(default_factory=list)
    engines: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_pdf(path: Path) -> Reading:
    """Read a PDF's pages and finish them together, as a build does.

    Raises:
        OctavoError: the PDF cannot be opened.
    """
    from ocr_service.books.finishing import finished_pages
    from ocr_service.workers.tasks import PageTask, look_into, read_page

    info = look_into(path, None, guess_title=True)
    records = [
        read_page(PageTask(path, str(path), index, label, zoom=2.0, force_ocr=False))
        for index, label in enumerate(info.labels)
    ]
    pages = finished_pages("made", records, info.outline)
    notes = [note for record in records for note in record.notes]
    return Reading([page.markdown for page in pages], [page.engine for page in pages], notes)


def shown_by(pages: list[str]) -> Shown:
    """Return what the markdown of a document's pages shows."""
    shown = Shown()
    for number, markdown in enumerate(pages, 1):
        shown.pieces += [*markdown_pieces(markdown, number), ProsePiece("\n\n", page=number)]
        for fence in _FENCE.finditer(markdown):
            shown.code += _without_numbers(fence[2].split("\n"))
        text = _FENCE.sub("", markdown)
        for marks, title in _HEADING.findall(text):
            shown.headings.append(Heading(len(marks), words_of(markdown_pieces(title))))
        shown.items += [words_of(markdown_pieces(item)) for item in _ITEM.findall(text)]
        shown.notes += [words_of(markdown_pieces(note)) for note in _NOTE.findall(text)]
        shown.tables += [_in_words(grid) for grid in grids_of(text)]
    return shown


def _without_numbers(lines: list[str]) -> list[str]:
    """Return the lines of a listing without their numbers, which the source does not have."""
    numbered = [line for line in lines if _LINE_NUMBER.match(line)]
    if len(numbered) < len([line for line in lines if line.strip()]):
        return lines
    width = min(len(_LINE_NUMBER.match(line)[0]) for line in numbered)  # type: ignore[index]
    return [line[width:] for line in lines]


def _in_words(grid: Grid) -> Grid:
    cells = [
        Cell(" ".join(words_of(markdown_pieces(cell.text))), cell.rows, cell.columns, cell.is_head)
        for cell in grid.cells
    ]
    return Grid(cells, grid.places)
