"""Walks through a source's tokens and collects what they print: prose and formulas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.eval.displays import display_pieces, is_grid
from tests.eval.pieces import FormulaPiece, Piece, ProsePiece
from tests.eval.tex.expander import Expander
from tests.eval.tex.lexer import CLOSE, LITERAL, MATH, OPEN, PAR, tokens_in
from tests.eval.tex.printed import LIGATURES

__all__ = ["Walk"]

MAX_PIECES = 500_000
_ASIDE = frozenset(
    """tabular tabular* tabularx longtable table table* figure figure* wrapfigure wraptable
    titlepage tabulary supertabular floatingfigure SCfigure marginfigure thebibliography""".split()
)
_UNPRINTED = frozenset("#^_")
_BLANKS = frozenset("~&")
_END = "\\\x00end"  # marks the end of tokens that are walked through on their own


class Walk:
    """One pass through a source; `pieces` is what it printed.

    The classes built on it handle mathematics (`_dollar`) and commands (`_command`).
    """

    def __init__(self, text: str, folder: Path, labels: dict[str, str]) -> None:
        """Begin at a text's start; `labels` are the numbers that an earlier pass found."""
        self.pieces: list[Piece] = []
        self.labels: dict[str, str] = {}
        self._known = labels
        self._folder = folder
        self._tex = Expander(text)
        self._text: list[str] = []
        self._notes: list[list[str]] = []
        self._in_note = False
        self._open: list[str] = []  # the environments around here
        self._last_number = ""
        self._body = "\\begin{document}" not in text
        self._book = "\\chapter" in text

    def run(self) -> None:
        """Read the whole source.

        Raises:
            ValueError: a macro of it does not end.
        """
        while (token := self._tex.next()) is not None:
            self._token(token)
            if len(self.pieces) > MAX_PIECES:
                raise ValueError(f"more than {MAX_PIECES:,} pieces; a macro may not end")
        self._flush()
        self._emit_notes()

    def _token(self, token: str) -> None:
        if token == MATH:
            self._dollar()
        elif token == OPEN:
            self._tex.begin_group()
        elif token == CLOSE:
            self._tex.end_group()
        elif token == PAR:
            self._paragraph()
        elif token[0] == LITERAL:
            self._print(token[1])
        elif token[0] == "\\":
            self._command(token)
        elif token not in _UNPRINTED:
            self._print(" " if token in _BLANKS else token)

    def _dollar(self) -> None:
        raise NotImplementedError

    def _command(self, token: str) -> None:
        raise NotImplementedError

    def _print(self, text: str) -> None:
        if self._body:
            self._text.append(text)

    def _paragraph(self) -> None:
        self._print("\n\n")
        if self._notes and not self._in_note:
            self._flush()
            self._emit_notes()

    @property
    def _aside(self) -> bool:
        return any(name in _ASIDE for name in self._open)

    def _flush(self) -> None:
        if not self._text:
            return
        text = "".join(self._text)
        self._text.clear()
        for marks, printed in LIGATURES:
            text = text.replace(marks, printed)
        self.pieces.append(ProsePiece(text, self._aside, note=self._in_note))

    def _emit_notes(self) -> None:
        notes, self._notes = self._notes, []
        self._in_note = True
        for tokens in notes:
            self._print("\n\n")
            self._inside(tokens)
            self._print("\n\n")
            self._flush()
        self._in_note = False

    def _inside(self, tokens: list[str]) -> None:
        """Walk through tokens on their own."""
        self._tex.push([*tokens, _END])
        while (token := self._tex.next()) is not None and token != _END:
            self._token(token)

    def _formula(
        self,
        latex: str,
        *,
        display: bool,
        numbers: Callable[[], str] | None = None,
        each: bool = False,
    ) -> None:
        if not self._body or not latex.strip():
            return
        self._flush()
        if display or is_grid(latex):
            for piece in display_pieces(latex, numbers, each=each, aside=self._aside):
                if isinstance(piece, ProsePiece):
                    self._text.append(" ")
                    self._inside(tokens_in(piece.text))
                    self._text.append(" ")
                    self._flush()
                else:
                    self._add_formula(piece)
        else:
            self._add_formula(FormulaPiece(latex.strip(), False, None, self._aside))

    def _add_formula(self, piece: FormulaPiece) -> None:
        # A page number, which only typesetting would tell, or a table: no formula to be read right.
        aside = piece.aside or "\ue000" in piece.latex or "{tabular" in piece.latex
        self.pieces.append(replace(piece, aside=aside, note=self._in_note))
