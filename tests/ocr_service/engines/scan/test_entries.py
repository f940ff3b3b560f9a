"""Entries of contents and indexes: dots, pages found apart, numbers, columns."""

from __future__ import annotations

from ocr_service.engines.scan.entries import with_entries
from ocr_service.engines.scan.line_geometry import TextLine, measure
from ocr_service.engines.scan.paragraphs import regions_from_lines
from ocr_service.engines.scan.tables import with_tables
from ocr_service.library.pages import Region

CHAR, HEIGHT, PITCH = 0.009, 0.016, 0.02  # of the page: a character, a line, line to line


def piece(text: str, left: float, row: int, right: float = 0.0) -> TextLine:
    """Return a piece of a row, by its left end or, if it is given, its right end."""
    width = len(text) * CHAR
    left, right = (right - width, right) if right else (left, left + width)
    return TextLine(text, (left, 0.2 + row * PITCH, right, 0.2 + row * PITCH + HEIGHT), 0.99)


def read(lines: list[TextLine]) -> list[Region]:
    scale = measure(lines)
    return regions_from_lines(with_tables(with_entries(lines, scale), scale))


def test_an_index_in_three_columns_is_read_column_by_column() -> None:
    names = ["axiom", "bridge", "circle", "degree", "ellipse", "figure", "gradient", "height"]
    lines = []
    for column, start in enumerate((0.08, 0.38, 0.68)):
        for row, name in enumerate(names):
            page = str(10 * column + row + 1)
            lines.append(piece(f"{name}, {'abc'[column]} . . .", start, row))
            lines.append(piece(f"..{page}" if row % 2 else page, 0.0, row, start + 0.24))
    found = "\n".join(region.text for region in read(lines)).split("\n")
    assert found == [
        f"{name}, {'abc'[column]} … {10 * column + row + 1}"
        for column in range(3)
        for row, name in enumerate(names)
    ]


def test_contents_have_a_line_for_an_entry_of_two_rows_and_its_number_apart() -> None:
    lines = [
        piece("§1.", 0.1, 0), piece("The elements of geometry....... 3", 0.16, 0, 0.8),
        piece("§2.", 0.1, 1), piece("The axioms of connection and of order in", 0.16, 1),
        piece("the plane and in space .......", 0.16, 2), piece("4", 0.0, 2, 0.8),
        piece("§3.", 0.1, 3), piece("Consequences of the axioms ......... 5", 0.16, 3, 0.8),
        piece("§4.", 0.1, 4), piece("The axiom of parallels", 0.16, 4), piece("…. 11", 0, 4, 0.8),
    ]  # fmt: skip
    (region,) = read(lines)
    assert region.text.split("\n") == [
        "§1. The elements of geometry … 3",
        "§2. The axioms of connection and of order in the plane and in space … 4",
        "§3. Consequences of the axioms … 5",
        "§4. The axiom of parallels … 11",
    ]


def test_numbers_beside_prose_are_no_pages() -> None:
    lines = [piece("it is said... and then, so they", 0.1, row) for row in range(6)]
    lines += [piece(str(row + 2), 0.0, row, 0.8) for row in range(6)]
    assert with_entries(lines[:2] + lines[6:], measure(lines)) == lines[:2] + lines[6:]
