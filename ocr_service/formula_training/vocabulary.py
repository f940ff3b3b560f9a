r"""Splits LaTeX into tokens: commands, and single characters. Blanks separate, and are none.

Blanks within `\text{...}` are written `~`, so that they survive. What is read has blanks again,
there and behind commands, and nowhere else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

__all__ = ["BEGIN", "END", "PAD", "UNKNOWN", "make_tokenizer", "spelt"]

PAD, BEGIN, END, UNKNOWN = "<pad>", "<s>", "</s>", "<unk>"
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\S")
_COMMAND_END = r"(?<=[\\A-Za-z][A-Za-z])\z"  # only commands have two characters or more
_TEXT = re.compile(r"\\(?:text|mbox|operatorname|mathrm|tag)\*?\s*\{[^{}]*\}")


def spelt(latex: str) -> list[str]:
    """Return the tokens of LaTeX."""
    kept = _TEXT.sub(lambda text: re.sub(r"(?<!\\)\s+(?!\{)", "~", text[0]), latex)
    return _TOKEN.findall(kept)


def make_tokenizer(formulas: Iterable[str]) -> Any:
    """Return a tokenizer (of `tokenizers`) with all tokens of the formulas, the commonest first."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers

    counts = Counter(token for latex in formulas for token in spelt(latex))
    special = [PAD, BEGIN, END, UNKNOWN]
    words = [*special, *(token for token, _ in counts.most_common())]
    vocabulary = {token: index for index, token in enumerate(words)}
    tokenizer = Tokenizer(models.WordLevel(vocab=vocabulary, unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"\s+"), "removed"),
            pre_tokenizers.Split(Regex(_TOKEN.pattern), "isolated"),
        ]
    )
    tokenizer.decoder = decoders.Sequence(
        [
            decoders.Replace(Regex(_COMMAND_END), " "),
            decoders.Replace("~", " "),
            decoders.Fuse(),
        ]
    )
    tokenizer.add_special_tokens(special)
    return tokenizer
