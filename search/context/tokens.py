"""Counts tokens with the tokenizer of the index's encoder."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from indexer.encoder.encoder import load_tokenizer
from indexer.encoder.info import EncoderInfo
from indexer.encoder.multilingual import MULTILINGUAL, MultilingualEncoder

__all__ = ["TokenCounter", "token_counter"]


class TokenCounter:
    """Counts the tokens of texts, without special tokens.

    An unknown piece counts one token for each of its bytes in UTF-8, the most that a byte-level
    tokenizer would make of it.
    """

    def __init__(self, info: EncoderInfo, folder: Path) -> None:
        """Load the tokenizer of the encoder in `folder`.

        Raises:
            EncoderError: it is missing or damaged.
        """
        self.name = info.name
        self._own = MultilingualEncoder(info).count_tokens if info.name == MULTILINGUAL else None
        if self._own is not None:
            return
        self._tokenizer = load_tokenizer(folder)
        unknown = getattr(self._tokenizer.model, "unk_token", None)
        self._unknown = self._tokenizer.token_to_id(unknown) if unknown else None

    def __call__(self, text: str) -> int:
        """Return the number of tokens of `text`."""
        if self._own is not None:
            return self._own(text)
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        count = len(encoding.ids)
        if self._unknown in encoding.ids:
            for token, (start, end) in zip(encoding.ids, encoding.offsets, strict=True):
                if token == self._unknown:
                    count += max(0, len(text[start:end].encode("utf-8", "replace")) - 1)
        return count


@lru_cache(maxsize=4)
def token_counter(folder: Path) -> TokenCounter:
    """Return the counter of the encoder in `folder`; it is loaded once.

    Raises:
        EncoderError: it is missing or damaged.
    """
    return TokenCounter(EncoderInfo.read(folder), folder)
