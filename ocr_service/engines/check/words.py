r"""Makes the words of plain text and of markdown comparable. Pure.

A word is a run of three letters or more, folded: compatibility forms and ligatures decomposed,
accents and soft hyphens dropped, case folded. Scripts that are written without blanks have no
words that can be told from one another, so each of their characters counts as one. Shorter runs
are left out: they are the symbols of formulas, where a reader may rightly write `\mathbf{a}`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

__all__ = [
    "letters_of",
    "markdown_words",
    "numbers",
    "split_broken_word",
    "text_words",
    "without_accents_behind",
]

_IDEOGRAPHS = "\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f"  # and kana
_UNSPACED = f"[{_IDEOGRAPHS}\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"  # and Thai, Lao, Burmese, ...
_WORD = re.compile(rf"{_UNSPACED}|(?:(?!{_UNSPACED})[^\W\d_]){{3,}}")
_NUMBER = re.compile(r"\d{2,}")
_SMALL_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", 2 * "0123456789")
_BROKEN_WORD = re.compile(r"([^\W\d_]+)[-\u2010\u00ad]\s*$")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f"))
_FOLDED = {**_INVISIBLE, ord("ı"): "i", ord("ȷ"): "j"}  # dotless under an accent of its own
_COMBINING = re.compile("[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u064b-\u065f\u0670\u20d0-\u20ff]")
# TeX's old fonts set an accent as a character of its own before the letter: "M ¨obius".
_ACCENT = "[¨´`ˆ˜ˇ˚˘¸]"
_LOOSE_ACCENT = re.compile(rf"(?<=[^\W\d_]) ?{_ACCENT} ?(?=[^\W\d_])")
# Some set it after its letter, as can be seen at the ends of words: "chybı´, jenzˇe".
_ACCENT_BEHIND = re.compile(rf"(?<=[^\W\d_]){_ACCENT}")
_ENDING_ACCENT = re.compile(rf"(?<=[^\W\d_]){_ACCENT}(?=[.,;:!?)]|\s*$)")
_FEWEST_ENDING = 2  # on a page

_FIGURE = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)")
_TAG = re.compile(
    r"</?(?:table|thead|tbody|t[rhd]|su[bp]|br|div|span|[pubi]|em|strong|img)\b[^<>\n]{0,200}>",
    re.IGNORECASE,
)
_FORMULA = re.compile(r"\\\(.*?\\\)|\\\[.*?\\\]", re.DOTALL)
_TEXT = re.compile(r"\\(?:text|textrm|textit|textbf|mbox|operatorname\*?)\s*\{")
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\{[^{}\n]{1,20}\}(?:\{[lcr|]{1,40}\})?")
_COMMAND = re.compile(r"\\([a-zA-Z]+)")
_MARKUP = re.compile(r"[*_`#|\\{}$^~]")
# Commands that print their own name; all others print a sign or nothing.
_PRINTED = frozenset(
    "arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf ker lg lim liminf "
    "limsup ln log max min mod bmod pmod Pr sec sin sinh sup tan tanh".split()
)
# Books print "arc sin" and "arcsin", TeX prints `\limsup` as "lim sup": always two words here.
_JOINED_NAME = re.compile(r"\b(arc(?=(?:sin|cos|tan|cot|sec|csc)\b)|lim(?=(?:sup|inf)\b))")


def without_accents_behind(columns: Iterable[Sequence[str]]) -> list[list[str]]:
    """Return a page's lines without accents set after their letters, if the page has such."""
    lines = [list(column) for column in columns]
    ending = sum(len(_ENDING_ACCENT.findall(line)) for column in lines for line in column)
    if ending < _FEWEST_ENDING:
        return lines
    return [[_ACCENT_BEHIND.sub("", line) for line in column] for column in lines]


def letters_of(text: str) -> str:
    """Return the letters of a text, folded, as one string."""
    return "".join(filter(str.isalpha, _fold(text)))


def text_words(text: str) -> list[str]:
    """Return the words of plain text in order, folded; "arcsin" as two, arc and sin."""
    return _WORD.findall(_JOINED_NAME.sub(r"\1 ", _fold(text)))


def numbers(text: str) -> list[str]:
    """Return the runs of two digits or more; raised and lowered digits count like others."""
    return _NUMBER.findall(text if text.isascii() else text.translate(_SMALL_DIGITS))


def split_broken_word(line: str) -> tuple[str, str]:
    """Return a line without the part of a word that a hyphen breaks at its end, and that part."""
    found = _BROKEN_WORD.search(line)
    return (line[: found.start()], found[1]) if found else (line, "")


def markdown_words(markdown: str) -> tuple[list[str], list[str]]:
    r"""Return the words of markdown in order, folded, and its numbers.

    `\sin x` has the word sin, `\alpha` none.
    """
    text = _TAG.sub(" ", _FIGURE.sub(" ", markdown))
    if "\\" in text:
        text = _FORMULA.sub(_words_of_formula, text)  # elsewhere a command is text about LaTeX
    text = _MARKUP.sub(" ", text)
    return text_words(text), numbers(text)


def _words_of_formula(formula: re.Match[str]) -> str:
    text = _TEXT.sub(" ", _ENVIRONMENT.sub(" ", formula[0].replace("{,}", ",")))
    return _COMMAND.sub(_printed, text)


def _printed(command: re.Match[str]) -> str:
    return f" {command[1]} " if command[1] in _PRINTED else " "


def _fold(text: str) -> str:
    """Return a text with forms, accents and case that do not make another word folded."""
    if text.isascii():
        return text.lower()
    text = _LOOSE_ACCENT.sub("", text.translate(_FOLDED))
    return _COMBINING.sub("", unicodedata.normalize("NFKD", text)).casefold()
