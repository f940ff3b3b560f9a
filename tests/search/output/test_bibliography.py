"""Tests entries of bibliographies, read back by the libraries of each format."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import rispy
from pybtex.database import parse_string

from ocr_service.common.errors import QueryError
from ocr_service.library.pages import Book
from search.output.bibliography import CitedPage, entry_text
from tests.conftest import Octavo

BOOK = Book(
    "gelman-bda", "Bayesian Data Analysis & {More}", ("Andrew Gelman", "Stern, Hal S."),
    "/books/bda three.pdf", "0" * 64, 600, year=2013,
)  # fmt: skip
PAGE = CitedPage(BOOK, "51", 63, "A line.\nAnother.")


def test_bibtex_is_read_back() -> None:
    entry = parse_string(entry_text(PAGE, "bibtex"), "bibtex").entries["gelman-bda"]
    assert entry.type == "book"
    assert (entry.fields["pages"], entry.fields["year"]) == ("51", "2013")
    assert "\\&" in entry.fields["title"]
    assert [str(person) for person in entry.persons["author"]] == [
        "Gelman, Andrew",
        "Stern, Hal S.",
    ]


def test_ris_is_read_back() -> None:
    (entry,) = rispy.loads(entry_text(PAGE, "ris"))
    assert entry["authors"] == ["Gelman, Andrew", "Stern, Hal S."]
    assert (entry["title"], entry["year"], entry["start_page"]) == (BOOK.title, "2013", "51")


def test_csl_json_has_families_and_given_names() -> None:
    (entry,) = json.loads(entry_text(PAGE, "csl-json"))
    assert entry["author"] == [
        {"family": "Gelman", "given": "Andrew"},
        {"family": "Stern", "given": "Hal S."},
    ]
    assert (entry["page"], entry["issued"]) == ("51", {"date-parts": [[2013]]})


def test_markdown_quotes_and_names_its_source() -> None:
    assert entry_text(PAGE, "markdown") == (
        "> A line.\n> Another.\n>\n> Andrew Gelman, Stern, Hal S., *Bayesian Data Analysis & "
        "{More}* (2013), p. 51\n"
    )


def test_a_book_without_authors_has_an_entry_in_every_format() -> None:
    page = CitedPage(Book("b", "B", (), "b.pdf", "0" * 64, 1), "1", 1)
    for format_ in ("bibtex", "ris", "csl-json", "markdown"):
        assert "B" in entry_text(page, format_)


def test_the_address_leads_to_the_page_of_the_file() -> None:
    assert PAGE.address == f"{Path('/books/bda three.pdf').as_uri()}#page=63"


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(QueryError, match="choose bibtex, ris, csl-json, markdown"):
        entry_text(PAGE, "word")


def test_cite_prints_the_printed_page(ask_here: Octavo) -> None:
    done = ask_here("cite", "statistics-primer", "--label", "6")
    assert done.returncode == 0
    assert parse_string(done.stdout, "bibtex").entries["statistics-primer"].fields["pages"] == "6"
    assert ask_here("cite", "statistics-primer", "x").returncode == 2
    assert ask_here("cite", "nothing-so", "1").returncode == 7
