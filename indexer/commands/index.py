"""Defines the commands that move an index: `octavo index push` and `octavo index pull`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from indexer.qdrant.engine import Engine
from ocr_service.common.errors import QueryError, storage_error
from ocr_service.common.path_text import path_text
from ocr_service.console.json_values import json_text, plain
from ocr_service.console.options import (
    index_address,
    index_option,
    json_option,
    library_option,
    library_path,
    say,
)
from ocr_service.console.progress import counted
from ocr_service.library.library import Library

__all__ = ["index"]


@click.group()
def index() -> None:
    """Move the library's index to a Qdrant collection and back, or take books out of one.

    \b
    Examples:
      octavo index push --index qdrant://localhost:6333/shelf
      octavo index drop primer --index qdrant://localhost:6333/shelf
    """


@contextmanager
def _opened() -> Iterator[tuple[Engine, str]]:
    """Yield the engine of --index and its address.

    Raises:
        QueryError: there is no address, or it is none.
        EngineError: the engine cannot be opened.
    """
    from indexer.qdrant.address import open_engine, parse_address

    text = index_address()
    if text is None:
        raise QueryError("give the index with --index qdrant://HOST:PORT/COLLECTION")
    engine = open_engine(parse_address(text))
    try:
        yield engine, text
    finally:
        engine.close()


@index.command()
@json_option
@index_option
@library_option
def push(as_json: bool) -> None:
    """Store the library's index in the collection of --index; nothing is read or embedded again.

    Only books that are new or have changed are stored. Books of other libraries stay there.

    \b
    Example:
      octavo index push --index qdrant://localhost:6333/shelf
    """
    from indexer.qdrant.push import push_books
    from indexer.qdrant.stored_books import StoredBooks

    library = Library(library_path())
    library.require()
    with library.lock(), _opened() as (engine, place):
        report = push_books(StoredBooks.open(library), engine, place, say)
    if as_json:
        click.echo(json_text({"index": place, **plain(report)}))
        return
    pushed = counted(len(report.pushed), "book")
    click.echo(f"{place}: {pushed} stored, {report.unchanged} there already")


@index.command()
@json_option
@index_option
@library_option
def pull(as_json: bool) -> None:
    """Make the library's own index of the collection of --index; nothing is read or embedded again.

    Pages are not moved: for them share the library's folder, or copy its books.

    \b
    Example:
      octavo --library copy index pull --index qdrant://localhost:6333/shelf
    """
    from indexer.qdrant.pull import pull_books

    library = Library(library_path())
    (library.path / "books").mkdir(parents=True, exist_ok=True)
    with library.lock(), _opened() as (engine, place):
        try:
            report = pull_books(library, engine, place)
        except OSError as error:
            raise (storage_error(error, str(library.path)) or error) from error
    if as_json:
        click.echo(json_text({"library": path_text(library.path), **plain(report)}))
        return
    books = counted(len(report.pulled), "book")
    click.echo(f"{library.path}: {books}, {counted(report.passages, 'passage')}")


@index.command()
@click.argument("books", nargs=-1, required=True)
@index_option
def drop(books: tuple[str, ...]) -> None:
    """Take books, by their ids, out of the collection of --index.

    \b
    Example:
      octavo index drop primer --index qdrant://localhost:6333/shelf
    """
    from indexer.qdrant.editions import retire_book, sweep
    from ocr_service.common.errors import NotFoundError

    with _opened() as (engine, place):
        for book in books:
            if not retire_book(engine, book):
                raise NotFoundError(
                    f"{place}: no book '{book}'; 'octavo books --index' lists the ids"
                )
            click.echo(f"removed {book}")
        sweep(engine)
