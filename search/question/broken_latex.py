"""Tells LaTeX that is broken: it is not searched for the letters that are left of it."""

from __future__ import annotations

import re

from ocr_service.text.late_pattern import late_pattern

__all__ = ["broken_text", "fault_of"]

_PART = late_pattern(
    r"\\(?:begin|end)\s*\{([^{}]*)\}|\\(left|right)(?![A-Za-z])|\\(?:[A-Za-z]+|.)|[{}]", re.DOTALL
)
_ARGUMENTS = {"frac": 2, "dfrac": 2, "tfrac": 2, "binom": 2, "sqrt": 1, "mathbb": 1, "mathrm": 1}
_NEEDS = late_pattern(rf"\\({'|'.join(_ARGUMENTS)})(?![A-Za-z])")


def fault_of(latex: str) -> str | None:
    r"""Return what is wrong with LaTeX, None if nothing is that can be told without setting it.

    That is a brace, an environment or a \left without its partner, or a command without argument.
    """
    opened: list[str] = []
    for part in _PART.finditer(latex):
        name, opens = _partner(part)
        if opens:
            opened.append(name)
        elif name and (name not in opened or opened.pop() != name):
            return f"{_shown(part[0])} has no partner before it"
    if opened:
        return f"{opened[-1]} has no partner behind it"
    return _missing_argument(latex)


def broken_text(latex: str, fault: str) -> str:
    """Return the message about LaTeX with a fault."""
    return f"the LaTeX '{_shown(latex)}' is broken and not searched: {fault}"


def _partner(part: re.Match[str]) -> tuple[str, bool]:
    """Return what a part of LaTeX opens or closes, and whether it opens it; "" for neither."""
    text = part[0]
    if text in "{}":
        return "{", text == "{"
    if part[1] is not None:
        return f"\\begin{{{part[1][:20]}}}", text.startswith("\\begin")
    if part[2] is not None:
        return "\\left", part[2] == "left"
    return "", False


def _shown(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"


def _missing_argument(latex: str) -> str | None:
    for command in _NEEDS.finditer(latex):
        if not re.match(r"\s*[^\s}&^_]", latex[command.end() :]):
            return f"\\{command[1]} has no argument"
    return None
