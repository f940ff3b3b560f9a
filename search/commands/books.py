"""The command `octavo books`: lists the books, and changes what the library says of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ocr_service.console.completion import complete_book
from ocr_service.console.options import json_option, jsonl_option, library_option, library_path
from search.commands.printing import print_json

if TYPE_CHECKING:
    from ocr_service.library.library import Library

__all__ = ["books"]


@click.command()
@click.option(
    "--edit",
    metavar="BOOK",
    shell_complete=complete_book,
    help="Change the title, the authors or the year of this book.",
)
@click.option("--title", help="With --edit: the title.")
@click.option(
    "--author",
    "authors",
    multiple=True,
    metavar="NAME",
    help="With --edit: an author; repeatable, replaces all; '' for none.",
)
@click.option("--year", help="With --edit: the year of publication; '' for none.")
@json_option
@jsonl_option
@library_option
def books(
    edit: str | None,
    title: str | None,
    authors: tuple[str, ...],
    year: str | None,
    as_json: bool,
    as_lines: bool,
) -> None:
    """List the books of the library, or change what it says of one.

    What --edit sets is kept when the book is read again. Its id stays.

    \b
    Examples:
      octavo books
      octavo books --edit primer --title "A Primer of Statistics" --year 2013
      octavo books --edit primer --author "Andrew Gelman" --author "John Carlin"
    """
    from ocr_service.library.library import Library
    from search.output.status import book_rows, books_text

    library = Library(library_path())
    library.require()
    changes = title is not None or bool(authors) or year is not None
    if edit is None and changes:
        raise click.UsageError("--title, --author and --year need --edit BOOK")
    rows = book_rows(library) if edit is None else None
    if edit is not None:
        if not changes:
            raise click.UsageError("--edit needs --title, --author or --year")
        book_id = _edit(library, edit, title, authors, year)
        rows = [row for row in book_rows(library) if row["book_id"] == book_id]
    if as_json or as_lines:
        print_json({"books": rows}, "books", as_lines=as_lines)
        return
    click.echo(books_text(rows or []))


def _edit(
    library: Library, name: str, title: str | None, authors: tuple[str, ...], year: str | None
) -> str:
    """Change a book and its index entries; return its id."""
    from indexer.building.build_run import BuildRun
    from ocr_service.console.progress import make_progress
    from ocr_service.library.edits import BookEdit, edit_book, parse_year

    edit = BookEdit(title, authors or None, None if year is None else parse_year(year))
    with library.lock():
        book_id = library.resolve(name)
        edit_book(library.folder(book_id), edit)
        BuildRun(library, make_progress(quiet=True), None, quiet=True).index()
    return book_id
