"""Keeps a library open while a server runs, and switches to a new index after a build.

Each call asks for the current snapshot. When a build has finished, the first caller to notice opens
the new index while the others use the old one; a query keeps the snapshot that it began with.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ocr_service.common.errors import OctavoError
from ocr_service.library.page_store import open_library
from search.searcher import Searcher

if TYPE_CHECKING:
    from search.index.qdrant.qdrant_index import QdrantIndex

__all__ = ["LiveLibrary", "Snapshot"]

_log = logging.getLogger(__name__)
_RETRY = 2.0  # seconds before an index that could not be opened is tried again
_ASKED = 1.0  # seconds between two questions whether an index elsewhere has changed
_Stamp = tuple[int, int, int] | str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An open index. `key` differs between indexes with different content."""

    searcher: Searcher
    key: str


class LiveLibrary:
    """A library in a folder, which need not exist yet. Safe to use from several threads."""

    def __init__(self, path: Path, index: str | None = None, shelf: str | None = None) -> None:
        """Point at the library's folder, at an index elsewhere, and at the URL of a page store.

        Nothing is opened yet. `place` keeps the three, for other processes.
        """
        self.library = open_library(path, shelf)
        self.place = (path, index, shelf)
        self._address = index
        self._outside: QdrantIndex | None = None
        self._asked_at = -_ASKED  # when the index elsewhere was last asked for its revision
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._stamp: _Stamp | None = None
        self._failed: tuple[_Stamp | None, float] | None = None

    def snapshot(self) -> Snapshot:
        """Return the current index; if nothing has changed, this costs one `stat`.

        Raises:
            LibraryError: there is no library, or nothing in it is indexed.
        """
        held = self._snapshot
        if held is None:
            with self._lock:
                return self._snapshot or self._open(self._read_stamp())
        stamp = self._read_stamp()
        if self._is_new(stamp) and self._lock.acquire(blocking=False):
            try:
                if self._is_new(stamp):
                    return self._open(stamp)
            except OctavoError as error:
                self._failed = (stamp, time.monotonic())
                _log.warning("the new index cannot be used, the old one is kept: %s", error)
            finally:
                self._lock.release()
        return self._snapshot or held

    @contextlib.contextmanager
    def warming(self) -> Iterator[None]:
        """Load what the first question needs, in a thread beside the block.

        The end of the block waits for the thread: loading the encoder must not be interrupted.
        """
        thread = threading.Thread(target=self.warm)
        thread.start()
        try:
            yield
        finally:
            thread.join()

    def warm(self) -> None:
        """Load what the first question needs; log why if that cannot be."""
        try:
            _warm(self.snapshot().searcher)
        except OctavoError as error:
            _log.warning("%s", error)

    def _read_stamp(self) -> _Stamp | None:
        """Return what identifies a state of `index/CURRENT`; builds replace that file."""
        if self._address is not None:
            return self._read_revision()
        try:
            found = (self.library.index_path / "CURRENT").stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _read_revision(self) -> _Stamp | None:
        """Return the revision of the index elsewhere, None if it was asked a moment ago."""
        held, now = self._outside, time.monotonic()
        if held is None or now - self._asked_at < _ASKED:
            return None
        self._asked_at = now
        try:
            return held.current_revision()
        except OctavoError as error:
            _log.warning("%s", error)
            return None

    def _is_new(self, stamp: _Stamp | None) -> bool:
        if stamp is None or stamp == self._stamp:
            return False
        failed = self._failed
        return failed is None or failed[0] != stamp or time.monotonic() - failed[1] > _RETRY

    def _open(self, stamp: _Stamp | None) -> Snapshot:
        """Open the index, while holding the lock. `stamp` was read before."""
        searcher = self._searcher()
        if self._snapshot is not None:
            _warm(searcher)
        self._stamp = self._outside.revision if self._outside else stamp
        key = self._outside.revision if self._outside else _content_key(searcher)
        self._snapshot = Snapshot(searcher, key)
        return self._snapshot

    def _searcher(self) -> Searcher:
        if self._address is None:
            return Searcher.open(self.library.path)
        from search.index.outside import open_outside, reopen  # only when needed

        if self._outside is None:
            self._outside = open_outside(self._address, self.library.index_path)
        else:
            self._outside = reopen(self._outside, self._address)
        return Searcher(self.library, self._outside)


def _warm(searcher: Searcher) -> None:
    """Load the encoder and the files of a searcher."""
    if searcher.manifest.books:
        searcher.search("a first question", limit=1)


def _content_key(searcher: Searcher) -> str:
    manifest = searcher.manifest
    books = {book_id: entry.digest for book_id, entry in sorted(manifest.books.items())}
    data = json.dumps([manifest.version, manifest.encoder_key, books, manifest.missing])
    return hashlib.blake2b(data.encode(), digest_size=8).hexdigest()
