r"""Names the limits that are written with an arrow or a rule: `\varinjlim`, `\varlimsup`."""

from __future__ import annotations

from ocr_service.engines.typeset.characters.nodes import Accent, Function, Glyph, Node, Scripts

__all__ = ["limit_with_arrow", "limit_with_rule"]

_ARROWS = {
    r"\longrightarrow": r"\varinjlim",
    r"\longleftarrow": r"\varprojlim",
    r"\to": r"\varinjlim",
    r"\leftarrow": r"\varprojlim",
}
_RULES = {r"\overline": r"\varlimsup", r"\underline": r"\varliminf"}


def limit_with_arrow(node: Scripts) -> Node:
    r"""Return "lim" over an arrow as one name, with what is below the arrow as its limit."""
    nucleus = node.nucleus
    if not (isinstance(nucleus, Function) and nucleus.latex == r"\lim" and len(node.sub) == 1):
        return node
    below = node.sub[0]
    arrow = below.nucleus if isinstance(below, Scripts) and not below.sup else below
    name = _ARROWS.get(arrow.latex) if isinstance(arrow, Glyph) else None
    if name is None:
        return node
    named = Function(*nucleus.box, nucleus.base, nucleus.size, name, nucleus.letters)
    node.nucleus = named
    node.sub = below.sub if isinstance(below, Scripts) else []
    return node if node.sub or node.sup else named


def limit_with_rule(accent: Accent) -> Node:
    """Return "lim" with a rule over or under it as one name, any other accent as it is."""
    body = accent.body[0] if len(accent.body) == 1 else None
    if not (isinstance(body, Function) and body.latex == r"\lim" and accent.command in _RULES):
        return accent
    box = accent.box
    return Function(*box, body.base, body.size, _RULES[accent.command], body.letters)
