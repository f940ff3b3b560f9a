"""Reads a book's LaTeX source as the page shows it: prose and formulas, macros expanded.

    python tests/eval/latex_source.py BOOK.tex [--formulas]     prints the pieces

Headings and lists have the numbers that LaTeX's own counters give them; footnotes follow their
paragraph; tables, figures and captions are kept, but marked as aside.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.eval.pieces import FormulaPiece, Piece, without_boilerplate
from tests.eval.tex.environments import EnvironmentWalk
from tests.eval.tex.headings import SECTIONS
from tests.eval.tex.ignored import is_assignment, read_ignored
from tests.eval.tex.lexer import LITERAL, MATH, literal, untokenise
from tests.eval.tex.mathematics import INLINE_ENDS
from tests.eval.tex.printed import ACCENTS, CHARACTERS, accented

__all__ = ["read_source"]

CITATION = "\ue002"
NOTE_MARK = "\ue001"  # a footnote's mark: which one, only typesetting would tell
_CITATION = re.compile(
    r"(?:no|text|auto|foot|paren|full|smart|super)?[cC]ite(?:p|t|alp|alt|author|year|yearpar|title)?"
    r"|bibliography|printbibliography"
)
_FRONT = """title author date affiliation affil email address institute curraddr subjclass keywords
    dedicatory subtitle institution orcid preprint collaboration""".split()


def read_source(path: Path) -> list[Piece]:
    """Return the pieces of a LaTeX file, in reading order, without Gutenberg's frame.

    Raises:
        OSError: the file cannot be read.
        ValueError: a macro of it does not end.
    """
    text = _decoded(path)
    first = _Source(text, path.parent, {})
    first.run()
    second = _Source(text, path.parent, first.labels)  # now the references are known
    second.run()
    return without_boilerplate(second.pieces)


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


class _Source(EnvironmentWalk):
    """A walk that knows LaTeX's commands."""

    def __init__(self, text: str, folder: Path, labels: dict[str, str]) -> None:
        super().__init__(text, folder, labels)
        tex = self._tex
        table: dict[str, Callable[[], object]] = {
            "(": lambda: self._delimited(INLINE_ENDS, display=False),
            "[": lambda: self._delimited(("\\]",), display=True),
            "ensuremath": lambda: tex.push([MATH, *tex.argument(), MATH]),
            "begin": lambda: self._begin(tex.name_argument()),
            "end": lambda: self._end(tex.name_argument()),
            "footnote": self._note,
            "thanks": self._note,
            "footnotetext": lambda: self._note(mark=""),
            "item": self._item,
            "bibliography": lambda: self._citation("bibliography"),
            "usepackage": self._packages,
            "caption": self._caption,
            "appendix": self._begin_appendix,
            "verb": self._verb,
            "lstinline": self._verb,
            "makebox": self._box,
            "framebox": self._box,
            "raisebox": partial(self._box, before=1),
            "parbox": partial(self._box, after=1),
            "mainmatter": lambda: setattr(self, "_numbered", True),
        }
        groups: tuple[tuple[Callable[[str], object], list[str]], ...] = (
            (lambda name: self._print(CHARACTERS[name]), list(CHARACTERS)),
            (self._accent, list(ACCENTS)),
            (self._section, list(SECTIONS)),
            (lambda _: self._line_end(), ["\\", "newline", "linebreak", "tabularnewline", "cr"]),
            (self._cross_reference, "label ref eqref pageref autoref cref Cref".split()),
            (lambda _: self._front_matter(), _FRONT),
            (lambda _: tex.begin_group(), ["bgroup", "begingroup"]),
            (lambda _: tex.end_group(), ["egroup", "endgroup"]),
            (lambda _: self._input(tex.name_argument()), ["input", "include", "subfile"]),
            (lambda _: self._upper_case(), ["MakeUppercase", "uppercase", "MakeTextUppercase"]),
            (lambda _: setattr(self, "_numbered", False), ["frontmatter", "backmatter"]),
        )
        for handler, names in groups:
            table |= {name: partial(handler, name) for name in names}
        self._table = table

    def _command(self, token: str) -> None:
        name = token[1:]
        handler = self._table.get(name)
        if handler is not None:
            handler()
        elif _CITATION.fullmatch(name):
            self._citation(name)
        elif not read_ignored(token, self._tex):
            is_assignment(name, self._tex)

    def _delimited(self, ends: tuple[str, ...], *, display: bool) -> None:
        self._formula(untokenise(self._math_until(ends)), display=display)

    def _line_end(self) -> None:
        self._tex.star()
        self._tex.optional()
        self._print("\n")

    def _note(self, mark: str = NOTE_MARK) -> None:
        self._tex.optional()
        self._print(mark)
        self._notes.append([NOTE_MARK, *self._tex.argument()])

    def _caption(self) -> None:
        self._tex.star()
        self._tex.optional()
        self._print("\n\n")
        self._inside(self._tex.argument())
        self._print("\n\n")

    def _box(self, before: int = 0, after: int = 0) -> None:
        """Read over what is before a box's content."""
        for _ in range(before):
            self._tex.argument()
        for _ in range(3):
            self._tex.optional()
        for _ in range(after):
            self._tex.argument()

    def _upper_case(self) -> None:
        self._tex.push(["{", *_upper(self._tex.argument()), "}"])

    def _packages(self) -> None:
        self._tex.optional()
        for name in self._tex.name_argument().split(","):
            path = self._folder / f"{name.strip()}.sty"
            if path.is_file():
                self._tex.read_file(f"\\makeatletter {_decoded(path)}\n\\makeatother ")

    def _input(self, name: str) -> None:
        path = self._folder / name
        for candidate in (path, path.with_name(path.name + ".tex")):
            if candidate.is_file() and candidate.resolve().is_relative_to(self._folder.resolve()):
                self._tex.read_file(_decoded(candidate))
                return

    def _verb(self) -> None:
        if self._tex.pending():
            return
        lexer = self._tex.lexer
        if lexer.peek_char() == "[":
            self._tex.optional()
        if lexer.peek_char() == "*":
            lexer.offset += 1
        mark = lexer.peek_char()
        lexer.offset += 1
        self._print(lexer.take_until(mark))

    def _accent(self, name: str) -> None:
        tokens = self._tex.expanded(self._tex.argument())
        letter = "".join(
            CHARACTERS.get(token[1:], "") if token[0] == "\\" else token for token in tokens
        )
        self._print(accented(name, letter))

    def _cross_reference(self, name: str) -> None:
        tex = self._tex
        tex.star()
        label = tex.name_argument()
        if name == "label":
            self._label(label)
        else:
            for token in self._reference("\\" + name, label):
                self._token(token)

    def _citation(self, name: str) -> None:
        """Print a placeholder for a citation, whose form depends on the bibliography style."""
        self._tex.star()
        self._tex.optional()
        self._tex.optional()
        self._tex.argument()
        if name != "nocite":
            self._print(CITATION)

    def _front_matter(self) -> None:
        """Set a title, author or address aside: the class prints it where and how it likes."""
        self._tex.optional()
        tokens = self._tex.argument()
        body, self._body = self._body, True
        self._flush()
        self._open.append("titlepage")
        self._inside([*tokens, " "])
        self._flush()
        self._open.pop()
        self._body = body


def _upper(tokens: list[str]) -> list[str]:
    """Return tokens in upper case, formulas as they are."""
    result, math = [], False
    for token in tokens:
        math ^= token == MATH
        result.append(token if math or token[0] == "\\" else literal(token.upper()))
    return [
        token[1] if token[0] == LITERAL and token[1] in "{}$&#^_%~\\" else token for token in result
    ]


def main() -> None:
    """Print the pieces of a source."""
    only = "--formulas" in sys.argv
    for piece in read_source(Path(next(one for one in sys.argv[1:] if one[0] != "-"))):
        if isinstance(piece, FormulaPiece):
            kind = "D" if piece.display else "I"
            aside = "a" if piece.aside else ""
            print(f"{kind}{aside} {' '.join(piece.latex.split())}  {piece.number or ''}")
        elif not only:
            print(f"T{'a' if piece.aside else ''} {' '.join(piece.text.split())}")


if __name__ == "__main__":
    main()
