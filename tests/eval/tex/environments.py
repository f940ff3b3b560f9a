"""Reads environments: displays, lists, tables, verbatim text, and those a book defines."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.eval.displays import is_display
from tests.eval.tex.headings import LISTS, HeadingWalk
from tests.eval.tex.lexer import untokenise

__all__ = ["EnvironmentWalk"]

_VERBATIM = frozenset("verbatim verbatim* lstlisting Verbatim minted".split())
_UNPRINTED = frozenset(
    "comment filecontents filecontents* tikzpicture pspicture picture asy pgfpicture".split()
)
_ARGUMENTS = {
    "tabular": "om", "tabular*": "mom", "tabularx": "mom", "longtable": "om", "wrapfigure": "omom",
    "wraptable": "omom", "minipage": "ooom", "multicols": "mo", "list": "mm", "figure": "o",
    "table": "o", "figure*": "o", "table*": "o", "adjustwidth": "mm", "thebibliography": "m",
    "itemize": "o", "enumerate": "o", "description": "o", "tabulary": "mm", "spacing": "m",
    "lrbox": "m", "supertabular": "m", "hangparas": "mm", "floatingfigure": "om",
    "subfigure": "om", "adjustbox": "m",
}  # fmt: skip
_OWN_END = "\\\x00own"
_UNNUMBERED = re.compile(r"\\(?:tag|notag|nonumber)(?![a-z])")


class EnvironmentWalk(HeadingWalk):
    """A walk that knows LaTeX's environments."""

    def _begin(self, name: str) -> None:
        tex = self._tex
        own = tex.environments.get(name)
        if name == "document":
            self._body = True
        elif own is not None:
            self._open_scope(name)
            tex.push(tex.environment_begin(own))
        elif is_display(name):
            self._display(name)
        elif name == "math":
            latex = untokenise(self._math_until(("\\end{math}",)))
            self._formula(latex, display=False)
        elif name in _UNPRINTED:
            tex.lexer.take_until(f"\\end{{{name}}}")
        elif name in _VERBATIM:
            self._print("\n\n" + tex.lexer.take_until(f"\\end{{{name}}}") + "\n\n")
        else:
            self._begin_known(name)

    def _open_scope(self, name: str) -> None:
        self._flush()
        self._tex.begin_group()
        self._open.append(name)

    def _begin_known(self, name: str) -> None:
        """Begin an environment whose content is text."""
        tex = self._tex
        self._open_scope(name)
        self._print("\n\n" if name != "tabular" else " ")
        if name == "alltt":
            tex.lexer.literals = "$&#^_%~"
        for kind in _ARGUMENTS.get(name, ""):
            if kind == "o":
                tex.optional()
            else:
                tex.argument()
        if name in LISTS:
            self._lists.append((name, 0))
        if name in tex.theorems or name == "proof":
            self._theorem(name)

    def _end(self, name: str) -> None:
        tex = self._tex
        self._flush()
        if name == "document":
            self._emit_notes()
            self._body = False
            return
        own = tex.environments.get(name)
        if own is not None:
            self._inside(list(own.end))
        if name == "alltt":
            tex.lexer.literals = ""
        if name in LISTS and self._lists:
            self._lists.pop()
        while name in self._open and self._open.pop() != name:
            pass
        self._print("\n\n" if name != "tabular" else " ")
        tex.end_group()

    def _display(self, name: str) -> None:
        tex = self._tex
        argument = ""
        if name.startswith(("alignat", "xalignat", "IEEEeqnarray")):
            argument = "{" + untokenise(tex.argument()) + "}"
        tex.begin_group()
        if name.startswith("DP"):
            tex.optional()
        automatic = self._body and not name.endswith("*") and name not in ("displaymath", "dmath")
        whole = name in ("equation", "multline")
        own = self._next_number() if automatic and whole else ""  # a label in it asks for it
        end = f"\\end{{{name}}}"
        latex = untokenise(self._math_until((end,)))
        tex.end_group()
        numbers: Callable[[], str] | None = self._next_number if automatic else None
        if automatic and whole:
            numbers = lambda: own  # noqa: E731
            if _UNNUMBERED.search(latex):
                tex.counters["equation"] -= 1
                numbers = None
        display = f"\\begin{{{name}}}{argument}{latex}{end}"
        self._formula(display, display=True, numbers=numbers, each=not whole)

    def _next_number(self) -> str:
        self._tex.step("equation")
        self._last_number = self._tex.number("equation")
        return self._last_number
