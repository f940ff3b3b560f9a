"""Makes and publishes generations of the index: each build writes a new one, then points at it.

    index/CURRENT           the name of the generation that serves
    index/gen-000012/       manifest.json, passages/, formulas/, vectors.f32, pages.i32, signs.u64
    index/encoders/<key>/   prepared encoders, see `encoder.py`

A new generation starts as hard links to the files of the old one. That is safe because no file is
changed in place: tantivy's segments are immutable and its lists of segments are replaced by
renaming; the files of vectors only grow after the rows that the old generation knows. So a build
costs only what it adds, a killed build leaves only a folder that the next one removes, and a reader
sees the old state or the new one, never a mixture.
"""

from __future__ import annotations

import json
import mmap
import os
import re
import shutil
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from ocr_service.common.errors import LibraryError
from ocr_service.common.files import sync, write_atomic
from ocr_service.text.invisible import without_invisible

__all__ = [
    "INDEX_VERSION",
    "PAGE_NUMBERS",
    "SIGNS",
    "SIGNS_BLOCK",
    "VECTORS",
    "BookEntry",
    "IndexManifest",
    "RowFiles",
    "begin_generation",
    "current_generation",
    "encoder_of_other_version",
    "publish_generation",
    "remove_left_overs",
    "row_file_sizes",
]

# Raise this when what is indexed, or how, changes: the index is then rebuilt from the books.
INDEX_VERSION = 4

# Their formats: `vectors.py` and `signs.py`.
VECTORS, PAGE_NUMBERS, SIGNS = "vectors.f32", "pages.i32", "signs.u64"
SIGNS_BLOCK = 4_096  # rows


@dataclass(frozen=True, slots=True)
class BookEntry:
    """What the index holds of one book, with the digest of its pages and its range of rows."""

    title: str
    authors: list[str]
    digest: str
    first_row: int
    last_row: int  # the row after the last
    formulas: int
    page_count: int
    language: str | None = None  # ISO 639-1; selects the stemmer
    year: int | None = None


@dataclass(frozen=True, slots=True)
class IndexManifest:
    """The contents of one generation. `rows` includes the rows of deleted books."""

    encoder: str
    encoder_key: str
    dimension: int
    rows: int = 0
    version: int = INDEX_VERSION
    books: dict[str, BookEntry] = field(default_factory=dict)

    @property
    def live_rows(self) -> int:
        """The number of passages that can be found."""
        return sum(entry.last_row - entry.first_row for entry in self.books.values())

    @classmethod
    def read(cls, folder: Path) -> IndexManifest:
        """Read the manifest of a generation.

        Raises:
            LibraryError: it is damaged or of another version.
            FileNotFoundError: the generation has been removed.
        """
        text = (folder / "manifest.json").read_text(encoding="utf-8")
        try:
            data = json.loads(text)
            if data["version"] != INDEX_VERSION:
                raise LibraryError(
                    f"{folder}: the index has format {data['version']}, this Octavo reads "
                    f"{INDEX_VERSION}; run 'octavo build' again to rebuild it"
                )
            books = {book_id: BookEntry(**entry) for book_id, entry in data.pop("books").items()}
            for book_id, book in books.items():  # an older Octavo kept them
                authors = [without_invisible(name) for name in book.authors]
                title = without_invisible(book.title)
                books[book_id] = replace(book, title=title, authors=authors)
            return cls(**data, books=books)
        except (KeyError, TypeError, ValueError) as error:
            raise LibraryError(
                f"{folder}: the index is damaged ({error}); delete the library's index folder and "
                "run 'octavo build' again: no page is read twice"
            ) from error


def encoder_of_other_version(index: Path) -> str | None:
    """Return the encoder of a serving index of another version, None if there is none."""
    try:
        folder = current_generation(index)
        data = json.loads((folder / "manifest.json").read_text(encoding="utf-8")) if folder else {}
    except (OSError, ValueError):
        return None
    name = data.get("encoder") if isinstance(data, dict) else None
    return name if isinstance(name, str) else None


@dataclass(frozen=True, slots=True)
class RowFiles:
    """The memory-mapped vectors, page numbers and signs of a generation.

    They stay readable after a build has removed the files.
    """

    vectors: mmap.mmap | bytes
    pages: mmap.mmap | bytes
    signs: mmap.mmap | bytes

    @classmethod
    def open(cls, folder: Path) -> RowFiles:
        """Map the files of the generation in `folder`; a missing file counts as empty."""
        return cls(_map(folder / VECTORS), _map(folder / PAGE_NUMBERS), _map(folder / SIGNS))

    def holds(self, rows: int, dimension: int) -> bool:
        """Return whether the files hold at least `rows` rows."""
        sizes = row_file_sizes(rows, dimension)
        return all(
            len(file) >= size
            for file, size in zip((self.vectors, self.pages, self.signs), sizes, strict=True)
        )


def row_file_sizes(rows: int, dimension: int) -> tuple[int, int, int]:
    """Return the minimum sizes in bytes of the files of vectors, page numbers and signs."""
    blocks = -(-rows // SIGNS_BLOCK)
    return rows * dimension * 4, rows * 4, blocks * SIGNS_BLOCK * 8 * -(-dimension // 64)


def _map(path: Path) -> mmap.mmap | bytes:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size == 0:
                return b""
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except FileNotFoundError:
        return b""


def current_generation(index: Path) -> Path | None:
    """Return the folder of the generation that serves, or None if there is none."""
    try:
        name = (index / "CURRENT").read_text(encoding="ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    return index / name if re.fullmatch(r"gen-\d{6,}", name) else None


def begin_generation(index: Path, *, empty: bool = False) -> Path:
    """Create the folder of the next generation, with the files of the current one unless `empty`.

    Removes what killed builds left. Only for the holder of the library's lock.
    """
    current = current_generation(index)
    index.mkdir(parents=True, exist_ok=True)
    remove_left_overs(index)
    number = int(current.name.removeprefix("gen-")) + 1 if current else 1
    new = index / f"gen-{number:06d}"
    new.mkdir()
    if current is not None and not empty:
        _link_tree(current, new)
    return new


def remove_left_overs(index: Path) -> None:
    """Remove all generations except the serving one. Only for the holder of the library's lock."""
    current = current_generation(index)
    for folder in index.glob("gen-*"):
        if folder != current:
            shutil.rmtree(folder, ignore_errors=True)


def _link_tree(source: Path, target: Path) -> None:
    for entry in source.iterdir():
        if entry.is_dir():
            (target / entry.name).mkdir()
            _link_tree(entry, target / entry.name)
        elif not entry.name.endswith(".lock"):
            _link(entry, target / entry.name)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.copyfile(source, target)


def publish_generation(index: Path, folder: Path, manifest: IndexManifest) -> None:
    """Make the generation in `folder` the serving one, and remove the one before.

    Readers that have the old one open keep it; those that are just opening it retry.
    """
    before = current_generation(index)
    write_atomic(folder / "manifest.json", json.dumps(asdict(manifest), ensure_ascii=False))
    sync(folder)
    write_atomic(index / "CURRENT", f"{folder.name}\n")
    if before is not None and before != folder:
        shutil.rmtree(before, ignore_errors=True)
