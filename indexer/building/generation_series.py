"""Writes the generations that follow each other under one pointer, for one encoder.

The words and formulas of books are published as soon as they are read; the vectors of their
passages are written to the published files as they are made, and published in later generations.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import tantivy

from indexer.building.generation_writer import GenerationWriter, IndexReport, KnownVectors
from indexer.building.indexed_book import PassageText, passage_texts
from indexer.building.plan_index import IndexPlan, StoredGeneration, plan_index
from indexer.encoder.encoder import Vectors
from indexer.encoder.info import EncoderInfo
from indexer.encoder.tokens import open_token_count
from indexer.stores.digests import (
    Digests,
    read_digests,
    text_digests,
    truncate_digests,
    write_digests,
)
from indexer.stores.fulltext import PASSAGES, open_index
from indexer.stores.generations import (
    IndexManifest,
    RowFiles,
    begin_generation,
    publish_generation,
)
from indexer.stores.items import ItemBooks
from indexer.stores.row_ranges import (
    RowRange,
    common_ranges,
    count_rows,
    merge_ranges,
    runs,
    without_ranges,
)
from indexer.stores.vectors import write_vectors
from ocr_service.common.errors import LibraryError
from ocr_service.library.library import Library
from ocr_service.library.manifest import Manifest

__all__ = ["GenerationSeries"]

_NOTED = 512  # passages whose digests are noted at a time


class GenerationSeries:
    """The generations under one pointer. Only for the holder of the library's lock.

    One thread at a time may call it.

    Attributes:
        pointer: the file that names the published generation.
        encoder_key: the name of the encoder's folder.
        missing: the rows without a vector; fewer than the published manifest says while vectors
            are made.
        rewrites: how often passages have got other rows.
    """

    def __init__(
        self,
        library: Library,
        pointer: str,
        encoder: Path,
        stored: StoredGeneration | None,
        older: StoredGeneration | None = None,
    ) -> None:
        """Go on from `stored`, None to begin anew; `encoder` is the folder of the encoder.

        Vectors of `older`, a generation of another version, are used again.

        Raises:
            EncoderError: the encoder's description or tokenizer cannot be read.
            OSError: the disk is not writable.
        """
        self._library = library
        self._index = library.index_path
        self.pointer = pointer
        self._info = EncoderInfo.read(encoder)
        self.encoder_key = encoder.name
        self._encoder = encoder
        self._count_tokens: Callable[[str], int] | None = None
        self._stored = stored
        self._older = older if stored is None else None
        self.rewrites = 0
        self._words: tantivy.Index | None = None  # the published passages, once they are read
        self.missing: list[RowRange] = []
        if stored is not None:
            self._recover(stored)
        elif self._older is not None:
            self._recover_older(self._older)

    # ---------------------------------------------------------------------------- what there is

    @property
    def manifest(self) -> IndexManifest | None:
        """The manifest of the published generation."""
        return self._stored.manifest if self._stored else None

    @property
    def waiting(self) -> int:
        """The number of passages that are published without a vector and have none yet."""
        return count_rows(self.missing)

    @property
    def unpublished(self) -> bool:
        """Whether vectors have been made that the published manifest does not speak of."""
        manifest = self.manifest
        return manifest is not None and list(manifest.missing) != self.missing

    def next_texts(self, count: int) -> list[PassageText]:
        """Return the texts to embed of the next passages without a vector, at most `count`."""
        while self._stored is not None and self.missing:
            rows: list[int] = []
            for first, last in self.missing:
                rows += range(first, min(last, first + count - len(rows)))
                if len(rows) == count:
                    break
            texts = self._texts(rows)
            if len(texts) == len(rows):
                return texts
            # A damaged index has no passage there, and needs no vector.
            absent = set(rows).difference(text.row for text in texts)
            gone = [(row, row + 1) for row in absent]
            self.missing = without_ranges(self.missing, gone)
        return []

    # ------------------------------------------------------------------------------ what is done

    def update(self, finished: Mapping[str, Manifest]) -> IndexReport:
        """Publish the words and formulas of the books that are `finished`, and no other books.

        Raises:
            OSError: the disk is full or not writable; the old generation then still serves.
        """
        listed = ItemBooks.read(self._stored.folder).books if self._stored else {}
        plan = plan_index(self.manifest, finished, listed)
        if plan.is_up_to_date:
            return IndexReport()
        base = self._stored.folder if self._stored and plan.incremental else None
        folder = begin_generation(self._index, base)
        try:
            writer = GenerationWriter(folder, self._start(plan), self._source())
            manifest = writer.write(plan, self._library, self._tokens)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)  # gives a full disk its space back
            raise
        self._publish(folder, manifest)
        self.rewrites += not plan.incremental
        return writer.report(plan)

    def keep(self, texts: list[PassageText], vectors: Vectors) -> None:
        """Write the vectors of passages to the published files; they outlive a kill from now on.

        Raises:
            OSError: the disk is full or not writable.
        """
        if self._stored is None or not texts:
            return
        digests = self.digests(texts)
        pages = np.array([text.page for text in texts], dtype=np.int32)
        for start, end in runs([text.row for text in texts]):
            first_row = texts[start].row
            write_vectors(self._stored.folder, first_row, vectors[start:end], pages[start:end])
            write_digests(self._stored.folder, first_row, digests[start:end])
        made = [(text.row, text.row + 1) for text in texts]
        self.missing = without_ranges(self.missing, made)

    def keep_known(self, texts: list[PassageText]) -> list[PassageText]:
        """Give passages the vectors of others with the same text; return those that have none."""
        source = self._source()
        rows = source.find(self.digests(texts))
        known = [text for text, row in zip(texts, rows, strict=True) if row >= 0]
        if known:
            self.keep(known, source.vectors[rows[rows >= 0]])
        return [text for text, row in zip(texts, rows, strict=True) if row < 0]

    def digests(self, texts: list[PassageText]) -> Digests:
        """Return the digests of texts as this encoder embeds them."""
        return text_digests([text.text for text in texts], self.encoder_key)

    def publish(self) -> bool:
        """Publish the vectors that have been made; return whether there were any.

        Raises:
            OSError: the disk is full or not writable; the old generation then still serves.
        """
        if self._stored is None or not self.unpublished:
            return False
        folder = begin_generation(self._index, self._stored.folder)
        try:
            self._publish(folder, replace(self._stored.manifest, missing=tuple(self.missing)))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return True

    # --------------------------------------------------------------------------------- the steps

    def _publish(self, folder: Path, manifest: IndexManifest) -> None:
        publish_generation(self._index, folder, manifest, self.pointer)
        self._stored = StoredGeneration(folder, manifest)
        self._words = None
        self.missing = list(manifest.missing)

    def _recover(self, stored: StoredGeneration) -> None:
        """Find out which vectors are there: a killed build has made more than it published.

        Vectors that the manifest speaks of and the files do not hold are made again.
        """
        manifest, folder = stored.manifest, stored.folder
        held = RowFiles.open(folder).count(manifest.dimension)
        truncate_digests(folder, min(manifest.rows, held[0]))
        digests = read_digests(folder, manifest.rows)
        live = merge_ranges(manifest.live_ranges())
        missing = [
            part
            for first, last in manifest.missing
            for part in _without_digest(digests, first, last)
        ]
        lost = common_ranges(live, [(min(held), manifest.rows)])
        self.missing = merge_ranges(common_ranges(live, missing) + lost)
        embedded = without_ranges(live, self.missing)
        self._note_digests(stored, without_ranges(embedded, [(0, len(digests))]))

    def _recover_older(self, older: StoredGeneration) -> None:
        """Find out of which texts the vectors of another version were made, if it can be read."""
        manifest = older.manifest
        held = RowFiles.open(older.folder).count(self._info.dimension)
        same = (manifest.encoder_key, manifest.dimension) == (
            self.encoder_key,
            self._info.dimension,
        )
        if not same or min(held) < manifest.vector_rows:
            self._older = None
            return
        known = len(read_digests(older.folder, manifest.rows))
        try:
            self._note_digests(older, without_ranges(manifest.embedded_ranges(), [(0, known)]))
        except (LibraryError, KeyError, TypeError, ValueError):  # another schema
            self._older = None

    def _note_digests(self, stored: StoredGeneration, rows: list[RowRange]) -> None:
        """Write the digests of vectors that an older Octavo made."""
        folder, words = stored.folder, open_index(stored.folder, PASSAGES)
        for first, last in rows:
            for start in range(first, last, _NOTED):
                span = range(start, min(last, start + _NOTED))
                texts = passage_texts(words, stored.manifest, list(span))
                for begin, end in runs([text.row for text in texts]):
                    part = texts[begin:end]
                    write_digests(folder, part[0].row, self.digests(part))

    def _texts(self, rows: list[int]) -> list[PassageText]:
        """Return what is embedded of the published passages of these rows."""
        if self._stored is None:
            return []
        if self._words is None:
            self._words = open_index(self._stored.folder, PASSAGES)
        return passage_texts(self._words, self._stored.manifest, rows)

    def _start(self, plan: IndexPlan) -> IndexManifest:
        """Return the manifest of the new generation before anything is deleted or indexed."""
        if self._stored is not None and plan.incremental:
            return replace(self._stored.manifest, missing=tuple(self.missing))
        return IndexManifest(self._info.name, self.encoder_key, self._info.dimension)

    def _source(self) -> KnownVectors:
        return KnownVectors(self._stored or self._older, self.encoder_key, self._info.dimension)

    def _tokens(self, text: str) -> int:
        """Return the number of tokens of a text as the encoder counts, without special ones."""
        if self._count_tokens is None:
            self._count_tokens = open_token_count(self._encoder)
        return self._count_tokens(text)


def _without_digest(digests: Digests, first: int, last: int) -> list[RowRange]:
    """Return those of the rows from `first` to before `last` that have no digest."""
    known = np.any(digests[first:last] != 0, axis=1)
    bare = [first + place for place in np.flatnonzero(~known).tolist()]
    return merge_ranges([(row, row + 1) for row in bare] + [(max(first, first + len(known)), last)])
