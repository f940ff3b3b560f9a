"""The lines of a page's own text."""

from __future__ import annotations

from pathlib import Path

import pymupdf

from ocr_service.engines.choose import Reader, readers_in_order
from ocr_service.engines.text_readers import TextPage
from ocr_service.pdf.document import Document

LINES = [
    "The enzyme is an important agent that has been used for thirty years",
    "in the treatment of many such cases, and it maintains the color of the",
    "food that was fried with it, as the production of sugars is catalyzed by",
    "the same reaction of reducing acids, which industry has tried to avoid",
]
SHIFT = 0.002  # points: ten times the size of the blanks, so MuPDF begins another line there


def journal(path: Path) -> Document:
    """Return a page whose words are parted by blanks of no size, upside down, as journals are."""
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=500, height=700)
        page.insert_text((50, 50), " ", fontname="helv")  # makes the font known
        drawn = ["BT"]
        for number, line in enumerate(LINES):
            x, y = 50.0, 600 - 12 * number
            for word in line.split():
                drawn.append(f"/helv 10 Tf 1 0 0 1 {x:.2f} {y} Tm ({word}) Tj")
                x += pymupdf.get_text_length(word, fontsize=10)
                drawn.append(f"/helv 1 Tf .0002 0 0 -.0002 {x + SHIFT:.3f} {y} Tm ( ) Tj")
                x += 3.1
        pdf.update_stream(page.get_contents()[0], "\n".join([*drawn, "ET"]).encode())
        pdf.save(path)
    return Document.open(path)


def test_blanks_of_no_size_end_no_line(tmp_path: Path) -> None:
    with journal(tmp_path / "a.pdf") as document:
        page = TextPage.look(document, 0, [])
        (column,) = page.text.columns()
        assert [line.text.split() for line in column] == [line.split() for line in LINES]
        assert len(page.words.joints) == len(LINES) - 1
        assert readers_in_order(page.text, page.ink)[0] is Reader.TYPESET
