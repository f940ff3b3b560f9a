r"""Cuts LaTeX into tokens: commands, numbers, letters and characters, each in one spelling.

`\le`, `\leq` and `≤` become `\leq`, `sin` and `\sin` become `\sin`, `ab` becomes `a` and `b`. Text
that is not LaTeX gives tokens too; nothing raises, and long input is cut.
"""

from __future__ import annotations

import re
import unicodedata

from indexer.formulas.latex_symbols import ALIASES, FUNCTIONS, UNICODE

__all__ = ["raw_tokens"]

_MAX_INPUT = 8_000  # characters read
_MAX_TOKEN = 40  # characters
_RAW = re.compile(
    r"\\(?:left|right|middle)\s*\.|\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|[A-Za-z]+|\s+|.", re.DOTALL
)
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "le": r"\leq ", "ge": r"\geq ", "nbsp": " "}
_ENTITY = re.compile(r"\\?&(lt|gt|amp|le|ge|nbsp);")
_NON_ASCII = re.compile(r"[^\x00-\x7f]")


def raw_tokens(latex: str) -> list[str]:
    """Cut LaTeX into commands, numbers, letters and characters, each in one spelling.

    A run of white space gives one space. At most `_MAX_INPUT` characters are read.
    """
    text = _ENTITY.sub(lambda found: _ENTITIES[found[1]], latex[:_MAX_INPUT])
    text = _NON_ASCII.sub(_ascii, text)
    tokens: list[str] = []
    for found in _RAW.finditer(text):
        token = found[0]
        if token[0] == "\\" and len(token) > 1:
            name = ALIASES.get(token[1:])
            tokens.append(name if name in _SINGLE else "\\" + (name or token[1:_MAX_TOKEN]))
        elif token.isspace():
            tokens.append(" ")
        elif token.isalpha() and token.isascii():
            tokens.extend(_letters(token))
        else:
            tokens.append(token[:_MAX_TOKEN])
    return tokens


# Characters that `ALIASES` gives for a command; the braces `\{` and `\}` stay commands.
_SINGLE = frozenset({"[", "]", "<", ">", "|", "‖", ":", "*", "(", ")", "^", "_"})


def _ascii(found: re.Match[str]) -> str:
    """Return the LaTeX of a character that is not ASCII; a command ends with a space."""
    char = found[0]
    known = UNICODE.get(char)
    if known is None:
        plain = unicodedata.normalize("NFKC", char)
        known = "".join(UNICODE.get(part, part) for part in plain)
    return known + " " if known[-1:].isalpha() and known.startswith("\\") else known


def _letters(run: str) -> list[str]:
    """Return adjacent letters as variables, one each, or as the name of a function."""
    if run in FUNCTIONS:
        return ["\\" + ALIASES.get(run, run)]
    return list(run)
