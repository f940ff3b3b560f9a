"""The command `octavo mcp`: serves the library to agents."""

from __future__ import annotations

from pathlib import Path

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

__all__ = ["mcp"]


@click.command()
@click.option(
    "--http",
    "port",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    help="Serve streamable HTTP at this port instead of stdin and stdout; 0 picks a free port.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--allow-host",
    "names",
    multiple=True,
    metavar="NAME",
    help="A host name of this machine that clients may use, such as books.example.org; repeatable.",
)
@click.option(
    "--token-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file with the token that clients must send [default: $OCTAVO_MCP_TOKEN].",
)
@index_option
@shelf_option
@library_option
def mcp(port: int | None, host: str, names: tuple[str, ...], token_file: Path | None) -> None:
    """Serve the library to agents over the Model Context Protocol.

    Agent hosts start this command and communicate with it over stdin and stdout. With --http it
    listens at http://HOST:PORT/mcp, for this machine only unless --host says otherwise; then
    clients must send a token. The connection is not encrypted: put a TLS proxy in front, or use an
    SSH tunnel. The server switches to a new index when a build finishes.

    \b
    Examples:
      octavo mcp
      octavo mcp --library ~/library
      octavo mcp --http 8766 --token-file ~/.octavo-mcp-token
    """
    from search.live.live_library import LiveLibrary

    live = LiveLibrary(library_path(), index_address(), shelf_url())
    if port is None:
        from search.mcp.server import serve_stdio

        serve_stdio(live)
        return
    from ocr_service.server.listen import listen
    from search.mcp.http import HttpSettings, read_token, serve_http

    settings = HttpSettings(host, names, read_token(token_file))
    with listen(host, port, "--http") as listener:
        shown = f"[{host}]" if ":" in host else host
        say(f"listening at http://{shown}:{listener.getsockname()[1]}/mcp")
        if settings.token is None:
            say("no token is set, so every user of this machine can read the library")
        serve_http(live, settings, listener)
