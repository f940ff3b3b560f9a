"""Addresses are parsed, and a token is sent only where nobody can read it on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.qdrant.address import open_engine, parse_address
from indexer.qdrant.edge_engine import EdgeEngine
from indexer.qdrant.spread import SpreadEngine
from ocr_service.common.errors import QueryError


def test_addresses() -> None:
    one = parse_address("qdrant://localhost:7000/shelf")
    assert (one.hosts, one.collection, one.tls) == ((("localhost", 7000),), "shelf", False)
    several = parse_address("qdrants://a.example,b.example:1,[::1]:2/books.v2")
    assert several.hosts == (("a.example", 6333), ("b.example", 1), ("[::1]", 2))
    assert several.tls
    kept = parse_address("qdrant://host/shelf?shards=6&replicas=2")
    assert (kept.collection, kept.shards, kept.replicas) == ("shelf", 6, 2)
    assert parse_address("edge:/var/shelf").folder == Path("/var/shelf")


@pytest.mark.parametrize(
    "text",
    ["", "shelf", "http://localhost/shelf", "qdrant://localhost", "qdrant:///shelf", "edge:",
     "qdrant://user@host/shelf", "qdrant://host:port/shelf", "qdrant://a,,b/shelf",
     "qdrant://a/shelf?shards=0", "qdrant://a/shelf?other=1"],
)  # fmt: skip
def test_what_is_no_address_is_told(text: str) -> None:
    with pytest.raises(QueryError, match="is no address of an index"):
        parse_address(text)


def test_a_token_is_not_sent_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCTAVO_INDEX_TOKEN", "secret")
    with pytest.raises(QueryError, match="a folder has no shards"):
        parse_address("edge:/var/shelf?shards=6")
    with pytest.raises(QueryError, match="in the clear"):
        open_engine(parse_address("qdrant://example.org/shelf"))
    open_engine(parse_address("qdrants://example.org/shelf")).close()
    open_engine(parse_address("qdrant://127.0.0.1/shelf")).close()


def test_several_hosts_are_one_engine(tmp_path: Path) -> None:
    assert isinstance(open_engine(parse_address("qdrant://a,b/shelf")), SpreadEngine)
    assert isinstance(open_engine(parse_address(f"edge:{tmp_path}")), EdgeEngine)
