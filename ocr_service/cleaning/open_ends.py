r"""Closes displayed formulas and tables that a model left open, as on truncated pages.

Removes nothing but cell tags outside tables. Every function returns its text unchanged if there is
nothing to repair.
"""

from __future__ import annotations

import re

__all__ = ["close_display", "close_table", "displayed", "is_open", "without_stray_cells"]

# Opening and closing marks of a formula; other escapes are skipped as a whole.
_BRACKET = re.compile(r"\\(?:(begin|end)\{([A-Za-z]{1,20}\*?)\}|(.))|[{}]", re.DOTALL)
_DEEPEST = 40  # most open braces and environments of a formula
_WORDS = re.compile(r"(?:\b[^\W\d_]{2,40}+[,.]?+\s++){4}")  # prose, not a formula
_TEXT = re.compile(r"\\(?:text[a-z]{0,4}|mbox|intertext)\s?\{[^{}]*\}")
_OPERATOR = re.compile(r"\\[A-Za-z]|[\^_=<>]")


_CELL_TAG = re.compile(r"</?t(?:[drh]|able|head|body|foot)(?:\s[^<>\n]{0,80})?>", re.IGNORECASE)


def displayed(content: str) -> str:
    r"""Return the content of an equation region with its formula between `\[` and `\]`.

    Text that is not a formula ("a)"), and text that contains formulas, is not changed.
    """
    marks = [
        (found[0], found.start())
        for found in re.finditer(r"\\.", content, re.DOTALL)
        if found[0] in (r"\(", r"\)", r"\[", r"\]")
    ]
    last = len(content) - 2
    if [place for _, place in marks] == [0, last] and marks[0][0] in (r"\(", r"\["):
        return rf"\[{content[2:last]}\]" if marks[1][0] in (r"\)", r"\]") else content
    if not marks:
        bare = "$" not in content and not content.startswith(r"\begin{")
        is_formula = bare and _OPERATOR.search(content) and not _is_prose(content)
        return f"\\[\n{_closed(content)}\n\\]" if is_formula else content
    if marks[0][0] == r"\]":  # never opened
        content = rf"\[{content}"
    return close_display(content)


def close_display(content: str) -> str:
    r"""Return text with its last `\[` closed, unless prose follows it."""
    start = _open_display(content)
    if start is None:
        return content
    blank = re.compile(r"\n[ \t]*\n").search(content, start)
    end = blank.start() if blank else len(content)
    formula = content[start + 2 : end].rstrip()
    if not formula or _is_prose(formula):
        return content
    return f"{content[: start + 2]}{_closed(formula)}\n\\]{content[end:]}"


def _open_display(content: str) -> int | None:
    r"""Return the offset of a `\[` that is not closed, None if there is none."""
    start = None
    for found in re.finditer(r"\\.", content, re.DOTALL):
        if found[0] == r"\[":
            start = found.start()
        elif found[0] == r"\]":
            start = None
    return start


def _closed(formula: str) -> str:
    """Return a formula with its open braces and environments closed."""
    open_ones: list[str] = []
    for found in _BRACKET.finditer(formula):
        if found[1] == "begin":
            open_ones.append(f"\n\\end{{{found[2]}}}")
        elif found[0] == "{":
            open_ones.append("}")
        elif open_ones and (found[0] == "}" or found[1] == "end"):
            matches = (open_ones[-1] == "}") == (found[0] == "}")
            del open_ones[len(open_ones) - matches :]
    if len(open_ones) > _DEEPEST:
        return formula
    backslashes = len(formula) - len(formula.rstrip("\\"))
    return "".join([formula, " " * (backslashes % 2), *reversed(open_ones)])


def _is_prose(text: str) -> bool:
    r"""Return whether there are several words in a row outside `\text{...}`."""
    return bool(_WORDS.search(_TEXT.sub(" ", text) + " "))


def without_stray_cells(content: str) -> str:
    """Return text without the tags of rows and cells outside HTML tables."""
    lower = content.lower()
    start, end = lower.find("<table"), lower.rfind("</table>")
    if start < 0:
        return _CELL_TAG.sub(" ", content)
    end = end + len("</table>") if end > start else len(content)
    before, behind = content[:start], content[end:]
    return f"{_CELL_TAG.sub(' ', before)}{content[start:end]}{_CELL_TAG.sub(' ', behind)}"


def close_table(content: str) -> str:
    """Return text with its last HTML table closed, cell and row included."""
    lower = content.lower()
    if lower.count("<table") <= lower.count("</table"):
        return content
    content = re.sub(r"</?[a-z]{0,6}\Z", "", content.rstrip(), flags=re.IGNORECASE)
    lower = content.lower()
    missing = [
        f"</{tag}>"
        for tag in ("th", "td", "tr")
        if max(lower.rfind(f"<{tag}>"), lower.rfind(f"<{tag} ")) > lower.rfind(f"</{tag}>")
    ]
    return "".join([content, *missing, "</table>"])


def is_open(content: str) -> bool:
    """Return whether a text ends within a displayed formula or an HTML table."""
    lower = content.lower()
    return _open_display(content) is not None or lower.count("<table") > lower.count("</table")
