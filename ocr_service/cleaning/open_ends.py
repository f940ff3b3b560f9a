r"""Closes displayed formulas and tables that a model left open, as on truncated pages.

Gives rows without a table one; removes nothing but single cell tags. Every function returns its
text unchanged if there is nothing to repair.
"""

from __future__ import annotations

import re

__all__ = ["close_display", "close_table", "displayed", "is_open", "with_tables_opened"]

# Opening and closing marks of a formula; other escapes are skipped as a whole.
_BRACKET = re.compile(r"\\(?:(begin|end)\{([A-Za-z]{1,20}\*?)\}|(.))|[{}]", re.DOTALL)
_DEEPEST = 40  # most open braces and environments of a formula
_WORDS = re.compile(r"(?:\b[^\W\d_]{2,40}+[,.]?+\s++){4}")  # prose, not a formula
_TEXT = re.compile(r"\\(?:text[a-z]{0,4}|mbox|intertext)\s?\{[^{}]*\}")
_OPERATOR = re.compile(r"\\[A-Za-z]|[\^_=<>]")


_CELL_TAG = re.compile(r"</?t(?:[drh]|able|head|body|foot)(?:\s[^<>\n]{0,80})?>", re.IGNORECASE)
_TABLE_TAG = re.compile(r"</?table[^<>]{0,80}>", re.IGNORECASE)
_FILLED_CELL = re.compile(r"<t[dh]\b[^<>\n]{0,80}>\s*+[^<\s]", re.IGNORECASE)
_BETWEEN_CELLS = re.compile(r"</t(?:[drh]|head|body|foot)>\s*+[^<\s]", re.IGNORECASE)


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


def with_tables_opened(content: str) -> str:
    """Return text with rows and cells outside HTML tables put into tables of their own.

    Tags of rows and cells that make no table, because fewer than two cells have a text, are
    removed.
    """
    lower = content.lower()
    start, end = lower.find("<table"), lower.rfind("</table>")
    if start < 0:
        return _opened(content)
    end = end + len("</table>") if end > start else len(content)
    return f"{_opened(content[:start])}{content[start:end]}{_opened(content[end:])}"


def _opened(piece: str) -> str:
    """Return a piece without any table with its rows, if it has some, in one."""
    tags = list(_CELL_TAG.finditer(piece))
    begun = [tag for tag in tags if not tag[0].startswith("</")]
    if len(_FILLED_CELL.findall(piece)) < 2:
        return _CELL_TAG.sub(" ", piece)
    first, last = begun[0].start(), tags[-1].end()
    if tags[-1] is begun[-1]:  # the text behind it is the last cell's
        last = len(piece)
    rows = _TABLE_TAG.sub("", piece[first:last])
    if _BETWEEN_CELLS.search(rows):
        return _CELL_TAG.sub(" ", piece)
    row = "" if rows.lower().startswith(("<tr", "<thead", "<tbody")) else "<tr>"
    before = _CELL_TAG.sub(" ", piece[:first])
    return f"{before}<table>{_closed_cells(row + rows)}</table>{piece[last:]}"


def _closed_cells(rows: str) -> str:
    """Return rows of a table with their last row and cell closed."""
    lower = rows.lower()
    missing = [
        f"</{tag}>"
        for tag in ("th", "td", "tr")
        if max(lower.rfind(f"<{tag}>"), lower.rfind(f"<{tag} ")) > lower.rfind(f"</{tag}>")
    ]
    return "".join([rows, *missing])


def close_table(content: str) -> str:
    """Return text with its last HTML table closed, cell and row included."""
    lower = content.lower()
    if lower.count("<table") <= lower.count("</table"):
        return content
    content = re.sub(r"</?[a-z]{0,6}\Z", "", content.rstrip(), flags=re.IGNORECASE)
    return f"{_closed_cells(content)}</table>"


def is_open(content: str) -> bool:
    """Return whether a text ends within a displayed formula or an HTML table."""
    lower = content.lower()
    return _open_display(content) is not None or lower.count("<table") > lower.count("</table")
