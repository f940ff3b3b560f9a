"""Which lines of a scan are tables, and what is made of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ocr_service.engines.local import LocalEngine
from ocr_service.engines.scan.line_geometry import TextLine, measure
from ocr_service.engines.scan.paragraphs import regions_from_lines
from ocr_service.engines.scan.tables import with_tables
from ocr_service.pdf.document import Document

SCAN = Path(__file__).resolve().parents[4] / "data" / "shelf" / "least-squares-scan.pdf"
PROSE = "Every continuous function on a closed interval attains its bounds"
CHAR = 0.012


def piece(text: str, left: float, top: float) -> TextLine:
    return TextLine(text, (left, top, left + CHAR * len(text), top + 0.02))


def rows(table: list[str], lefts: tuple[float, ...], top: float = 0.3) -> list[TextLine]:
    return [
        piece(cell.strip(), left, top + 0.025 * place)
        for place, row in enumerate(table)
        for cell, left in zip(row.split("|"), lefts, strict=True)
        if cell.strip()
    ]


def tables_of(lines: list[TextLine]) -> list[str]:
    prose = [piece(PROSE, 0.1, 0.1), piece(PROSE, 0.1, 0.125), piece(PROSE, 0.1, 0.8)]
    page = [*prose, *lines]
    return [line.markdown for line in with_tables(page, measure(page)) if line.label == "table"]


def test_a_table_keeps_its_cells_and_gaps() -> None:
    lines = rows(
        [
            "Planet | Radius | Moons",
            "Mercury | 2440 | ",
            "Earth | 6371 | 1",
            "Jupiter | 69911 | 95",
        ],
        (0.15, 0.4, 0.6),
    )
    (table,) = tables_of(lines)
    assert table.splitlines() == [
        "| Planet | Radius | Moons |",
        "| --- | --- | --- |",
        "| Mercury | 2440 |  |",
        "| Earth | 6371 | 1 |",
        "| Jupiter | 69911 | 95 |",
    ]


def test_numbered_lines_of_code_are_no_table() -> None:
    code = ["74 | \\ifcsdef{captions}", "75 | {", "76 | \\csappto{captions}", "77 | {%"]
    assert tables_of(rows(code, (0.15, 0.25))) == []
    counts = ["Year | Moons known", "1608 | 1", "1611 | 5", "1656 | 6"]
    assert len(tables_of(rows(counts, (0.15, 0.25)))) == 1


def test_a_table_of_two_columns_needs_four_rows() -> None:
    table = ["Year | Sales", "1910 | 12", "1911 | 15", "1912 | 19"]
    assert len(tables_of(rows(table, (0.2, 0.5)))) == 1
    assert tables_of(rows(table[:3], (0.2, 0.5))) == []


@pytest.mark.parametrize(
    ("lines", "lefts"),
    [
        ([f"{PROSE[:34]} | {PROSE[20:54]}"] * 5, (0.05, 0.52)),
        (
            [
                "The harbour board met | Nobody was hurt when",
                "to hear that the quay | the crane was taken",
                "is ready. Ships of any | down. The town itself",
                "size may land there. | has met all the costs.",
            ],
            (0.1, 0.5),
        ),
        ([f"({n}) | {PROSE[:40]}" for n in range(1, 6)], (0.1, 0.2)),
        ([f"x + {n} = y | (1.{n})" for n in range(1, 6)], (0.3, 0.8)),
        (["1 | 2 | 3", "4 | 5 | 6", "7 | 8 | 9"], (0.2, 0.4, 0.6)),
    ],
    ids=[
        "columns of prose",
        "narrow columns of prose",
        "a list",
        "formulas with numbers",
        "marks of an axis",
    ],
)
def test_what_is_no_table(lines: list[str], lefts: tuple[float, ...]) -> None:
    assert tables_of(rows(lines, lefts)) == []


def test_a_bar_in_a_cell_is_escaped_and_a_table_is_a_region_in_its_place() -> None:
    page = [
        piece(PROSE, 0.1, 0.1),
        *rows(
            ["Sign | Name | Use", "P(A/B) | given | odds", "x! | factorial | counts"],
            (0.2, 0.4, 0.6),
        ),
        piece(PROSE, 0.1, 0.8),
    ]
    page = [replace(line, text=line.text.replace("P(A/B)", "P(A|B)")) for line in page]
    regions = regions_from_lines(with_tables(page, measure(page)))
    assert [region.label for region in regions] == ["text", "table", "text"]
    assert "| P(A\\|B) | given | odds |" in regions[1].text


def test_the_table_of_a_real_scan() -> None:
    with Document.open(SCAN) as document:
        regions = LocalEngine().read(document, 6, ()).regions
    (table,) = [region.text for region in regions if region.label == "table"]
    assert table.splitlines()[0] == "| Method | Operations | Limit of use |"
    assert [row.split("|")[1].strip() for row in table.splitlines()[3:]] == [
        "Modified Gram-Schmidt",
        "Householder QR",
        "Singular values",
    ]
    captions = [region.text for region in regions if region.label == "caption"]
    assert captions == ["Table 1: Four methods for the least squares problem with m » n."]
