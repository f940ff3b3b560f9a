"""Lists the commands and environments that KaTeX 0.19 typesets.

`katex_commands.txt` has the names of all commands of the KaTeX that the reader ships and of the
reader's own two macros, found by giving each to KaTeX: `tests/eval/katex_commands.js` writes it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

__all__ = ["ENVIRONMENTS", "is_command"]

ENVIRONMENTS = frozenset(
    """
    gather gather* gathered array CD align align* aligned alignat alignat* alignedat split darray
    equation equation* matrix matrix* pmatrix pmatrix* bmatrix bmatrix* Bmatrix Bmatrix* vmatrix
    vmatrix* Vmatrix Vmatrix* smallmatrix subarray cases dcases rcases drcases
    """.split()
)


@cache
def _commands() -> frozenset[str]:
    path = Path(__file__).with_name("katex_commands.txt")
    return frozenset(path.read_text(encoding="utf-8").split())


def is_command(name: str) -> bool:
    """Tell whether KaTeX knows a command, by its name without the backslash."""
    return name in _commands()
