"""The command `octavo index-of`: looks a term up in the books' own indexes and contents."""

from __future__ import annotations

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
from search.commands.printing import latex_option, print_json, readable

__all__ = ["index_of"]


@click.command("index-of")
@click.argument("term", nargs=-1, required=True)
@click.option(
    "--book",
    "books",
    multiple=True,
    metavar="BOOK",
    shell_complete=complete_book,
    help="Look it up only in this book, by its id or title; repeatable.",
)
@latex_option
@json_option
@jsonl_option
@index_option
@library_option
def index_of(
    term: tuple[str, ...], books: tuple[str, ...], latex: bool, as_json: bool, as_lines: bool
) -> None:
    """Look a term up in the books' own indexes, contents, lists, glossaries and bibliographies.

    All entries with every word of the term are printed, with the pages as printed and those of the
    file. If there is none, those with some of the words.

    \b
    Examples:
      octavo index-of "Sylow's theorem"
      octavo index-of --book primer conjugate prior
      octavo index-of --json gamma function
    """
    from search.output.index_lines import index_text
    from search.searcher import Searcher

    answer = Searcher.open(library_path(), index_address()).index_of(" ".join(term), books=books)
    if as_json or as_lines:
        from ocr_service.console.json_values import plain

        print_json(plain(answer), "entries", as_lines=as_lines)
        return
    if not answer.entries:
        click.echo("no index or contents on this shelf has these words; ask 'octavo search'")
    elif not answer.complete:
        click.echo("no entry has all of these words; the nearest:\n")
    if answer.entries:
        click.echo(readable(index_text(answer.entries), latex=latex))
