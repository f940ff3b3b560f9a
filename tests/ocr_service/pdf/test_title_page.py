"""Titles, authors and years of PDFs: from the metadata if it is sane, else from the title page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pymupdf
import pytest

from ocr_service.pdf.document import Document
from ocr_service.pdf.titles import clean_authors, clean_title

Line = tuple[float, str]
TEXT: list[Line] = [(10, "A group is a set with a law that is associative and a unit.")] * 30


def make(
    path: Path, pages: Sequence[Sequence[Line]], metadata: dict[str, str] | None = None
) -> Path:
    """Write a PDF of lines, each with its type size."""
    with pymupdf.open() as pdf:
        for lines in pages:
            page, y = pdf.new_page(), 60.0
            for size, text in lines:
                y += 1.2 * size
                page.insert_text((60, y), text, fontsize=size)
        pdf.set_metadata(metadata or {})
        pdf.save(path)
    return path


def title_of(path: Path) -> str | None:
    with Document.open(path) as document:
        return document.title


@pytest.mark.parametrize(
    ("pages", "title"),
    [
        ([[(24, "Lectures on"), (24, "Ergodic Sums"), *TEXT]], "Lectures on Ergodic Sums"),
        ([[(24, "NON-EUCLIDEAN"), (24, "GEOMETRY")]], "NON-EUCLIDEAN GEOMETRY"),
        ([[(9, "Title: Knots and Links")], [(24, "KNOTS AND LINKS")]], "Knots and Links"),
        ([[(14, "Principles of"), (24, "Analysis")], TEXT], "Principles of Analysis"),
        (
            [[(30, "CORNELL UNIVERSITY LIBRARY"), (18, "A Book of Curves")], TEXT],
            "A Book of Curves",
        ),
        ([[(24, "Contents"), *TEXT], [(24, "Preface"), *TEXT]], None),
        ([[(24, "Editors' Preface."), *TEXT], [(18, "A Treatise on Sets")]], "A Treatise on Sets"),
        ([[(20, "Chapter 1"), (24, "Groups"), *TEXT]], None),
        ([[(24, "Contents"), *TEXT], [(18, "1 Groups"), *TEXT]], None),
        ([TEXT], None),
        (
            [[(14, "Rate"), *[(12, str(number)) for number in range(20)], (14, "Time")]],
            None,
        ),
        ([[(16, "Sums"), *TEXT[:5], (16, "Maps"), *TEXT[:5], (16, "Sets"), *TEXT[:5]]], None),
        ([[]], None),
    ],
)
def test_title_pages(tmp_path: Path, pages: Sequence[Sequence[Line]], title: str | None) -> None:
    assert title_of(make(tmp_path / "b.pdf", pages)) == title


def test_the_value_of_a_form_field_is_no_title(tmp_path: Path) -> None:
    path = make(tmp_path / "form.pdf", [[(14, "Request of Leave"), *TEXT]])
    with pymupdf.open(path) as pdf:
        widget = pymupdf.Widget()
        widget.field_name, widget.field_type = "name", pymupdf.PDF_WIDGET_TYPE_TEXT
        widget.rect, widget.field_value = pymupdf.Rect(60, 500, 500, 560), "Salad of the day"
        widget.text_fontsize = 36
        pdf[0].add_widget(widget)
        pdf.save(tmp_path / "filled.pdf")
    assert title_of(tmp_path / "filled.pdf") == "Request of Leave"


def test_the_cover_of_a_portfolio_is_no_title(tmp_path: Path) -> None:
    path = make(tmp_path / "a.pdf", [[(24, "A Friendly Sentence on a Cover")]])
    with pymupdf.open(path) as pdf:
        pdf.xref_set_key(pdf.pdf_catalog(), "Collection", "<</Type/Collection>>")
        pdf.save(tmp_path / "portfolio.pdf")
    assert title_of(tmp_path / "portfolio.pdf") is None


def test_authors_and_year_of_a_title_page(tmp_path: Path) -> None:
    lines = [
        (24, "GEOMETRY"),
        (10, "BY"),
        (12, "HENRY MANNING, Ph.D."),
        (10, "Boston"),
        (10, "1901"),
    ]
    with Document.open(make(tmp_path / "b.pdf", [lines, TEXT])) as document:
        assert document.authors == ("Henry Manning",)
        assert document.year == 1901
    stated = {"author": "H. P. Manning", "creationDate": "D:20121009"}
    with Document.open(make(tmp_path / "c.pdf", [[(24, "Geometry")], TEXT], stated)) as document:
        assert document.authors == ("H. P. Manning",)
        assert document.year is None


def test_metadata_is_freed_of_html_and_underscores() -> None:
    assert clean_title("&lt;i&gt;Maps&lt;/i&gt; &amp; Atlases") == "Maps & Atlases"
    assert clean_title("<b>Sets</b> and Maps") == "Sets and Maps"
    assert clean_title("Appendix A_Lithostratigraphy of B") == "Appendix A Lithostratigraphy of B"
    assert clean_title("Contents") is None
    assert clean_title("概率") == "概率"


@pytest.mark.parametrize(
    ("text", "generator", "authors"),
    [
        ("D. Noreland ; F. Lalo&euml;", "", ("D. Noreland", "F. Laloë")),
        ("Ann Bell, Carl Dorn, editor", "", ("Ann Bell", "Carl Dorn")),
        ("Bell, Ann", "", ("Bell, Ann",)),
        ("Euclid", "TeX", ("Euclid",)),
        ("Cathy", "Microsoft Word 2013", ()),
        ("eppparekh", "TeX", ()),
        ("SE:W:CAR:MP", "", ()),
        ("微软用户", "", ()),
        ("Default User", "", ()),
        ("M. Skinner – Center for Reproductive Biology", "", ("M. Skinner",)),
        ("A. Author; B. Writer and C. Penner", "", ("A. Author", "B. Writer", "C. Penner")),
    ],
)
def test_authors_in_metadata(text: str, generator: str, authors: tuple[str, ...]) -> None:
    assert clean_authors(text, generator) == authors
