"""Makes ids of titles in any script, and folds text for comparison."""

from __future__ import annotations

import re
import unicodedata

from ocr_service.text.ideographs import runs

__all__ = ["folded", "slugify"]

_MAX_SLUG = 48  # characters


def slugify(text: str) -> str:
    """Return an identifier of lower-case ASCII words joined by hyphens; may be empty.

    Other scripts are transliterated: Теория becomes teoriya, 概率 becomes gai-lu.
    """
    words = re.findall(r"[a-z0-9]+", _ascii(text).lower().replace("'", ""))
    slug = ""
    for word in words:
        if slug and len(slug) + 1 + len(word) > _MAX_SLUG:
            break
        slug = f"{slug}-{word}" if slug else word[:_MAX_SLUG]
    return slug


def _ascii(text: str) -> str:
    if text.isascii():
        return text
    from anyascii import anyascii  # only names in other letters need it

    plain = "".join(
        # A Han letter is a syllable and reads as a word; kana and hangul join to words.
        "".join(f" {anyascii(letter)} " if _is_han(letter) else anyascii(letter) for letter in part)
        if unspaced
        else anyascii(part)
        for part, unspaced in runs(unicodedata.normalize("NFKC", text))
    )
    # Other signs, such as dashes, come out as ASCII signs; what is left has no reading.
    return plain.encode("ascii", "ignore").decode()


def _is_han(letter: str) -> bool:
    return "CJK" in unicodedata.name(letter, "")


def folded(text: str) -> str:
    """Return a text as it is compared: no case, no accents, words separated by single spaces.

    Letters keep their script: Ёж becomes еж, Straße strasse.
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFC", letters)))
