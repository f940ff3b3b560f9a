"""Collects a formula's tokens from the stream: macros expanded, text included."""

from __future__ import annotations

from tests.eval.tex.ignored import read_dimension, read_ignored, read_word
from tests.eval.tex.lexer import CLOSE, MATH, OPEN, PAR, untokenise
from tests.eval.tex.walk import Walk

__all__ = ["INLINE_ENDS", "MathWalk"]

INLINE_ENDS = (MATH, "\\)")  # whichever of the two began a formula

_TEXT_IN_MATH = frozenset(
    """\\text \\mbox \\hbox \\textrm \\textit \\textbf \\textnormal \\textsf \\texttt \\textsc
    \\textup \\textmd \\textsl \\emph \\intertext \\shortintertext \\lintertext \\rintertext
    \\makebox \\framebox \\parbox \\fbox \\tag""".split()
)
_BEGIN, _END, _ENSURE, _LABEL = "\\begin", "\\end", "\\ensuremath", "\\label"
_PLACED = ("center", "flushleft", "flushright")
_BOXES = ("\\makebox", "\\framebox", "\\parbox")
_REFERENCES = ("\\ref", "\\eqref", "\\pageref")
_TEXT_END = "\\\x00text"


class MathWalk(Walk):
    """A walk that reads formulas."""

    def _dollar(self) -> None:
        following = self._tex.raw()
        display = following == MATH
        if not display and following is not None:
            self._tex.push([following])
        tokens = self._math_until(INLINE_ENDS)
        if display and (second := self._tex.raw()) not in (MATH, None):
            self._tex.push([second])
        self._formula(untokenise(tokens), display=display)

    def _math_until(self, ends: tuple[str, ...]) -> list[str]:
        """Collect expanded tokens until one of `ends` outside of groups and environments.

        As in TeX, a blank line ends a formula that is no environment, so that a lost end costs one
        paragraph. A dollar that ends nothing belongs to a box, whose content is a formula again.
        """
        tex = self._tex
        before, tex.math = tex.math, True
        tokens: list[str] = []
        depth = 0
        while (token := tex.next()) is not None:
            if depth == 0 and token in ends:
                break
            if depth == 0 and token == PAR and not ends[0].startswith(_END):
                tex.push([PAR])
                break
            if token == _END:
                name = tex.name_argument()
                if depth == 0 and f"\\end{{{name}}}" in ends:
                    break
                depth -= self._math_environment(tokens, begin=False, name=name)
            elif token == _BEGIN:
                depth += self._math_environment(tokens, begin=True, name=tex.name_argument())
            elif token != MATH and not self._special(token, tokens):
                depth += self._group(token)
                tokens.append(token)
        tex.math = before
        return tokens

    def _group(self, token: str) -> int:
        """Open or close a scope; return by how much the depth of groups changes."""
        if token == OPEN:
            self._tex.begin_group()
        elif token == CLOSE:
            self._tex.end_group()
        return (token == OPEN) - (token == CLOSE)

    def _special(self, token: str, tokens: list[str]) -> bool:
        """Carry out a token that is not printed as it is; return whether it was one."""
        tex = self._tex
        if token in _TEXT_IN_MATH:
            self._text_in_math(token, tokens)
        elif token == _ENSURE:
            tex.push([OPEN, *tex.argument(), CLOSE])
        elif token == _LABEL:
            self._label(tex.name_argument())
        elif token in _REFERENCES:
            tokens.extend(self._reference(token, tex.name_argument()))
        else:
            return token == PAR or read_ignored(token, tex)
        return True

    def _math_environment(self, tokens: list[str], *, begin: bool, name: str) -> int:
        """Add the begin or end of an environment inside mathematics; return the change in depth."""
        tex = self._tex
        own = tex.environments.get(name)
        if own is not None:
            tex.push(tex.environment_begin(own) if begin else list(own.end))
            return 0
        tokens += ["\\begin" if begin else "\\end", "{", *name, "}"]
        return 1

    def _text_in_math(self, command: str, tokens: list[str]) -> None:
        """Add text inside mathematics, with the formulas in it."""
        tex = self._tex
        command = self._box_command(command)
        star = tex.star() if command == "\\tag" else False
        tex.math = False
        tex.push([*tex.argument(), _TEXT_END])
        tokens += [command, *(["*"] if star else []), "{"]
        while (token := tex.next()) is not None and token != _TEXT_END:
            if token == MATH:
                tokens += ["$", *self._math_until(("$",)), "$"]
            elif token == _ENSURE:
                tex.push(["$", *tex.argument(), "$"])
            elif token in _REFERENCES:
                tokens.extend(self._reference(token, tex.name_argument()))
            elif token in (_BEGIN, _END):
                name = tex.name_argument()
                tokens += [] if name in _PLACED else [token, OPEN, *name, CLOSE]
            elif not read_ignored(token, tex):
                tokens.append(token)
        tokens.append("}")
        tex.math = True

    def _box_command(self, command: str) -> str:
        """Skip a box's size and position; return the command for its content."""
        tex = self._tex
        if command == "\\hbox" and any(read_word(tex, word) for word in ("to", "spread")):
            read_dimension(tex)
        if command not in _BOXES:
            return command
        while tex.optional() is not None:
            pass
        if command == "\\parbox":
            tex.argument()  # its width
        return "\\text"

    def _label(self, label: str) -> None:
        self.labels[label] = self._last_number

    def _reference(self, command: str, label: str) -> list[str]:
        """Return what a reference prints; U+E000 where only typesetting can tell."""
        if command == "\\pageref":
            return ["\ue000"]
        number = self._known.get(label, "") or "\ue000"
        return list(f"({number})" if command == "\\eqref" else number)
