"""The console script `octavo`. Commands that write are in `indexer/commands/`."""

from __future__ import annotations

import importlib
import io
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from ocr_service.common.errors import ExitCode, OctavoError, storage_error
from ocr_service.console.completion import complete_book
from ocr_service.console.json_values import json_lines, json_text, plain
from ocr_service.console.options import (
    index_address,
    index_option,
    json_option,
    jsonl_option,
    library_option,
    library_path,
    say,
    shelf_option,
    shelf_url,
)
from ocr_service.library.pages import storable
from search.commands.printing import latex_option, print_json, readable

__all__ = ["cli", "main"]

# Commands in other modules, loaded when they are called because they need heavier libraries.
_ELSEWHERE = {
    "books": ("search.commands.books", "books"),
    "build": ("indexer.commands.build", "build"),
    "cite": ("search.commands.cite", "cite"),
    "context": ("search.commands.context", "context"),
    "eval": ("search.commands.evaluate", "evaluate"),
    "index": ("indexer.commands.index", "index"),
    "index-of": ("search.commands.index_of", "index_of"),
    "mcp": ("search.commands.mcp", "mcp"),
    "open": ("search.commands.read", "open_page"),
    "read": ("search.commands.read", "read"),
    "reclean": ("indexer.commands.reclean", "reclean"),
    "remove": ("indexer.commands.remove", "remove"),
    "search": ("search.commands.search", "search"),
    "serve-ocr": ("ocr_service.server.cli", "serve_ocr"),
}


class _Root(click.Group):
    """The group of all commands; most are loaded when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which people use them."""
        names = [
            "build",
            "search",
            "context",
            "index-of",
            "page",
            "read",
            "open",
            "cite",
            "books",
            "status",
            "mcp",
            "eval",
            "reclean",
            "remove",
            "index",
            "serve-ocr",
        ]
        return names + [name for name in super().list_commands(ctx) if name not in names]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; import its module if necessary."""
        if cmd_name in _ELSEWHERE:
            module, name = _ELSEWHERE[cmd_name]
            command: click.Command = getattr(importlib.import_module(module), name)
            return command
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command. If the reader of the output closes it (head, less), that is no error."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return ExitCode.OK

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command; if there is none, the error names the nearest."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            hint = f"Did you mean '{near[0]}'?" if near else "'octavo --help' lists the commands."
            raise click.UsageError(f"{error.message} {hint}", ctx) from None


@click.group(
    cls=_Root,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 success, 2 usage error, 3 some books failed, 4 unreadable input, 5 no "
    "usable library, 6 locked, 7 no such book or page, 8 disk full, 9 no encoder, 10 no OCR model, "
    "11 no OCR service, 12 no index outside the library.",
)
@click.version_option(package_name="octavo", prog_name="octavo")
@library_option
def cli() -> None:
    """Search a shelf of mathematics books, and cite the page.

    \b
    Examples:
      octavo build ~/books                     # read and index a folder of PDFs
      octavo search "unbiased estimator"       # find cited passages
      octavo search --mode formula 'e^{-x^2}'  # find formulas
      octavo page primer 12                    # read a page
    """


@cli.command()
@click.argument("book", shell_complete=complete_book)
@click.argument("pages", metavar="N[-M],...", required=False)
@click.option(
    "--label", help="Use printed labels, such as xiv or 51-53, instead of the page's number."
)
@latex_option
@json_option
@jsonl_option
@shelf_option
@library_option
def page(
    book: str, pages: str | None, label: str | None, latex: bool, as_json: bool, as_lines: bool
) -> None:
    """Print pages as markdown: one, a range, or several.

    BOOK is a book's id, an unambiguous beginning of it, its title or its author. N is the page of
    the file, from 1; 40- is from page 40 to the end.

    \b
    Examples:
      octavo page primer 51
      octavo page primer 51-53,60
      octavo page primer --label xiv
    """
    from ocr_service.library.page_store import open_library
    from search.output.citation import book_text
    from search.output.text import page_row, page_text
    from search.pages import find_labels, read_pages
    from search.question.page_list import parse_page_list

    if (pages is None) == (label is None):
        raise click.UsageError("give a page number such as 51 or 30-60, or --label xiv")
    library = open_library(library_path(), shelf_url())
    library.require()
    if label is not None:
        spans = [find_labels(library, book, label)]
    else:
        spans = parse_page_list(pages or "")
    found = [page for first, last in spans for page in read_pages(library, book, first, last)]
    manifest = library.folder(found[0].book_id).manifest()
    title = manifest.book.title if manifest else book
    cited = book_text(title, manifest.book.authors, manifest.book.year) if manifest else book
    if as_json or as_lines:
        rows = [plain(page_row(item, title)) for item in found]
        print_json({"pages": rows}, "pages", as_lines=as_lines)
        return
    text = "\n".join(page_text(item, cited) for item in found)
    click.echo(readable(text, latex=latex), nl=False)


@cli.command()
@json_option
@jsonl_option
@index_option
@library_option
def status(as_json: bool, as_lines: bool) -> None:
    """Show what is indexed, with which encoder, and what failed and why.

    \b
    Examples:
      octavo status
      octavo status --index qdrant://localhost:6333/shelf
    """
    state, text = _state(index_address())
    if as_lines:
        click.echo("".join(json_lines([state])))
    else:
        click.echo(json_text(state) if as_json else text)


def _state(address: str | None) -> tuple[dict[str, Any], str]:
    """Return the state of the index at an address, or of the library, also as text."""
    if address is not None:
        from search.index.outside import opened_outside
        from search.output.index_status import index_status, index_status_text

        with opened_outside(address, library_path() / "index") as index:
            state = index_status(index, address)
        return state, index_status_text(state)
    from ocr_service.library.library import Library
    from search.output.status import library_status, status_text

    library = Library(library_path())
    library.require()
    state = library_status(library)
    return state, status_text(state)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code. An error is one line on stderr."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # file names may not be valid Unicode
    try:
        result = cli.main(
            args=list(arguments) if arguments is not None else None,
            prog_name="octavo",
            standalone_mode=False,
        )
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        click.echo(storable(shown.getvalue()), err=True, nl=False)
        return error.exit_code
    except (Exception, KeyboardInterrupt, click.Abort) as error:
        if os.environ.get("OCTAVO_DEBUG"):
            raise
        message, code = _explain(error)
        say(message)
        return code
    return result if isinstance(result, int) else ExitCode.OK


def _explain(error: BaseException) -> tuple[str, ExitCode]:
    """Return the message of an error, and the exit code."""
    if isinstance(error, KeyboardInterrupt | click.Abort):
        message = "interrupted; finished work is kept, run the same command again to continue"
        return message, ExitCode.INTERRUPTED
    known = error if isinstance(error, OctavoError) else storage_error(error, "the library")
    if known is not None:
        return str(known), known.exit_code
    fault = f"a fault in Octavo ({type(error).__name__}: {error})"
    return f"{fault}; please report it, with what OCTAVO_DEBUG=1 shows", ExitCode.FAULT
