r"""Cuts a display into rows, the unit in which both sides are compared.

A reader of the page cannot know whether its author wrote `align` or several displays, `eqnarray`
or an `array`. So, for the source and the output alike:

- every row of a display environment is one formula; the marks `&` go;
- a display that consists of nothing but one `aligned`, `gathered`, `split`, `array` or `matrix`
  without delimiters is taken as these rows, and so is such a formula in the text;
- `multline` and `split` that only break a long formula cannot be told from two rows, so each line
  is a row there too;
- `\tag{...}`, `\eqno` and `\leqno`, and a number in parentheses set off by `\qquad` at a row's
  end, are the row's number and no part of the formula;
- text at the beginning or end of a row set off by a wide space or a column, and `\intertext`, is
  prose;
- empty rows are nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tests.eval.pieces import FormulaPiece, Piece, ProsePiece

__all__ = ["DISPLAYS", "display_pieces", "is_display", "is_grid"]

DISPLAYS = frozenset(
    name + star
    for name in """
    equation displaymath align alignat flalign xalignat xxalignat gather multline eqnarray dmath
    DPalign DPgather IEEEeqnarray
    """.split()
    for star in ("", "*")
)
_GRIDS = (
    "aligned",
    "alignedat",
    "gathered",
    "split",
    "array",
    "matrix",
    "smallmatrix",
    "multlined",
)
_UNPACKED = DISPLAYS | set(_GRIDS)
_WHOLE = re.compile(r"\s*\\begin\s*\{([A-Za-z]+\*?)\}(.*)\\end\s*\{\1\}\s*[.,;:]?\s*\Z", re.DOTALL)
_PART = re.compile(
    r"\\begin\s*\{|\\end\s*\{|\\\\\*?(?:\s*\[[^\]\n]{0,30}\])?|\\cr(?![a-zA-Z])"
    r"|\\(?:short)?intertext\s*\{|\\[lr]intertext\s*\{|\\(?:[a-zA-Z]+|.)|[{}&]",
    re.DOTALL,
)
_ARGUMENTS = {"alignat", "alignat*", "xalignat", "xalignat*", "alignedat", "array"}
_NUMBER = (
    r"(?:[A-Za-z]?\.?\d{1,4}(?:[.\-–:]\d{1,3}){0,3}\s?[a-z]?['′]{0,2}"
    r"|\*{1,3}|[ivxIVX]{1,5}|[A-Za-z])"
)
_TAG = re.compile(r"\\tag\*?\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
_EQNO = re.compile(r"\\l?eqno\s*(?:\{([^{}]*)\}|(\(?[^\s()]{1,12}\)?))")
_UNNUMBERED = re.compile(r"\\(?:tag|notag|nonumber|l?eqno)(?![a-zA-Z])")
_SPACE = r"(?:\\q?quad|\\hfill?|\\hspace\*?\{[^{}]*\}|\\[ ,;:!]|~|\s|&)"
_AT_END = re.compile(
    rf"{_SPACE}*(?:\\q?quad|\\hfill|&){_SPACE}*(?:\\(?:text(?:rm|normal)?|mbox|hbox|mathrm)\s*)?"
    rf"\{{?\s*\(\s*({_NUMBER})\s*\)\s*\}}?[\s.,]*\Z"
)
_TEXT = r"\\(?:text(?:rm|it|normal|bf|sc)?|mbox|hbox)\s*\{((?:[^{}]|\{[^{}]*\})*)\}"
_LEADING = re.compile(rf"(?:{_SPACE})*{_TEXT}({_SPACE}*)")
_TRAILING = re.compile(rf"({_SPACE}*){_TEXT}{_SPACE}*\Z")
_WIDE = re.compile(r"\\q?quad|\\hfill?|&|\\hspace|\A\s*\Z")
_INNER_MATH = re.compile(r"\$([^$]+)\$|\\\((.+?)\\\)", re.DOTALL)


def is_display(environment: str) -> bool:
    """Tell whether an environment's name is that of a display."""
    return environment in DISPLAYS


def is_grid(latex: str) -> bool:
    """Tell whether a formula is nothing but a grid of rows, and so looks like a display."""
    whole = _WHOLE.match(latex)
    return whole is not None and whole[1] in _UNPACKED and _balanced(whole[2])


def display_pieces(
    latex: str,
    numbers: Callable[[], str] | None = None,
    *,
    each: bool = False,
    aside: bool = False,
    page: int = 0,
) -> Iterator[Piece]:
    r"""Yield the rows of a display, and the prose in and around them.

    `numbers` gives the next automatic number: to `each` row without one of its own or a
    `\\notag`, or to the last row alone.
    """
    rows = list(_unpacked(latex, depth=0))
    last = max(
        (i for i, row in enumerate(rows) if isinstance(row, str) and row.strip()), default=-1
    )
    for index, row in enumerate(rows):
        if isinstance(row, ProsePiece):
            yield ProsePiece(row.text, aside, page)
            continue
        wanted = row.strip() and not _UNNUMBERED.search(row) and (each or index == last)
        number = numbers() if numbers is not None and wanted else None
        yield from _row(row, number, aside=aside, page=page)


def _unpacked(latex: str, depth: int) -> Iterator[str | ProsePiece]:
    whole = _WHOLE.match(latex)
    tag = ""
    if whole is None and (found := _TAG.search(latex)):  # a number outside of the only grid
        without = latex[: found.start()] + latex[found.end() :]
        whole = _WHOLE.match(without)
        tag = found[0]
    if whole is None or whole[1] not in _UNPACKED or depth > 4 or not _balanced(whole[2]):
        if depth == 0:
            yield from _rows(latex)
        else:
            yield latex
        return
    body = whole[2]
    if whole[1] in _ARGUMENTS:
        body = re.sub(r"\A\s*(?:\[[^\]]*\])?\s*\{(?:[^{}]|\{[^{}]*\})*\}", "", body)
    else:
        body = re.sub(r"\A\s*\[[tbc]\]", "", body)
    rows = list(_rows(body))
    if tag:
        texts = [i for i, row in enumerate(rows) if isinstance(row, str) and row.strip()]
        if texts:
            rows[texts[-1]] = f"{rows[texts[-1]]}{tag}"
    for row in rows:
        if isinstance(row, ProsePiece):
            yield row
        else:
            yield from _unpacked(row, depth + 1)


def _balanced(body: str) -> bool:
    """Tell whether a body between the first `begin` and the last `end` belongs to one grid."""
    depth = 0
    for found in re.finditer(r"\\(begin|end)\s*\{", body):
        depth += 1 if found[1] == "begin" else -1
        if depth < 0:
            return False
    return True


def _rows(body: str) -> Iterator[str | ProsePiece]:
    """Cut at the line ends and intertexts that are in no group and no inner environment."""
    depth = start = position = 0
    while found := _PART.search(body, position):
        position = found.end()
        part = found[0]
        if part.startswith("\\begin"):
            depth += 1
            position = found.end() - 1
            position = body.find("}", position) + 1 or len(body)
        elif part.startswith("\\end") and part.endswith("{"):
            depth -= 1
            position = body.find("}", position) + 1 or len(body)
        elif part in "{}":
            depth += 1 if part == "{" else -1
        elif depth == 0 and (part.startswith("\\\\") or part == "\\cr"):
            yield body[start : found.start()]
            start = position
        elif "intertext" in part:
            end = _group_end(body, position)
            text = body[position : end - 1]
            if depth == 0:
                if "lintertext" in part or "rintertext" in part:
                    yield ProsePiece(text)
                    body = body[: found.start()] + " " * (end - found.start()) + body[end:]
                else:
                    yield body[start : found.start()]
                    yield ProsePiece(text)
                    start = end
            position = end
    yield body[start:]


def _group_end(text: str, position: int) -> int:
    """Return where the group ends whose content begins at `position`."""
    depth = 1
    while position < len(text) and depth:
        if text[position] == "\\":
            position += 1
        else:
            depth += (text[position] == "{") - (text[position] == "}")
        position += 1
    return position


def _row(row: str, number: str | None, *, aside: bool, page: int) -> Iterator[Piece]:
    row = re.sub(
        r"\\(?:nonumber|notag|displaybreak|allowdisplaybreaks|hline)(?![a-zA-Z])(?:\[\d\])?",
        " ",
        row,
    )
    row = re.sub(r"\\label\s*\{[^{}]*\}", " ", row)
    row, number = _without_number(row, number)
    before, after = [], []
    while (found := _LEADING.match(row)) and _WIDE.search(found[2]) and _is_prose(found[1]):
        before.append(found[1])
        row = row[found.end() :]
    while (found := _TRAILING.search(row)) and _WIDE.search(found[1]) and _is_prose(found[2]):
        after.append(found[2])
        row = row[: found.start()]
    row = re.sub(r"(?<!\\)&", " ", row) if "\\begin" not in row else _without_outer_marks(row)
    for text in before:
        yield from _prose(text, aside=aside, page=page)
    if (before or after) and is_grid(row):
        yield from display_pieces(row, aside=aside, page=page)
    elif re.sub(rf"{_SPACE}|[{{}}.,;]", "", row):
        yield FormulaPiece(row.strip(), True, number, aside, page)
    for text in reversed(after):
        yield from _prose(text, aside=aside, page=page)


def _is_prose(text: str) -> bool:
    return bool(re.search(r"[A-Za-z]{2}", text))


def _without_number(row: str, number: str | None) -> tuple[str, str | None]:
    for pattern in (_TAG, _EQNO, _AT_END):
        found = pattern.search(row)
        if found:
            number = next(group for group in found.groups() if group is not None)
            row = row[: found.start()] + row[found.end() :]
            return row, number.strip(" ()$")
    return row, number


def _without_outer_marks(row: str) -> str:
    """Take out the `&` that belong to the display, and leave those of inner grids."""
    result: list[str] = []
    depth = position = 0
    for found in re.finditer(r"\\begin\s*\{|\\end\s*\{|\\.|&", row, re.DOTALL):
        if found[0].startswith("\\begin"):
            depth += 1
        elif found[0].startswith("\\end"):
            depth -= 1
        elif found[0] == "&" and depth == 0:
            result += [row[position : found.start()], " "]
            position = found.end()
    return "".join([*result, row[position:]])


def _prose(text: str, *, aside: bool, page: int) -> Iterator[Piece]:
    """Yield a text with the formulas in it."""
    position = 0
    for found in _INNER_MATH.finditer(text):
        yield ProsePiece(text[position : found.start()], aside, page)
        yield FormulaPiece((found[1] or found[2]).strip(), False, None, aside, page)
        position = found.end()
    yield ProsePiece(text[position:], aside, page)
