"""Writes MathML as LaTeX. Pure.

The source that a tool has left in the formula (`annotation`, `alttext`) is used as it is. Without
it, the elements of presentation MathML are written one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from bs4 import Tag

__all__ = ["latex_of"]

_MAX_DEPTH = 60
_SOURCES = {"application/x-tex", "application/x-latex", "tex", "latex", "text/x-tex"}
_SYMBOLS = {
    "∑": r"\sum", "∏": r"\prod", "∫": r"\int", "∮": r"\oint", "∂": r"\partial", "∇": r"\nabla",
    "∞": r"\infty", "≤": r"\leq", "≥": r"\geq", "≠": r"\neq", "≈": r"\approx", "≡": r"\equiv",
    "∼": r"\sim", "∈": r"\in", "∉": r"\notin", "⊂": r"\subset", "⊆": r"\subseteq", "∪": r"\cup",
    "∩": r"\cap", "∅": r"\emptyset", "→": r"\to", "←": r"\leftarrow", "⇒": r"\Rightarrow",
    "⇔": r"\Leftrightarrow", "↦": r"\mapsto", "×": r"\times", "⋅": r"\cdot", "·": r"\cdot",
    "±": r"\pm", "∓": r"\mp", "∘": r"\circ", "⊗": r"\otimes", "⊕": r"\oplus", "∀": r"\forall",
    "∃": r"\exists", "¬": r"\neg", "∧": r"\wedge", "∨": r"\vee", "⟨": r"\langle", "⟩": r"\rangle",
    "‖": r"\|", "…": r"\ldots", "⋯": r"\cdots", "−": "-", "′": "'", "{": r"\{", "}": r"\}",
    "%": r"\%", "#": r"\#", "&": r"\&", "$": r"\$",
    "α": r"\alpha", "β": r"\beta", "γ": r"\gamma", "δ": r"\delta", "ε": r"\varepsilon",
    "ϵ": r"\epsilon", "ζ": r"\zeta", "η": r"\eta", "θ": r"\theta", "ι": r"\iota", "κ": r"\kappa",
    "λ": r"\lambda", "μ": r"\mu", "ν": r"\nu", "ξ": r"\xi", "π": r"\pi", "ρ": r"\rho",
    "σ": r"\sigma", "τ": r"\tau", "υ": r"\upsilon", "φ": r"\varphi", "ϕ": r"\phi", "χ": r"\chi",
    "ψ": r"\psi", "ω": r"\omega", "Γ": r"\Gamma", "Δ": r"\Delta", "Θ": r"\Theta",
    "Λ": r"\Lambda", "Ξ": r"\Xi", "Π": r"\Pi", "Σ": r"\Sigma", "Φ": r"\Phi", "Ψ": r"\Psi",
    "Ω": r"\Omega", "ℝ": r"\mathbb{R}", "ℕ": r"\mathbb{N}", "ℤ": r"\mathbb{Z}",
    "ℂ": r"\mathbb{C}", "ℚ": r"\mathbb{Q}",
}  # fmt: skip
_INVISIBLE = dict.fromkeys(map(ord, "\u2061\u2062\u2063\u2064\u200b\xa0"))
_ACCENTS = {
    "^": r"\hat", "ˆ": r"\hat", "~": r"\tilde", "˜": r"\tilde", "¯": r"\bar", "‾": r"\overline",
    "→": r"\vec", "⃗": r"\vec", "˙": r"\dot", "¨": r"\ddot", "⏞": r"\overbrace",
}  # fmt: skip
_FUNCTIONS = frozenset(
    "sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh log ln lg exp lim limsup liminf "
    "max min sup inf det dim ker deg gcd arg Pr hom".split()
)
_SCRIPTS = {
    "msub": "_",
    "msup": "^",
    "msubsup": "_^",
    "munder": "_",
    "munderover": "_^",
    "mover": "^",
}
_LEAVES = frozenset({"mi", "mn", "mo", "mtext", "ms"})


def latex_of(math: Tag) -> str:
    """Return the LaTeX of a `math` element, without delimiters."""
    for annotation in math.find_all("annotation"):
        if str(annotation.get("encoding", "")).lower() in _SOURCES:
            return " ".join(annotation.get_text().split())
    alternative = str(math.get("alttext") or "")
    if "\\" in alternative or "^" in alternative or "_" in alternative:
        return " ".join(alternative.split())
    return " ".join(_row(math, 0).split())


def _row(tag: Tag, depth: int) -> str:
    return " ".join(filter(None, (_element(child, depth + 1) for child in _children(tag))))


def _children(tag: Tag) -> list[Tag]:
    from bs4 import Tag as Element

    return [
        child
        for child in tag.children
        if isinstance(child, Element) and not _name(child).startswith("annotation")
    ]


def _name(tag: Tag) -> str:
    return tag.name.rpartition(":")[2]


def _element(tag: Tag, depth: int) -> str:
    name, children = _name(tag), _children(tag)
    if name in _LEAVES:
        return _leaf(name, tag.get_text())
    if depth > _MAX_DEPTH or not children:
        return _symbols(tag.get_text())
    parts = [_element(child, depth + 1) for child in children]
    count, write = _WRITERS.get(name, (None, _plain))
    return (write if count in (None, len(parts)) else _plain)(tag, parts)


def _plain(_tag: Tag, parts: list[str]) -> str:
    return " ".join(filter(None, parts))


def _scripts(tag: Tag, parts: list[str]) -> str:
    marks = _SCRIPTS[_name(tag)]
    scripts = (f"{mark}{{{part}}}" for mark, part in zip(marks, parts[1:], strict=True))
    return _base(_children(tag)[0], parts[0]) + "".join(scripts)


def _over(tag: Tag, parts: list[str]) -> str:
    accent = _ACCENTS.get(_children(tag)[1].get_text().strip())
    return rf"{accent}{{{parts[0]}}}" if accent else _scripts(tag, parts)


def _fenced(tag: Tag, parts: list[str]) -> str:
    return f"{tag.get('open', '(')} {', '.join(parts)} {tag.get('close', ')')}"


def _table(_tag: Tag, parts: list[str]) -> str:
    return r"\begin{matrix} " + r" \\ ".join(parts) + r" \end{matrix}"


def _base(tag: Tag, latex: str) -> str:
    """Return what scripts are attached to, in braces if it is more than one symbol."""
    return latex if _name(tag) in _LEAVES else f"{{{latex}}}"


def _leaf(name: str, text: str) -> str:
    text = " ".join(text.translate(_INVISIBLE).split())
    if name in ("mtext", "ms"):
        return rf"\text{{{text}}}" if text else ""
    if text in _FUNCTIONS:
        return rf"\{text}"
    if name == "mi" and len(text) > 1 and text.isalpha():
        return rf"\mathrm{{{text}}}"
    return _symbols(text)


def _symbols(text: str) -> str:
    text = " ".join(text.translate(_INVISIBLE).split())
    if not any(letter in _SYMBOLS for letter in text):
        return text
    return " ".join(_SYMBOLS.get(letter, letter) for letter in text)


# How an element is written from its parts, and the number of parts it must have.
_WRITERS: dict[str, tuple[int | None, Callable[[Tag, list[str]], str]]] = {
    "msub": (2, _scripts),
    "msup": (2, _scripts),
    "msubsup": (3, _scripts),
    "munder": (2, _scripts),
    "munderover": (3, _scripts),
    "mover": (2, _over),
    "mfrac": (2, lambda _, parts: rf"\frac{{{parts[0]}}}{{{parts[1]}}}"),
    "mroot": (2, lambda _, parts: rf"\sqrt[{parts[1]}]{{{parts[0]}}}"),
    "msqrt": (None, lambda tag, parts: rf"\sqrt{{{_plain(tag, parts)}}}"),
    "mfenced": (None, _fenced),
    "mtable": (None, _table),
    "mtr": (None, lambda _, parts: " & ".join(parts)),
    "mphantom": (None, lambda _, __: ""),
}
