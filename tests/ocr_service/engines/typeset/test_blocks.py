"""Lines to blocks and regions: a case for each rule about paragraphs, displays and headings."""

from __future__ import annotations

import pytest

from ocr_service.engines.typeset.blocks.find_blocks import PageBlock, find_blocks
from ocr_service.engines.typeset.blocks.lines import PageLine, make_line
from ocr_service.engines.typeset.blocks.measure import Measure
from ocr_service.engines.typeset.blocks.regions import block_regions
from ocr_service.engines.typeset.rows.row import GlyphRow
from ocr_service.pdf.document import OutlineEntry
from tests.support.typesetter.pages import Expression, MathList, Sign, TextRun, set_line

LinePart = str | TextRun | Expression
DrawnLine = tuple[float, tuple[LinePart, ...]]  # x of its left end, and its parts
LEFT, RIGHT, TOP = 100.0, 300.0, 200.0
FULL = "An even number is the sum of two odd ones"  # reaches the right margin
SHORT = "and so it is odd."
PAGE = Measure(10.0, 12.0, ((LEFT, RIGHT),), (), 400.0, 600.0)


def math(*signs: str) -> MathList:
    return MathList(tuple(map(Sign, signs)))


def bold(text: str) -> TextRun:
    return TextRun(text, "CMBX10")


def line_at(x: float, y: float, *parts: LinePart) -> PageLine:
    row = GlyphRow()
    glyphs, row.rules = set_line(*parts, x=x, y=y)
    for glyph in glyphs:
        row.add(glyph, glyph.top, glyph.bottom)
    return make_line(row, None)


def blocks(*lines: DrawnLine, leading: float = 12.0) -> list[PageBlock]:
    """Return the blocks of lines, one below the other, in the middle of a page."""
    found = [line_at(x, TOP + leading * n, *parts) for n, (x, parts) in enumerate(lines)]
    return find_blocks(found, PAGE)


PARAGRAPHS: list[tuple[str, tuple[DrawnLine, ...], int]] = [
    ("full lines", ((LEFT, (FULL,)), (LEFT, (FULL,))), 1),
    ("short line that ends no sentence", ((LEFT, ("we see that",)), (LEFT, (FULL,))), 1),
    ("short line that ends a sentence", ((LEFT, (SHORT,)), (LEFT, (FULL,))), 2),
    ("other type size", ((LEFT, (FULL,)), (LEFT, (TextRun(FULL, size=8.0),))), 2),
    ("bold below plain", ((LEFT, ("we see that",)), (LEFT, (bold("The sum"),))), 2),
    ("plain below a short bold line", ((LEFT, (bold("The sum"),)), (LEFT, (FULL,))), 2),
    ("bullets", ((LEFT, ("– one of the sums",)), (LEFT, ("– the other",))), 2),
    ("numbered items", ((LEFT, ("(a) one sum.",)), (LEFT, ("(b) the other.",))), 2),
    ("number that ends a sentence", ((LEFT, ("by what is shown in",)), (LEFT, ("2. It",))), 1),
    ("item left of the line before", ((LEFT + 15, (FULL,)), (LEFT, ("2. It is",))), 2),
    ("indented line", ((LEFT, (FULL,)), (LEFT, (FULL,)), (LEFT + 15, ("As before",))), 2),
    ("hanging item", ((LEFT, ("(a) one of the sums",)), (LEFT + 15, ("that are odd",))), 1),
    ("first line indented", ((LEFT + 15, (FULL,)), (LEFT, (FULL,))), 1),
    ("line further left", ((LEFT + 15, (FULL,)), (LEFT + 15, (FULL,)), (LEFT, (FULL,))), 2),
    ("centred title", ((LEFT + 70, ("What is odd?",)), (LEFT + 70, ("What is even",))), 1),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "count"), [pytest.param(lines, count, id=name) for name, lines, count in PARAGRAPHS]
)
def test_lines_of_a_paragraph(lines: tuple[DrawnLine, ...], count: int) -> None:
    found = blocks(*lines)
    assert [block.label for block in found] == ["text"] * count
    assert sum(len(block.lines) for block in found) == len(lines)


def test_a_gap_begins_a_paragraph() -> None:
    lines = ((LEFT, (FULL,)), (LEFT, (FULL,)))
    assert len(blocks(*lines, leading=14.0)) == 1
    assert len(blocks(*lines, leading=19.0)) == 2


SUM = math("x", "+", "y", "=", "z")
DISPLAYS: list[tuple[str, DrawnLine, str]] = [
    ("centred formula", (LEFT + 78, (SUM,)), "equation"),
    ("formula at the margin", (LEFT, (SUM,)), "text"),
    ("formula far right below a gap", (LEFT + 25, (SUM,)), "equation"),
    ("formula little indented", (LEFT + 12, (SUM,)), "text"),
    ("formula with its number", (LEFT + 10, (SUM, TextRun(" " * 38 + "(1.2)"))), "equation"),
    ("formula with a few words", (LEFT + 60, (SUM, " if ", Sign("x"), " is odd")), "equation"),
    ("words with a formula", (LEFT + 40, ("so that it is odd if ", Sign("x"))), "text"),
    ("item that is a formula", (LEFT + 70, ("(a) ", SUM)), "text"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "label"), [pytest.param(line, label, id=name) for name, line, label in DISPLAYS]
)
def test_displays(line: DrawnLine, label: str) -> None:
    before = line_at(LEFT, TOP, FULL)
    found = find_blocks([before, line_at(line[0], TOP + 16, *line[1])], PAGE)
    assert found[-1].label == label


def label_of(*lines: DrawnLine, entries: tuple[OutlineEntry, ...] = ()) -> str:
    """Return the label of the first region that lines make."""
    return block_regions(blocks(*lines)[0], PAGE, entries)[0].label


HEADINGS: list[tuple[str, DrawnLine, str]] = [
    ("large", (LEFT, (TextRun("The sum", size=14.0),)), "section_header"),
    ("bold at the margin", (LEFT, (bold("The sum"),)), "section_header"),
    ("bold and centred", (LEFT + 80, (bold("The sum"),)), "section_header"),
    ("bold and indented", (LEFT + 20, (bold("The sum"),)), "text"),
    ("capitals, centred", (LEFT + 65, ("THE RESULTS",)), "section_header"),
    ("capitals at the margin", (LEFT, ("THE RESULTS",)), "text"),
    ("part of a sentence", (LEFT, (bold("so that it is odd,"),)), "text"),
    ("plain line", (LEFT, ("The sum",)), "text"),
    ("caption in bold", (LEFT, (bold("Table 1. The sum"),)), "caption"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "label"), [pytest.param(line, label, id=name) for name, line, label in HEADINGS]
)
def test_headings(line: DrawnLine, label: str) -> None:
    assert label_of(line) == label


def test_a_line_of_the_outline_is_a_heading() -> None:
    entry = OutlineEntry(1, "The sum of two", 0)
    assert label_of((LEFT, ("The sum of two",))) == "text"
    assert label_of((LEFT, ("The sum of two",)), entries=(entry,)) == "section_header"


@pytest.mark.parametrize(
    "text",
    ["Figure 1: A path.", "Fig. 2. A path.", "FIGURE 3. A path.", "Table 1.1: Results.",
     "Tab. IV. Results.", "Abbildung 5: Ein Pfad.", "Abb. 6 Ein Pfad.", "Tabelle 7: Werte.",
     "TABELLE IX. Werte."],
)  # fmt: skip
def test_captions(text: str) -> None:
    assert label_of((LEFT, (text,))) == "caption"


@pytest.mark.parametrize(
    "text", ["Tabelle in der Mitte der Seite.", "Table in the middle.", "Abbildungen zeigen es."]
)
def test_words_that_begin_like_captions(text: str) -> None:
    assert label_of((LEFT, (text,))) == "text"
