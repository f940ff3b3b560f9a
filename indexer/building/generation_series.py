"""Writes the generations that follow each other under one pointer, for one encoder.

The words and formulas of books are published as soon as they are read; the vectors of their
passages are written to the published files as they are made, and published in later generations.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import tantivy

from indexer.building.finished_books import FinishedBooks
from indexer.building.generation_writer import GenerationWriter, IndexReport, KnownVectors
from indexer.building.indexed_book import PassageText, passage_texts
from indexer.building.plan_index import IndexPlan, StoredGeneration, is_rewritten, plan_index
from indexer.building.recovery import note_older_digests, rows_without_vector
from indexer.encoder.encoder import Vectors
from indexer.encoder.info import EncoderInfo
from indexer.encoder.tokens import open_token_count
from indexer.stores.book_stamps import Stamp, read_stamps, write_stamps
from indexer.stores.digests import Digests, text_digests, write_digests
from indexer.stores.fulltext import PASSAGES, open_index
from indexer.stores.generations import IndexManifest, begin_generation, publish_generation
from indexer.stores.items import ItemBooks
from indexer.stores.row_ranges import RowRange, count_rows, runs, without_ranges
from indexer.stores.vectors import write_vectors
from ocr_service.library.library import Library

__all__ = ["GenerationSeries"]

_PARSED_AGAIN = 16  # manifests, which costs less than it does to write down their stamps


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
        self._stamps: dict[str, Stamp] = {}  # of the manifests of the published books
        if stored is not None:
            self._stamps = read_stamps(stored.folder)
            self.missing = rows_without_vector(stored, self.encoder_key)
        elif self._older is not None and not note_older_digests(
            self._older, encoder.name, self._info
        ):
            self._older = None

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

    def update(self, finished: FinishedBooks) -> IndexReport:
        """Publish the words and formulas of the books that are `finished`, and no other books.

        Raises:
            OSError: the disk is full or not writable; the old generation then still serves.
        """
        plan = self._plan(finished)
        if plan.is_up_to_date:
            self._note_stamps(finished)
            return IndexReport()
        base = self._stored.folder if self._stored and plan.incremental else None
        folder = begin_generation(self._index, base)
        try:
            writer = GenerationWriter(folder, self._start(plan), self._source())
            manifest = writer.write(plan, self._library, self._tokens)
            self._stamps = finished.settled_stamps(manifest.books.keys())
            write_stamps(folder, self._stamps)
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

    def _plan(self, finished: FinishedBooks) -> IndexPlan:
        old = self.manifest
        if old is None or is_rewritten(old):
            return plan_index(old, finished.read())
        listed = ItemBooks.read(self._stored.folder).books if self._stored else {}
        with_items = {
            book_id
            for book_id, entry in old.books.items()
            if book_id in listed and listed[book_id].digest == entry.digest
        }
        unchanged = finished.unchanged(self._stamps) & with_items
        return plan_index(old, finished.read(unchanged), unchanged, listed)

    def _note_stamps(self, finished: FinishedBooks) -> None:
        """Remember how the manifests look that were found to be as they are indexed."""
        if self._stored is None:
            return
        stamps = finished.settled_stamps(self._stored.manifest.books.keys())
        if len(stamps.items() - self._stamps.items()) > _PARSED_AGAIN:
            self._stamps = stamps
            with contextlib.suppress(OSError):  # a full disk: there is nothing to do for the index
                write_stamps(self._stored.folder, stamps)

    def _publish(self, folder: Path, manifest: IndexManifest) -> None:
        publish_generation(self._index, folder, manifest, self.pointer)
        self._stored = StoredGeneration(folder, manifest)
        self._words = None
        self.missing = list(manifest.missing)

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
