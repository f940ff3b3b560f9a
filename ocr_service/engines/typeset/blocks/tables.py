"""Finds tables by their rules and by cells in columns, and writes them as markdown."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.engines.layout import prose
from ocr_service.engines.typeset.blocks.code import is_code
from ocr_service.engines.typeset.blocks.lines import PageLine, segment_text
from ocr_service.engines.typeset.characters.nodes import Node, Rule
from ocr_service.engines.typeset.inline.segments import segments

__all__ = ["find_tables", "table_markdown"]

_GAP = 0.85  # type sizes: the narrowest gap between two cells
_MAX_ROWS = 400
_SAME = 0.2  # points


def find_tables(lines: Sequence[PageLine], rules: Sequence[Rule]) -> list[list[PageLine]]:
    """Return the runs of consecutive lines that are tables.

    With two level rules as wide as the lines, two rows make a table; without them it takes three
    columns in four rows, or in three with one rule.
    """
    tables: list[list[PageLine]] = []
    run: list[PageLine] = []
    rules = _across_cells(rules)
    for line in [*lines, None]:
        goes_on = line is not None and _is_row(line) and (not run or _follows(line, run[-1]))
        if goes_on and line is not None and len(run) < _MAX_ROWS:
            run.append(line)
            continue
        if _is_table(run, rules):
            tables.append(run)
        run = [line] if line is not None and _is_row(line) else []
    return tables


def _across_cells(rules: Sequence[Rule]) -> list[Rule]:
    """Return the level rules, those that touch end to end as one: browsers draw one a cell."""
    joined: list[Rule] = []
    for rule in sorted((rule for rule in rules if rule.level), key=lambda one: (one.y, one.left)):
        last = joined[-1] if joined else None
        if last is not None and abs(last.y - rule.y) < _SAME and rule.left < last.right + _SAME:
            joined[-1] = Rule(last.left, last.top, max(last.right, rule.right), last.bottom)
        else:
            joined.append(rule)
    return joined


def _follows(line: PageLine, before: PageLine) -> bool:
    """Tell whether a row continues the one before: close below it, in type of the same size."""
    step = line.base - before.base
    return 0 < step < 3.2 * line.size and abs(line.size - before.size) < 0.08 * line.size


def table_markdown(lines: Sequence[PageLine]) -> str:
    """Return a pipe table; empty where the lines have no two columns."""
    edges = _columns(lines)
    rows = []
    for line in lines:
        row = [""] * (len(edges) + 1)
        for cell in _cells(line):
            column = sum(edge < cell[0].left + 0.1 for edge in edges)
            row[column] = f"{row[column]} {_text(cell)}".strip()
        rows.append(row)
    if not edges:
        return ""
    width = len(edges) + 1
    body = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([body[0], "|" + " --- |" * width, *body[1:]])


def _text(cell: Sequence[Node]) -> str:
    parts = segments(cell)
    bare = [
        part
        if not part.is_math
        else type(part)(
            part.text.replace(r"\|", r"\Vert ").replace("|", r"\vert "), True, part.space, part.box
        )
        for part in parts
    ]
    text = "".join(
        (" " if part.space and place else "")
        + (segment_text([part]) if part.is_math else prose.tidy(part.text).replace("|", r"\|"))
        for place, part in enumerate(bare)
    )
    return text.replace("$", r"\$") if not any(part.is_math for part in bare) else text


def _cells(line: PageLine) -> list[list[Node]]:
    """Return a line's nodes by cell; wide gaps separate cells."""
    cells: list[list[Node]] = []
    right = -1e9
    for node in line.nodes:
        if not cells or node.left - right > _GAP * line.size:
            cells.append([])
        cells[-1].append(node)
        right = max(right, node.right)
    return cells


def _is_row(line: PageLine) -> bool:
    return not line.tag and len(_cells(line)) >= 2


def _columns(lines: Sequence[PageLine]) -> list[float]:
    """Return the x's that separate the columns: no cell of any row crosses them."""
    spans = sorted(
        (min(node.left for node in cell), max(node.right for node in cell))
        for line in lines
        for cell in _cells(line)
    )
    edges: list[float] = []
    right = spans[0][1] if spans else 0.0
    for left, end in spans:
        if left > right + 2.0:
            edges.append((left + right) / 2)
        right = max(right, end)
    return edges


def _is_table(lines: Sequence[PageLine], rules: Sequence[Rule]) -> bool:
    if len(lines) < 2:
        return False
    edges = _columns(lines)
    if not edges:
        return False
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    top, bottom = lines[0].top - 14, lines[-1].bottom + 14
    ruled = sum(
        top < rule.y < bottom and rule.left < left + 12 and rule.right > right - 12
        for rule in rules
    )
    full = sum(len(_cells(line)) > len(edges) * 0.6 for line in lines) / len(lines)
    if all(map(is_code, lines)) and (ruled < 2 or not any(line.mono for line in lines)):
        return False  # code, perhaps in a frame and with numbers of lines, keeps its blanks
    if ruled >= 2:
        return full >= 0.5
    least = 3 if ruled else 4  # rows; below the head of a table there may be a single rule
    return len(edges) >= 2 and len(lines) >= least and full >= 0.75 and _aligned(lines, edges)


def _aligned(lines: Sequence[PageLine], edges: Sequence[float]) -> bool:
    """Tell whether the cells of most columns are aligned left, right or centred, as in tables."""
    good = 0
    for column in range(len(edges) + 1):
        cells = [
            cell
            for line in lines
            for cell in _cells(line)
            if sum(edge < cell[0].left + 0.1 for edge in edges) == column
        ]
        places = (
            [round(cell[0].left) for cell in cells],
            [round(cell[-1].right) for cell in cells],
            [round((cell[0].left + cell[-1].right) / 2) for cell in cells],
        )
        best = max(sum(abs(x - y) <= 1 for y in xs) for xs in places for x in xs) if cells else 0
        good += bool(cells) and best >= 0.6 * len(cells)
    return good >= 0.7 * (len(edges) + 1)
