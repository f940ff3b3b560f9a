"""Keeping the workers busy from one book to the next: papers and single scans have few pages."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.books.pipeline import Pipeline
from ocr_service.common.errors import InputError
from ocr_service.library.sources import Source
from ocr_service.workers.pool import PagePool

__all__ = ["LookAhead"]


class LookAhead:
    """Opens inputs before their turn and begins their pages, while there are workers to spare.

    What it begins `Pipeline.read` takes up, in the order of the inputs. What is wrong with an input
    is told there too. For pages that are read on this machine: a service is asked for nothing
    before its turn.
    """

    def __init__(self, pipeline: Pipeline, pool: PagePool, sources: Sequence[Source]) -> None:
        """Look ahead over `sources`, which `pipeline` is going to read one after another."""
        self._pipeline = pipeline
        self._pool = pool
        self._sources = sources
        self._digests: set[str] = set()
        self._opened: set[Source] = set()
        self._begun: set[Source] = set()
        self._position = 0
        pool.meanwhile = self._go_on

    def before(self, position: int) -> None:
        """Begin what fits, from the input at `position` on; call it before that one is read."""
        self._position = position
        self._go_on()
        self._position += 1  # while that one is read, it is no longer ahead

    def _go_on(self) -> None:
        # No further than it takes: of inputs that are unchanged, many are soon looked at.
        for source in self._sources[self._position : self._position + 4 * self._pool.jobs]:
            if not self._pool.has_room:
                return
            if not source.is_text:
                self._begin(source)

    def _begin(self, source: Source) -> None:
        password = self._pipeline.options.password
        if source not in self._opened:
            self._opened.add(source)
            try:
                digest = self._pipeline.digest(source)
            except InputError:
                return
            # Of two with the same content, only the first is read.
            if digest not in self._digests and not self._pipeline.is_done(source):
                self._digests.add(digest)
                self._pool.begin_look(source.path, password)
        elif source not in self._begun:
            info = self._pool.looked_into(source.path, password)
            if info is not None:
                self._begun.add(source)
                self._pool.begin(self._pipeline.missing(source, info))
