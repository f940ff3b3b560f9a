r"""Cuts TeX source into tokens, by category codes that may change on the way.

A token is a string: a control sequence with its backslash (`\alpha`, `\,`), a space, `\par` for
a blank line, or one character. A special character that is printed as it is at its place
(a dollar in `alltt`) has `LITERAL` before it.
"""

from __future__ import annotations

__all__ = [
    "CLOSE", "EQUALS", "LITERAL", "MATH", "OPEN", "PAR", "PARAMETER", "SPACE", "STAR", "Lexer",
    "literal", "tokens_in", "untokenise",
]  # fmt: skip

OPEN, CLOSE, MATH, SPACE, PAR = "{", "}", "$", " ", "\\par"
STAR, EQUALS, PARAMETER = "*", "=", "#"

LITERAL = "\x01"
_SPECIAL = "\\{}$&#^_%~"


def literal(char: str) -> str:
    """Return the token of a character that is to be printed as it is."""
    return LITERAL + char if char in _SPECIAL else char


class Lexer:
    """Reads tokens from one text; `offset` is the next character."""

    def __init__(self, text: str) -> None:
        self._text = text.replace("\r\n", "\n").replace("\r", "\n")
        self.offset = 0
        self.at_is_letter = False
        self.literals = ""  # characters that lost their special meaning for now
        self._line_begins = True

    def next(self) -> str | None:
        """Return the next token, or None at the end."""
        text = self._text
        while self.offset < len(text):
            char = text[self.offset]
            if char == "%" and char not in self.literals:
                self._skip_comment()
            elif char in " \t\n":
                space = self._space()
                if space:
                    return space
            elif char == "\\":
                self._line_begins = False
                return self._control_sequence()
            else:
                self._line_begins = False
                self.offset += 1
                return LITERAL + char if char in self.literals else char
        return None

    def take_until(self, end: str) -> str:
        """Return the text up to `end` unchanged, and skip `end`."""
        place = self._text.find(end, self.offset)
        place = len(self._text) if place < 0 else place
        taken = self._text[self.offset : place]
        self.offset = place + len(end)
        return taken

    def peek_char(self) -> str:
        """Return the character at the offset, or nothing at the end."""
        return self._text[self.offset : self.offset + 1]

    def _skip_comment(self) -> None:
        end = self._text.find("\n", self.offset)
        self.offset = len(self._text) if end < 0 else end + 1
        self._line_begins = True

    def _space(self) -> str | None:
        r"""Skip white space; return a space, `\par` for a blank line, or None for an indent."""
        start = self.offset
        while self.offset < len(self._text) and self._text[self.offset] in " \t\n":
            self.offset += 1
        lines = self._text.count("\n", start, self.offset)
        began, self._line_begins = self._line_begins, lines > 0
        if lines >= 2 or (began and lines):
            return "\\par"
        return None if began else " "

    def _control_sequence(self) -> str:
        text, start = self._text, self.offset
        end = start + 1
        while end < len(text) and (
            (text[end].isascii() and text[end].isalpha())
            or (self.at_is_letter and text[end] == "@")
        ):
            end += 1
        if end == start + 1:
            self.offset = min(end + 1, len(text))
            name = text[start : self.offset]
            return "\\ " if name in ("\\\n", "\\\t") else name
        self.offset = end
        while self.offset < len(text) and text[self.offset] in " \t":
            self.offset += 1
        if text[self.offset : self.offset + 1] == "\n":  # the line end is skipped, a blank line not
            self.offset += 1
            self._line_begins = True
        return text[start:end]


def tokens_in(text: str) -> list[str]:
    """Return all tokens of a text."""
    lexer = Lexer(text)
    tokens: list[str] = []
    while (token := lexer.next()) is not None:
        tokens.append(token)
    return tokens


def untokenise(tokens: list[str]) -> str:
    """Return tokens as LaTeX source again."""
    parts: list[str] = []
    for index, token in enumerate(tokens):
        if token == PAR:
            parts.append("\n\n")
        elif token[0] == LITERAL:
            parts.append("\\" + token[1])
        else:
            parts.append(token)
            following = tokens[index + 1] if index + 1 < len(tokens) else ""
            if token[0] == "\\" and token[-1].isalpha() and following[:1].isalpha():
                parts.append(" ")
    return "".join(parts)
