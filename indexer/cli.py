"""The commands that write: `octavo build` and `octavo remove`."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ocr_service.errors import (
    ExitCode,
    OctavoError,
    QueryError,
    ServiceError,
    storage_error,
)
from ocr_service.library import Library
from ocr_service.options import library_option, library_path, say
from ocr_service.pipeline import Outcome, OutcomeKind, Pipeline, ReadOptions
from ocr_service.pool import PAGE_SECONDS, PagePool, available_cores
from ocr_service.progress import Progress, make_progress
from ocr_service.sources import Source, find_sources

if TYPE_CHECKING:
    from ocr_service.service_reader import ServiceReader

__all__ = ["build", "remove"]

_PUBLISH_SECONDS = 300.0  # in a long run, what is read can be searched at least this often


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=None,
    help="Pages read at a time [default: the cores].",
)
@click.option(
    "--zoom",
    type=click.FloatRange(0.5, 8.0),
    default=2.0,
    show_default=True,
    help="Size of page images for recognition; 2 means 144 dpi.",
)
@click.option("--force-ocr", is_flag=True, help="Recognise pages even if they have a text layer.")
@click.option("--retry-failed", is_flag=True, help="Read pages again that failed before.")
@click.option("--password", help="Password of encrypted PDFs.")
@click.option(
    "--encoder",
    help="A sentence-transformers model, by folder or hub id "
    "[default: the index's own, at first all-MiniLM-L6-v2].",
)
@click.option(
    "--engine",
    type=click.Choice(["local", "service"]),
    default="local",
    show_default=True,
    help="Read pages on this machine, or have an OCR service read them.",
)
@click.option(
    "--service",
    "service_url",
    envvar="OCTAVO_SERVICE",
    metavar="URL",
    help="The OCR service [default: $OCTAVO_SERVICE].",
)
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file with the service's token [default: $OCTAVO_SERVICE_TOKEN].",
)
@click.option("--gpu-price", type=click.FloatRange(0.0), help="Dollars an hour of one of its GPUs.")
@click.option("--page-seconds", type=click.FloatRange(1.0), default=PAGE_SECONDS, hidden=True)
@click.option("-q", "--quiet", is_flag=True, help="Print only what went wrong.")
@library_option
def build(
    paths: tuple[Path, ...],
    jobs: int | None,
    zoom: float,
    force_ocr: bool,
    retry_failed: bool,
    password: str | None,
    encoder: str | None,
    engine: str,
    service_url: str | None,
    token_file: Path | None,
    gpu_price: float | None,
    page_seconds: float,
    quiet: bool,
) -> None:
    """Read PDFs, scans and page folders into the library, and index what is new or changed.

    PATH is a PDF, an image (PNG, JPEG, TIFF), a folder of page_0001.mmd files, a document.mmd with
    page-split markers, or a folder of any of these. A build can be stopped at any moment; the next
    one goes on where it was.

    \b
    Examples:
      octavo build ~/books
      octavo build thesis.pdf scans/ --library ~/shelf
      octavo build secret.pdf --password 'open sesame'
      octavo build scans/ --engine service --service http://127.0.0.1:8765
    """
    progress = make_progress(quiet=quiet)
    library = Library(library_path())
    service = None
    if engine == "service":
        service = _service(service_url, token_file, gpu_price, progress)
    try:
        with library.lock():
            options = ReadOptions(zoom, force_ocr, retry_failed, password)
            run = _Run(library, progress, encoder, quiet=quiet)
            try:
                run.read_all(paths, options, jobs or available_cores(), page_seconds, service)
            finally:
                if service is not None:
                    run.say(service.stats.summary())
            run.index()
    except OSError as error:
        known = storage_error(error, str(library.path))
        raise (known or error) from error
    except ValueError as error:  # how tantivy reports the operating system's errors
        known = storage_error(error, str(library.path))
        raise (known or error) from error
    if run.failures:
        click.get_current_context().exit(ExitCode.BOOKS_FAILED)


def _service(
    url: str | None, token_file: Path | None, price: float | None, progress: Progress
) -> ServiceReader:
    """Return a reader of pages by a service; nothing is sent yet."""
    from ocr_service.service_options import ServiceOptions, read_credentials
    from ocr_service.service_reader import ServiceReader

    if not url:
        raise QueryError(
            "--engine service: say where the service is, with --service or OCTAVO_SERVICE"
        )
    options = ServiceOptions(url, read_credentials(token_file))
    return ServiceReader(options, price=price, tell=progress.say)


class _Run:
    """One run of `octavo build`: what failed, and when the index was last brought up to date."""

    def __init__(
        self, library: Library, progress: Progress, encoder: str | None, *, quiet: bool
    ) -> None:
        self._library = library
        self._progress = progress
        self._encoder = encoder
        self._quiet = quiet
        self._indexed_at = time.monotonic()
        self.failures: dict[str, str] = {}

    def read_all(
        self,
        paths: tuple[Path, ...],
        options: ReadOptions,
        jobs: int,
        page_seconds: float,
        service: ServiceReader | None,
    ) -> None:
        """Read every input; one that fails is named, and the others go on."""
        sources, wrong = find_sources(paths, skip=self._library.path)
        for place, reason in wrong.items():
            self._fail(place, reason)
        with PagePool(jobs, page_seconds=page_seconds) as pool:
            pipeline = Pipeline(self._library, options, pool, self._progress, service)
            for source in sources:
                self._read(pipeline, source)
                if time.monotonic() - self._indexed_at > _PUBLISH_SECONDS:
                    self.index()
        self._note_failures({str(source.path.resolve()) for source in sources} | wrong.keys())

    def _read(self, pipeline: Pipeline, source: Source) -> None:
        began = time.monotonic()
        try:
            outcome = pipeline.read(source)
        except ServiceError:
            raise  # not a matter of this book
        except OctavoError as error:
            self._fail(str(source.path.resolve()), str(error))
            return
        if outcome.failed_pages and len(outcome.failed_pages) == outcome.page_count:
            number, reason = next(iter(outcome.failed_pages.items()))
            self._fail(
                str(source.path.resolve()),
                f"{source.path}: none of its pages could be read: page {number} {reason}",
            )
            return
        for line in _describe(source, outcome, time.monotonic() - began):
            self.say(line)

    def index(self) -> None:
        """Bring the index up to date with the books."""
        import platformdirs

        from indexer.build import build_index

        cache = Path(platformdirs.user_cache_dir("octavo", appauthor=False)) / "encoders"
        report = build_index(self._library, self._encoder, cache, self._progress)
        if report.added or report.removed:
            self.say(
                f"indexed {len(report.added)} books: {report.passages} passages, "
                f"{report.formulas} formulas"
            )
        self._indexed_at = time.monotonic()

    def say(self, line: str) -> None:
        """Print a line, unless the run is a quiet one."""
        if not self._quiet:
            self._progress.say(line)

    def _fail(self, place: str, reason: str) -> None:
        self.failures[place] = reason
        self._progress.say(f"octavo: {reason}")
        if self._quiet:
            say(reason)

    def _note_failures(self, tried: set[str]) -> None:
        """Keep the failures of other inputs, and replace those of the inputs of this run."""
        kept = {
            place: reason
            for place, reason in self._library.failures().items()
            if place not in tried and Path(place).exists()
        }
        self._library.set_failures(kept | self.failures)


def _describe(source: Source, outcome: Outcome, seconds: float) -> list[str]:
    name = source.path.name
    if outcome.kind is OutcomeKind.UNCHANGED:
        lines = [f"{name}: unchanged, {outcome.book_id}"]
    elif outcome.kind is OutcomeKind.DUPLICATE:
        lines = [f"{name}: the same content as {outcome.book_id}, not added again"]
    else:
        again = outcome.page_count - outcome.pages_read
        kept = f", {again} kept from before" if again else ""
        rate = outcome.pages_read / max(seconds, 0.001)
        pages = f"{outcome.page_count} pages{kept} ({rate:.1f} pages/s)"
        lines = [f"{name}: {outcome.book_id}, {pages}"]
    lines += [
        f"octavo: {name}: page {number} failed: {reason}"
        for number, reason in list(outcome.failed_pages.items())[:20]
    ]
    return lines


@click.command()
@click.argument("book")
@library_option
def remove(book: str) -> None:
    """Take a book out of the library: its pages, its record, and its place in the index.

    The file it was read from stays where it is.

    \b
    Example:
      octavo remove primer
    """
    library = Library(library_path())
    library.require()
    try:
        with library.lock():
            book_id = library.resolve(book)
            folder = library.folder(book_id).path
            # Out of sight first: a half-removed book must not look like one to be read again.
            away = folder.with_name(f".{book_id}.removed")
            shutil.rmtree(away, ignore_errors=True)
            folder.rename(away)
            shutil.rmtree(away, ignore_errors=True)
            _Run(library, make_progress(quiet=True), None, quiet=True).index()
    except OSError as error:
        known = storage_error(error, str(library.path))
        raise (known or error) from error
    click.echo(f"removed {book_id}")
