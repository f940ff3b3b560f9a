"""Runs `octavo build`: reads every input, records failures, updates the index meanwhile."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from indexer.building.reports import BuildReport, InputRow
from ocr_service.books.page_selection import EngineChoice, ReadOptions
from ocr_service.books.pipeline import Outcome, OutcomeKind, Pipeline
from ocr_service.client.stats import troubled_pages
from ocr_service.common.errors import OctavoError, QueryError, ServiceError
from ocr_service.common.path_text import path_text, text_path
from ocr_service.console.options import say
from ocr_service.console.page_notes import note_lines
from ocr_service.console.progress import Progress, brief_rate, counted
from ocr_service.inputs.find import Found, find_sources
from ocr_service.library.library import Library, is_source_gone
from ocr_service.library.pages import PageStatus
from ocr_service.library.sources import InputSource
from ocr_service.workers.pool import PagePool

if TYPE_CHECKING:
    from indexer.building.embedder import Embedder
    from indexer.building.generation_writer import IndexReport
    from indexer.building.index_build import IndexBuild
    from ocr_service.client.reader import ServiceReader

__all__ = ["BuildRun", "inputs"]

_PUBLISH_SECONDS = 10.0  # between two updates of the index while books are read
_NOTES = 3  # lines about what was lost or guessed; the library keeps them all
_GONE = 5  # lines about books whose file is gone
_LINES = 20  # about the pages of one book


def inputs(paths: Sequence[Path], options: ReadOptions, skip: Path, *, split: bool) -> Found:
    """Return the inputs at these paths, and what a person should know; see `find_sources`.

    Raises:
        QueryError: `--redo` is given for several inputs or none.
    """
    found = find_sources(paths, skip=skip, split=split)
    count = len(found.sources)
    if options.redo is not None and count != 1:
        raise QueryError(f"--redo: name one input whose pages to read again, not {count}")
    return found


class BuildRun:
    """One run of a command that writes; keeps failures and the time of the last index update.

    Used as a context manager, it leaves no thread behind.
    """

    def __init__(
        self, library: Library, progress: Progress, encoder: str | None, *, quiet: bool
    ) -> None:
        """Set up. `encoder` None means the index's own; `quiet` prints errors only."""
        self._library = library
        self._progress = progress
        self._encoder = encoder
        self._quiet = quiet
        self._began = time.monotonic()
        self._indexed_at = -_PUBLISH_SECONDS
        self._inputs: list[InputRow] = []
        self._indexed: list[IndexReport] = []
        self._pages_read = 0
        self._unindexed = False  # books were read since the last update of the index
        self._index: IndexBuild | None = None  # opened when there is anything to index
        self._embedder: Embedder | None = None
        self._told: tuple[str, ...] = ()
        self._gone: dict[str, str] = {}
        self.failures: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Do nothing."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the thread that embeds, when it has kept what it has made."""
        if self._embedder is not None:
            self._embedder.stop()
        self._progress.finish()

    def report(self) -> BuildReport:
        """Return what the run has done so far."""
        return BuildReport(
            library=path_text(self._library.path),
            inputs=tuple(self._inputs),
            indexed=tuple(book for part in self._indexed for book in part.added),
            removed=tuple(book for part in self._indexed for book in part.removed),
            passages=sum(part.passages for part in self._indexed),
            formulas=sum(part.formulas for part in self._indexed),
            embedded=self._embedder.embedded if self._embedder else 0,
            kept=sum(part.kept for part in self._indexed),
            seconds=time.monotonic() - self._began,
            told=self._told,
            gone_sources=self._gone,
        )

    def read(
        self,
        found: Found,
        options: ReadOptions,
        pool: PagePool,
        service: ServiceReader | None,
    ) -> None:
        """Read every input; report those that fail and go on with the others.

        Raises:
            QueryError: `--redo` names no page of the input.
            ServiceError: the service cannot be reached, refuses, or keeps failing.
            OSError: the library cannot be written.
        """
        sources, wrong, told = found
        self._told = tuple(told)
        for line in told:
            self.say(line)
        for place, reason in wrong.items():
            self._fail(place, reason)
        pipeline = Pipeline(self._library, options, pool, self._progress, service)
        pipeline.expect(sources)
        self._progress.expect(len(sources))
        if self._library.book_ids():
            self.publish_words()  # of books that a killed build has read
            self._embed_beside()
        for source in sources:
            done = self._read(pipeline, source, options)
            self._progress.finish_book()
            self._index_now_and_then(changed=done)
        self._note_failures({source.place for source in sources} | wrong.keys())
        self._tell_gone()

    def _tell_gone(self) -> None:
        """Tell which books have no file any more."""
        books = self._library.books().values()
        self._gone = {book.book_id: book.source for book in books if is_source_gone(book)}
        for book_id, source in list(self._gone.items())[:_GONE]:
            self.say(
                f"{book_id}: its source is gone ({source}); 'octavo remove {book_id}' takes it out"
            )
        if len(self._gone) > _GONE:
            more = counted(len(self._gone) - _GONE, "more source")
            self.say(f"{more} gone; 'octavo status' lists them")

    def _read(self, pipeline: Pipeline, source: InputSource, options: ReadOptions) -> bool:
        """Read an input; return whether the library has something new."""
        began = time.monotonic()
        try:
            outcome = pipeline.read(source)
        except (QueryError, ServiceError):
            raise  # concerns the whole run, not this book
        except OctavoError as error:
            self._fail(source.place, str(error))
            return False
        if outcome.failed_pages and len(outcome.failed_pages) == outcome.page_count:
            number, reason = next(iter(outcome.failed_pages.items()))
            self._fail(
                source.place,
                f"{source.path}: none of its pages could be read: page {number} {reason}",
            )
            return False
        seconds = time.monotonic() - began
        self._inputs.append(InputRow.of(source.place, outcome, seconds))
        self._pages_read += outcome.pages_read
        # The rate of the run, not of the book: some pages of the book may have been read earlier.
        rate = self._pages_read / max(time.monotonic() - self._began, 0.001)
        for line in _describe(source, outcome, rate, options):
            self.say(line)
        if outcome.kind is OutcomeKind.READ and source.is_folder:
            self._tell_single_books(source)
        return outcome.kind is OutcomeKind.READ

    def _tell_single_books(self, source: InputSource) -> None:
        """Tell which books were made of single files of a folder that is one book now."""
        folder = source.path.resolve()
        single = [
            book_id
            for book_id, book in self._library.books().items()
            if text_path(book.source).parent == folder
        ]
        if single:
            self.say(
                f"{source.path.name}: books of single files of this folder are in the library "
                f"too ({', '.join(single[:_LINES])}); 'octavo remove BOOK' takes one out"
            )

    def index(self) -> None:
        """Update the index to the finished books, and make all vectors that are missing.

        Raises:
            EncoderError: the encoder cannot be found or loaded.
            OSError: the disk is full or not writable; the old index then still serves.
        """
        self.publish_words()
        if self._embedder is not None:
            self._embedder.finish()
        self._progress.finish()
        self._tell_indexed()

    def _tell_indexed(self) -> None:
        """Say what was indexed, and how many vectors were made for it."""
        added = sum(len(part.added) for part in self._indexed)
        made = self._embedder.embedded if self._embedder else 0
        kept = sum(part.kept for part in self._indexed)
        if added or any(part.removed for part in self._indexed):
            passages = sum(part.passages for part in self._indexed)
            formulas = sum(part.formulas for part in self._indexed)
            self.say(
                f"indexed {counted(added, 'book')}: "
                f"{counted(passages, 'passage')}, {counted(formulas, 'formula')}"
            )
        if kept or (made and not added):
            self.say(f"vectors: {made} made, {kept} kept of text that was embedded before")

    def publish_words(self) -> None:
        """Update the words and formulas of the index to the finished books.

        Raises:
            EncoderError: the encoder cannot be found or loaded.
            OSError: the disk is full or not writable; the old index then still serves.
        """
        import platformdirs

        from indexer.building.embedder import Embedder
        from indexer.building.index_build import IndexBuild

        if self._index is None or self._embedder is None:
            cache = Path(platformdirs.user_cache_dir("octavo", appauthor=False)) / "encoders"
            self._index = IndexBuild(self._library, self._encoder, cache)
            self._embedder = Embedder(self._index, self._progress)
        report = self._index.update()
        self._indexed.append(report)
        self._progress.indexed(report.passages, self._index.waiting)
        self._embedder.wake()
        if report.added or report.removed:
            self._indexed_at = time.monotonic()

    def _index_now_and_then(self, *, changed: bool) -> None:
        """Publish what is new when it is time, and let vectors be made while the next are read."""
        self._unindexed = self._unindexed or changed
        if self._embedder is not None:
            self._embedder.wake()
        if self._unindexed and time.monotonic() - self._indexed_at > _PUBLISH_SECONDS:
            self.publish_words()
            self._unindexed = False
            self._embed_beside()

    def _embed_beside(self) -> None:
        """Let vectors be made in a thread, if there are any to make."""
        if self._embedder is not None and self._index is not None and self._index.waiting:
            self._embedder.start()

    def say(self, line: str) -> None:
        """Print a line unless the run is quiet."""
        if not self._quiet:
            self._progress.say(line)

    def _fail(self, place: str, reason: str) -> None:
        self.failures[place] = reason
        self._inputs.append(InputRow(source=place, outcome="failed", error=reason))
        self._progress.say(f"octavo: {reason}")
        if self._quiet:
            say(reason)

    def _note_failures(self, tried: set[str]) -> None:
        """Replace the recorded failures of this run's inputs; keep those of others."""
        kept = {
            place: reason
            for place, reason in self._library.failures().items()
            if place not in tried and text_path(place).exists()
        }
        failed = {place: _placed(place, reason) for place, reason in self.failures.items()}
        self._library.set_failures(kept | failed)


def _placed(place: str, reason: str) -> str:
    """Return a reason that names its file so that it can be found from any folder."""
    named, colon, rest = reason.partition(": ")
    path, found = Path(named), text_path(place)
    return f"{found}: {rest}" if colon and found in {path.absolute(), path.resolve()} else reason


def _describe(
    source: InputSource, outcome: Outcome, rate: float, options: ReadOptions
) -> list[str]:
    name = source.path.name
    lines = [f"{name}: {_what(outcome, rate)}"]
    if outcome.kind is OutcomeKind.READ:
        unread = outcome.statuses.count(PageStatus.UNREAD)
        if unread:
            lines.append(f"{name}: {counted(unread, 'page')} left for another build")
        if not options.engine.is_here:
            lines += [f"{name}: {line}" for line in troubled_pages(outcome.statuses)]
        lines += _noted(name, outcome.noted_pages)
    elif options.engine is EngineChoice.SERVICE and outcome.local_pages:
        lines.append(
            f"{name}: {outcome.local_pages} of its pages were read on this machine; with "
            "--force-ocr the service reads them"
        )
    lines += _pages(name, "failed", outcome.failed_pages)
    return lines + _pages(name, "could not be read again, the old text is kept", outcome.kept_pages)


def _what(outcome: Outcome, rate: float) -> str:
    if outcome.kind is OutcomeKind.UNCHANGED:
        return f"unchanged, {outcome.book_id}"
    if outcome.kind is OutcomeKind.DUPLICATE:
        return f"the same content as {outcome.book_id}, not added again"
    unread = outcome.statuses.count(PageStatus.UNREAD)
    again = outcome.page_count - outcome.pages_read - unread
    read = counted(outcome.page_count, "page")
    if unread:
        read = f"{outcome.pages_read + again} of {read}"
    kept = f", {again} kept from before" if again else ""
    return f"{outcome.book_id}, {read}{kept} ({brief_rate(rate)} pages/s so far)"


def _noted(name: str, notes: dict[int, str]) -> list[str]:
    """Return lines for the first kinds of what was lost or guessed."""
    told = note_lines(notes)
    lines = [f"{name}: {line}" for line in told[:_NOTES]]
    if len(told) > _NOTES:
        more = counted(len(told) - _NOTES, "more note")
        lines.append(f"{name}: {more}; 'octavo status' lists all")
    return lines


def _pages(name: str, what: str, reasons: dict[int, str]) -> list[str]:
    return [
        f"octavo: {name}: page {number} {what}: {reason}"
        for number, reason in list(reasons.items())[:_LINES]
    ]
