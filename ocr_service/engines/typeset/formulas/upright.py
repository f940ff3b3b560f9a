r"""Writes runs of upright letters within formulas: words of text, names of functions, other faces.

"if x > 0 otherwise" has words between spaces, `\text`; "rank A" has a name, `\operatorname`, whose
argument is nearer than a word.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.engines.typeset.characters.kinds import (
    BINARY,
    CLOSING,
    LETTER,
    PUNCTUATION,
    RELATION,
    TEXT_SIGN,
)
from ocr_service.engines.typeset.characters.nodes import Glyph, Node, Scripts

__all__ = ["QUAD", "core", "is_upright", "run_end", "written"]

_WORDS = frozenset(
    "if and or for where otherwise when is such that with in on of to the else then as all some "
    "any iff by from let not so at hence since but while are odd even".split()
)
QUAD = 0.85  # type sizes: a wider gap is written as a space
_SPACE = 0.17  # type sizes: a wider gap separates words
_NEAR = 0.25  # type sizes: a name's argument is nearer, by TeX's thin space at most
_OPERATIONS = frozenset({BINARY, RELATION})
_NO_ARGUMENTS = frozenset({RELATION, CLOSING, PUNCTUATION, TEXT_SIGN})


def core(node: Node) -> Node | None:
    """Return a node without its scripts."""
    return node.nucleus if isinstance(node, Scripts) else node


def is_upright(node: Node | None) -> bool:
    """Tell whether a node is a letter of a text font, which LaTeX sets by a command in formulas."""
    return isinstance(node, Glyph) and node.kind is LETTER and node.face.is_text


def run_end(nodes: Sequence[Node], start: int) -> int:
    """Return the index of the last letter of an upright run; only the last may have scripts."""
    end = start - 1
    first = core(nodes[start])
    for index in range(start, len(nodes)):
        glyph = core(nodes[index])
        if not (is_upright(glyph) or (index > start and _is_text_mark(nodes, start, index))):
            break
        assert isinstance(glyph, Glyph) and isinstance(first, Glyph)  # noqa: S101, PT018
        if index > start and glyph.kind is LETTER and glyph.face != first.face:
            break
        gap = nodes[index].left - nodes[index - 1].right if index > start else 0.0
        if gap > 0.6 * glyph.size or (gap > 0.1 * glyph.size and _repeats(nodes, start, index)):
            break
        end = index
        if isinstance(nodes[index], Scripts):
            break
    return max(end, start)


def _repeats(nodes: Sequence[Node], start: int, index: int) -> bool:
    """Tell whether the word that begins at `index` is the one before it: "curl curl"."""
    length = index - start
    words = [nodes[start:index], nodes[index : index + length]]
    letters = [[getattr(core(node), "text", "") for node in word] for word in words]
    return length > 1 and letters[0] == letters[1]


def _is_text_mark(nodes: Sequence[Node], start: int, index: int) -> bool:
    """Tell whether a node is a hyphen, quote or full stop within words, or ends an abbreviation."""
    node = nodes[index]
    if not (isinstance(node, Glyph) and node.kind is TEXT_SIGN and not node.face.is_math):
        return False
    if index + 1 < len(nodes) and is_upright(core(nodes[index + 1])):
        return True
    return index - start > 1 and getattr(nodes[index - 2], "text", "") == node.text == "."


def written(nodes: Sequence[Node], start: int, end: int) -> str:
    """Return the LaTeX of the run from `start` to `end` of a list, without the last one's scripts.

    Spaces beside words of text are written inside their braces, where the print has them.
    """
    first = core(nodes[start])
    assert isinstance(first, Glyph)  # noqa: S101
    text = _letters(nodes[start : end + 1])
    if " " not in text and text not in _WORDS and not _is_word(nodes, start, end, text):
        return _in_face(text, first)
    before = " " if start and _is_spaced(nodes, start - 1, core(nodes[start - 1])) else ""
    after = " " if end + 1 < len(nodes) and _is_spaced(nodes, end, core(nodes[end + 1])) else ""
    return rf"\text{{{before}{text}{after}}}"


def _is_spaced(nodes: Sequence[Node], index: int, beside: Node | None) -> bool:
    """Tell whether a word's space follows the node at `index`, not a quad or an operation's."""
    if _is_operation(beside):
        return False
    return _SPACE * nodes[index].size < _gap_after(nodes, index) < QUAD * nodes[index].size


def _is_operation(node: Node | None) -> bool:
    return isinstance(node, Glyph) and node.kind in _OPERATIONS


def _gap_after(nodes: Sequence[Node], end: int) -> float:
    return nodes[end + 1].left - nodes[end].right


def _letters(run: Sequence[Node]) -> str:
    """Return the letters of a run, with blanks between words."""
    text = ""
    before: Node | None = None
    for node in run:
        glyph = core(node)
        assert isinstance(glyph, Glyph)  # noqa: S101
        if before is not None and node.left - before.right > _SPACE * glyph.size:
            text += " "
        text += glyph.text
        before = node
    return text


def _is_word(nodes: Sequence[Node], start: int, end: int, text: str) -> bool:
    """Tell whether a single word is one of text: it has no argument close to it."""
    first = core(nodes[start])
    assert isinstance(first, Glyph)  # noqa: S101
    face = first.face
    if len(text) < 2 or text[0].isupper() or face.bold or face.mono or face.sans or face.italic:
        return False
    if isinstance(nodes[end], Scripts) or (start and _is_operation(core(nodes[start - 1]))):
        return False  # "+ const" has a quantity
    if end + 1 == len(nodes):
        return True
    following = core(nodes[end + 1])
    takes_none = isinstance(following, Glyph) and following.kind in _NO_ARGUMENTS
    return takes_none or _gap_after(nodes, end) > _NEAR * first.size


def _in_face(text: str, glyph: Glyph) -> str:
    """Return a name, or letters of a face, in the command that sets them so."""
    face = glyph.face
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
