"""Defines `octavo reclean`."""

from __future__ import annotations

import click

from indexer.building.build_run import BuildRun
from indexer.building.reports import RecleanReport
from indexer.commands.storage import storage_errors
from ocr_service.console.completion import complete_book
from ocr_service.console.json_values import json_text, plain
from ocr_service.console.options import json_option, library_option, library_path
from ocr_service.console.progress import counted, make_progress
from ocr_service.library.library import Library

__all__ = ["reclean"]


@click.command()
@click.argument("books", nargs=-1, shell_complete=complete_book)
@json_option
@library_option
def reclean(books: tuple[str, ...], as_json: bool) -> None:
    """Clean the output of OCR models again by the current rules, and index the pages that changed.

    The library stores what a model wrote, so this needs neither a GPU nor a service. Without a
    BOOK, all books are cleaned.

    \b
    Examples:
      octavo reclean
      octavo reclean primer
    """
    from ocr_service.books.book_reader import reclean_book

    library = Library(library_path())
    library.require()
    progress = make_progress()
    changed: dict[str, int] = {}
    with storage_errors(library), library.lock():
        wanted = [library.resolve(book) for book in books] or library.book_ids()
        for book_id in wanted:
            changed[book_id] = reclean_book(library.folder(book_id), progress)
            if not as_json:
                click.echo(f"{book_id}: {counted(changed[book_id], 'page')} changed")
        run = BuildRun(library, progress, None, quiet=False)
        run.index()
    if as_json:
        done = run.report()
        report = RecleanReport(done.library, changed, done.indexed, done.passages, done.formulas)
        click.echo(json_text(plain(report)))
