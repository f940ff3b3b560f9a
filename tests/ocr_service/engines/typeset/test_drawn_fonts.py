"""Fonts for mathematics as browsers write them: Type 3, named by a descriptor, signs in pieces."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pymupdf

from ocr_service.engines.typeset.page import TypesetPage, read_typeset
from ocr_service.pdf.document import Document
from ocr_service.pdf.font_names import own_name

# Box of each sign: left, bottom, right, top in thousandths of the type size, and its width.
_BOXES = {
    "(": (100, -250, 330, 750), ")": (60, -250, 290, 750), "=": (50, 130, 730, 370),
    "⎛": (300, 0, 870, 1490), "⎝": (300, 0, 870, 1490), "⎞": (0, 0, 570, 1490),
    "⎠": (0, 0, 570, 1490), "‾": (0, 560, 400, 600), "″": (0, 430, 500, 750),
    "⏞": (0, 600, 2300, 750), "+": (50, -80, 730, 580), "→": (50, 0, 950, 500),
}  # fmt: skip
_BOX = (30, 0, 480, 440)

_PIECE = 18  # points from a piece to the next

# A run: its signs, where it begins (x, y from below), its size, and what they are together; if they
# are one sign, each is a piece of it, and hangs under the one before.
_Run = tuple[str, float, float, float, str]


def drawn_font(pdf: pymupdf.Document, signs: str, name: str) -> int:
    """Add a Type 3 font with these signs at the codes 1, 2, ...; return its number."""

    def added(dictionary: str, stream: bytes = b"") -> int:
        xref: int = pdf.get_new_xref()
        pdf.update_object(xref, dictionary)
        if stream:
            pdf.update_stream(xref, stream)
        return xref

    procs = []
    for sign in signs:
        left, bottom, right, top = _BOXES.get(sign, _BOX)
        shape = f"{left} {bottom} {right - left} {top - bottom} re f"
        drawn = f"{right + 30} 0 {left} {bottom} {right} {top} d1 {shape}"
        procs.append(added("<<>>", drawn.encode()))
    codes = range(1, len(signs) + 1)
    pairs = [
        f"<{code:02X}> <{sign.encode('utf-16-be').hex()}>"
        for code, sign in zip(codes, signs, strict=True)
    ]
    entries = f"{len(pairs)} beginbfchar\n" + "\n".join(pairs) + "\nendbfchar"
    cmap = f"1 begincodespacerange <00> <FF> endcodespacerange\n{entries}"
    mapped = added("<<>>", f"begincmap\n{cmap}\nendcmap".encode())
    described = added(f"<</Type/FontDescriptor/FontName/{name}/Flags 4>>")
    widths = " ".join(str(_BOXES.get(sign, _BOX)[2] + 30) for sign in signs)
    glyphs = " ".join(f"/g{code}" for code in codes)
    shapes = " ".join(f"/g{code} {xref} 0 R" for code, xref in zip(codes, procs, strict=True))
    return added(
        "<</Type/Font/Subtype/Type3/FontMatrix[.001 0 0 .001 0 0]/FontBBox[0 -300 2400 1500]"
        f"/FirstChar 1/LastChar {len(signs)}/Widths[{widths}]/ToUnicode {mapped} 0 R"
        f"/FontDescriptor {described} 0 R/CharProcs<<{shapes}>>"
        f"/Encoding<</Type/Encoding/Differences[1 {glyphs}]>>>>"
    )


def page_of(path: Path, runs: Sequence[_Run], words: str = "The equation is here:") -> Path:
    """Write a page with some words in Times and, below them, runs of signs in a drawn font."""
    signs = "".join(dict.fromkeys("".join(run[0] for run in runs)))
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=500, height=700)
        page.insert_text((50, 100), words, fontname="tiro", fontsize=12)
        page.insert_text((50, 200), words, fontname="tiro", fontsize=12)
        xref = drawn_font(pdf, signs, "AAAAAA+SomeMath-Regular")
        drawn = []
        for text, x, y, size, together in runs:
            codes = [f"{signs.index(sign) + 1:02X}" for sign in text]
            codes = codes if together else ["".join(codes)]
            shown = " ".join(
                f"BT /D1 {size} Tf {x} {y - _PIECE * place} Td <{code}> Tj ET"
                for place, code in enumerate(codes)
            )
            if together:
                marked = together.encode("utf-16-be").hex()
                shown = f"/Span <</ActualText <FEFF{marked}>>> BDC {shown} EMC"
            drawn.append(shown)
        content = pdf.get_new_xref()
        pdf.update_object(content, "<<>>")
        pdf.update_stream(content, "\n".join(drawn).encode())
        times = pdf.get_page_fonts(0)[0]
        fonts = f"<</Font<</{times[4]} {times[0]} 0 R/D1 {xref} 0 R>>>>"
        pdf.xref_set_key(page.xref, "Resources", fonts)
        before = " ".join(f"{number} 0 R" for number in page.get_contents())
        pdf.xref_set_key(page.xref, "Contents", f"[{before} {content} 0 R]")
        pdf.save(path)
    return path


def read(path: Path) -> TypesetPage:
    with Document.open(path) as document:
        return read_typeset(document, 0, [])


def formulas(page: TypesetPage) -> list[str]:
    text = "\n".join(region.text for region in page.regions)
    return re.findall(r"\\[(\[] ?(.*?) ?\\[)\]]", text)


def test_the_descriptor_names_the_font(tmp_path: Path) -> None:
    path = page_of(tmp_path / "a.pdf", [("𝑥=𝑦", 200, 550, 12, "")])
    with Document.open(path) as document:
        blocks = document.page(0).get_text("dict")["blocks"]
        spans = [span for block in blocks for line in block["lines"] for span in line["spans"]]
    assert {own_name(span["font"]) for span in spans} == {"Times-Roman", "SomeMath-Regular"}


def test_italics_are_variables_and_plain_letters_are_names(tmp_path: Path) -> None:
    runs = [("sin𝑥=𝑔″(𝑦)", 200, 550, 12, "")]
    assert formulas(read(page_of(tmp_path / "a.pdf", runs))) == [r"\sin x = g''(y)"]


def test_a_tall_bracket_in_pieces_is_one(tmp_path: Path) -> None:
    runs = [
        ("𝐴=", 180, 547, 12, ""),
        ("⎛⎝", 205, 550, 12, "("),
        ("𝑎", 218, 556, 12, ""), ("𝑏", 236, 556, 12, ""),
        ("𝑐", 218, 538, 12, ""), ("𝑑", 236, 538, 12, ""),
        ("⎞⎠", 248, 550, 12, ")"),
    ]  # fmt: skip
    expected = r"A = \begin{pmatrix} a & b \\ c & d \end{pmatrix}"
    assert formulas(read(page_of(tmp_path / "a.pdf", runs))) == [expected]


def test_a_bar_that_is_a_sign_is_over_its_letter(tmp_path: Path) -> None:
    runs = [("‾", 201, 553, 8.4, ""), ("𝑥", 200, 550, 12, ""), ("=𝑦", 208, 550, 12, "")]
    assert formulas(read(page_of(tmp_path / "a.pdf", runs))) == [r"\bar{x} = y"]


def test_a_brace_drawn_before_what_it_is_over(tmp_path: Path) -> None:
    runs = [
        ("𝑧=", 180, 550, 12, ""),
        ("𝑛", 212, 566, 8.4, ""),
        ("⏞", 203, 556, 8.4, ""),
        ("𝑥+𝑦", 203, 550, 12, ""),
    ]
    found = formulas(read(page_of(tmp_path / "a.pdf", runs)))
    assert found == [r"z = \overbrace{x + y}^{n}"]


def test_a_font_that_nothing_names_is_not_trusted(tmp_path: Path) -> None:
    path = page_of(tmp_path / "a.pdf", [("𝑥=𝑦", 200, 550, 12, "")])
    with pymupdf.open(path) as pdf:
        for number, _, kind, *_ in pdf.get_page_fonts(0):
            if kind == "Type3":
                pdf.xref_set_key(number, "FontDescriptor", "null")
        pdf.save(tmp_path / "b.pdf")
    assert not formulas(read(tmp_path / "b.pdf"))


def test_the_point_of_a_number_in_a_font_of_text_is_in_the_formula(tmp_path: Path) -> None:
    path = page_of(tmp_path / "a.pdf", [("𝑥=", 200, 550, 12, "")])
    with pymupdf.open(path) as pdf:
        pdf[0].insert_text((221, 150), "0.61.", fontname="tiro", fontsize=12)
        pdf.save(tmp_path / "b.pdf")
    assert formulas(read(tmp_path / "b.pdf")) == ["x = 0.61"]


def test_a_table_whose_rules_are_drawn_a_piece_a_cell(tmp_path: Path) -> None:
    rows = (("n", "mean", "sd"), ("10", "2.5", "0.3"), ("20", "2.6", "0.2"))
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=500, height=700)
        page.insert_text((50, 60), "The table has three columns and three rows.", fontname="tiro")
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                page.insert_text((60 + 50 * column, 115 + 20 * row), cell, fontname="tiro")
        for y in (100, 121, 165):
            for left in (50, 100, 150):
                box = pymupdf.Rect(left, y, left + 50, y + 0.75)
                page.draw_rect(box, color=None, fill=(0, 0, 0))
        pdf.save(tmp_path / "a.pdf")
    tables = [region.text for region in read(tmp_path / "a.pdf").regions if region.label == "table"]
    expected = "| n | mean | sd |\n| --- | --- | --- |\n| 10 | 2.5 | 0.3 |\n| 20 | 2.6 | 0.2 |"
    assert tables == [expected]
