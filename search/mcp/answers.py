"""Makes search results for agents, as JSON and as text, within the token limit.

Hosts show a model either the JSON or the text, so each is complete and each is within the limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from mcp_types import CallToolResult, TextContent

from indexer.passages.math_spans import find_math
from search.mcp.fencing import Fence, estimate_tokens, fitting, json_tokens
from search.mcp.types import (
    BookItem,
    FormulaItem,
    FormulasAnswer,
    IndexAnswerItem,
    OutlineItem,
    SearchAnswer,
    SearchItem,
    ToolAnswer,
)
from search.output.citation import tool_citation
from search.output.text import BY_MEANING, by_meaning_alone
from search.retrieval.hits import Hit
from search.retrieval.snippets import make_snippet

__all__ = [
    "ENVELOPE",
    "MAX_TOKENS",
    "AnswerItem",
    "asks_in_words",
    "both_forms",
    "costs",
    "formula_items",
    "formulas_result",
    "hint_about",
    "index_text",
    "nothing_found",
    "one_line",
    "passage_formulas",
    "search_items",
    "search_result",
    "within",
]

MAX_TOKENS = 8_000  # of an answer, unless the caller asks for more
ENVELOPE = 500  # of them for what surrounds the items
_MAX_QUOTE = 2_000  # tokens of one passage or formula; read_pages has it whole
_MAX_LINE = 200  # characters of a title, or of a path of headings
_PER_PASSAGE = 3  # formulas taken from one passage
_NUMBER = re.compile(r"\\tag\*?\{\(?([\w.'*-]{1,12})\)?\}")
_LATEX = re.compile(r"[\\^_=<>{}?|+*/()\d]|(?<![A-Za-z])[A-Za-z](?![A-Za-z])")
_CUT = " … [cut here]"

AnswerItem = TypeVar("AnswerItem", SearchItem, FormulaItem, BookItem, OutlineItem)


def _short(text: str, budget: int = _MAX_QUOTE) -> str:
    end = fitting(text, budget, costs)
    return text if end == len(text) else text[:end] + _CUT


def costs(text: str) -> int:
    """Return the estimated tokens of a text, plain or in JSON, whichever is more."""
    return max(estimate_tokens(text), json_tokens(text))


def one_line(text: str) -> str:
    """Return a text on one line, truncated if it is long."""
    text = " ".join(text.split())
    return text if len(text) <= _MAX_LINE else f"{text[: _MAX_LINE - 1]}…"


def _section(path: Sequence[str]) -> str | None:
    return one_line(" › ".join(path)) or None


# --- passages ------------------------------------------------------------------------------------


def search_items(hits: Iterable[Hit], *, detailed: bool) -> Iterator[SearchItem]:
    """Yield the passages that were found: excerpts, or with `detailed` whole and with reasons."""
    for hit in hits:
        source = hit.source
        text = hit.snippet.text if hit.formula or not detailed else getattr(source, "text", "")
        why = ", ".join(f"{part.retriever} (rank {part.rank})" for part in hit.contributions)
        yield SearchItem(
            cite=tool_citation(source.book_id, source.label, source.page),
            book=source.book_id,
            page=source.page,
            section=_section(source.section),
            quote=_short(text),
            found_by=why if detailed else None,
        )


def _search_text(item: SearchItem, fence: Fence) -> str:
    why = f", found by {item.found_by}" if item.found_by else ""
    return f"{item.cite} page={item.page}{why}\n{fence.around(item.section, item.quote)}"


def search_result(answer: SearchAnswer) -> CallToolResult:
    """Return the answer in both forms."""
    fence = Fence()
    parts = [index_text(item, fence) for item in answer.index or ()]
    parts += [_search_text(item, fence) for item in answer.hits]
    return both_forms(answer, fence, parts)


def index_text(item: IndexAnswerItem, fence: Fence) -> str:
    """Return an entry of an index in the text form of an answer."""
    return f"{item.kind} of {item.book}\n{fence.around(item.quote)}"


# --- formulas ------------------------------------------------------------------------------------


def formula_items(hits: Iterable[Hit]) -> Iterator[FormulaItem]:
    """Yield the formulas that were found."""
    for hit in hits:
        if (formula := hit.formula) is None:
            yield from passage_formulas([hit])
            continue
        yield FormulaItem(
            cite=tool_citation(formula.book_id, formula.label, formula.page),
            book=formula.book_id,
            page=formula.page,
            number=_plain_number(formula.number),
            relation=str(hit.relation) if hit.relation else None,
            latex=_short(" ".join(formula.latex.split()), 600),
            quote=_short(hit.snippet.text, 600),
            box=[round(value, 3) for value in formula.box] if formula.box else None,
        )


def _plain_number(number: str | None) -> str | None:
    """Return an equation's number if it is only that, because it is shown outside quotations."""
    return number if number and re.fullmatch(r"[\w.'*-]{1,12}", number) else None


def asks_in_words(query: str) -> bool:
    """Return whether a question for formulas has words, alone or around LaTeX in dollars."""
    spans = find_math(query)
    rest, place = "", 0
    for span in spans:
        rest += query[place : span.start]
        place = span.end
    rest += query[place:]
    if spans:
        return bool(re.search(r"[^\W\d_]{3}", rest))
    return not _LATEX.search(rest)


def passage_formulas(hits: Iterable[Hit]) -> Iterator[FormulaItem]:
    """Yield the formulas within passages: displayed ones first, each once."""
    seen: set[str] = set()
    for hit in hits:
        source = hit.source
        text = getattr(source, "text", "")
        spans = [span for span in find_math(text) if span.display or len(span.latex) > 8]
        spans.sort(key=lambda span: (not span.display, span.start))
        for span in spans[:_PER_PASSAGE]:
            latex = " ".join(span.latex.split())
            if latex in seen:
                continue
            seen.add(latex)
            number = _NUMBER.search(latex)
            yield FormulaItem(
                cite=tool_citation(source.book_id, source.label, source.page),
                book=source.book_id,
                page=source.page,
                number=number[1] if number else None,
                relation="in a passage found by the words",
                latex=_short(latex, 600),
                quote=_short(make_snippet(text, (), around=span.latex).text, 600),
            )


def _formula_text(item: FormulaItem, fence: Fence) -> str:
    facts = [f"{item.cite} page={item.page}"]
    facts += [f"number ({item.number})"] if item.number else []
    facts += [item.relation] if item.relation else []
    facts += [f"box={item.box}"] if item.box else []
    return f"{', '.join(facts)}\n{fence.around(item.latex, item.quote)}"


def formulas_result(answer: FormulasAnswer) -> CallToolResult:
    """Return the answer in both forms."""
    fence = Fence()
    return both_forms(answer, fence, [_formula_text(item, fence) for item in answer.hits])


# --- what all share ------------------------------------------------------------------------------


def within(items: Iterable[AnswerItem], budget: int = MAX_TOKENS) -> list[AnswerItem]:
    """Return the first items that fit the limit together; at least one, if there is one."""
    taken: list[AnswerItem] = []
    left = budget - ENVELOPE
    for item in items:
        left -= item.tokens + 20  # the marks of a quotation in the text form
        if left < 0 and taken:
            break
        taken.append(item)
    return taken


def _corrections(hits: Iterable[Hit]) -> str | None:
    """Return a note of unknown words and what was searched instead, if any."""
    pairs = dict.fromkeys(pair for hit in hits for pair in hit.corrections)
    shown = [f"{typed[:40]} as {meant[:40]}" for typed, meant in list(pairs)[:5]]
    return f"read {', '.join(shown)}" if shown else None


def hint_about(hits: Sequence[Hit], mode: str) -> str | None:
    """Return a warning about the hits, if there is one."""
    return BY_MEANING if mode == "hybrid" and by_meaning_alone(hits) else _corrections(hits)


def nothing_found(start: int, *, narrowed: bool) -> str:
    """Return what to try instead; `narrowed` means that books, authors or pages were."""
    if start:
        return "nothing more"
    where = "drop books, authors or pages, " if narrowed else ""
    return f"nothing found; {where}use other words, or another mode or tool"


def both_forms(answer: ToolAnswer, fence: Fence, parts: list[str]) -> CallToolResult:
    """Return an answer as JSON and as text joined from the parts."""
    text = "\n\n".join([fence.notice, *parts]) if parts else ""
    for more in (answer.hint, answer.next_cursor and f"next_cursor: {answer.next_cursor}"):
        text += f"\n\n{more}" if more else ""
    return CallToolResult(
        content=[TextContent(type="text", text=text.strip())], structured_content=answer.data()
    )
