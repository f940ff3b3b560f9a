r"""Repairs common errors of OCR models in LaTeX and markdown, where that is safe.

A repair completes what is missing at the end, or replaces a spelling by an equivalent one; none
removes text. Code between fences or backticks is not changed.

    repair          error and repair
    command         commands that not all of LaTeX, KaTeX and latex2mathml support: `\coloneqq`
                    `\infin` `\img`; replaced by commands that they all support
    escaped dollar  `\$x^2\$`: formulas between escaped dollars, which no renderer treats as
                    formulas; put between `\(` and `\)`
    bare dollar     `$5 and $10`: a dollar before a price, which some renderers treat as the start
                    of a formula; escaped
    centring        `<center>`, `<div align="center">`, `\begin{center}` around words: markup that
                    no markdown renderer supports; removed
    split umlaut    `F¨ur`: TeX's dots before a vowel, as they are drawn; joined to one letter
    display         a displayed formula that is not closed, not opened, closed like an inline one,
                    or without delimiters; put between `\[` and `\]`, with open braces and
                    environments closed (truncated pages)
    table           a table that is not closed (truncated pages); closed
    stray cell      rows and cells without `<table>` before them; put into one. A single tag such
                    as `</td>` outside any table; removed
    in formulas     see `formula_repair.py`
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator

from ocr_service.cleaning.formula_repair import mended, without_nested
from ocr_service.cleaning.open_ends import (
    close_display,
    close_table,
    displayed,
    with_tables_opened,
)

__all__ = ["formula_bodies", "formulas", "outside_code", "repaired"]


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in text.split())


def _functions(text: str) -> dict[str, str]:
    return {name: rf"\operatorname{{{name}}}" for name in text.split()}


_COMMANDS = {
    "coloneqq": ":=",
    "coloneq": ":=",
    "colonequals": ":=",
    "Coloneqq": "::=",
    "eqqcolon": "=:",
    "eqcolon": "=:",
    "vcentcolon": ":",
    **_pairs(
        r"""
        infin=\infty exist=\exists isin=\in empty=\emptyset sub=\subset sube=\subseteq
        supe=\supseteq sdot=\cdot plusmn=\pm alef=\aleph rarr=\rightarrow larr=\leftarrow
        harr=\leftrightarrow rArr=\Rightarrow Rarr=\Rightarrow lArr=\Leftarrow Larr=\Leftarrow
        hArr=\Leftrightarrow Harr=\Leftrightarrow hdots=\ldots nicefrac=\frac sfrac=\frac
        R=\mathbb{R} N=\mathbb{N} Z=\mathbb{Z} Q=\mathbb{Q} C=\mathbb{C} reals=\mathbb{R}
        Reals=\mathbb{R} natnums=\mathbb{N} Complex=\mathbb{C}
        """
    ),
    **_functions(
        """
        arccot arcsec arccsc arcsinh arccosh arctanh arccoth arsinh arcosh artanh arcoth sgn sign
        rank lcm grad rot img tr diag cov
        """
    ),
}
_COMMAND = re.compile(r"\\([A-Za-z]+|.)", re.DOTALL)
_MISSPELT_SPACE = re.compile(r"q[qu]{1,8}ad")  # \qqquad, \qququad
# Two escaped dollars around what looks like LaTeX.
_ESCAPED_DOLLARS = re.compile(
    r"(?<!\\)\\(\$)(?=\S)(?=[^$\n]{0,400}?(?:\\[A-Za-z]|[\^_]))([^$\n]{1,400}?)(?<=\S)\\\1(?!\d)"
)
_PRICE = re.compile(r"(?<![\\$\w])\$(?=\d[\d.,]*(?:[\s.,;:)]|$))", re.MULTILINE)
_CENTRING = re.compile(
    r"</?center\s{0,3}>|<(?:div|p)\s[^<>]{0,60}\bcenter\b[^<>]{0,60}>|\\(?:begin|end)\{center\}"
    r"|\\centering(?![A-Za-z])",
    re.IGNORECASE,
)
_CLOSING_BLOCKS = re.compile(r"</(?:div|p)\s{0,3}>", re.IGNORECASE)
_SPLIT_UMLAUT = re.compile(r"¨([aouAOU])")

_CLOSES = {r"\(": r"\)", r"\[": r"\]"}
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})([^`\n]*)")
_CODE = "\0"  # placeholder for code while the text around it is repaired
_INLINE_CODE = re.compile(r"(?<!`)`[^`\n]+`(?!`)")


def repaired(content: str, *, equation: bool = False) -> tuple[str, Counter[str]]:
    """Return a region's content with all repairs, and the count of each.

    `equation`: the model labelled the region as a displayed formula.
    """
    pieces = list(_parted(content.replace(_CODE, "")))
    code = iter([text for text, is_code in pieces if is_code])
    text = "".join(_CODE if is_code else text for text, is_code in pieces)
    done: Counter[str] = Counter()
    before, text = text, without_nested(text)
    done["nested"] += text != before
    text = "".join(
        _count(_COMMAND, _spelt, part if is_formula else _mend_words(part, done), "command", done)
        for part, is_formula in formulas(text)
    )
    for name, repair in (
        ("stray cell", with_tables_opened),
        ("display", displayed if equation else close_display),
        ("table", close_table),
        ("nested", without_nested),
    ):
        before, text = text, repair(text)
        done[name] += text != before
    text = "".join(
        _mended(part, done) if is_formula else part for part, is_formula in formulas(text)
    )
    return re.sub(_CODE, lambda _: next(code), text), +done


def _mended(formula: str, done: Counter[str]) -> str:
    """Return a formula, in its delimiters, repaired."""
    body, repairs = mended(formula[2:-2], display=formula.startswith(r"\["))
    done.update(repairs)
    return f"{formula[:2]}{body}{formula[-2:]}"


def outside_code(markdown: str, change: Callable[[str], str]) -> str:
    """Apply `change` to all markdown except code."""
    return "".join(text if is_code else change(text) for text, is_code in _parted(markdown))


def formula_bodies(markdown: str) -> Iterator[str]:
    """Yield the formulas of markdown, without their delimiters and without those in code."""
    for text, is_code in _parted(markdown):
        if not is_code:
            yield from (piece[2:-2] for piece, is_formula in formulas(text) if is_formula)


def _parted(markdown: str) -> Iterator[tuple[str, bool]]:
    """Split markdown into code (True), in fences or backticks, and the text between.

    A fence that is never closed is not one.
    """
    for text, is_fenced in _fenced(markdown.splitlines(keepends=True)):
        if is_fenced:
            yield text, True
            continue
        position = 0
        for code in _INLINE_CODE.finditer(text):
            yield text[position : code.start()], False
            yield code[0], True
            position = code.end()
        yield text[position:], False


def _fenced(lines: list[str]) -> Iterator[tuple[str, bool]]:
    """Split lines into fenced code (True) and the text between."""
    start, mark = 0, ""
    for place, line in enumerate(lines):
        found = _FENCE.match(line)
        if not found:
            continue
        if not mark:
            yield "".join(lines[start:place]), False
            start, mark = place, found[1]
        elif found[1].startswith(mark) and not found[2].strip():
            yield "".join(lines[start : place + 1]), True
            start, mark = place + 1, ""
    yield "".join(lines[start:]), False


def formulas(text: str) -> Iterator[tuple[str, bool]]:
    r"""Split text into formulas (True), with their `\( \)` or `\[ \]`, and the text between."""
    position, start, close = 0, 0, ""
    for found in re.finditer(r"\\.", text, re.DOTALL):
        if found[0] in _CLOSES:
            start, close = found.start(), _CLOSES[found[0]]
        elif found[0] == close:
            yield text[position:start], False
            yield text[start : found.end()], True
            position, close = found.end(), ""
    yield text[position:], False


# -------------------------------------------------------------------------- words and commands


def _mend_words(text: str, done: Counter[str]) -> str:
    """Apply the repairs for text outside formulas."""
    if "$" in text:
        text = _count(
            _ESCAPED_DOLLARS, lambda found: rf"\({found[2]}\)", text, "escaped dollar", done
        )
        text = _count(_PRICE, lambda _: r"\$", text, "bare dollar", done)
    if "center" in text.lower():
        without = _count(_CENTRING, lambda _: " ", text, "centring", done)
        opened = len(re.findall(r"<(?:div|p)\s", text)) - len(re.findall(r"<(?:div|p)\s", without))
        text = _CLOSING_BLOCKS.sub(" ", without, count=opened) if opened else without
    return _count(_SPLIT_UMLAUT, _joined_umlaut, text, "split umlaut", done)


def _count(
    pattern: re.Pattern[str],
    replace: Callable[[re.Match[str]], str],
    text: str,
    name: str,
    done: Counter[str],
) -> str:
    """Replace a pattern; count the matches that changed."""

    def counted(found: re.Match[str]) -> str:
        replacement = replace(found)
        done[name] += replacement != found[0]
        return replacement

    return pattern.sub(counted, text)


def _spelt(found: re.Match[str]) -> str:
    """Return a command in a spelling that is supported everywhere."""
    name = found[1]
    if _MISSPELT_SPACE.fullmatch(name):
        return r"\qquad" if name not in {"quad", "qquad"} else found[0]
    return _COMMANDS.get(name, found[0])


def _joined_umlaut(found: re.Match[str]) -> str:
    return unicodedata.normalize("NFC", found[1] + "\u0308")
