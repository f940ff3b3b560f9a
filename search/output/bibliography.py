"""Writes a page of a book as an entry of a bibliography: BibTeX, RIS, CSL-JSON, markdown.

pybtex and rispy know how these formats escape what stands in titles and names.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from ocr_service.common.errors import QueryError
from ocr_service.common.path_text import text_path
from ocr_service.library.pages import Book

__all__ = ["FORMATS_OF_ENTRIES", "CitedPage", "entry_text"]


@dataclass(frozen=True, slots=True)
class CitedPage:
    """A page to cite: its book, its printed label, its 1-based number, and words to quote."""

    book: Book
    label: str
    number: int
    quotation: str = ""

    @property
    def key(self) -> str:
        """The key of the book in bibliographies: its id, which is unique in the library."""
        return self.book.book_id

    @property
    def address(self) -> str:
        """The address of the page in the book's file."""
        return f"{text_path(self.book.source).absolute().as_uri()}#page={self.number}"


def entry_text(page: CitedPage, format_: str) -> str:
    """Return the entry of a page in one of `FORMATS_OF_ENTRIES`.

    Raises:
        QueryError: there is no such format.
    """
    write = _WRITERS.get(format_)
    if write is None:
        raise QueryError(f"'{format_}' is not a format; choose {', '.join(FORMATS_OF_ENTRIES)}")
    return write(page)


def _bibtex(page: CitedPage) -> str:
    from pybtex.database import BibliographyData, Entry, Person

    fields = {"title": page.book.title}
    if page.book.year:
        fields["year"] = str(page.book.year)
    fields["pages"] = page.label
    persons = {"author": [Person(name) for name in page.book.authors]}
    entry = Entry("book", fields, persons if page.book.authors else None)
    text: str = BibliographyData({page.key: entry}).to_string("bibtex")
    return text


def _ris(page: CitedPage) -> str:
    import rispy

    entry: dict[str, str | list[str]] = {
        "type_of_reference": "BOOK",
        "title": page.book.title,
        "start_page": page.label,
        "id": page.key,
    }
    if page.book.year:
        entry["year"] = str(page.book.year)
    if page.book.authors:
        entry["authors"] = [_family_first(name) for name in page.book.authors]
    # rispy numbers the entries of a list, on a line before each.
    text: str = rispy.dumps([entry]).removeprefix("1.\n")
    return text


def _csl_json(page: CitedPage) -> str:
    entry: dict[str, object] = {
        "id": page.key,
        "type": "book",
        "title": page.book.title,
        "page": page.label,
    }
    if page.book.year:
        entry["issued"] = {"date-parts": [[page.book.year]]}
    if page.book.authors:
        entry["author"] = [_csl_name(name) for name in page.book.authors]
    return json.dumps([entry], ensure_ascii=False, indent=1) + "\n"


def _markdown(page: CitedPage) -> str:
    authors = f"{', '.join(page.book.authors)}, " if page.book.authors else ""
    year = f" ({page.book.year})" if page.book.year else ""
    source = f"{authors}*{page.book.title}*{year}, p. {page.label}"
    if not page.quotation:
        return f"{source}\n"
    quoted = "\n".join(f"> {line}".rstrip() for line in page.quotation.strip().splitlines())
    return f"{quoted}\n>\n> {source}\n"


def _names(name: str) -> tuple[str, str]:
    """Return the given and the family name of "Given Family" or "Family, Given"."""
    from pybtex.database import Person

    person = Person(name)
    given = [*person.first_names, *person.middle_names]
    family = [*person.prelast_names, *person.last_names, *person.lineage_names]
    return " ".join(given), " ".join(family)


def _family_first(name: str) -> str:
    given, family = _names(name)
    return f"{family}, {given}" if given else family


def _csl_name(name: str) -> dict[str, str]:
    given, family = _names(name)
    return {"family": family, "given": given} if given else {"literal": family}


_WRITERS: dict[str, Callable[[CitedPage], str]] = {
    "bibtex": _bibtex,
    "ris": _ris,
    "csl-json": _csl_json,
    "markdown": _markdown,
}
FORMATS_OF_ENTRIES = tuple(_WRITERS)
"""The formats that `entry_text` writes."""
