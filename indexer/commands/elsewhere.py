"""Builds into an index that several builders share: `octavo build --index`."""

from __future__ import annotations

import click

from indexer.building.rounds import BuildSettings
from ocr_service.console.json_values import json_text, plain
from ocr_service.console.options import say, shelf_url
from ocr_service.console.progress import counted
from ocr_service.inputs.find import Found

__all__ = ["build_elsewhere"]


def build_elsewhere(
    settings: BuildSettings, found: Found, address: str, *, as_json: bool
) -> dict[str, str]:
    """Build into an index that several builders share, and return the failures."""
    from indexer.building.shared_build import build_shared
    from indexer.qdrant.address import open_engine, parse_address
    from ocr_service.library.page_store import PageStore

    engine = open_engine(parse_address(address))
    try:
        store = None if (url := shelf_url()) is None else PageStore(url)
        report = build_shared(settings, found, engine, address, store)
    finally:
        engine.close()
    if as_json:
        click.echo(json_text({"index": address, **plain(report)}))
    elif not settings.quiet:
        stored = counted(len(report.pushed), "book")
        say(f"{address}: {stored} stored, {report.done} done before, {report.elsewhere} elsewhere")
    return dict(report.failures)
