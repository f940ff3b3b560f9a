"""Which reader reads a page of its own text, and what becomes of a reading that fails the check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pymupdf
import pytest

from ocr_service.engines import text_readers
from ocr_service.engines.choose import Reader, is_mathematical, readers_in_order
from ocr_service.engines.combine import with_formulas
from ocr_service.engines.layout.page_text import LayerLine, LayerText
from ocr_service.engines.local import LocalEngine
from ocr_service.engines.text_readers import Reading, TextPage
from ocr_service.engines.typeset.page import TypesetPage
from ocr_service.library.pages import Region
from ocr_service.pdf.document import Document

PROSE = (
    "A group is a set with one operation that is associative, has a neutral element and for every "
    "element an inverse. The order of a subgroup divides the order of the group. "
)
Draw = Callable[[pymupdf.Page], object]


def made(path: Path, draw: Draw) -> Document:
    """Return a document of one page that a function drew on."""
    with pymupdf.open() as pdf:
        draw(pdf.new_page(width=500, height=700))
        pdf.save(path)
    return Document.open(path)


def read(path: Path, draw: Draw) -> Reading:
    with made(path, draw) as document:
        return LocalEngine().read(document, 0, [])


def order(path: Path, draw: Draw) -> Sequence[Reader]:
    with made(path, draw) as document:
        page = TextPage.look(document, 0, [])
        return readers_in_order(page.text, page.ink)


def text_of(reading: Reading) -> str:
    return " ".join(" ".join(region.text for region in reading.regions).split())


def prose(page: pymupdf.Page, font: str = "tiro") -> None:
    page.insert_textbox((50, 60, 450, 640), PROSE * 3, fontsize=11, fontname=font)


def ruled_table(page: pymupdf.Page) -> None:
    """Draw a table of five rows and three columns on filled cells."""
    for row in range(5):
        for column, text in enumerate(("Blue paint", f"{row} tins of it", f"1{row}.50")):
            left, top = 60 + 120 * column, 100 + 24 * row
            box = pymupdf.Rect(left, top, left + 120, top + 24)
            page.draw_rect(box, color=(0, 0, 0), fill=(0.9, 0.95, 1))
            page.insert_text((left + 6, top + 16), text, fontsize=11)


def test_paragraphs_go_to_the_typeset_reader_and_tables_to_the_layout(tmp_path: Path) -> None:
    assert order(tmp_path / "a.pdf", prose)[0] is Reader.TYPESET
    assert order(tmp_path / "b.pdf", ruled_table)[0] is Reader.LAYOUT


def test_the_words_of_a_ruled_table_are_in_its_cells(tmp_path: Path) -> None:
    reading = read(tmp_path / "a.pdf", ruled_table)
    assert reading.notes == ()
    for row in range(5):
        assert f"{row} tins of it" in text_of(reading)
        assert f"1{row}.50" in text_of(reading)


def test_text_on_a_filled_background_keeps_its_blanks(tmp_path: Path) -> None:
    """The typeset reader takes the background and its frames for a figure, the words for labels."""

    def slide(page: pymupdf.Page) -> None:
        page.draw_rect(page.rect, fill=(0.1, 0.2, 0.4))
        for i in range(5):
            page.draw_rect((30 + 5 * i, 40, 470, 400 + 5 * i), color=(1, 1, 1))
        page.insert_text((60, 100), "Quarterly results of the northern division", fontsize=20)
        page.insert_text((60, 160), "Revenue rose in every region", fontsize=14)

    reading = read(tmp_path / "slide.pdf", slide)
    assert "Quarterly results of the northern division" in text_of(reading)
    assert "Revenue rose in every region" in text_of(reading)
    assert reading.notes == ()


def test_underlined_lines_are_no_fractions(tmp_path: Path) -> None:
    def links(page: pymupdf.Page) -> None:
        for i in range(6):
            y = 100 + 14 * i
            page.insert_text((60, y), f"See the standard documentation, part {i}", fontsize=11)
            page.draw_line((60, y + 1.5), (245, y + 1.5), width=0.5)

    reading = read(tmp_path / "links.pdf", links)
    assert "\\(" not in text_of(reading)
    assert text_of(reading).count("See the standard documentation, part") == 6


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let the typeset reader and the layout analysis return a text of one's own."""

    def install(text: str) -> None:
        region = Region("text", (0.1, 0.1, 0.9, 0.9), text)
        page = TypesetPage((region,), 1.0)
        monkeypatch.setattr(text_readers, "read_typeset", lambda *_: page)
        monkeypatch.setattr(text_readers, "read_text_layer", lambda *_: [region])

    return install


@pytest.mark.parametrize(
    "text",
    [
        PROSE,  # two thirds are lost
        (PROSE * 3).replace(" of ", "of"),
        (PROSE * 3).replace("subgroup", r"\(\frac{sub}{group}\)"),
    ],
    ids=["lost", "glued", "false formula"],
)
def test_what_fails_the_check_is_read_again_by_the_plain_reader(
    tmp_path: Path, failing: Callable[[str], None], text: str
) -> None:
    failing(text)
    reading = read(tmp_path / "a.pdf", prose)
    assert reading.engine == Reader.PLAIN
    assert PROSE.strip() in text_of(reading)
    assert reading.notes == ()  # nothing is lost


def test_words_that_the_typeset_reader_invents_are_not_kept(
    tmp_path: Path, failing: Callable[[str], None]
) -> None:
    failing(
        PROSE * 3 + "Sphinx of black quartz, judge my vow twice; how vexingly quick daft zebras"
    )
    assert read(tmp_path / "a.pdf", prose).engine != Reader.TYPESET


def test_what_a_page_of_mathematics_loses_is_in_its_notes(
    tmp_path: Path, failing: Callable[[str], None]
) -> None:
    def tex(page: pymupdf.Page) -> None:
        prose(page)
        for xref, *_ in page.parent.get_page_fonts(0):
            page.parent.xref_set_key(xref, "BaseFont", "/CMR10")

    failing(PROSE + r"\(\alpha\) and \(\beta\)")
    reading = read(tmp_path / "a.pdf", tex)
    assert reading.engine == Reader.PLAIN
    (note,) = reading.notes
    assert note.startswith("2 of 2 formulas are read as plain text, for the typeset reader's page")
    assert "lost" in note


def test_where_every_reader_fails_the_best_is_kept_and_says_what_is_lost(
    tmp_path: Path, failing: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(PROSE)
    worst = [Region("text", (0.0, 0.0, 1.0, 1.0), "A group")]
    monkeypatch.setattr(text_readers, "read_plain_text", lambda _: worst)
    reading = read(tmp_path / "a.pdf", prose)
    assert reading.engine == Reader.TYPESET
    (note,) = reading.notes
    assert "lost" in note


def test_formulas_go_into_the_boxes_of_the_layout_where_no_word_is_lost() -> None:
    left, right = (0.1, 0.1, 0.48, 0.3), (0.52, 0.1, 0.9, 0.3)
    layout = [Region("text", left, "the square x2 of it"), Region("text", right, "and so it is")]
    typeset = [
        Region("text", (0.1, 0.11, 0.47, 0.29), r"the square \(x^{2}\) of it"),
        Region("text", (0.53, 0.11, 0.9, 0.29), r"and \(s^{o}\)"),
    ]
    lines = (
        LayerLine("the square x2 of it", "the square    of it", (50, 80, 240, 90), 10),
        LayerLine("and so it was before", "and so it was before", (260, 80, 450, 90), 10),
    )
    page = LayerText((lines,), Counter(), 500.0, 700.0)
    first, second = with_formulas(layout, typeset, page)
    assert first.text == r"the square \(x^{2}\) of it"
    assert second.text == "and so it is"


def test_a_few_signs_of_a_symbol_font_make_no_page_mathematical() -> None:
    """The arrows of a form are set in such fonts too; a page with formulas has more of them."""

    def text_in(symbols: int) -> LayerText:
        fonts = Counter({"HelveticaNeue": 4_000, "Universal-GreekwithMathPi": symbols})
        return LayerText((), fonts, 600.0, 800.0)

    assert not is_mathematical(text_in(3))
    assert is_mathematical(text_in(20))
