"""Writes arranged nodes as LaTeX."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ocr_service.engines.typeset.characters.kinds import (
    ACCENT,
    BINARY,
    CLOSING,
    DELIMITER,
    DELIMITERS,
    DIGIT,
    INTEGRAL,
    ORDINARY,
    PRIME,
    RELATION,
    ROOT,
    UNKNOWN,
)
from ocr_service.engines.typeset.characters.nodes import (
    Accent,
    Array,
    Brace,
    Fraction,
    Function,
    Glyph,
    Node,
    Radical,
    Scripts,
    size_of,
)
from ocr_service.engines.typeset.formulas.long_arrows import STRETCHED, is_stretched
from ocr_service.engines.typeset.formulas.modulo import MODULO, modulo
from ocr_service.engines.typeset.formulas.upright import QUAD, core, is_upright, run_end, written

__all__ = ["latex_of"]

_MATRICES = {("(", ")"): "pmatrix", ("[", "]"): "bmatrix", ("|", "|"): "vmatrix"}
_MATRICES |= {(r"\{", r"\}"): "Bmatrix", (r"\|", r"\|"): "Vmatrix"}
_WITH_UNDERSETS = frozenset({RELATION, BINARY})
_ENDS_IN_COMMAND = re.compile(r"\\[A-Za-z]+$")


def latex_of(nodes: Sequence[Node]) -> str:
    """Return the LaTeX of arranged nodes, without the delimiters of a formula around it."""
    return _join(_pieces(nodes)).strip()


def _join(pieces: Sequence[str]) -> str:
    """Join pieces, with blanks where a command would run into a letter."""
    text = ""
    for piece in pieces:
        if piece and text and piece[0].isalpha() and _ENDS_IN_COMMAND.search(text[-24:]):
            text += " "
        text += piece
    return text


def _pieces(nodes: Sequence[Node]) -> list[str]:
    pieces: list[str] = []
    fences = _pairs(nodes)
    size = size_of(nodes)
    index = 0
    while index < len(nodes):
        if index and nodes[index].left - nodes[index - 1].right > QUAD * size:
            pieces.append(r"\quad ")
        end = run_end(nodes, index)
        if end > index or is_upright(core(nodes[index])):
            word, last = written(nodes, index, end), nodes[end]
            pieces.append(_with_scripts(word, last) if isinstance(last, Scripts) else word)
            index = end + 1
            continue
        node = nodes[index]
        nucleus = core(node)
        if isinstance(nucleus, Function) and nucleus.latex == MODULO:
            latex, index = modulo(nodes, index, latex_of)
            if latex.startswith(r"\pmod"):
                del pieces[-2 if pieces[-2:-1] == [r"\quad "] else -1 :]
            pieces.append(latex)
            continue
        if index in fences and isinstance(nucleus, Glyph):
            pieces.append(_fence(node, nucleus, fences[index]))
        else:
            pieces.append(_one(node))
        index += 1
    return _spaced(pieces)


_OPERATORS = re.compile(
    r"^(?:[=<>+\-]|\\(?:le|ge|ne|to|in|pm|mp|times|cdot|sim|approx|equiv|subset|"
    r"subseteq|cup|cap|mapsto|implies|iff|mid|Rightarrow|Leftrightarrow))$"
)


def _spaced(pieces: list[str]) -> list[str]:
    """Return pieces with blanks around relations and operations, so that people can read them."""
    done: list[str] = []
    for number, piece in enumerate(pieces):
        after_term = number > 0 and not _OPERATORS.match(pieces[number - 1])
        if _OPERATORS.match(piece) and after_term:
            done.append(f" {piece} ")
        else:
            done.append(piece)
    return done


def _one(node: Node) -> str:
    """Return the LaTeX of one node."""
    match node:
        case Scripts():
            nucleus = _one(node.nucleus) if node.nucleus else ""
            braced = isinstance(node.nucleus, Scripts) or not nucleus
            return _with_scripts(f"{{{nucleus}}}" if braced else nucleus, node)
        case Function():
            latex = node.latex
            return latex if latex.startswith("\\") else rf"\operatorname{{{latex}}}"
        case Fraction():
            return rf"\frac{{{latex_of(node.over)}}}{{{latex_of(node.under)}}}"
        case Radical():
            index = f"[{latex_of(node.index)}]" if node.index else ""
            return rf"\sqrt{index}{{{latex_of(node.body)}}}"
        case Accent() | Brace():
            return rf"{node.command}{{{latex_of(node.body)}}}"
        case Array():
            return _array(node)
        case Glyph():
            return _glyph(node)
    return ""


def _glyph(glyph: Glyph) -> str:
    if glyph.kind is DIGIT and glyph.face.bold and glyph.face.is_text:
        return rf"\mathbf{{{glyph.text}}}"
    if glyph.kind is UNKNOWN:
        return ""
    if glyph.kind is ORDINARY and glyph.face.bold and glyph.face.is_text:
        return rf"\boldsymbol{{{glyph.latex}}}"
    if glyph.kind is ACCENT:
        return rf"{glyph.latex}{{}}"
    if glyph.kind is PRIME:
        return "'" * max(1, glyph.latex.count("prime"))
    if glyph.kind is ROOT:
        return r"\surd"
    if glyph.latex == "...":
        return r"\ldots"
    return glyph.latex or glyph.text


def _with_scripts(nucleus: str, node: Scripts) -> str:
    """Return a nucleus with its scripts, primes as apostrophes."""
    if isinstance(node.nucleus, Brace):
        below = f"_{{{latex_of(node.sub)}}}" if node.sub else ""
        above = f"^{{{latex_of(node.sup)}}}" if node.sup else ""
        return nucleus + below + above
    if node.limits and isinstance(node.nucleus, Glyph) and is_stretched(node.nucleus):
        below = f"[{latex_of(node.sub)}]" if node.sub else ""
        return rf"{STRETCHED[node.nucleus.latex]}{below}{{{latex_of(node.sup)}}}"
    if node.limits and _is_relation(node.nucleus):
        if node.sup:
            nucleus = rf"\overset{{{latex_of(node.sup)}}}{{{nucleus}}}"
        return rf"\underset{{{latex_of(node.sub)}}}{{{nucleus}}}" if node.sub else nucleus
    sup = list(node.sup)
    primes = 0
    while sup and isinstance(sup[0], Glyph) and sup[0].kind is PRIME:
        primes += 1 + sup[0].latex.count("prime") - 1
        sup.pop(0)
    limits = node.limits and isinstance(node.nucleus, Glyph) and node.nucleus.kind is INTEGRAL
    text = nucleus + (r"\limits" if limits else "") + "'" * primes
    if node.sub:
        text += f"_{{{latex_of(node.sub)}}}"
    if sup:
        text += f"^{{{latex_of(sup)}}}"
    return text


def _is_relation(node: Node | None) -> bool:
    return isinstance(node, Glyph) and node.kind in _WITH_UNDERSETS


def _array(array: Array) -> str:
    if array.binomial:
        over, under = (latex_of(row[0]) for row in array.rows)
        return rf"\binom{{{over}}}{{{under}}}"
    rows = r" \\ ".join(" & ".join(latex_of(cell) for cell in row) for row in array.rows)
    if not array.opening:
        return rf"\substack{{{rows}}}"
    if (array.opening, array.closing) == (r"\{", "."):
        return rf"\begin{{cases}} {rows} \end{{cases}}"
    name = _MATRICES.get((array.opening, array.closing))
    if name:
        return rf"\begin{{{name}}} {rows} \end{{{name}}}"
    columns = "c" * max(map(len, array.rows))
    inner = rf"\begin{{array}}{{{columns}}} {rows} \end{{array}}"
    return rf"\left{array.opening} {inner} \right{array.closing}"


def _pairs(nodes: Sequence[Node]) -> dict[int, str]:
    r"""Return for each tall delimiter its part: \left, \right, or \big without a partner."""
    parts: dict[int, str] = {}
    open_at: list[int] = []
    for index, node in enumerate(nodes):
        nucleus = core(node)
        if not (isinstance(nucleus, Glyph) and nucleus.tall and nucleus.kind in DELIMITERS):
            continue
        parts[index] = r"\big"
        closes = open_at and (nucleus.kind is CLOSING or _same_bar(nodes[open_at[-1]], nucleus))
        if closes:
            parts[open_at.pop()], parts[index] = r"\left", r"\right"
        elif nucleus.kind is not CLOSING:
            open_at.append(index)
    return parts


def _same_bar(node: Node, glyph: Glyph) -> bool:
    nucleus = core(node)
    return glyph.kind is DELIMITER and isinstance(nucleus, Glyph) and nucleus.latex == glyph.latex


def _fence(node: Node, glyph: Glyph, part: str) -> str:
    text = f"{part}{glyph.latex}"
    return _with_scripts(text, node) if isinstance(node, Scripts) else text
