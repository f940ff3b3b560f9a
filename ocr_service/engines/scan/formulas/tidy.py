r"""Tidies what models write for a formula: delimiters, environments around it, spacing, sizes.

Models learn from authors' sources, which are full of `\!`, `\hspace{1cm}`, `\scriptstyle` and
`\begin{equation*}`. None of it says what the formula is.
"""

from __future__ import annotations

import re

__all__ = ["tidied_latex"]

_WHOLE = re.compile(
    r"(?:\\begin\{(?:equation|displaymath|math)\*?\}(.*)\\end\{(?:equation|displaymath|math)\*?\}"
    r"|\\\[(.*)\\\]|\\\((.*)\\\)|\$\$(.*)\$\$|\$([^$]*)\$)",
    re.DOTALL,
)
_INNER = {"align": "aligned", "eqnarray": "aligned", "gather": "gathered", "multline": "gathered"}
_ENVIRONMENT = re.compile(r"\\(begin|end)\{(align|eqnarray|gather|multline)\*?\}")
_ONE_CELL = re.compile(
    r"\\begin\{(array|aligned|gathered)\}(?:\{[lcr|]*\})?((?:(?!\\begin|\\end|\\\\|&).)*)\\end\{\1\}",
    re.DOTALL,
)
_ONE_ROW = re.compile(
    r"\A\\begin\{(array|aligned)\}(?:\{[lcr|]*\})?((?:(?!\\begin|\\end|\\\\).)*)\\end\{\1\}\Z",
    re.DOTALL,
)
_SIZE = re.compile(
    r"\\(?:scriptstyle|scriptscriptstyle|displaystyle|textstyle|tiny|scriptsize|footnotesize|small|"
    r"normalsize|large|Large|nonumber|notag|nolimits)(?![A-Za-z])\s*"
)
_SPACES = re.compile(
    r"\\[hv](?:space|skip)\*?\s*\{[^{}]*\}|\\[!,:;>]|\\label\{[^{}]*\}|\\h?fill(?![A-Za-z])"
)
_SCRIPT_OF_NOTHING = re.compile(r"\A(?:\{\s*\})?\s*[_^]?\s*\{")
_TEXT_OF_FORMULA = re.compile(r"\\(?:text|mbox|textstyle)\s*\{\s*\$([^$]*)\$\s*\}")
_ONE_LETTER = re.compile(r"\\(?:mathit|textit|text|mathnormal)\s*\{([A-Za-z=+-])\}")
_SIZED_GROUP = re.compile(r"\{\s*\}(?![_^])")
_EMPTY_TEXT = re.compile(r"\\(?:text|mbox|mathrm)\s*\{\s*\}")
_SPACE = r"(?:\\(?:quad|qquad|enspace|thinspace|,|;|:|>|\s|\Z)|~)"
_RUN = re.compile(rf"(?:{_SPACE}\s*){{2,}}")
_EDGES = re.compile(rf"\A(?:{_SPACE}|\s)+|(?:{_SPACE}(?![A-Za-z])|\s)+\Z")


def tidied_latex(latex: str) -> str:
    """Return LaTeX as it stands between delimiters, without what only moves or sizes it."""
    text = latex.strip()
    for _ in range(6):  # one environment within another
        before = text
        match = _WHOLE.fullmatch(text)
        if match:
            text = next(part for part in match.groups() if part is not None)
        text = _SIZE.sub("", _SPACES.sub(" ", text))
        text = _TEXT_OF_FORMULA.sub(r" \1 ", _EMPTY_TEXT.sub(" ", text))
        text = _ONE_LETTER.sub(r"\1", _unwrapped(text))
        text = _ONE_CELL.sub(r"\2", text)
        text = _SIZED_GROUP.sub("", text)
        text = _EDGES.sub("", _RUN.sub(lambda run: _widest(run[0]), text)).strip()
        if text == before:
            break
    text = _ENVIRONMENT.sub(lambda found: rf"\{found[1]}{{{_INNER[found[2]]}}}", text)
    row = _ONE_ROW.fullmatch(text)
    if row:
        text = re.sub(r"(?<!\\)&", " ", row[2])
    return " ".join(text.split())


def _unwrapped(text: str) -> str:
    """Return a formula without braces around all of it, also if they are a script of nothing."""
    match = _SCRIPT_OF_NOTHING.match(text)
    if match is None or not text.endswith("}"):
        return text
    depth = 0
    for place, brace in enumerate(text[match.end() - 1 :]):
        before = text[match.end() + place - 2]
        depth += (brace == "{" and before != "\\") - (brace == "}" and before != "\\")
        if not depth:
            end = match.end() - 1 + place
            return text[match.end() : end] if end == len(text) - 1 else text
    return text


def _widest(run: str) -> str:
    """Return one space for several: a wide one if any of them is."""
    return r"\quad " if "quad" in run or run.count("\\") > 2 else r"\ "
