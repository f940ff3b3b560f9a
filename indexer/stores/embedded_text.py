"""Says what is embedded of a passage."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.words.words import searchable

__all__ = ["text_to_embed"]

_MOST_CONTEXT = 150  # characters of a title, and of a section's path; encoders read 256 tokens


def text_to_embed(title: str, section: Sequence[str], text: str) -> str:
    """Return a passage's text after the book's title and the path of its section.

    A page of "it" and "this curve" does not say what it is about, or in which book.
    """
    # Encoders know "theta", but not that \\frac is no word.
    text = searchable(text) if "\\" in text else text
    context = (title, " > ".join(section))
    return "\n".join((*(part[:_MOST_CONTEXT] for part in context), text))
