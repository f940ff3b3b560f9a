"""Opens the engine that an address names.

qdrant://HOST:PORT/COLLECTION    a server; several hosts, with commas, share the books
qdrants://HOST:PORT/COLLECTION   the same by TLS, as a token over a network requires
edge:/FOLDER                     Qdrant Edge in a folder of this machine

`?shards=6&replicas=2` behind a collection tells how a cluster keeps it when it is made.
"""

from __future__ import annotations

import ipaddress
import os
import re
import warnings
from dataclasses import dataclass
from pathlib import Path

from indexer.qdrant.engine import Engine
from indexer.qdrant.spread import SpreadEngine
from ocr_service.common.errors import QueryError

__all__ = ["IndexAddress", "open_engine", "parse_address"]

_PORT = 6333
_TIMEOUT = 30  # seconds
_SERVER = re.compile(r"(qdrants?)://([^/\s?#@]+)/([\w.-]{1,255})/?(?:\?(.*))?")
_HOST = re.compile(r"([A-Za-z0-9_.-]+|\[[0-9a-fA-F:]+\])(?::(\d{1,5}))?")
_NUMBERS = re.compile(r"(?:shards=(?P<s>[1-9]\d{0,3}))?&?(?:replicas=(?P<r>[1-9]\d?))?")
_TOKEN = "OCTAVO_INDEX_TOKEN"  # noqa: S105 - the name of the variable


@dataclass(frozen=True, slots=True)
class IndexAddress:
    """Where an index outside the library is: on hosts, or in a folder."""

    text: str
    hosts: tuple[tuple[str, int], ...] = ()
    collection: str = ""
    tls: bool = False
    shards: int | None = None
    replicas: int | None = None
    folder: Path | None = None


def parse_address(text: str) -> IndexAddress:
    """Parse an address.

    Raises:
        QueryError: it is none.
    """
    if text.startswith("edge:") and text.removeprefix("edge:").strip("/"):
        if "?" in text:
            raise QueryError(
                f"'{text[:80]}': a folder has no shards and replicas; write edge:/FOLDER"
            )
        return IndexAddress(text, folder=Path(text.removeprefix("edge:")))
    match = _SERVER.fullmatch(text)
    hosts = [_HOST.fullmatch(part) for part in match[2].split(",")] if match else [None]
    kept = _NUMBERS.fullmatch(match[4] or "") if match else None
    if match is None or kept is None or not all(hosts):
        raise QueryError(
            f"'{text[:80]}' is no address of an index; write qdrant://HOST:PORT/COLLECTION or "
            "edge:/FOLDER"
        )
    places = tuple((host[1], int(host[2] or _PORT)) for host in hosts if host)
    shards, replicas = (int(kept[name]) if kept[name] else None for name in ("s", "r"))
    tls = match[1] == "qdrants"
    return IndexAddress(text, places, match[3], tls, shards=shards, replicas=replicas)


def open_engine(address: IndexAddress, timeout: int = _TIMEOUT) -> Engine:
    """Open the engine; a server is not asked anything yet.

    Raises:
        QueryError: the package for it is not installed, or a token would go over a network in
            the clear.
        EngineError: the folder cannot be opened.
    """
    try:
        if address.folder is not None:
            from indexer.qdrant.edge_engine import EdgeEngine

            return EdgeEngine(address.folder)
        engines = [_server(address, host, port, timeout) for host, port in address.hosts]
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("qdrant"):
            raise
        raise QueryError(
            f"--index needs the package {error.name}; install it with pip install 'octavo[qdrant]'"
        ) from error
    return engines[0] if len(engines) == 1 else SpreadEngine(engines)


def _server(address: IndexAddress, host: str, port: int, timeout: int) -> Engine:
    from qdrant_client import QdrantClient

    from indexer.qdrant.client_engine import ClientEngine

    token = os.environ.get(_TOKEN) or None
    if token and not address.tls and not _is_here(host):
        raise QueryError(
            f"{address.text}: a token would go over the network in the clear; write qdrants:// "
            f"for TLS, or unset {_TOKEN}"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of a token without TLS: see above
        client = QdrantClient(
            url=f"{'https' if address.tls else 'http'}://{host}:{port}",
            api_key=token,
            timeout=timeout,
            check_compatibility=False,
        )
    kept = (address.shards, address.replicas)
    return ClientEngine(client, address.collection, f"{host}:{port}", kept)


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
