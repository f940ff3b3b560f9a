"""Makes search results for agents, as JSON and as text, within the token limit.

Hosts show a model either the JSON or the text, so each is complete and each is within the limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from mcp_types import CallToolResult, TextContent

from indexer.passages.math_spans import find_math
from search.mcp.quoting import MARK_NOTICE, estimate_tokens, fitting, json_tokens, quoted
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
from search.output.listing import around_formula, heading_above
from search.output.sureness import NEAR, NEAREST, SIMILAR, certainty_notes, verdict
from search.output.text import BY_MEANING, by_meaning_alone
from search.retrieval.hits import Hit
from search.retrieval.snippets import make_snippet, shorter
from search.searcher import ShelfAnswer

__all__ = [
    "ENVELOPE",
    "MAX_TOKENS",
    "AnswerItem",
    "asks_in_words",
    "both_forms",
    "costs",
    "formulas_of",
    "formulas_result",
    "hint_about",
    "hint_about_formulas",
    "index_text",
    "nothing_found",
    "one_line",
    "search_items",
    "search_result",
    "within",
]

MAX_TOKENS = 8_000  # of an answer, unless the caller asks for more
ENVELOPE = 500  # of them for what surrounds the items
_MAX_QUOTE = 2_000  # tokens of one passage or formula; read_pages has it whole
_NEAREST = 3  # passages, where nothing answers
_EXCERPT = 180  # characters of a concise answer's excerpt, about
_MAX_LINE = 200  # characters of a title, or of a path of headings
_PER_PASSAGE = 3  # formulas taken from one passage
_NUMBER = re.compile(r"\\tag\*?\{\(?([\w.'*-]{1,12})\)?\}")
_LATEX = re.compile(r"[\\^_=<>{}?|+*/()\d]|(?<![A-Za-z])[A-Za-z](?![A-Za-z])")
_ARTICLE = re.compile(r"(?<=[^\W\d_]{2}) [aA] (?=[^\W\d_]{3})")  # no variable: "of a quintic"
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
        text = shorter(hit.snippet, _EXCERPT).text
        if detailed and hit.formula is None:
            text = getattr(source, "text", "")
        why = ", ".join(f"{part.retriever} (rank {part.rank})" for part in hit.contributions)
        yield SearchItem(
            cite=tool_citation(source.book_id, source.label, source.page),
            book=source.book_id,
            page=source.page,
            section=_section(source.section[-1:]),
            quote=_short(text),
            near=hit.near or None,
            lacks=list(hit.lacks) or None,
            continues=hit.continues,
            found_by=why if detailed else None,
        )


def _search_parts(items: Sequence[SearchItem]) -> Iterator[str]:
    """Yield the text of items; a heading only where it is another than before."""
    heading = None
    for item in items:
        facts = [item.cite]
        facts += [f"without {', '.join(item.lacks)}"] if item.lacks and not item.near else []
        facts += [f"continues on {item.continues}"] if item.continues else []
        facts += [f"found by {item.found_by}"] if item.found_by else []
        own = f"{item.book} {item.section}"
        shown = item.section if own != heading else None
        heading = own
        shown = heading_above(shown, item.quote) if shown else None
        yield f"{', '.join(facts)}\n{quoted(shown, item.quote)}"


def search_result(answer: SearchAnswer) -> CallToolResult:
    """Return the answer in both forms: in the text, what is only near comes last."""
    answers = [item for item in answer.hits if not item.near]
    near = [item for item in answer.hits if item.near]
    parts = [index_text(item) for item in answer.index or ()]
    parts += _search_parts(answers)
    shown = near if answers else near[:_NEAREST]
    if near:
        parts += [NEAR if answers else NEAREST, *_search_parts(shown)]
    if len(shown) < len(near):
        parts.append(f"({len(near) - len(shown)} more that are no nearer)")
    return both_forms(answer, parts)


def index_text(item: IndexAnswerItem) -> str:
    """Return an entry of an index in the text form of an answer."""
    return f"{item.kind} of {item.book}\n{quoted(item.quote)}"


# --- formulas ------------------------------------------------------------------------------------


def _formula_items(hits: Iterable[Hit]) -> Iterator[FormulaItem]:
    """Yield the formulas that were found."""
    for hit in hits:
        if (formula := hit.formula) is None:
            yield from _passage_formulas([hit])
            continue
        yield FormulaItem(
            cite=tool_citation(formula.book_id, formula.label, formula.page),
            book=formula.book_id,
            page=formula.page,
            number=_plain_number(formula.number),
            relation=str(hit.relation) if hit.relation else None,
            near=hit.near or None,
            latex=_short(" ".join(formula.latex.split()), 600),
            quote=_short(around_formula(hit).text, 600),
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
    return not _LATEX.search(_ARTICLE.sub(" ", rest))


def _passage_formulas(hits: Iterable[Hit]) -> Iterator[FormulaItem]:
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


def _formula_parts(items: Sequence[FormulaItem]) -> Iterator[str]:
    """Yield the text of items; the citation once for formulas of a page that follow each other."""
    cited = ""
    for item in items:
        facts = [item.cite if item.cite != cited else "same page"]
        cited = item.cite
        facts += [f"number ({item.number})"] if item.number else []
        facts += [item.relation] if item.relation else []
        facts += [f"box={item.box}"] if item.box else []
        latex = None if item.latex in item.quote else item.latex
        yield f"{', '.join(facts)}\n{quoted(latex, item.quote)}"


def formulas_result(answer: FormulasAnswer) -> CallToolResult:
    """Return the answer in both forms: in the text, what is only similar comes last."""
    answers = [item for item in answer.hits if not item.near]
    near = [item for item in answer.hits if item.near]
    parts = [*_formula_parts(answers)]
    if near:
        parts += [SIMILAR, *_formula_parts(near)]
    return both_forms(answer, parts)


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


def _corrections(hits: Iterable[Hit]) -> list[str]:
    """Return a note of unknown words and what was searched instead, if any."""
    pairs = dict.fromkeys(pair for hit in hits for pair in hit.corrections)
    shown = [f"{typed[:40]} as {meant[:40]}" for typed, meant in list(pairs)[:5]]
    return [f"read {', '.join(shown)}"] if shown else []


def hint_about(answer: ShelfAnswer, mode: str) -> str | None:
    """Return what to know before the hits, if there is anything."""
    notes = certainty_notes(answer.certainty, answer.hits)
    if answer.certainty.language is None and not answer.certainty.said and answer.hits:
        notes.append(verdict(answer.certainty))
    elif mode == "hybrid" and by_meaning_alone(answer.hits):
        notes.append(BY_MEANING)
    if answer.certainty.language is not None:  # else the notes have them
        notes += _corrections(answer.hits)
    return "; ".join(notes) or None


def formulas_of(answer: ShelfAnswer, *, in_words: bool) -> list[FormulaItem]:
    """Return the formulas found; those of passages that are only near if no others answer."""
    if not in_words:
        return list(_formula_items(answer.hits))
    return list(_passage_formulas([hit for hit in answer.hits if not hit.near] or answer.hits))


def hint_about_formulas(answer: ShelfAnswer, *, in_words: bool) -> str | None:
    """Return what to know before formulas: what is not there, and that words are not answered."""
    if in_words:
        return hint_about(answer, "hybrid")
    return "; ".join(certainty_notes(answer.certainty, answer.hits)) or None


def nothing_found(start: int, *, narrowed: bool) -> str:
    """Return what to try instead; `narrowed` means that books, authors or pages were."""
    if start:
        return "nothing more"
    where = "drop books, authors or pages, " if narrowed else ""
    return f"nothing found; {where}use other words, or another mode or tool"


def both_forms(answer: ToolAnswer, parts: list[str]) -> CallToolResult:
    """Return an answer as JSON and as text joined from the parts, warnings first."""
    lines = [answer.hint or "", MARK_NOTICE if parts else "", *parts]
    lines.append(f"next_cursor: {answer.next_cursor}" if answer.next_cursor else "")
    text = "\n".join(line for line in lines if line)
    return CallToolResult(
        content=[TextContent(type="text", text=text)], structured_content=answer.data()
    )
