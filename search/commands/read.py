"""The commands `octavo read` and `octavo open`: the library in a browser."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import click

from ocr_service.console.options import (
    index_address,
    index_option,
    library_option,
    library_path,
    say,
    shelf_option,
    shelf_url,
)
from search.reader.running import READER_PORT

__all__ = ["open_page", "read"]

_TOKEN = "OCTAVO_READER_TOKEN"  # noqa: S105 - the name of a variable


@click.command()
@click.argument("question", nargs=-1)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=READER_PORT,
    show_default=True,
    help="Port to listen on; 0 picks a free one.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--allow-host",
    "names",
    multiple=True,
    metavar="NAME",
    help="A host name of this machine that browsers may use; repeatable.",
)
@click.option(
    "--token-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"A file with the token that browsers must show [default: ${_TOKEN}].",
)
@click.option("--open/--no-open", "open_", default=True, help="Open a browser.")
@index_option
@shelf_option
@library_option
def read(
    question: tuple[str, ...],
    port: int,
    host: str,
    names: tuple[str, ...],
    token_file: Path | None,
    open_: bool,
) -> None:
    """Read the library in a browser: pages as printed, beside their text.

    Formulas are typeset, hits are marked in the print, and nothing is loaded from elsewhere. It
    listens for this machine only, unless --host says otherwise; then browsers must show a token.

    \b
    Examples:
      octavo read
      octavo read "central limit theorem"
      octavo read --port 0 --no-open
    """
    from ocr_service.server.listen import listen, require_token
    from search.live.live_library import LiveLibrary
    from search.reader.serve import LOOPBACK, serve_reader

    token = _read_token(token_file)
    require_token(host, token, _TOKEN)
    live = LiveLibrary(library_path(), index_address(), shelf_url())
    live.library.require()
    shown = f"[{host}]" if ":" in host else host
    with listen(host, port) as listener:
        address = f"http://{shown}:{listener.getsockname()[1]}"
        path = f"/search?{urlencode({'q': ' '.join(question)})}" if question else "/"
        say(f"reading {library_path()} at {address}{path}; press Ctrl-C to stop")
        if open_:
            secret = f"{'&' if question else '?'}{urlencode({'token': token})}" if token else ""
            click.launch(f"{address}{path}{secret}")
        hosts = tuple(dict.fromkeys([*LOOPBACK, shown, *names]))
        serve_reader(live, hosts, token, listener)


def _read_token(file: Path | None) -> str | None:
    import os

    from ocr_service.client.options import checked_token, read_credentials
    from ocr_service.common.errors import QueryError

    if file is not None:
        token = read_credentials(file, {}).token
        if token is None:
            raise QueryError(f"{file}: contains no token; write one on a line of its own")
        return token
    token = os.environ.get(_TOKEN, "").strip()
    return checked_token(token, _TOKEN) if token else None


@click.command("open")
@click.argument("book")
@click.argument("page", metavar="[PAGE]", required=False)
@click.option("--label", help="Use the printed label, such as xiv, instead of the number.")
@click.option("--port", type=click.IntRange(1, 65535), default=READER_PORT, show_default=True,
              help="Port of the reader.")  # fmt: skip
@library_option
def open_page(book: str, page: str | None, label: str | None, port: int) -> None:
    """Open a page in the reader if it is running, else the book's file.

    \b
    Examples:
      octavo open primer 12
      octavo open primer --label xiv
    """
    from ocr_service.common.errors import InputError, NotFoundError
    from ocr_service.common.path_text import text_path
    from ocr_service.library.library import Library
    from search.pages import find_label
    from search.reader.addresses import page_address
    from search.reader.running import reader_answers

    library = Library(library_path())
    library.require()
    book_id = library.resolve(book)
    manifest = library.folder(book_id).manifest()
    count = manifest.book.page_count if manifest else 0
    number = find_label(library, book_id, label) if label else _number(page or "1")
    if manifest is None or not 1 <= number <= count:
        raise NotFoundError(f"{book_id}: no page {number}; it has 1 to {count}")
    if reader_answers(port):
        address = f"http://127.0.0.1:{port}{page_address(book_id, manifest.labels, number)}"
    else:
        path = text_path(manifest.book.source)
        if not path.exists():
            raise InputError(
                f"{path}: the file of {book_id} is gone; 'octavo page {book_id} {number}' "
                "prints its text"
            )
        address = str(path)
        say(f"no reader at port {port} ('octavo read' starts one); opening the file")
    click.echo(address)
    click.launch(address)


def _number(text: str) -> int:
    if not text.isdecimal():
        raise click.UsageError(f"'{text}' is not a page number; use --label for a printed label")
    return int(text)
