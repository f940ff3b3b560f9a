"""Manages a library: a folder of books, its lock, and its list of failed inputs.

Standard library only, except for the lock.

    LIBRARY/
      books/<book_id>/   see `book_folder.py`
      index/             see `indexer/stores/generations.py`; can be rebuilt from books/
      failures.json      the inputs that could not be read, and why
      write.lock         held by the one process that writes; write.json names that process
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from ocr_service.common.errors import LibraryError, LockedError
from ocr_service.common.files import remove_folder, write_atomic
from ocr_service.common.path_text import shown, text_path
from ocr_service.library.book_folder import BookFolder
from ocr_service.library.manifest import Manifest
from ocr_service.library.names import resolve_name
from ocr_service.library.pages import Book

__all__ = ["Library", "is_source_gone"]

_REMOVED = ".removed"  # suffix of the folder of a book that is being removed


class Library:
    """The books under one folder."""

    def __init__(self, path: Path) -> None:
        """Use the library in the folder `path`, which need not exist yet."""
        self.path = path

    @property
    def index_path(self) -> Path:
        """The folder of the index, which can be rebuilt from the books."""
        return self.path / "index"

    def folder(self, book_id: str) -> BookFolder:
        """Return the folder of the book with exactly this id; it need not exist."""
        return BookFolder(self.path / "books" / book_id)

    def book_ids(self) -> list[str]:
        """Return the ids of all books, finished or not, sorted."""
        try:
            with os.scandir(self.path / "books") as entries:
                return sorted(
                    entry.name
                    for entry in entries
                    if not entry.name.startswith(".") and entry.is_dir()
                )
        except FileNotFoundError:
            return []

    def manifests(self) -> dict[str, Manifest]:
        """Return the manifests of all books that have one, finished or not, by id.

        Raises:
            LibraryError: a manifest is damaged or of another version.
        """
        found = {}
        for book_id in self.book_ids():
            manifest = self.folder(book_id).manifest()
            if manifest is not None:
                found[book_id] = manifest
        return found

    def books(self) -> dict[str, Book]:
        """Return the books that have a manifest, finished or not, by id.

        Raises:
            LibraryError: a manifest is damaged or of another version.
        """
        books = {book_id: self.folder(book_id).book() for book_id in self.book_ids()}
        return {book_id: book for book_id, book in books.items() if book is not None}

    def resolve(self, name: str) -> str:
        """Return the id of the book that `name` means: its id, a prefix of it, or its title.

        A name of an author means a book if the library has one of that author only.

        Raises:
            NotFoundError: `name` fits no book or several; the message names the nearest.
            LibraryError: no id fits, and a manifest is damaged or of another version.
        """
        return resolve_name(name, self.book_ids(), self.books)

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the library for writing.

        Raises:
            LockedError: another process holds it; the message names that process.
            OSError: the folder cannot be written.
        """
        import filelock

        (self.path / "books").mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(self.path / "write.lock", timeout=0)
        owner = self.path / "write.json"
        try:
            lock.acquire()
        except filelock.Timeout:
            raise LockedError(
                f"{self.path}: another build is writing here ({_describe_owner(owner)}); "
                "wait for it to finish, or stop it, and run this again"
            ) from None
        try:
            with contextlib.suppress(OSError):  # optional: a full disk must not prevent 'remove'
                write_atomic(owner, json.dumps({"pid": os.getpid(), "host": _this_host()}))
            self._remove_left_overs()
            yield
        finally:
            with contextlib.suppress(OSError):
                owner.unlink(missing_ok=True)
            lock.release()

    def writer(self) -> str | None:
        """Return a description of the process that holds the library; None if none seems to.

        It is for telling people: the process may end at any moment.
        """
        owner = self.path / "write.json"
        return _describe_owner(owner) if _is_running(owner) else None

    def remove(self, book_id: str) -> None:
        """Remove a book's folder. Only for the holder of the lock.

        Raises:
            OSError: the library cannot be written.
        """
        folder = self.folder(book_id).path
        # Renamed first: a half-removed book must not look like one to be read again.
        folder.rename(folder.with_name(f".{book_id}{_REMOVED}"))
        self._remove_left_overs()

    def _remove_left_overs(self) -> None:
        """Delete the folders of removed books, also of removals that were killed."""
        for folder in (self.path / "books").glob(f".*{_REMOVED}"):
            remove_folder(folder)

    def failures(self) -> dict[str, str]:
        """Return the inputs that could not be read: path -> reason."""
        try:
            data = json.loads((self.path / "failures.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return {str(source): str(reason) for source, reason in data.items()}

    def set_failures(self, failures: dict[str, str]) -> None:
        """Write the list of inputs that could not be read.

        Raises:
            OSError: the disk is full or not writable.
        """
        failures = {place: shown(reason) for place, reason in failures.items()}
        if failures != self.failures():
            text = json.dumps(failures, ensure_ascii=False, indent=1, sort_keys=True)
            write_atomic(self.path / "failures.json", f"{text}\n")

    def require(self) -> None:
        """Check that the library exists.

        Raises:
            LibraryError: there is no library in the folder.
        """
        if not (self.path / "books").is_dir():
            raise LibraryError(
                f"{self.path}: no library here; make one with 'octavo build PATH...', "
                "or name another with --library"
            )


def is_source_gone(book: Book) -> bool:
    """Return whether there is nothing any more at the path that a book was read from."""
    path = text_path(book.source)
    try:
        return not (any(path.iterdir()) if path.is_dir() else path.exists())
    except OSError:  # a folder that must not be read is there
        return False


def _describe_owner(path: Path) -> str:
    try:
        owner = json.loads(path.read_text(encoding="utf-8"))
        return f"process {int(owner['pid'])} on {owner['host']}"
    except (FileNotFoundError, KeyError, TypeError, ValueError):
        return "its process is starting or ending"


def _this_host() -> str:
    import socket  # 3 ms, and seldom needed

    return socket.gethostname()


def _is_running(owner: Path) -> bool:
    """Return whether the process that a file names is running; one elsewhere is believed to be."""
    try:
        process = json.loads(owner.read_text(encoding="utf-8"))
        if process["host"] == _this_host() and os.name == "posix":
            os.kill(int(process["pid"]), 0)
    except PermissionError:  # of another user
        return True
    except (OSError, KeyError, TypeError, ValueError, OverflowError):
        return False
    return True
