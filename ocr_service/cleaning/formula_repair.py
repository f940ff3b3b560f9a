r"""Repairs one formula so that KaTeX, MathJax and LaTeX typeset it, where that is safe.

repair          error and repair
environment     `\end{ bmatrix}`, columns such as `l@{\quad}p{2cm}` and `*{3}{c}`, which KaTeX
does not know, no columns at all; written as KaTeX reads them
balance         braces, environments and `\left ... \right` that are open or have no beginning,
columns outside of an environment; see `formula_structure.py`
tag             more numbers than one, or a number of an inline formula: `\tag{2}`; written as
text, all but the last
script          `H_\vec{a}`, `x^a^b`; put in braces, or after an empty group
sign            `%` and `#`, which begin a comment and a parameter; escaped
command         `\arc{AB}`, `\textund`, `\cdotx`, `\cline{1-2}`; by their meaning
nested          `\(x\)` within `\[ \]`; without its delimiters
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from ocr_service.cleaning.formula_commands import ENVIRONMENTS, is_command
from ocr_service.cleaning.formula_structure import balanced

__all__ = ["mended", "without_nested"]

_GROUP = r"\{(?:[^{}]++|\{(?:[^{}]++|\{[^{}]*+\})*+\})*+\}"
_ENVIRONMENT_NAME = re.compile(
    r"\\(begin|end)\s{0,3}\{\s{0,3}([A-Za-z]{1,20})(?:\s{0,3}(\*))?(\s{0,3}\}|(?![A-Za-z]))"
)
_CUT_EDGE = re.compile(r"\\(?:begin|end)\s*(?:\{\s*[A-Za-z]{0,20}\*?)?\Z")
_COLUMNS = re.compile(
    r"\\begin\{array\}(?:\[[tbc]\])?(?P<columns>\s{0,3}\{(?:[^{}]|\{[^{}]{0,40}\}){0,200}\})?"
)
_SPACING = re.compile(r"[@!<>]\{[^{}]*\}")
_REPEATED = re.compile(r"\*\s?\{(\d{1,2})\}\s?\{([^{}]{1,10})\}")
_PARAGRAPH = re.compile(r"[pmbX]\{[^{}]*\}|[pmbXsSD]")
_TAG = re.compile(rf"\\tag(\*?)\s?({_GROUP})")
_ROWS_WITH_TAGS = re.compile(r"\\begin\{(?:align|gather|alignat|equation)\*?\}")
_ROW_END = re.compile(r"\\\\")
_ARGUMENTS = {
    **dict.fromkeys("frac dfrac tfrac binom dbinom tbinom".split(), 2),
    **dict.fromkeys(
        """vec hat bar tilde dot ddot overline underline widehat widetilde sqrt boldsymbol bm
        operatorname overrightarrow text textbf textit textrm mathring check breve acute grave
        mbox""".split(),
        1,
    ),
    **dict.fromkeys("sin cos tan log ln exp max min sup inf lim det dim ker arg".split(), 0),
}
_SCRIPT = re.compile(rf"([_^]\s?)\\({'|'.join(_ARGUMENTS)})(?![A-Za-z])((?:\s?{_GROUP}){{0,2}})")
_HALF_FRACTION = re.compile(
    rf"\\[dt]?(?:frac|binom)\s?{_GROUP}(?=\s*(?:\Z|[}}&]|\\\\|\\(?:end|right)(?![A-Za-z])))"
)
_ARGUMENT = rf"(?:{_GROUP}|\\[A-Za-z]+|[A-Za-z0-9])"
_DOUBLE = re.compile(rf"([_^])(\s?{_ARGUMENT})((?:\s?(?!\1)[_^]\s?{_ARGUMENT})?)(?=\s?\1)")
_SCRIPT_AND_PRIME = re.compile(rf"(\^\s?{_GROUP})(?=')")
_BARE_SIGN = re.compile(r"\\.|[%#]", re.DOTALL)
_ARC_FUNCTION = re.compile(r"\\arc\s?\\?(sin|cos|tan)(?![A-Za-z])")
_ARC = re.compile(r"\\arc(?![A-Za-z])(\s?\{)?")
_LINE_BELOW = re.compile(r"\\cline\s?\{[\d\s-]{1,12}\}")
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_BEFORE_A_LETTER = frozenset(
    "cdot times infty quad qquad pm sin cos tan ln log exp pi alpha beta gamma delta lambda".split()
)
_NESTED = re.compile(r"\\\[(?:(?!\\[\[\]]|\n[ \t]*\n).){0,8000}?\\\]", re.DOTALL)
_IN_TEXT = re.compile(rf"\\(?:text[a-z]{{0,4}}|mbox)\s?{_GROUP}")


def mended(formula: str, *, display: bool) -> tuple[str, Counter[str]]:
    """Return a formula, without its delimiters, with all repairs, and the count of each."""
    done: Counter[str] = Counter()
    repairs: tuple[tuple[str, Callable[[str], str]], ...] = (
        ("environment", _with_environments),
        ("command", _with_commands),
        ("sign", lambda text: _BARE_SIGN.sub(_escaped, text)),
        ("balance", balanced),
        ("script", _with_scripts),
        ("tag", lambda text: _with_one_tag(text, display=display)),
    )
    for name, repair in repairs:
        before, formula = formula, repair(formula)
        done[name] += formula != before
    return formula, +done


def without_nested(text: str) -> str:
    r"""Return text whose displayed formulas have no `\(` and `\)` within, except in words."""
    return _NESTED.sub(_unnested, text) if r"\(" in text else text


def _unnested(found: re.Match[str]) -> str:
    pieces, end = [], 0
    for words in _IN_TEXT.finditer(found[0]):
        pieces += [_bare(found[0][end : words.start()]), words[0]]
        end = words.end()
    return "".join([*pieces, _bare(found[0][end:])])


def _bare(text: str) -> str:
    return re.sub(r"\\(.)", lambda one: "" if one[1] in "()" else one[0], text, flags=re.DOTALL)


# ------------------------------------------------------------------------------- environments


def _with_environments(formula: str) -> str:
    formula = _ENVIRONMENT_NAME.sub(_environment_name, _CUT_EDGE.sub("", formula))
    return _COLUMNS.sub(lambda found: _known_columns(formula, found), formula)


def _environment_name(found: re.Match[str]) -> str:
    """Return the edge of an environment without spaces, and closed if that is one we know."""
    name = f"{found[2]}{found[3] or ''}"
    return f"\\{found[1]}{{{name}}}" if found[4] or name in ENVIRONMENTS else found[0]


def _known_columns(formula: str, found: re.Match[str]) -> str:
    """Return the beginning of an array with columns that KaTeX knows."""
    columns = found["columns"]
    if columns is None:
        row = re.split(r"\\\\|\\end", formula[found.end() :], maxsplit=1)[0]
        return f"{found[0]}{{{'c' * (row.count('&') + 1)}}}"
    known = _REPEATED.sub(lambda one: one[2] * int(one[1]), columns.strip()[1:-1])
    known = _PARAGRAPH.sub("l", _SPACING.sub("", known))
    return found[0].replace(columns, f"{{{known}}}")


# ------------------------------------------------------------------------- commands and signs


def _with_commands(formula: str) -> str:
    formula = _ARC_FUNCTION.sub(r"\\arc\1", formula)
    formula = _ARC.sub(
        lambda found: r"\overset{\frown}{" if found[1] else r"\operatorname{arc}", formula
    )
    return _COMMAND.sub(_known_command, _LINE_BELOW.sub("", formula))


def _known_command(found: re.Match[str]) -> str:
    r"""Return what an unknown command means: words after `\text`, a letter after another one."""
    name = found[1]
    if is_command(name):
        return found[0]
    if name.startswith("text") and len(name) > len("text") + 1:
        return rf"\text{{ {name.removeprefix('text')} }}"
    return rf"\{name[:-1]} {name[-1]}" if name[:-1] in _BEFORE_A_LETTER else found[0]


def _escaped(found: re.Match[str]) -> str:
    return f"\\{found[0]}" if found[0] in "%#" else found[0]


# --------------------------------------------------------------------------- scripts and tags


def _with_scripts(formula: str) -> str:
    formula = _HALF_FRACTION.sub(r"\g<0>{}", formula)
    formula = _SCRIPT.sub(_braced, formula)
    formula = _SCRIPT_AND_PRIME.sub(r"\1{}", formula)
    return _DOUBLE.sub(r"\1\2\3{}", formula)


def _braced(found: re.Match[str]) -> str:
    """Return a script that is a command with its arguments, in braces."""
    arguments = re.findall(_GROUP, found[3])
    own = arguments[: _ARGUMENTS[found[2]]]
    if len(own) < _ARGUMENTS[found[2]]:
        return found[0]
    return f"{found[1]}{{\\{found[2]}{''.join(own)}}}{''.join(arguments[len(own) :])}"


def _with_one_tag(formula: str, *, display: bool) -> str:
    """Write all numbers of a formula, or of a row that may have one, as text, but for the last."""
    if r"\tag" not in formula:
        return formula
    if display and _ROWS_WITH_TAGS.match(formula.lstrip()):
        rows = _ROW_END.split(formula)
        return r"\\".join(_one_tag(row, kept=1) for row in rows)
    return _one_tag(formula, kept=int(display))


def _one_tag(text: str, *, kept: int) -> str:
    tags = list(_TAG.finditer(text))
    for tag in reversed(tags[: len(tags) - kept]):
        number = tag[2][1:-1] if tag[1] else f"({tag[2][1:-1]})"
        text = f"{text[: tag.start()]}\\qquad\\text{{{number}}}{text[tag.end() :]}"
    return text
