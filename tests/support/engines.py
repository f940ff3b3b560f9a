"""Engines for tests: Qdrant Edge in a folder, and the client's local mode."""

from __future__ import annotations

from pathlib import Path

from qdrant_client import QdrantClient

from indexer.qdrant.client_engine import ClientEngine
from indexer.qdrant.edge_engine import EdgeEngine
from indexer.qdrant.engine import Engine

__all__ = ["ENGINES", "make_engine"]

ENGINES = ("edge", "client")


def make_engine(kind: str, folder: Path) -> Engine:
    """Return an empty engine of one of `ENGINES`."""
    if kind == "edge":
        return EdgeEngine(folder / "edge")
    return ClientEngine(QdrantClient(":memory:"), "shelf", "here")
