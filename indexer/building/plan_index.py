"""Plans an update of the index: compares the books with the generation that serves.

Reads only; `build_index` carries the plan out.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from indexer.encoder.export import DEFAULT_ENCODER
from indexer.encoder.info import EncoderInfo
from indexer.encoder.store import EncoderModel, find_model
from indexer.stores.generations import (
    BookEntry,
    IndexManifest,
    RowFiles,
    current_generation,
    encoder_of_other_version,
)
from indexer.stores.vectors import RowRange
from ocr_service.common.errors import EncoderError, LibraryError
from ocr_service.library.book_folder import Manifest
from ocr_service.library.library import Library

__all__ = ["IndexPlan", "PlannedBook", "PlannedEncoder", "ServingGeneration", "plan_index"]

_SPARE_ROWS = 10_000  # rows of removed books that an index may hold on top of as many live ones


@dataclass(frozen=True, slots=True)
class ServingGeneration:
    """The generation that answers searches now."""

    folder: Path
    manifest: IndexManifest


@dataclass(frozen=True, slots=True)
class PlannedEncoder:
    """The encoder of the new generation, by the key of its folder.

    `model` is the original to prepare it from, None if the library holds it prepared.
    """

    key: str
    model: EncoderModel | None


@dataclass(frozen=True, slots=True)
class PlannedBook:
    """A book to index.

    `old_rows` are the rows of the serving generation with the vectors of the same text: they are
    copied if the book still gives that many passages. None: the passages are embedded.
    """

    manifest: Manifest
    old_rows: RowRange | None


@dataclass(frozen=True, slots=True)
class IndexPlan:
    """What an update of the index will do.

    If `incremental`, the new generation starts with the files of the serving one, from which the
    books of `replaced` and `removed` are deleted; otherwise it starts empty and those are ().
    Then `books` are indexed, the replaced ones among them, in the order of the library.
    """

    encoder: PlannedEncoder
    serving: ServingGeneration | None
    incremental: bool
    books: tuple[PlannedBook, ...]
    replaced: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def is_up_to_date(self) -> bool:
        """Whether the serving generation already is what the update would make."""
        return self.incremental and not self.books and not self.removed


def plan_index(library: Library, encoder_name: str | None) -> IndexPlan | None:
    """Return the plan of an update; None if there is neither a finished book nor an index.

    `encoder_name` None means the index's own encoder, or the default for a new index.

    Raises:
        EncoderError: the encoder cannot be found.
    """
    finished = {
        book_id: manifest
        for book_id, manifest in library.manifests().items()
        if manifest.digest is not None
    }
    serving = _serving_generation(library.index_path)
    if not finished and serving is None:
        return None
    encoder = _plan_encoder(library.index_path, serving, encoder_name)
    reusable = serving if serving and _has_vectors_of(serving, encoder.key) else None
    incremental = reusable is not None and not _is_sparse(reusable.manifest)
    old_books = reusable.manifest.books if reusable else {}
    indexed = old_books if incremental else {}
    current = {
        book_id
        for book_id, entry in indexed.items()
        if book_id in finished and _is_current(entry, finished[book_id])
    }
    return IndexPlan(
        encoder=encoder,
        serving=serving,
        incremental=incremental,
        books=tuple(
            PlannedBook(manifest, _old_rows(old_books.get(book_id), manifest))
            for book_id, manifest in finished.items()
            if book_id not in current
        ),
        replaced=tuple(book for book in indexed if book in finished and book not in current),
        removed=tuple(book for book in indexed if book not in finished),
    )


def _serving_generation(index: Path) -> ServingGeneration | None:
    """Return the serving generation, None if it is missing, damaged or of another version.

    The index is then built anew.
    """
    folder = current_generation(index)
    if folder is None:
        return None
    try:
        return ServingGeneration(folder, IndexManifest.read(folder))
    except (LibraryError, FileNotFoundError):
        return None


def _plan_encoder(
    index: Path, serving: ServingGeneration | None, name: str | None
) -> PlannedEncoder:
    if serving is None:
        return _from_model(name or encoder_of_other_version(index) or DEFAULT_ENCODER)
    old = serving.manifest
    if name is not None and name != old.encoder:
        return _from_model(name)
    try:
        EncoderInfo.read(index / "encoders" / old.encoder_key)
    except EncoderError:  # its folder was deleted: prepare it again
        return _from_model(old.encoder)
    return PlannedEncoder(old.encoder_key, model=None)


def _from_model(name: str) -> PlannedEncoder:
    model = find_model(name)
    return PlannedEncoder(model.key, model)


def _has_vectors_of(serving: ServingGeneration, encoder_key: str) -> bool:
    """Return whether the generation holds all its vectors, made by this encoder."""
    manifest = serving.manifest
    files = RowFiles.open(serving.folder)
    return manifest.encoder_key == encoder_key and files.holds(manifest.rows, manifest.dimension)


def _is_sparse(manifest: IndexManifest) -> bool:
    """Return whether so many rows are of removed books that the index should be rewritten."""
    return manifest.rows > 2 * manifest.live_rows + _SPARE_ROWS


def _is_current(entry: BookEntry, manifest: Manifest) -> bool:
    """Return whether the index holds a book as it is in the library."""
    book = manifest.book
    return (
        manifest.digest == entry.digest
        and book.title == entry.title
        and list(book.authors) == entry.authors
        and book.year == entry.year
        and book.language in (None, entry.language)
    )


def _old_rows(entry: BookEntry | None, manifest: Manifest) -> RowRange | None:
    """Return the rows with the vectors of this very text, which the title is embedded with."""
    if entry is None or (entry.digest, entry.title) != (manifest.digest, manifest.book.title):
        return None
    return entry.first_row, entry.last_row
