"""Defines `octavo remove`."""

from __future__ import annotations

import click

from indexer.building.build_run import BuildRun
from indexer.building.reports import RemoveReport
from indexer.commands.storage import storage_errors
from ocr_service.common.path_text import path_text
from ocr_service.console.completion import complete_book
from ocr_service.console.json_values import json_text, plain
from ocr_service.console.options import json_option, library_option, library_path
from ocr_service.console.progress import make_progress
from ocr_service.library.library import Library

__all__ = ["remove"]


@click.command()
@click.argument("book", shell_complete=complete_book)
@json_option
@library_option
def remove(book: str, as_json: bool) -> None:
    """Remove a book from the library: its pages, its OCR record and its index entries.

    The file that it was read from is not touched.

    \b
    Example:
      octavo remove primer
    """
    library = Library(library_path())
    library.require()
    with storage_errors(library), library.lock():
        book_id = library.resolve(book)
        library.remove(book_id)
        BuildRun(library, make_progress(quiet=True), None, quiet=True).publish_words()
    if as_json:
        click.echo(json_text(plain(RemoveReport(path_text(library.path), book_id))))
    else:
        click.echo(f"removed {book_id}")
