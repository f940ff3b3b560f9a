"""Opens the index at an address outside the library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.qdrant.address import open_engine, parse_address
from search.index.qdrant.qdrant_index import QdrantIndex

__all__ = ["open_outside", "opened_outside", "reopen"]


def open_outside(address: str, local: Path) -> QdrantIndex:
    """Open the index at an address; `local` is the folder of the library's own index.

    Raises:
        QueryError: it is no address, or the package for it is not installed.
        LibraryError: there is no index, or another version made it.
        EngineError: the engine is away, or refuses.
    """
    engine = open_engine(parse_address(address))
    return QdrantIndex.open(engine, address, local / "encoders")


@contextmanager
def opened_outside(address: str, local: Path) -> Iterator[QdrantIndex]:
    """Open the index at an address, as `open_outside` does, and close it behind the block."""
    index = open_outside(address, local)
    try:
        yield index
    finally:
        index.engine.close()


def reopen(index: QdrantIndex, address: str) -> QdrantIndex:
    """Open an index as it is now.

    Raises:
        As `open_outside`.
    """
    return QdrantIndex.open(index.engine, address, index.encoders)
