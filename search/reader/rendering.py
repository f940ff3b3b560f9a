r"""Turns a page's markdown with LaTeX into safe HTML.

Book text is data: HTML in it is reduced to the tags of tables and of emphasis, links and images are
removed, and everything else is escaped. A formula becomes
`<span class="math" data-display="...">LATEX</span>`, which the browser typesets; without scripts
its source can be read.
"""

from __future__ import annotations

import html
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from functools import cache

import nh3
from markdown_it import MarkdownIt

from indexer.passages.math_spans import MathSpan, find_math

__all__ = ["formula_html", "markdown_html", "marked_html"]

_TAGS = {
    *("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code"),
    *("table", "thead", "tbody", "tr", "th", "td", "caption", "em", "strong", "b", "i", "u", "s"),
    *("sup", "sub", "br", "hr"),
}
_ATTRIBUTES = {"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}, "ol": {"start"}}
# A word that no book contains stands for each formula while markdown is parsed.
_NONCE = secrets.token_hex(6)
_PLACE = re.compile(rf"x{_NONCE}n(\d+)x")

Reference = tuple[int, int, str]
"""The start and end of a piece of markdown, and the address it leads to."""


def markdown_html(markdown: str, references: Iterable[Reference] = ()) -> str:
    """Return the HTML of markdown.

    `references` become links; those inside formulas are left out.
    """
    spans = find_math(markdown)
    pieces = [(span.start, span.end, _formula(span)) for span in spans]
    pieces += [
        (start, end, _link(markdown[start:end], address))
        for start, end, address in references
        if not any(start < span.end and span.start < end for span in spans)
    ]
    text, replaced = _with_places(markdown, sorted(pieces))
    clean = nh3.clean(_parser().render(text), tags=_TAGS, attributes=_ATTRIBUTES)
    return _PLACE.sub(lambda found: replaced[int(found[1])], clean)


def formula_html(latex: str, *, display: bool) -> str:
    """Return the element of one formula, given without delimiters."""
    return (
        f'<span class="math" data-display="{int(display)}" tabindex="0" role="button" '
        f'aria-label="formula {html.escape(latex)}">{html.escape(latex)}</span>'
    )


def marked_html(text: str, marks: Sequence[tuple[int, int]]) -> str:
    """Return the HTML of a snippet: plain text with formulas, and marked ranges."""
    spans = find_math(text)
    pieces = [(span.start, span.end, _formula(span)) for span in spans]
    pieces += [
        (start, end, f"<mark>{html.escape(text[start:end])}</mark>")
        for start, end in marks
        if not any(start < span.end and span.start < end for span in spans)
    ]
    return _replaced(text, sorted(pieces), html.escape)


def _link(text: str, address: str) -> str:
    return f'<a class="ref" href="{html.escape(address)}">{html.escape(text)}</a>'


def _formula(span: MathSpan) -> str:
    return formula_html(span.latex, display=span.display)


def _with_places(markdown: str, pieces: Sequence[tuple[int, int, str]]) -> tuple[str, list[str]]:
    """Return the markdown with a word in the place of each piece, and the pieces."""
    words = [(start, end, f"x{_NONCE}n{n}x") for n, (start, end, _) in enumerate(pieces)]
    return _replaced(markdown, words, str), [piece for _, _, piece in pieces]


def _replaced(
    text: str, pieces: Iterable[tuple[int, int, str]], between: Callable[[str], str]
) -> str:
    """Return `text` with ranges replaced; a range that begins inside an earlier one is dropped."""
    parts, position = [], 0
    for start, end, piece in pieces:
        if start < position:
            continue
        parts += [between(text[position:start]), piece]
        position = end
    return "".join([*parts, between(text[position:])])


@cache
def _parser() -> MarkdownIt:
    """Return the parser. Indented text is no code: OCR indents what it likes."""
    return (
        MarkdownIt("commonmark", {"html": True})
        .enable("table")
        .disable(["code", "link", "image", "autolink", "reference"])
    )
