"""The command `octavo books`: lists the books, and changes what the library says of one."""

from __future__ import annotations

from typing import Any

import click

from ocr_service.console.completion import complete_book
from ocr_service.console.options import (
    index_address,
    index_option,
    json_option,
    jsonl_option,
    library_option,
    library_path,
)
from search.commands.printing import print_json

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
@index_option
@library_option
def books(
    edit: str | None,
    title: str | None,
    authors: tuple[str, ...],
    year: str | None,
    as_json: bool,
    as_lines: bool,
) -> None:
    """List the books of the library or of --index, or change what the library says of one.

    What --edit sets is kept when the book is read again. Its id stays. An index outside the library
    has it after the next push.

    \b
    Examples:
      octavo books
      octavo books --index qdrant://localhost:6333/shelf
      octavo books --edit primer --title "A Primer of Statistics" --year 2013
      octavo books --edit primer --author "Andrew Gelman" --author "John Carlin"
    """
    from search.output.status import books_text

    changes = title is not None or bool(authors) or year is not None
    if edit is None and changes:
        raise click.UsageError("--title, --author and --year need --edit BOOK")
    if edit is None:
        rows = _listed(index_address())
    elif changes:
        rows = [_edit(edit, title, authors, year)]
    else:
        raise click.UsageError("--edit needs --title, --author or --year")
    if as_json or as_lines:
        print_json({"books": rows}, "books", as_lines=as_lines)
        return
    click.echo(books_text(rows))


def _listed(address: str | None) -> list[dict[str, Any]]:
    """Return the books of the index at an address, or of the library."""
    if address is not None:
        from search.index.outside import opened_outside
        from search.output.index_status import indexed_books

        with opened_outside(address, library_path() / "index") as index:
            return indexed_books(index)
    from ocr_service.library.library import Library
    from search.output.status import book_rows

    library = Library(library_path())
    library.require()
    return book_rows(library)


def _edit(
    name: str, title: str | None, authors: tuple[str, ...], year: str | None
) -> dict[str, Any]:
    """Change a book of the library and its index entries; return it."""
    from indexer.building.build_run import BuildRun
    from indexer.commands.storage import storage_errors
    from ocr_service.console.progress import make_progress
    from ocr_service.library.edits import BookEdit, edit_book, parse_year
    from ocr_service.library.library import Library
    from search.output.status import book_rows

    library = Library(library_path())
    library.require()
    edit = BookEdit(title, authors or None, None if year is None else parse_year(year))
    with storage_errors(library), library.lock():
        book_id = library.resolve(name)
        edit_book(library.folder(book_id), edit)
        BuildRun(library, make_progress(quiet=True), None, quiet=True).index()
    (row,) = (row for row in book_rows(library) if row["book_id"] == book_id)
    return row
