r"""Turns markdown with LaTeX into the words that it is indexed and searched by.

Greek letters and their commands become their names (θ, \theta, theta), commands that only set type
are removed, words hyphenated at the end of a line are joined, as are ideographs on two lines, and
everything else is left to the tokenizer.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from ocr_service.text.ideographs import without_gaps

__all__ = ["searchable"]

_GREEK = (
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa",
    "lambda", "mu", "nu", "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi",
    "psi", "omega",
)  # fmt: skip

# Commands whose names are words of mathematics; all other commands are removed.
_NAMED = {
    "int": "integral", "iint": "integral", "oint": "integral", "sum": "sum", "prod": "product",
    "lim": "limit", "limsup": "limsup", "liminf": "liminf", "sup": "sup", "inf": "inf",
    "max": "max", "min": "min", "argmax": "argmax", "argmin": "argmin", "log": "log", "ln": "ln",
    "exp": "exp", "sin": "sin", "cos": "cos", "tan": "tan", "arcsin": "arcsin",
    "arccos": "arccos", "arctan": "arctan", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh",
    "det": "det", "dim": "dim", "ker": "ker", "gcd": "gcd", "deg": "deg", "Pr": "Pr",
    "infty": "infinity", "partial": "partial", "nabla": "nabla", "sqrt": "sqrt",
    "subset": "subset", "cup": "union", "cap": "intersection", "angle": "angle",
    "triangle": "triangle", "aleph": "aleph", "ell": "ell", "hbar": "hbar",
}  # fmt: skip


@lru_cache(maxsize=1)
def _greek() -> tuple[dict[int, str], dict[str, str]]:
    """Return the names of Greek letters, by code point and by command."""
    letters: dict[int, str] = {}
    commands: dict[str, str] = {}
    for name in _GREEK:
        for form, capital in (("SMALL", False), ("CAPITAL", True)):
            unicode_name = f"GREEK {form} LETTER {'LAMDA' if name == 'lambda' else name.upper()}"
            letters[ord(unicodedata.lookup(unicode_name))] = f" {name} "
            commands[name.capitalize() if capital else name] = name
        commands[f"var{name}"] = name
    for symbol, name in (
        ("ϵ", "epsilon"),
        ("ϑ", "theta"),
        ("ϕ", "phi"),
        ("ϱ", "rho"),
        ("ς", "sigma"),
    ):
        letters[ord(symbol)] = f" {name} "
    for symbol, word in (("∞", "infinity"), ("∫", "integral"), ("∂", "partial"), ("∇", "nabla")):
        letters[ord(symbol)] = f" {word} "
    return letters, commands


_COMMAND = re.compile(r"\\(?:begin|end)\s*\{[^{}]*\}|\\([A-Za-z]+)\s?|\\.")
_MARKUP = re.compile(r"<[^<>\n]{1,200}>|!\[|\]\([^()\s]*\)|^#{1,6} ", re.MULTILINE)
# A hyphen at the end of a line, or as OCR and text layers leave it: "esti- mator". Not the hyphen
# of "two- and three-dimensional".
_HYPHEN = re.compile(
    r"(?<=[^\W\d_]{2})[-‐¬](?:[ \t]*\n[ \t]*|[ ](?!(?:and|or|to|und|oder|bis|et|ou|en|of|e|y|o|och|"
    r"og|eller)\b))(?=[^\W\d_]{2})(?P<next>.)|\u00ad\n?"
)
_ACCENT = re.compile(
    r"""\\(?:['`^"~=.]\s*(?:([A-Za-z])|\{\\?([A-Za-z])\})|[Hcvurdbk]\{([A-Za-z])\})"""
)
_NAMED_LETTERS = re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]+|[∞∫∂∇]")


def searchable(markdown: str) -> str:
    """Return the words of a passage or of a query, separated by spaces."""
    letters, commands = _greek()

    def word(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return " "
        return f" {commands.get(name) or _NAMED.get(name, '')} "

    text = _MARKUP.sub(" ", _HYPHEN.sub(_joined, markdown))
    if "\\" in text:
        text = _COMMAND.sub(word, _ACCENT.sub(lambda match: match[match.lastindex or 0], text))
    # Compatibility forms fold ligatures and the italic letters of mathematics fonts.
    text = without_gaps(unicodedata.normalize("NFKC", text))
    return _NAMED_LETTERS.sub(lambda match: _named(match[0], letters), text)


def _joined(match: re.Match[str]) -> str:
    """Remove a hyphen inside a word; before a capital, which begins another word, keep it."""
    following = match["next"] or ""
    return f"-{following}" if following.isupper() else following


def _named(greek: str, letters: dict[int, str]) -> str:
    """Spell out Greek letters; keep a Greek word, which has an accent or a final sigma."""
    if len(greek) > 1 and any(letter == "ς" or ord(letter) not in letters for letter in greek):
        return greek
    return greek.translate(letters)
