"""Keeps books where many machines reach them: any place that fsspec knows, such as s3://BUCKET/PATH.

    URL/books/<book_id>/   the files of the book's folder, `book.json` written last

A library on a machine is then a cache: a book's manifest is fetched once by each process, and a
page when it is first read. Packages for places such as s3:// (s3fs) are installed beside Octavo.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ocr_service.common.errors import LibraryError, QueryError
from ocr_service.common.files import remove_folder, write_atomic
from ocr_service.library.book_folder import BookFolder, page_name
from ocr_service.library.library import Library
from ocr_service.library.manifest import Manifest
from ocr_service.library.pages import Book, Page

__all__ = ["PageStore", "StoredLibrary", "open_library"]

_MANIFEST = "book.json"


class PageStore:
    """The books at one URL."""

    def __init__(self, url: str) -> None:
        """Open nothing that is remote yet.

        Raises:
            QueryError: fsspec does not know such a place, or its package is missing.
        """
        import fsspec  # only for libraries with a page store

        self.url = url.rstrip("/")
        try:
            files, root = fsspec.core.url_to_fs(self.url)
        except (ImportError, ValueError) as error:
            raise QueryError(f"{url}: {error}") from error
        self._files: Any = files
        self._root = f"{root.rstrip('/')}/books"

    def book_ids(self) -> list[str]:
        """Return the ids of the books, sorted.

        Raises:
            LibraryError: the place cannot be read.
        """
        try:
            found = self._files.ls(self._root, detail=False)
        except FileNotFoundError:
            return []
        except Exception as error:  # each file system has kinds of its own
            raise self._trouble(error) from error
        return sorted(name.rstrip("/").rsplit("/", 1)[-1] for name in found)

    def read(self, book_id: str, name: str) -> bytes | None:
        """Return a file of a book, None if there is none.

        Raises:
            LibraryError: the place cannot be read.
        """
        try:
            return bytes(self._files.cat_file(f"{self._root}/{book_id}/{name}"))
        except FileNotFoundError:
            return None
        except Exception as error:  # as above
            raise self._trouble(error) from error

    def put(self, folder: BookFolder) -> None:
        """Store a book; its manifest is written last, so that no reader finds half a book.

        Raises:
            LibraryError: the place cannot be written.
        """
        files = [path for path in sorted(folder.path.rglob("*")) if path.is_file()]
        files.sort(key=lambda path: path.name == _MANIFEST)
        target = f"{self._root}/{folder.book_id}"
        try:
            for path in files:
                place = f"{target}/{path.relative_to(folder.path).as_posix()}"
                self._files.makedirs(place.rsplit("/", 1)[0], exist_ok=True)
                self._files.pipe_file(place, path.read_bytes())
        except Exception as error:  # as above
            raise self._trouble(error) from error

    def _trouble(self, error: Exception) -> LibraryError:
        return LibraryError(f"{self.url}: the pages there cannot be reached ({error})")


class StoredLibrary(Library):
    """A library whose books are fetched from a page store when they are first needed."""

    def __init__(self, path: Path, store: PageStore) -> None:
        """Use the folder `path` for what is fetched."""
        super().__init__(path)
        self._store = store
        self._folders: dict[str, FetchedBook] = {}

    def require(self) -> None:
        """Do nothing: the store is asked when a book is."""

    def book_ids(self) -> list[str]:
        """Return the ids of all books, sorted."""
        return sorted({*super().book_ids(), *self._store.book_ids()})

    def folder(self, book_id: str) -> BookFolder:
        """Return the folder of the book with exactly this id; it need not exist."""
        if book_id not in self._folders:
            self._folders[book_id] = FetchedBook(super().folder(book_id).path, self._store)
        return self._folders[book_id]


class FetchedBook(BookFolder):
    """The folder of a book of a page store, with the files that were needed so far."""

    def __init__(self, path: Path, store: PageStore) -> None:
        """Use the folder `path` for what is fetched."""
        super().__init__(path)
        self._store = store
        self._asked = False

    def _fetch(self) -> None:
        """Fetch the manifest once; pages that were fetched for another one are removed."""
        if self._asked:
            return
        self._asked = True
        data = self._store.read(self.book_id, _MANIFEST)
        if data is None:
            return
        held = self.path / _MANIFEST
        if not held.exists() or held.read_bytes() != data:
            remove_folder(self.path / "pages")
            self.path.mkdir(parents=True, exist_ok=True)
            write_atomic(held, data.decode("utf-8"))

    def manifest(self) -> Manifest | None:
        """Return the manifest, or None when there is no such book."""
        self._fetch()
        return super().manifest()

    def book(self) -> Book | None:
        """Return the book that the manifest describes, None if there is none."""
        self._fetch()
        return super().book()

    def page(self, manifest: Manifest, page_index: int) -> Page:
        """Return one page of a finished book, fetched if it is not here yet."""
        name = page_name(page_index)
        held = self.path / "pages" / name
        if not held.exists():
            data = self._store.read(self.book_id, f"pages/{name}")
            if data is not None:
                held.parent.mkdir(parents=True, exist_ok=True)
                _write_beside(held, data)
        return super().page(manifest, page_index)


def _write_beside(target: Path, data: bytes) -> None:
    """Write a file that other processes may be fetching too."""
    import tempfile  # 4 ms, and seldom needed

    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
        file.write(data)
    Path(file.name).replace(target)


def open_library(path: Path, shelf: str | None = None) -> Library:
    """Return the library in the folder `path`; with `shelf`, the URL of a page store, its books.

    Raises:
        QueryError: fsspec does not know such a place, or its package is missing.
    """
    return Library(path) if shelf is None else StoredLibrary(path, PageStore(shelf))
