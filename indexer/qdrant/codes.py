"""Codes of terms: short names that every tokenizer leaves whole. Pure, standard library only.

An engine gets codes instead of terms: they have letters and digits only, whatever a term has
(formulas are full of signs), and name the field too, so that one index serves all fields.
"""

from __future__ import annotations

import base64
from functools import lru_cache
from hashlib import blake2b

__all__ = ["code", "dimension", "number"]


@lru_cache(maxsize=1 << 16)
def code(field: str, term: str) -> str:
    """Return the code of a term in a field: 8 lower-case letters and digits, 40 bits."""
    return base64.b32encode(_digest(field, term)[-5:]).decode("ascii").lower()


@lru_cache(maxsize=1 << 16)
def dimension(field: str, term: str) -> int:
    """Return the dimension of a term in a sparse vector, 32 bits."""
    return int.from_bytes(_digest(field, term)[:4], "little")


def number(kind: str, name: str) -> int:
    """Return the number of a named thing, 44 bits; JSON keeps 53 of a point's."""
    return int.from_bytes(_digest(kind, name)[:6], "little") >> 4


def _digest(field: str, term: str) -> bytes:
    return blake2b(f"{field}\0{term}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
