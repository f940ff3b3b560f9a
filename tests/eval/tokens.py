"""Splits a side into tokens: the words and marks of its prose, and its formulas."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from tests.eval.canonical import END, Canonical, canonical
from tests.eval.pieces import FormulaPiece, Piece, ProsePiece

__all__ = ["CITATION", "FORMULA", "WILDCARDS", "Token", "folded", "tokens_of"]

FORMULA = "\ufffc"  # stands for a formula in the prose
# A page number, a footnote's mark, a citation: only typesetting would tell what they look like.
CITATION = "\ue002"
WILDCARDS = frozenset({"\ue000", "\ue001", CITATION})

_WORD = re.compile(r"[^\W\d_]+|\d+|[^\w\s]|_", re.UNICODE)
_LEADERS = re.compile(r"(?:\s+\.){3,}|\.{4,}")  # dots between a title and its page number
_DASHES = re.compile(r"[-–—]+")
_FOLDED = str.maketrans(
    {
        "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "‚": "'", "‐": "-", "\u2011": "-",
        "−": "-", "′": "'", "`": "'", "¨": '"', "´": "'", "\u00ad": None, "\u200b": None,
        "…": "...", "∗": "*", "·": ".",
    }
)  # fmt: skip
_BROKEN = re.compile(r"(?<=[^\W\d_])-\s*\n\s*(?=[a-zß-ÿ])|\u00ad\s*\n?\s*")
_CONTINUED = re.compile(r"\s*[a-zß-ÿ]")
_NUMBER_MARK = re.compile(r"[\d.]+|[.,:;/%()]")


@dataclass(frozen=True, slots=True)
class Token:
    """A word or mark of the prose, or a formula; `key` is what is compared first."""

    key: str
    text: str
    piece: FormulaPiece | None = None
    form: Canonical | None = None
    aside: bool = False
    page: int = 0
    note: bool = False


class _Tokens:
    """Collects tokens; prose is cut into words where its place or kind changes."""

    def __init__(self) -> None:
        self.tokens: list[Token] = []
        self._text: list[str] = []
        self._state = (False, 0, False)

    def add(self, piece: Piece) -> None:
        """Add a piece. A formula that is a plain number counts as prose: it looks the same."""
        if isinstance(piece, ProsePiece):
            self._add_text(piece, piece.text)
            return
        form = canonical(piece.latex)
        plain = None if piece.display else _plain_number(form)
        if plain is not None:
            self._add_text(piece, plain)
            return
        self.flush()
        self._state = (piece.aside, piece.page, piece.note)
        if form.line:
            key = "\x00" + " ".join(form.line)
            self.tokens.append(Token(key, FORMULA, piece, form, *self._state))

    def _add_text(self, piece: Piece, text: str) -> None:
        state = (piece.aside, piece.page, piece.note)
        if state != self._state:
            # A word cut at the foot of a page goes on at the head of the next.
            whole = "".join(self._text).rstrip()
            if whole.endswith("-") and _CONTINUED.match(text) and not piece.aside:
                self._text = [whole + "\n"]
            else:
                self.flush()
        self._state = state
        self._text.append(text)

    def flush(self) -> None:
        """Cut the text collected so far into words."""
        joined = _BROKEN.sub("", "".join(self._text))
        self._text.clear()
        self.tokens.extend(
            Token(word.casefold(), word, None, None, *self._state)
            for word in _WORD.findall(folded(joined))
        )


def tokens_of(pieces: Sequence[Piece]) -> list[Token]:
    """Return a side's tokens."""
    collector = _Tokens()
    for piece in pieces:
        collector.add(piece)
    collector.flush()
    return collector.tokens


def folded(text: str) -> str:
    """Return a text with one form of quotes, dashes and spaces, ligatures taken apart."""
    text = unicodedata.normalize("NFKC", text.translate(_FOLDED)).translate(_FOLDED)
    return _LEADERS.sub(" ", _DASHES.sub("-", text))


def _plain_number(form: Canonical) -> str | None:
    """Return a formula as text if it is nothing but digits and marks set as in text.

    A script on nothing, as of a footnote or of an ordinal number, is text too.
    """
    line = form.line
    if line[:1] == ("<^",) and line[-1:] == (END,) and "<" not in "".join(line[1:-1]):
        return " " + "".join(mark.removeprefix("n:") for mark in line[1:-1]) + " "
    if all(_NUMBER_MARK.fullmatch(mark) for mark in form.line) and form.line:
        return "".join(form.line)
    return None
