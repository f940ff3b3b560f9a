"""Measures whether a text is readable or noise. Pure, standard library only.

The measures know no language: they look at letters, vowels and lengths of words, and do not judge
scripts other than Latin, formulas, numbers and very short texts.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

__all__ = ["glued_share", "junk_share", "odd_share", "readable", "spaced_share", "wordlike_share"]

_VOWELS = frozenset("aeiouyæœøıаеёиоуыэюяієїαεηιουω")
_TOKEN = re.compile(r"\S+")
_LETTERS = re.compile(r"[^\W\d_]+")
_EDGE = "\"'.,;:!?()[]{}<>«»„“”‘’–—…*†‡/|\\-=+"
# Joiners inside a word: hyphens, apostrophes, an abbreviation's full stop, a slash, a dash.
_INNER = re.compile(r"[-‐‑'’.·/–—\u00ad]")
_MIN_TOKENS = 12  # too few words below this
_MAX_TOKENS = 4_000  # of a page; enough to judge it by
_MIN_RUN = 4  # single letters one after another: fewer are initials or a formula
_LONGEST_WORD = 24  # letters; only a few compounds, in a few languages, have more
# Letters of scripts that put blanks between words.
_SPACED_SCRIPTS = re.compile(r"[A-Za-zÀ-ɏͰ-ԯḀ-ỿ]+")


def junk_share(text: str) -> float:
    """Return the share (0..1) of characters that occur in no readable text.

    They are U+FFFD, control, private-use and unassigned characters; and, where they are most of
    the text, characters whose low byte is zero, which is what UTF-16 in the wrong byte order looks
    like. White space does not count.
    """
    characters = [character for character in text if not character.isspace()]
    if not characters:
        return 0.0
    junk = sum(
        character == "\ufffd" or unicodedata.category(character) in {"Cc", "Co", "Cn", "Cs"}
        for character in characters
    )
    swapped = sum(ord(character) > 0xFF and not ord(character) & 0xFF for character in characters)
    return max(junk, swapped) / len(characters)


def wordlike_share(text: str) -> float | None:
    """Return the share (0..1) of longer Latin words that could be words, or None if too few.

    A word of four letters or more could be one if it has a vowel, no lower-case letter before a
    capital, no run of nine consonants and no letter four times in a row.
    """
    words = [word for word in _LETTERS.findall(text[:200_000]) if len(word) >= 4][:_MAX_TOKENS]
    words = [word for word in words if word.isascii() or _latin(word)]
    if len(words) < _MIN_TOKENS:
        return None
    return sum(_could_be_word(word) for word in words) / len(words)


def odd_share(text: str) -> float | None:
    """Return the share (0..1) of tokens with symbols inside a word, or None if too few tokens.

    Prose has almost none ("he1lo", "t^e", "i’gv■m"); poor OCR has many. Formulas have many too, so
    apply this only to text that comes from OCR.
    """
    tokens = _TOKEN.findall(text[:200_000])[:_MAX_TOKENS]
    if len(tokens) < _MIN_TOKENS:
        return None
    return sum(_is_odd(token) for token in tokens) / len(tokens)


def spaced_share(text: str) -> float | None:
    """Return the share (0..1) of letters that stand alone in a row, or None if too few letters.

    They are the letters of words with a blank after every letter ("C l o s e d"). Only scripts
    that put blanks between words count.
    """
    alone = run = total = 0
    for token in [*_TOKEN.findall(text[:200_000]), "end"]:
        size = sum(map(len, _SPACED_SCRIPTS.findall(token)))
        total += size
        if size == 1:
            run += 1
            continue
        if size:  # a token without letters, such as a number, does not end a row
            alone += run if run >= _MIN_RUN else 0
            run = 0
    total -= len("end")
    return alone / total if total >= 2 * _MIN_TOKENS else None


def glued_share(text: str) -> float | None:
    """Return the share (0..1) of letters in words too long to be words, or None if too few letters.

    They are words without the blanks between them ("Closedconvextheorem"). Only scripts that put
    blanks between words count.
    """
    sizes = [len(word) for word in _SPACED_SCRIPTS.findall(text[:200_000])]
    total = sum(sizes)
    if total < 2 * _MIN_TOKENS:
        return None
    return sum(size for size in sizes if size > _LONGEST_WORD) / total


def readable(text: str) -> bool:
    """Return whether a short text, such as a title, is readable."""
    return junk_share(text) == 0 and any(_could_be_word(word) for word in _LETTERS.findall(text))


def _latin(word: str) -> bool:
    return all("LATIN" in unicodedata.name(character, "") for character in word)


def _could_be_word(word: str) -> bool:
    """Return whether a run of letters could be a word of some language."""
    if not (word.isascii() or _latin(word)):
        return True
    plain = unicodedata.normalize("NFKD", word)
    if any(a.islower() and b.isupper() for a, b in pairwise(word)):
        return False
    lower = plain.lower()
    if re.search(r"(.)\1{3}", lower) or re.search(r"[b-df-hj-np-tv-xz]{9}", lower):
        return False
    return any(letter in _VOWELS for letter in lower)


def _is_odd(token: str) -> bool:
    """Return whether a token has symbols or digits inside a word, or is a cluster of symbols."""
    core = token.strip(_EDGE)
    if not core:
        return len(token) >= 3 and len(set(token)) >= 2
    pieces = [piece for piece in _INNER.split(core) if piece]
    if any(character in "■□●♦�^~|<>{}\\" for character in core):
        return True
    if len(pieces) > 1 and "." in core and not core.isupper() and any(map(str.isalpha, pieces)):
        return any(len(piece) >= 2 for piece in pieces[:-1]) and len(pieces[-1]) <= 2
    letters = sum(character.isalpha() for character in core)
    others = sum(not character.isalnum() for character in "".join(pieces))
    digits = sum(character.isdigit() for character in core)
    return letters >= 3 and (others > 0 or (0 < digits < letters - 1 and not core[-1].isdigit()))
