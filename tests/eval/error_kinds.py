"""Names the kind of error in a formula, by the largest difference between the two lines."""

from __future__ import annotations

from difflib import SequenceMatcher

from tests.eval.canonical import END

__all__ = ["kind_of"]

_DELIMITERS = set("()[]{}|‖⟨⟩⌈⌉⌊⌋/\\")
_GRID = "matrix, cases or binomial"
_NAMES = {
    "<frac": "fraction", "<sqrt": "root", "<root": "root", "<_": "subscript", "<^": "superscript",
    "<under": "stacked below", "<over": "stacked above", "<table": _GRID, "<tr": _GRID,
    "<&": _GRID, "<multi": "prescript", "<enclose": "box",
}  # fmt: skip


def kind_of(source: tuple[str, ...], output: tuple[str, ...]) -> str:
    """Return one phrase for the weightiest difference of two formulas in a line."""
    lost: list[str] = []
    added: list[str] = []
    matcher = SequenceMatcher(None, source, output, autojunk=False)
    for step, a, b, c, d in matcher.get_opcodes():
        if step != "equal":
            lost += source[a:b]
            added += output[c:d]
    return _structure(lost, added) or _delimiter(lost, added) or _symbols(lost, added)


def _structure(lost: list[str], added: list[str]) -> str:
    """Name a structure that one side has and the other lacks; scripts last."""
    found: list[tuple[bool, str]] = []
    for mark in dict.fromkeys(lost + added):
        name = f"accent {mark[5:]}" if mark.startswith("<acc:") else _NAMES.get(mark)
        difference = added.count(mark) - lost.count(mark)
        if name is not None and difference:
            script = name in ("subscript", "superscript")
            found.append((script, f"{name} {'added' if difference > 0 else 'missing'}"))
    return min(found, key=lambda one: one[0])[1] if found else ""


def _delimiter(lost: list[str], added: list[str]) -> str:
    if any(mark not in _DELIMITERS and mark != END for mark in lost + added):
        return ""
    if any(mark in _DELIMITERS for mark in lost):
        return "delimiter missing"
    return "delimiter added" if any(mark in _DELIMITERS for mark in added) else ""


def _symbols(lost: list[str], added: list[str]) -> str:
    """Name a difference of symbols alone."""
    if len(lost) == 1 and len(added) == 1:
        return _wrong_symbol(lost[0], added[0])
    upright = [any(mark.startswith("n:") for mark in side) for side in (lost, added)]
    if upright[0]:
        return "upright word wrong or missing"
    if upright[1]:
        return "text inside the formula"
    if lost and added:
        return "several symbols"
    return "symbols missing" if lost else "symbols added"


def _wrong_symbol(lost: str, added: str) -> str:
    if END in {lost, added}:
        return "end of a script or fraction misplaced"
    bare_lost, bare_added = lost.rpartition(":")[2], added.rpartition(":")[2]
    if bare_lost == bare_added and lost != added:
        return f"font: {lost} read as {added}"
    return f"symbol {lost} read as {added}"
