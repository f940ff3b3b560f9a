"""A library kept open, warm, for as long as a server runs, while builds go on beside it.

Each call asks for the present snapshot. When a build has finished meanwhile, the first to notice
opens the new index and the others go on with the old one; a query keeps the snapshot it began with.
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

from ocr_service.common.errors import OctavoError
from ocr_service.library.library import Library
from search.searcher import Searcher

__all__ = ["LiveLibrary", "Snapshot"]

_log = logging.getLogger(__name__)
_RETRY = 2.0  # seconds before an index that could not be opened is tried again
_Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An open index. `key` tells it from one with other content."""

    searcher: Searcher
    key: str


class LiveLibrary:
    """The library in a folder, which need not be there yet. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        """Point at the library's folder; nothing is opened yet."""
        self.library = Library(path)
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._stamp: _Stamp | None = None
        self._failed: tuple[_Stamp | None, float] | None = None

    def snapshot(self) -> Snapshot:
        """Return the index as it is now; costs a look at one file where nothing has changed.

        Raises:
            LibraryError: there is no library, or nothing in it is indexed.
        """
        held = self._snapshot
        if held is None:
            with self._lock:
                return self._snapshot or self._open(self._look())
        stamp = self._look()
        if self._is_news(stamp) and self._lock.acquire(blocking=False):
            try:
                if self._is_news(stamp):
                    return self._open(stamp)
            except OctavoError as error:
                self._failed = (stamp, time.monotonic())
                _log.warning("the new index cannot be used, the old one goes on: %s", error)
            finally:
                self._lock.release()
        return self._snapshot or held

    @contextlib.contextmanager
    def warming(self) -> Iterator[None]:
        """Open beside the block what the first question would have to wait for.

        The block's end waits for it: the encoder must not be cut off while it is being loaded.
        """
        thread = threading.Thread(target=self._warm_up)
        thread.start()
        try:
            yield
        finally:
            thread.join()

    def _warm_up(self) -> None:
        try:
            _ask_once(self.snapshot().searcher)
        except OctavoError as error:
            _log.warning("%s", error)

    def _look(self) -> _Stamp | None:
        """Return what tells one state of `index/CURRENT` from another; builds replace that file."""
        try:
            found = (self.library.index_path / "CURRENT").stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _is_news(self, stamp: _Stamp | None) -> bool:
        if stamp is None or stamp == self._stamp:
            return False
        failed = self._failed
        return failed is None or failed[0] != stamp or time.monotonic() - failed[1] > _RETRY

    def _open(self, stamp: _Stamp | None) -> Snapshot:
        """Open the index; for the holder of the lock. `stamp` was looked up before."""
        searcher = Searcher.open(self.library.path)
        if self._snapshot is not None:
            _ask_once(searcher)
        self._snapshot = Snapshot(searcher, _content_key(searcher))
        self._stamp = stamp
        return self._snapshot


def _ask_once(searcher: Searcher) -> None:
    """Let the encoder and the files of a searcher be loaded."""
    if searcher.manifest.books:
        searcher.search("a first question", limit=1)


def _content_key(searcher: Searcher) -> str:
    manifest = searcher.manifest
    books = {book_id: entry.digest for book_id, entry in sorted(manifest.books.items())}
    data = json.dumps([manifest.version, manifest.encoder_key, books])
    return hashlib.blake2b(data.encode(), digest_size=8).hexdigest()
