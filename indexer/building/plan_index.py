"""Plans an update of the index: compares the books with a generation; chooses the encoder.

Reads only; `generation_series` and `index_build` carry the plans out.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from indexer.encoder.export import DEFAULT_ENCODER
from indexer.encoder.store import EncoderModel, find_model, is_described
from indexer.stores.generations import (
    PENDING,
    SERVING,
    BookEntry,
    IndexManifest,
    current_generation,
)
from indexer.stores.items import ListedBook
from ocr_service.common.errors import LibraryError
from ocr_service.library.manifest import Manifest

__all__ = [
    "EncoderPlan",
    "IndexPlan",
    "PlannedEncoder",
    "StoredGeneration",
    "is_rewritten",
    "plan_encoder",
    "plan_index",
]

_SPARE_ROWS = 10_000  # rows of removed books that an index may hold on top of as many live ones


@dataclass(frozen=True, slots=True)
class StoredGeneration:
    """A generation on disk that can be read."""

    folder: Path
    manifest: IndexManifest

    @classmethod
    def find(
        cls, index: Path, pointer: str, *, any_version: bool = False
    ) -> StoredGeneration | None:
        """Return the generation that `pointer` names.

        None if it is missing, damaged or, without `any_version`, of another version: the index is
        then built anew.
        """
        folder = current_generation(index, pointer)
        if folder is None:
            return None
        try:
            return cls(folder, IndexManifest.read(folder, any_version=any_version))
        except (LibraryError, FileNotFoundError):
            return None


@dataclass(frozen=True, slots=True)
class PlannedEncoder:
    """An encoder, by the key of its folder.

    `model` is the original to prepare it from, None if the library holds it prepared.
    """

    key: str
    model: EncoderModel | None


@dataclass(frozen=True, slots=True)
class EncoderPlan:
    """Which encoder makes the vectors, and which generations there are.

    If `serving` has vectors of another encoder, it goes on answering, and the new vectors are made
    in the `pending` generation, which may be there from an earlier build.
    """

    encoder: PlannedEncoder
    serving: StoredGeneration | None
    pending: StoredGeneration | None

    @property
    def changes_encoder(self) -> bool:
        """Whether vectors of another encoder answer meanwhile."""
        return self.serving is not None and self.serving.manifest.encoder_key != self.encoder.key


@dataclass(frozen=True, slots=True)
class IndexPlan:
    """What an update of one generation will do.

    If `incremental`, the new generation starts with the files of the old one, from which the
    books of `replaced` and `removed` are deleted; otherwise it starts empty and those are ().
    Then `books` are indexed, the replaced ones among them, in the order of the library. Of the
    books in `unlisted`, which the index holds, only what they list and state is found anew.
    """

    incremental: bool
    books: tuple[Manifest, ...]
    replaced: tuple[str, ...]
    removed: tuple[str, ...]
    unlisted: tuple[Manifest, ...] = ()

    @property
    def is_up_to_date(self) -> bool:
        """Whether the old generation already is what the update would make."""
        return self.incremental and not (self.books or self.removed or self.unlisted)


def plan_index(
    old: IndexManifest | None,
    finished: Mapping[str, Manifest],
    unchanged: Collection[str] = (),
    listed: Mapping[str, ListedBook] | None = None,
) -> IndexPlan:
    """Return how to bring the generation `old` to the books that are `finished`.

    Books of `old` in `unchanged` stay as they are, and may be missing in `finished`; there are none
    if `old` is to be written anew. `listed` says of which pages the items of its books were made;
    None leaves them as they are.
    """
    incremental = old is not None and not is_rewritten(old)
    indexed = old.books if old is not None and incremental else {}
    current = {
        book_id
        for book_id, entry in indexed.items()
        if book_id in unchanged or (book_id in finished and _is_current(entry, finished[book_id]))
    }
    others = [book_id for book_id in indexed if book_id not in current]
    return IndexPlan(
        incremental=incremental,
        books=tuple(manifest for book_id, manifest in finished.items() if book_id not in current),
        replaced=tuple(book for book in others if book in finished),
        removed=tuple(book for book in others if book not in finished),
        unlisted=tuple(
            finished[book_id]
            for book_id in sorted(current.difference(unchanged))
            if listed is not None and not _is_listed(book_id, finished[book_id], listed)
        ),
    )


def _is_listed(book_id: str, manifest: Manifest, listed: Mapping[str, ListedBook]) -> bool:
    return book_id in listed and listed[book_id].digest == manifest.digest


def plan_encoder(index: Path, name: str | None) -> EncoderPlan:
    """Choose the encoder.

    `name` None means the one that an earlier build was changing to, else the index's own, else the
    default.

    Raises:
        EncoderError: the encoder cannot be found.
    """
    serving = StoredGeneration.find(index, SERVING)
    pending = StoredGeneration.find(index, PENDING)
    own = [each for each in (pending, serving) if each is not None]
    if name is not None:
        own = [each for each in own if each.manifest.encoder == name]
    if own:
        encoder = _stored_encoder(index, own[0].manifest)
    else:
        encoder = _from_model(name or _encoder_of_other_version(index) or DEFAULT_ENCODER)
    if pending is not None and pending.manifest.encoder_key != encoder.key:
        pending = None
    return EncoderPlan(encoder, serving, pending)


def _encoder_of_other_version(index: Path) -> str | None:
    """Return the encoder of a serving index of another version, None if there is none."""
    try:
        folder = current_generation(index)
        data = json.loads((folder / "manifest.json").read_text(encoding="utf-8")) if folder else {}
    except (OSError, ValueError):
        return None
    name = data.get("encoder") if isinstance(data, dict) else None
    return name if isinstance(name, str) else None


def _stored_encoder(index: Path, manifest: IndexManifest) -> PlannedEncoder:
    """Return the encoder of a generation, to be prepared again if its folder is damaged."""
    if is_described(index / "encoders" / manifest.encoder_key):
        return PlannedEncoder(manifest.encoder_key, model=None)
    return _from_model(manifest.encoder)


def _from_model(name: str) -> PlannedEncoder:
    model = find_model(name)
    return PlannedEncoder(model.key, model)


def is_rewritten(manifest: IndexManifest) -> bool:
    """Return whether so many rows are of removed books that the index is to be written anew."""
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
