"""Counts the tokens of texts as an index's encoder does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from indexer.encoder.encoder import load_tokenizer
from indexer.encoder.info import EncoderInfo
from indexer.encoder.multilingual import MULTILINGUAL, MultilingualEncoder

__all__ = ["open_token_count"]


def open_token_count(folder: Path) -> Callable[[str], int]:
    """Return a function that counts the tokens of a text, without special ones.

    Raises:
        EncoderError: the encoder in `folder` is missing or damaged.
    """
    info = EncoderInfo.read(folder)
    if info.name == MULTILINGUAL:
        return MultilingualEncoder(info).count_tokens
    tokenizer = load_tokenizer(folder)
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)
