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
    LETTER,
    ORDINARY,
    PRIME,
    RELATION,
    ROOT,
    TEXT_SIGN,
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

__all__ = ["latex_of"]

_WORDS = frozenset(
    "if and or for where otherwise when is such that with in on of to the else then as all some "
    "any iff by from let not so at hence since but while are mod odd even".split()
)
_MATRICES = {("(", ")"): "pmatrix", ("[", "]"): "bmatrix", ("|", "|"): "vmatrix"}
_MATRICES |= {(r"\{", r"\}"): "Bmatrix", (r"\|", r"\|"): "Vmatrix"}
_WITH_UNDERSETS = frozenset({RELATION, BINARY})
_QUAD = 0.85  # type sizes: a wider gap is written as a space
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
        if index and nodes[index].left - nodes[index - 1].right > _QUAD * size:
            pieces.append(r"\quad ")
        end = _run_end(nodes, index)
        if end > index or _is_upright(_core(nodes[index])):
            pieces.append(_word(nodes[index : end + 1]))
            index = end + 1
            continue
        node = nodes[index]
        core = _core(node)
        if index in fences and isinstance(core, Glyph):
            pieces.append(_fence(node, core, fences[index]))
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


def _core(node: Node) -> Node | None:
    return node.nucleus if isinstance(node, Scripts) else node


def _is_upright(node: Node | None) -> bool:
    """Tell whether a node is a letter of a text font, which LaTeX sets by a command in formulas."""
    return isinstance(node, Glyph) and node.kind is LETTER and node.face.is_text


def _run_end(nodes: Sequence[Node], start: int) -> int:
    """Return the index of the last letter of an upright run; only the last may have scripts."""
    end = start - 1
    first = _core(nodes[start])
    for index in range(start, len(nodes)):
        core = _core(nodes[index])
        if not (_is_upright(core) or (index > start and _is_text_mark(nodes, index))):
            break
        assert isinstance(core, Glyph) and isinstance(first, Glyph)  # noqa: S101, PT018
        if index > start and core.kind is LETTER and core.face != first.face:
            break
        gap = nodes[index].left - nodes[index - 1].right if index > start else 0.0
        if gap > 0.6 * core.size or (gap > 0.1 * core.size and _repeats(nodes, start, index)):
            break
        end = index
        if isinstance(nodes[index], Scripts):
            break
    return max(end, start)


def _repeats(nodes: Sequence[Node], start: int, index: int) -> bool:
    """Tell whether the word that begins at `index` is the one before it: "curl curl"."""
    length = index - start
    words = [nodes[start:index], nodes[index : index + length]]
    letters = [[getattr(_core(node), "text", "") for node in word] for word in words]
    return length > 1 and letters[0] == letters[1]


def _is_text_mark(nodes: Sequence[Node], index: int) -> bool:
    """Tell whether a node is a hyphen, quote or full stop within words."""
    node = nodes[index]
    if not (isinstance(node, Glyph) and node.kind is TEXT_SIGN and not node.face.is_math):
        return False
    return index + 1 < len(nodes) and _is_upright(_core(nodes[index + 1]))


def _word(nodes: Sequence[Node]) -> str:
    """Return an upright run: a function's name, words, or letters of another face."""
    text = ""
    before: Node | None = None
    for node in nodes:
        core = _core(node)
        assert isinstance(core, Glyph)  # noqa: S101
        if before is not None and node.left - before.right > 0.17 * core.size:
            text += " "
        text += core.text
        before = node
    last = nodes[-1]
    first = _core(nodes[0])
    assert isinstance(first, Glyph)  # noqa: S101
    return (
        _with_scripts(_worded(text, first), last)
        if isinstance(last, Scripts)
        else _worded(text, first)
    )


def _worded(text: str, glyph: Glyph) -> str:
    face = glyph.face
    if " " in text or text in _WORDS:
        return rf"\text{{ {text} }}"
    command = "mathrm"
    if face.bold:
        command = "mathbf"
    elif face.mono:
        command = "mathtt"
    elif face.sans:
        command = "mathsf"
    elif face.italic and len(text) == 1 and text.isascii():
        return text  # as formulas have their letters anyway
    elif face.italic:
        command = "mathit"
    elif len(text) > 1 and not text[0].isupper():
        command = "operatorname"
    if len(text) == 1 and not text.isascii() and glyph.latex.startswith("\\"):
        return glyph.latex
    return rf"\{command}{{{text}}}"


def _one(node: Node) -> str:
    """Return the LaTeX of one node."""
    match node:
        case Scripts():
            return _with_scripts(_one(node.nucleus) if node.nucleus else "{}", node)
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
        return "'"
    if glyph.kind is ROOT:
        return r"\surd"
    if glyph.latex == "...":
        return r"\ldots"
    return glyph.latex or glyph.text


def _with_scripts(nucleus: str, node: Scripts) -> str:
    """Return a nucleus with its scripts, primes as apostrophes."""
    if isinstance(node.nucleus, Brace):
        label = latex_of(node.sup or node.sub)
        return f"{nucleus}{'^' if node.sup else '_'}{{{label}}}"
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
        core = _core(node)
        if not (isinstance(core, Glyph) and core.tall and core.kind in DELIMITERS):
            continue
        parts[index] = r"\big"
        closes = open_at and (core.kind is CLOSING or _same_bar(nodes[open_at[-1]], core))
        if closes:
            parts[open_at.pop()], parts[index] = r"\left", r"\right"
        elif core.kind is not CLOSING:
            open_at.append(index)
    return parts


def _same_bar(node: Node, glyph: Glyph) -> bool:
    core = _core(node)
    return glyph.kind is DELIMITER and isinstance(core, Glyph) and core.latex == glyph.latex


def _fence(node: Node, glyph: Glyph, part: str) -> str:
    text = f"{part}{glyph.latex}"
    return _with_scripts(text, node) if isinstance(node, Scripts) else text
