"""The command `octavo cite`: a page as an entry of a bibliography."""

from __future__ import annotations

import click

from ocr_service.console.options import (
    library_option,
    library_path,
    shelf_option,
    shelf_url,
)

__all__ = ["cite"]


@click.command()
@click.argument("book")
@click.argument("page", metavar="[N]", required=False)
@click.option("--label", help="Use the printed label, such as xiv, instead of the number.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["bibtex", "ris", "csl-json", "markdown"]),
    default="bibtex",
    show_default=True,
    help="Format of the entry.",
)
@shelf_option
@library_option
def cite(book: str, page: str | None, label: str | None, format_: str) -> None:
    """Print the bibliography entry of a book's page.

    The entry has the printed page number, and the book's id as its key.

    \b
    Examples:
      octavo cite primer 12
      octavo cite primer --label xiv --format csl-json
    """
    from ocr_service.common.errors import NotFoundError
    from ocr_service.library.page_store import open_library
    from search.output.bibliography import CitedPage, entry_text
    from search.output.citation import shown_label
    from search.pages import find_label, read_pages

    if page is not None and not page.isdecimal():
        raise click.UsageError(f"'{page}' is not a page number; use --label for a printed label")
    library = open_library(library_path(), shelf_url())
    number = find_label(library, book, label) if label else int(page or 1)
    (found,) = read_pages(library, book, number)
    manifest = library.folder(found.book_id).manifest()
    if manifest is None:
        raise NotFoundError(f"{found.book_id}: this book has just been removed")
    cited = CitedPage(manifest.book, shown_label(found.page_label, number), number)
    click.echo(entry_text(cited, format_), nl=False)
