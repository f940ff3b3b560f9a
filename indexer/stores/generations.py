"""Makes and publishes generations of the index: each build writes a new one, then points at it.

    index/CURRENT           the name of the generation that serves
    index/NEXT              that of one with another encoder, which serves when its vectors are made
    index/gen-000012/       manifest.json, passages/, formulas/, vectors.f32, pages.i32, signs.u64,
                            digests.u64
    index/encoders/<key>/   prepared encoders, see `encoder.py`

A new generation starts as hard links to the files of the old one. That is safe because nothing that
a manifest speaks of is changed in place: tantivy's segments are immutable and its lists of segments
are replaced by renaming; vectors are written only to rows that no manifest says have one. So a
build costs only what it adds, a killed build leaves only a folder that the next one removes, and a
reader sees the old state or the new one, never a mixture.

A book's passages may be published before their vectors are made: its rows are then `missing`. Their
vectors are written to the files of the serving generation, where they outlive a kill, and the next
generation says that they are there.
"""

from __future__ import annotations

import json
import mmap
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from indexer.stores.book_entries import BookEntries, BookEntry, damaged, parse_entries
from indexer.stores.row_ranges import RowRange, common_ranges, count_rows, without_ranges
from ocr_service.common.errors import LibraryError
from ocr_service.common.files import remove_folder, sync, write_atomic

__all__ = [
    "INDEX_VERSION",
    "PAGE_NUMBERS",
    "PENDING",
    "SERVING",
    "SIGNS",
    "SIGNS_BLOCK",
    "VECTORS",
    "BookEntry",
    "IndexManifest",
    "RowFiles",
    "begin_generation",
    "current_generation",
    "drop_pending",
    "publish_generation",
    "remove_left_overs",
    "row_file_sizes",
    "serve_pending",
]

# Raise this when what is indexed, or how, changes: the index is then rebuilt from the books.
INDEX_VERSION = 7

SERVING, PENDING = "CURRENT", "NEXT"  # the files that point at generations

# Their formats: `vectors.py` and `signs.py`.
VECTORS, PAGE_NUMBERS, SIGNS = "vectors.f32", "pages.i32", "signs.u64"
SIGNS_BLOCK = 4_096  # rows

_BOOKS = ', "books": '  # where they begin in a manifest; within a string the quotes are escaped


@dataclass(frozen=True, slots=True)
class IndexManifest:
    """The contents of one generation.

    `rows` includes the rows of deleted books. `missing` are the rows whose passages have no vector
    yet; an index that is complete has none.
    """

    encoder: str
    encoder_key: str
    dimension: int
    rows: int = 0
    version: int = INDEX_VERSION
    books: Mapping[str, BookEntry] = field(default_factory=dict)
    missing: tuple[RowRange, ...] = ()

    @property
    def live_rows(self) -> int:
        """The number of passages that can be found."""
        return sum(entry.last_row - entry.first_row for entry in self.books.values())

    def live_ranges(self, books: Collection[str] = ()) -> list[RowRange]:
        """Return the rows of these books, or of all."""
        return [
            (self.books[book_id].first_row, self.books[book_id].last_row)
            for book_id in books or self.books
        ]

    def embedded_ranges(self, books: Collection[str] = ()) -> list[RowRange]:
        """Return those of the live rows that have a vector."""
        live = self.live_ranges(books)
        return without_ranges(live, self.missing) if self.missing else live

    def coverage(self, books: Collection[str] = ()) -> float:
        """Return the share of these books' passages, or of all, that have a vector: 0 to 1."""
        if not self.missing:
            return 1.0
        live = self.live_ranges(books)
        missing = count_rows(common_ranges(live, self.missing))
        return 1.0 - missing / count_rows(live) if missing else 1.0

    def has_vector(self, row: int) -> bool:
        """Return whether the passage of a row can be found by meaning."""
        return not any(first <= row < last for first, last in self.missing)

    @property
    def vector_rows(self) -> int:
        """The number of rows that the files of vectors must hold."""
        return max((last for _, last in self.embedded_ranges()), default=0)

    def to_json(self) -> str:
        """Return the text of `manifest.json`. The books come last, so that they are parsed last."""
        data: dict[str, Any] = {
            "encoder": self.encoder,
            "encoder_key": self.encoder_key,
            "dimension": self.dimension,
            "rows": self.rows,
            "version": self.version,
            "missing": self.missing,
            "books": {book_id: entry.to_dict() for book_id, entry in self.books.items()},
        }
        if not self.missing:
            del data["missing"]  # an older Octavo reads complete indexes
        return json.dumps(data, ensure_ascii=False)

    @classmethod
    def read(cls, folder: Path, *, any_version: bool = False, lazy: bool = False) -> IndexManifest:
        """Read the manifest of a generation; of another version only if `any_version`.

        If `lazy`, its books are parsed when they are first needed, see `BookEntries`.

        Raises:
            LibraryError: it is damaged or of another version.
            FileNotFoundError: the generation has been removed.
        """
        text = (folder / "manifest.json").read_text(encoding="utf-8")
        head, found, books = text.partition(_BOOKS)
        try:
            if lazy and found and books.endswith("}}"):
                data = {**json.loads(f"{head}}}"), "books": BookEntries(books[:-1], folder)}
            else:  # an older Octavo wrote other keys behind the books
                data = json.loads(text)
            if data["version"] != INDEX_VERSION and not any_version:
                raise LibraryError(
                    f"{folder}: the index has format {data['version']}, this Octavo reads "
                    f"{INDEX_VERSION}; run 'octavo build' again to rebuild it"
                )
            entries = data.pop("books")
            if not isinstance(entries, BookEntries):
                entries = parse_entries(entries)
            missing = tuple((int(a), int(b)) for a, b in data.pop("missing", ()))
            return cls(**data, books=entries, missing=missing)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise damaged(folder, error) from error


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

    def count(self, dimension: int) -> tuple[int, int, int]:
        """Return how many rows the files of vectors, page numbers and signs hold."""
        block = SIGNS_BLOCK * 8 * -(-dimension // 64)
        return (
            len(self.vectors) // (dimension * 4),
            len(self.pages) // 4,
            len(self.signs) // block * SIGNS_BLOCK,
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


def current_generation(index: Path, pointer: str = SERVING) -> Path | None:
    """Return the folder of the generation that `pointer` names, or None if there is none."""
    try:
        name = (index / pointer).read_text(encoding="ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    return index / name if re.fullmatch(r"gen-\d{6,}", name) else None


def begin_generation(index: Path, base: Path | None) -> Path:
    """Create the folder of the next generation, with the files of `base`, or empty.

    Removes what killed builds left. Only for the holder of the library's lock.
    """
    index.mkdir(parents=True, exist_ok=True)
    remove_left_overs(index)
    numbers = [int(folder.name.removeprefix("gen-")) for folder in _pointed_at(index)]
    new = index / f"gen-{max(numbers, default=0) + 1:06d}"
    new.mkdir()
    if base is not None:
        _link_tree(base, new)
    return new


def _pointed_at(index: Path) -> list[Path]:
    found = (current_generation(index, pointer) for pointer in (SERVING, PENDING))
    return [folder for folder in found if folder is not None]


def remove_left_overs(index: Path) -> None:
    """Remove all generations that nothing points at. Only for the holder of the library's lock."""
    kept = _pointed_at(index)
    for folder in index.glob("gen-*"):
        if folder not in kept:
            remove_folder(folder)


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
        import shutil  # as seldom

        shutil.copyfile(source, target)


def publish_generation(
    index: Path, folder: Path, manifest: IndexManifest, pointer: str = SERVING
) -> None:
    """Let `pointer` name the generation in `folder`, and remove the one that it named before.

    Readers that have the old one open keep it; those that are just opening it retry.
    """
    before = current_generation(index, pointer)
    write_atomic(folder / "manifest.json", manifest.to_json())
    sync(folder)
    write_atomic(index / pointer, f"{folder.name}\n")
    if before is not None and before not in _pointed_at(index):
        remove_folder(before)


def serve_pending(index: Path) -> None:
    """Let the pending generation serve, and remove the one that served before.

    Raises:
        OSError: the disk is full or not writable; the old one then still serves.
    """
    pending = current_generation(index, PENDING)
    if pending is not None:
        write_atomic(index / SERVING, f"{pending.name}\n")
    drop_pending(index)


def drop_pending(index: Path) -> None:
    """Forget the pending generation, unless it serves by now."""
    (index / PENDING).unlink(missing_ok=True)
    remove_left_overs(index)
