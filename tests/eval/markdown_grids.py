"""Reads the tables of markdown, pipe tables and HTML, as grids whose cells may span. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

__all__ = ["Cell", "Grid", "grids_of"]

_RULE = re.compile(r"^\s*\|?(?:\s*:?-+:?\s*\|)+\s*(?::?-+:?\s*)?$")
_MOST_SPAN = 1_000


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, how far it spans, and whether it is a heading."""

    text: str
    rows: int = 1
    columns: int = 1
    is_head: bool = False


@dataclass(slots=True)
class Grid:
    """A table: which cell (index into `cells`) covers each place, None where no cell does."""

    cells: list[Cell] = field(default_factory=list)
    places: dict[tuple[int, int], int] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Sequence[Cell]]) -> Grid:
        """Lay out rows of cells; a cell takes the first place of its row that is free."""
        grid = cls()
        for row, cells in enumerate(rows):
            column = 0
            for cell in cells:
                while (row, column) in grid.places:
                    column += 1
                number = len(grid.cells)
                grid.cells.append(cell)
                for down in range(cell.rows):
                    for across in range(cell.columns):
                        grid.places.setdefault((row + down, column + across), number)
                column += cell.columns
        return grid

    def neighbours(self, number: int, down: int, across: int) -> set[int]:
        """Return the cells next to one in a direction: (0, 1) is to the right."""
        found = set()
        for (row, column), other in self.places.items():
            if other != number:
                continue
            place = (row + down, column + across)
            if self.places.get(place, number) != number:
                found.add(self.places[place])
        return found

    def headings(self, number: int, down: int, across: int) -> set[int]:
        """Return the headings of a cell in a direction, the outermost cells if none is marked."""
        heads, ends, seen, waiting = set(), set(), {number}, [number]
        while waiting:
            cell = waiting.pop()
            if self.cells[cell].is_head:
                heads.add(cell)
            beyond = self.neighbours(cell, down, across)
            if not beyond:
                ends.add(cell)
            waiting += beyond - seen
            seen |= beyond
        return (heads - {number}) or (ends - {number})


def grids_of(markdown: str) -> list[Grid]:
    """Return the tables of a page."""
    parser = _Tables()
    parser.feed(markdown)
    return [*_pipe_tables(markdown), *(Grid.of(rows) for rows in parser.tables if any(rows))]


def _pipe_tables(markdown: str) -> Iterator[Grid]:
    """Yield the pipe tables; the cells of their first row and column are headings."""
    run: list[str] = []
    for line in [*markdown.split("\n"), ""]:
        if "|" in line:
            run.append(line)
            continue
        if len(run) > 1:
            rows = [_pipe_cells(line) for line in run if not _RULE.match(line)]
            yield Grid.of(
                [Cell(text, is_head=not row or not column) for column, text in enumerate(cells)]
                for row, cells in enumerate(rows)
            )
        run = []


def _pipe_cells(line: str) -> list[str]:
    cells = re.split(r"(?<!\\)\|", line.strip())
    inner = cells[1 if not cells[0].strip() else 0 : -1 if not cells[-1].strip() else None]
    return [cell.replace(r"\|", "|").replace(r"\$", "$").strip() for cell in inner]


class _Tables(HTMLParser):
    """Collects the rows of HTML tables; a table within another ends it."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[Cell]]] = []
        self._open: tuple[int, int, bool] | None = None
        self._text: list[str] = []
        self._in_head = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a table, a row or a cell."""
        if tag == "table":
            self.tables.append([])
        elif tag == "thead":
            self._in_head = True
        elif tag == "tr" and self.tables:
            self._close()
            self.tables[-1].append([])
        elif tag in {"td", "th"} and self.tables:
            self._close()
            spans = dict(attrs)
            rows, columns = _span(spans.get("rowspan")), _span(spans.get("colspan"))
            self._open = (rows, columns, tag == "th" or self._in_head)
        elif tag == "br":
            self._text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """Close a cell."""
        if tag in {"td", "th", "tr", "table"}:
            self._close()
        elif tag == "thead":
            self._in_head = False

    def handle_data(self, data: str) -> None:
        """Take the text of a cell."""
        if self._open:
            self._text.append(data)

    def _close(self) -> None:
        if self._open and self.tables:
            if not self.tables[-1]:
                self.tables[-1].append([])
            rows, columns, is_head = self._open
            text = " ".join("".join(self._text).split())
            self.tables[-1][-1].append(Cell(text, rows, columns, is_head))
        self._open, self._text = None, []


def _span(value: str | None) -> int:
    return min(int(value), _MOST_SPAN) if value and value.isdigit() and int(value) else 1
