"""Defines `octavo build`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from indexer.building.build_run import inputs
from indexer.building.reports import BuildReport
from indexer.building.rounds import BuildSettings, build_once, watch_folders
from indexer.commands.elsewhere import build_elsewhere
from indexer.commands.storage import storage_errors
from ocr_service.books.page_selection import (
    EngineChoice,
    PageNumbers,
    ReadOptions,
    codes_of_scans,
)
from ocr_service.books.pipeline import Pipeline
from ocr_service.client.options import ServicePlace, ServiceProtocol
from ocr_service.common.errors import ExitCode, QueryError
from ocr_service.console.json_values import json_lines, json_text, plain
from ocr_service.console.options import (
    index_address,
    index_option,
    json_option,
    library_option,
    library_path,
    shelf_option,
    shelf_url,
)
from ocr_service.console.progress import Progress, make_progress
from ocr_service.library.library import Library
from ocr_service.text.languages import LANGUAGES
from ocr_service.workers.pool import PAGE_SECONDS, PagePool, available_cores

if TYPE_CHECKING:
    from ocr_service.client.reader import ServiceReader

__all__ = ["build"]


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=None,
    help="Pages to read at a time [default: number of cores].",
)
@click.option(
    "--zoom",
    type=click.FloatRange(0.5, 8.0),
    default=2.0,
    show_default=True,
    help="Scale of page images for OCR; 2 means 144 dpi.",
)
@click.option("--force-ocr", is_flag=True, help="Run OCR on pages even if they have a text layer.")
@click.option(
    "--retry-failed", is_flag=True, help="Read pages again that failed in earlier builds."
)
@click.option("--redo", metavar="PAGES", help="Read these pages of one book again, e.g. 3,7-9.")
@click.option("--pages", metavar="PAGES", help="Read only these pages of each book.")
@click.option(
    "--max-pages", type=click.IntRange(1), help="Read only pages up to this number of each book."
)
@click.option(
    "--split",
    is_flag=True,
    help="Make a book of each file, also where the files of a folder are numbered like pages.",
)
@click.option(
    "--dry-run", is_flag=True, help="Print what would be read and what it would cost; do nothing."
)
@click.option(
    "--watch",
    is_flag=True,
    help="Go on after the build: read and index files as they are added or changed, until Ctrl-C.",
)
@click.option("--password", help="Password of encrypted PDFs.")
@click.option(
    "--encoder",
    help="A sentence-transformers model, by folder or hub id "
    "[default: the index's own; all-MiniLM-L6-v2 for a new index].",
)
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    metavar="CODE",
    help="The language of the books, e.g. de [default: detected from their text].",
)
@click.option(
    "--engine",
    type=click.Choice([str(choice) for choice in EngineChoice]),
    default="local",
    show_default=True,
    help="Who reads the pages: local, this machine; tesseract, this machine, with Tesseract for "
    "scans; service, an OCR service; auto, this machine if the page's own text is sound and "
    "without mathematics, else the service.",
)
@click.option(
    "--ocr-language",
    "ocr_languages",
    multiple=True,
    metavar="NAME",
    help="A language of the scans that Tesseract reads, by English name or code, as in German or "
    "de; may be repeated [default: --language; else English].",
)
@click.option(
    "--formulas",
    "formula_reader",
    metavar="READER",
    help="Who reads the displayed formulas of scans on this machine: latex-ocr-junia if it is "
    "installed, or a PP-FormulaNet or trained model, by folder or hub id [default: nobody].",
)
@click.option(
    "--service",
    "service_url",
    envvar="OCTAVO_SERVICE",
    metavar="URL",
    help="The address of the OCR service [default: $OCTAVO_SERVICE].",
)
@click.option(
    "--model",
    metavar="NAME",
    help="The model to read with, as the service names it [default: the only one it has].",
)
@click.option(
    "--protocol",
    type=click.Choice([str(protocol) for protocol in ServiceProtocol]),
    help="What the service speaks: octavo, as `octavo serve-ocr` does; openai, chats with images, "
    "as vLLM, SGLang, llama.cpp, Ollama and LM Studio do [default: found by asking].",
)
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file that holds the service's token [default: $OCTAVO_SERVICE_TOKEN].",
)
@click.option(
    "--gpu-price",
    type=click.FloatRange(0.0),
    help="The price of one GPU of the service, in dollars an hour "
    "[default: 2.50, 0 for a service on this machine].",
)
@click.option("--page-seconds", type=click.FloatRange(1.0), default=PAGE_SECONDS, hidden=True)
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@json_option
@index_option
@shelf_option
@library_option
def build(
    paths: tuple[Path, ...],
    jobs: int | None,
    zoom: float,
    force_ocr: bool,
    retry_failed: bool,
    redo: str | None,
    pages: str | None,
    max_pages: int | None,
    split: bool,
    dry_run: bool,
    watch: bool,
    password: str | None,
    encoder: str | None,
    language: str | None,
    engine: str,
    formula_reader: str | None,
    ocr_languages: tuple[str, ...],
    service_url: str | None,
    model: str | None,
    protocol: str | None,
    token_file: Path | None,
    gpu_price: float | None,
    page_seconds: float,
    quiet: bool,
    as_json: bool,
) -> None:
    """Read PDFs, scans and page folders into the library, and index what is new or changed.

    PATH is a PDF, an EPUB, a DjVu file, an image (PNG, JPEG, TIFF), a document.mmd with page marks,
    a folder of page_0001.mmd files, or a folder of any of these. A folder of images or texts that
    one running number orders (IMG_1.png, IMG_2.png) is one book. A build can be stopped at any
    time; the next one continues where it stopped.

    \b
    Examples:
      octavo build ~/books
      octavo build thesis.pdf scans/ --library ~/shelf
      octavo build scans/ --split
      octavo build secret.pdf --password 'open sesame'
      octavo build scans/ --engine service --service http://127.0.0.1:8765
      octavo build scans/ --engine service --service http://127.0.0.1:8000 --model allenai/olmOCR-2
      octavo build scan.pdf --engine auto --max-pages 10 --dry-run
      octavo build scan.pdf --engine service --redo 3,7-9
      octavo build scan.pdf --formulas latex-ocr-junia
      octavo build kafka.pdf --engine tesseract --ocr-language German --ocr-language Czech
      octavo build ~/papers --watch
      octavo build ~/books --index qdrant://localhost:6333/shelf
    """
    options = ReadOptions(
        zoom=zoom,
        force_ocr=force_ocr,
        retry_failed=retry_failed,
        password=password,
        engine=EngineChoice(engine),
        pages=PageNumbers.parse(pages) if pages is not None else None,
        most_pages=max_pages,
        redo=PageNumbers.parse(redo) if redo is not None else None,
        language=language,
        formulas=_known_formula_reader(formula_reader, EngineChoice(engine)),
        ocr_languages=codes_of_scans(EngineChoice(engine), ocr_languages, language),
    )
    if force_ocr and options.engine is EngineChoice.AUTO:
        raise QueryError(
            "--engine auto cannot be combined with --force-ocr; choose --engine local or service"
        )
    if watch and (dry_run or redo is not None):
        raise QueryError("--watch cannot be combined with --dry-run or --redo; leave one out")
    if index_address() is not None and (watch or redo is not None):
        raise QueryError("--index cannot be combined with --watch or --redo; leave one out")
    if index_address() is None and shelf_url() is not None:
        raise QueryError("--shelf needs --index: name the index that goes with the pages there")
    place = ServicePlace(
        service_url, model, None if protocol is None else ServiceProtocol(protocol)
    )
    if options.engine.is_here and (model or protocol):
        raise QueryError("--model and --protocol need --engine service or auto; add one of these")
    progress = make_progress(quiet=quiet)
    library = Library(library_path())
    if dry_run:
        from indexer.building.dry_run import tell_plan

        with PagePool(jobs or available_cores(), page_seconds=page_seconds) as pool:
            pipeline = Pipeline(library, options, pool, progress)
            found = inputs(paths, options, skip=library.path, split=split)
            failures = tell_plan(found, pipeline, place, gpu_price, as_json=as_json)
        if failures:
            click.get_current_context().exit(ExitCode.BOOKS_FAILED)
        return

    settings = BuildSettings(
        library=library,
        options=options,
        progress=progress,
        encoder=encoder,
        quiet=quiet,
        split=split,
        make_pool=lambda: PagePool(jobs or available_cores(), page_seconds=page_seconds),
        make_service=lambda: (
            None if options.engine.is_here else _service(place, token_file, gpu_price, progress)
        ),
    )
    with storage_errors(library):
        failures = _run_build(settings, paths, watch=watch, as_json=as_json)
    if failures:
        click.get_current_context().exit(ExitCode.BOOKS_FAILED)


def _known_formula_reader(name: str | None, engine: EngineChoice) -> str | None:
    """Return the reader of formulas that a person names, once it has been loaded.

    Raises:
        QueryError: there is none of that name, it cannot be loaded, or a service reads the scans.
    """
    if name is None:
        return None
    if engine is not EngineChoice.LOCAL:
        raise QueryError(
            "--formulas is for scans that this machine reads; leave it out, or --engine"
        )
    from ocr_service.engines.scan.formulas.load import known_reader, load_reader

    known = known_reader(name)
    load_reader(known)
    return known


def _run_build(
    settings: BuildSettings, paths: Sequence[Path], *, watch: bool, as_json: bool
) -> dict[str, str]:
    """Build once or until an interrupt, print the reports, and return the failures."""
    if watch:

        def tell(report: BuildReport) -> None:
            if as_json:
                (line,) = json_lines([plain(report)])
                click.echo(line)
            if not settings.quiet:
                settings.progress.say("watching for changes; Ctrl-C ends")

        return watch_folders(settings, paths, tell)
    found = inputs(paths, settings.options, skip=settings.library.path, split=settings.split)
    if (address := index_address()) is not None:
        return build_elsewhere(settings, found, address, as_json=as_json)
    run = build_once(settings, found)
    if as_json:
        click.echo(json_text(plain(run.report())))
    return run.failures


def _service(
    place: ServicePlace, token_file: Path | None, price: float | None, progress: Progress
) -> ServiceReader:
    """Return the client of the OCR service; nothing is sent yet."""
    from ocr_service.client.options import read_credentials
    from ocr_service.client.reader import ServiceReader

    if not place.url:
        raise QueryError("--engine: no service address; give --service or set OCTAVO_SERVICE")
    options = place.options(read_credentials(token_file))
    return ServiceReader(options, price=price, tell=progress.say)
