"""Updates the index to the finished books, from the first word to the last vector."""

from __future__ import annotations

from pathlib import Path

from indexer.building.embedder import Embedder
from indexer.building.generation_writer import IndexReport
from indexer.building.index_build import IndexBuild
from ocr_service.console.progress import Progress
from ocr_service.library.library import Library

__all__ = ["build_index"]


def build_index(
    library: Library, encoder_name: str | None, cache: Path, progress: Progress
) -> IndexReport:
    """Update the index to the finished books. Only for the holder of the library's lock.

    `encoder_name` None means the index's own encoder, or the default for a new index. `cache` keeps
    prepared encoders for other libraries.

    Raises:
        EncoderError: the encoder cannot be found or loaded.
        OSError: the disk is full or not writable; the old index then still serves.
    """
    build = IndexBuild(library, encoder_name, cache)
    report = build.update()
    Embedder(build, progress).finish()
    return report
