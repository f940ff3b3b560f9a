"""Encodes where a list continues, bound to the question and the state of the index."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Sequence

from ocr_service.common.errors import QueryError

__all__ = ["make_cursor", "read_cursor"]

_CURSOR = re.compile(r"(\d{1,6})\.([0-9a-f]{16})\.([0-9a-f]{24})")


def make_cursor(offset: int, question: Sequence[object], index_key: str) -> str:
    """Return the cursor of the item at the 0-based `offset` of the results of `question`."""
    text = f"{offset}.{index_key}.{_digest(offset, question)}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, question: Sequence[object], index_key: str) -> int:
    """Return the offset that a cursor encodes.

    Raises:
        QueryError: it is not a cursor, is for another question, or the library has changed.
    """
    match = _CURSOR.fullmatch(_decoded(cursor))
    if match is None:
        raise QueryError(
            "this is not a cursor; copy next_cursor of the last answer, or leave it out"
        )
    offset = int(match[1])
    if not hmac.compare_digest(match[3], _digest(offset, question)):
        raise QueryError(
            "this cursor belongs to another question; repeat the arguments of the call that gave "
            "it, or leave the cursor out to begin a new list"
        )
    if match[2] != index_key:
        raise QueryError(
            "the library has changed since this cursor was given; ask again without a cursor"
        )
    return offset


def _digest(offset: int, question: Sequence[object]) -> str:
    data = json.dumps([offset, *question], ensure_ascii=False)
    return hashlib.blake2b(data.encode("utf-8", "replace"), digest_size=12).hexdigest()


def _decoded(cursor: str) -> str:
    if len(cursor) > 100:
        return ""
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        return ""
