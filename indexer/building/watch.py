"""Watches folders, and tells which files have changed and are quiet again.

A file that is being copied changes from moment to moment. It counts as changed when its size and
its time of change have stayed the same for a while.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ocr_service.common.errors import QueryError
from ocr_service.library.sources import InputSource

__all__ = ["Changes", "FolderWatch", "Settling"]

QUIET_SECONDS = 2.0
_LOOK_SECONDS = 0.25  # between two looks at files that change
_Stamp = tuple[int, int] | None  # size and time of change; None if there is no file


@dataclass(frozen=True, slots=True)
class Changes:
    """Files that have changed or are gone, and files that are still changing."""

    quiet: frozenset[Path]
    growing: frozenset[Path]

    def concern(self, source: InputSource) -> bool:
        """Return whether an input has changed and all of it is quiet."""
        return _touches(source, self.quiet) and not self.hold_up(source)

    def hold_up(self, source: InputSource) -> bool:
        """Return whether a part of an input is still changing."""
        return _touches(source, self.growing)

    def settled(self, sources: Iterable[InputSource]) -> frozenset[Path]:
        """Return the quiet files but for those of inputs of which another part is changing."""
        held = [source for source in sources if self.hold_up(source)]
        return frozenset(
            path for path in self.quiet if not any(_touches(source, [path]) for source in held)
        )


class Settling:
    """Knows the files that have changed, and when they last did. Pure but for `stat`."""

    def __init__(self, quiet_seconds: float) -> None:
        """A file is quiet when it has not changed for `quiet_seconds`."""
        self._quiet_seconds = quiet_seconds
        self._changing: dict[Path, tuple[_Stamp, float]] = {}

    def note(self, path: Path, now: float) -> None:
        """Note that something happened to a file."""
        self._changing[path] = (_stamp(path), now)

    def note_recent(self, sources: Iterable[InputSource], now: float, wall: float) -> None:
        """Note the files of inputs that changed just before the time `wall`, in seconds of Unix."""
        for source in sources:
            files = source.path.iterdir() if source.path.is_dir() else [source.path]
            for file in files:
                stamp = _stamp(file)
                if stamp is not None and wall - stamp[1] / 1e9 < self._quiet_seconds:
                    self.note(file, now)

    def look(self, now: float) -> Changes:
        """Return what is quiet and what is not."""
        quiet = set()
        for path, (before, since) in list(self._changing.items()):
            stamp = _stamp(path)
            if stamp != before:
                self._changing[path] = (stamp, now)
            elif now - since >= self._quiet_seconds:
                quiet.add(path)
        return Changes(frozenset(quiet), frozenset(self._changing.keys() - quiet))

    def done(self, paths: Iterable[Path]) -> None:
        """Forget files that have been dealt with."""
        for path in paths:
            self._changing.pop(path, None)


class FolderWatch:
    """Collects changes in a thread from when the block begins."""

    def __init__(self, paths: Sequence[Path], skip: Path) -> None:
        """Watch files and folders but not the folder `skip`, which is the library.

        Raises:
            QueryError: one of them does not exist.
        """
        for path in paths:
            if not path.exists():
                raise QueryError(f"{path}: no such file or folder to watch; check the path")
        # A file that is replaced is seen by its folder only.
        self._named = {path.resolve() for path in paths if not path.is_dir()}
        self._folders = {path.resolve() for path in paths if path.is_dir()}
        self._skip = skip.resolve()
        self.settling = Settling(QUIET_SECONDS)
        self._queue: queue.SimpleQueue[Path] = queue.SimpleQueue()
        self._ready, self._stop = threading.Event(), threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._collect, name="watch", daemon=True)

    def __enter__(self) -> Self:
        """Begin; what changes from now on is noted."""
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        """End the thread."""
        self._stop.set()
        self._thread.join()

    def wait(self) -> Changes:
        """Wait until files have changed and are quiet.

        Raises:
            OSError: the folders cannot be watched any more.
        """
        while True:
            if self._error is not None:
                raise self._error
            self._take()
            changes = self.settling.look(time.monotonic())
            if changes.quiet:
                return changes
            time.sleep(_LOOK_SECONDS)

    def _take(self) -> None:
        while not self._queue.empty():
            self.settling.note(self._queue.get(), time.monotonic())

    def _collect(self) -> None:
        from watchfiles import watch

        roots = self._folders | {path.parent for path in self._named}
        try:
            for changes in watch(
                *roots,
                watch_filter=lambda _change, path: self._concerns(Path(path)),
                stop_event=self._stop,
                debounce=400,
                rust_timeout=200,
                yield_on_timeout=True,
                raise_interrupt=False,
            ):
                self._ready.set()
                for _, name in changes:
                    self._queue.put(Path(name))
        except BaseException as error:  # raised again where changes are waited for
            self._error = error
        finally:
            self._ready.set()

    def _concerns(self, path: Path) -> bool:
        if self._skip == path or self._skip in path.parents:
            return False
        in_folder = any(
            folder in path.parents and not _is_hidden(path, folder) for folder in self._folders
        )
        return in_folder or path in self._named


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _touches(source: InputSource, paths: Iterable[Path]) -> bool:
    place = source.path.resolve()
    return any(path == place or place in path.parents for path in paths)


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
