"""Selects the quotations for a question that fit into a budget of tokens.

The best hits, widened to whole paragraphs and the text they continue into, are added in turn while
they fit. One that does not fit is added as its bare passage, or left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ocr_service.common.errors import LibraryError, QueryError
from ocr_service.console.json_values import plain
from search.context.candidates import (
    Candidate,
    Chosen,
    formula_candidates,
    merged,
    passage_candidates,
)
from search.context.excerpts import PageReader
from search.context.quotations import Quotation, QuotedPage, block_parts, quoted_page
from search.context.tokens import token_counter
from search.output.sureness import certainty_notes, near_line
from search.output.text import BY_MEANING, by_meaning_alone
from search.question.options import Mode, check_mode, check_text, is_whole
from search.question.query import parse_query
from search.retrieval.certainty import Certainty
from search.retrieval.hits import Hit
from search.searcher import Searcher

__all__ = ["MAX_BUDGET", "Context", "build_context"]

MAX_BUDGET = 1_000_000  # tokens

_TOKENS_OF_A_HIT = 40  # at least; so enough hits are searched to fill the budget
_FEWEST_HITS, _MOST_HITS = 20, 200
_NEAREST = 3  # hits quoted if the shelf has nothing on the question, as a search shows them
_MAX_MISFITS = 5  # hits that did not fit; then the block counts as full


@dataclass(frozen=True, slots=True)
class Context:
    """Quotations for a question, by book and in page order, and the pages they are from.

    `tokens` is the size of the block of markdown, at most `budget`; `tokenizer` names the encoder
    that counts them. Books come in the order of their best hits. `left_out` is the number of hits
    that did not fit. `note` is a warning to read before the quotations: which words no page has,
    that the quotations are no answers, or that they were found by meaning alone.
    """

    question: str
    mode: str
    budget: int
    tokens: int
    tokenizer: str
    quotations: tuple[Quotation, ...]
    sources: tuple[QuotedPage, ...]
    left_out: int
    note: str | None = None

    @property
    def markdown(self) -> str:
        """The block of markdown; empty if nothing was found."""
        return "\n\n".join(block_parts(self.quotations, self.sources, self.note))

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values; their schema is in docs/json.md."""
        data: dict[str, Any] = plain(self)
        return data


def build_context(  # noqa: PLR0913 - each is an option of its own
    searcher: Searcher,
    question: str,
    budget: int = 4_000,
    *,
    mode: Mode | str | None = None,
    books: Sequence[str] = (),
    pages: tuple[int, int] | None = None,
    authors: Sequence[str] = (),
    formulas: bool = False,
    count_tokens: Callable[[str], int] | None = None,
) -> Context:
    """Return the best quotations for a question whose markdown has at most `budget` tokens.

    Args:
        searcher: an open library.
        question: as for `Searcher.search`.
        budget: tokens of the whole block of markdown, 1 to `MAX_BUDGET`.
        mode: how to search; None means hybrid, or formula with `formulas` and LaTeX.
        books: ids or unambiguous beginnings of them.
        pages: the first and last 1-based page.
        authors: names of authors, or their beginnings.
        formulas: quote formulas, each in its sentence, instead of passages.
        count_tokens: returns the tokens of a text; None for the index's encoder.

    Raises:
        QueryError: the question asks nothing, an argument has a value that it cannot have, or the
            budget is too small for one passage; the message names the least that suffices.
        NotFoundError: no such book or page.
        LibraryError: no book is indexed, or not the one that is asked for; or the library has no
            pages at all, and what was found is in an index outside it.
        EncoderError: the encoder cannot be loaded.
    """
    check_budget(budget)
    if count_tokens is not None and not callable(count_tokens):
        raise QueryError("count_tokens must be a function from a text to its number of tokens")
    if mode is None:
        latex = formulas and parse_query(check_text(question, "the question")).latex
        mode = Mode.FORMULA if latex else Mode.HYBRID
    mode = check_mode(mode)
    limit = min(max(budget // _TOKENS_OF_A_HIT, _FEWEST_HITS), _MOST_HITS)
    answer = searcher.ask(
        question, mode=mode, books=books, pages=pages, authors=authors, limit=limit
    )
    hits = answer.hits[:_NEAREST] if answer.certainty.absent else answer.hits
    encoder = searcher.encoder_folder
    counter = token_counter(encoder)
    reader = PageReader(searcher.library)
    note = _note(answer.certainty, hits, mode)
    draft = _Draft(reader, searcher, count_tokens or counter, note)
    widened = formula_candidates if formulas else passage_candidates
    draft.fill(widened(reader, sorted(hits, key=_order)), budget)
    quotations = draft.quotations()
    if hits and not quotations and not searcher.library.book_ids():
        raise LibraryError(
            f"{searcher.library.path}: the pages of what was found are not here; name the library "
            "that has them with --library, or where they are with --shelf"
        )
    return Context(
        question=question,
        mode=str(mode),
        budget=budget,
        tokens=draft.tokens(),
        tokenizer=counter.name if count_tokens is None else "the caller's",
        quotations=quotations,
        sources=draft.sources(quotations),
        left_out=draft.left_out,
        note=note,
    )


def _note(certainty: Certainty, hits: Sequence[Hit], mode: Mode) -> str | None:
    """Return what to know before the quotations, in the words that stand above hits."""
    notes = certainty_notes(replace(certainty, pages=None), hits)
    if hits and not certainty.said:
        notes.append(near_line(hits, certainty))
    if mode is Mode.HYBRID and by_meaning_alone(hits):
        notes.append(BY_MEANING)
    return "; ".join(notes) or None


def _order(hit: Hit) -> tuple[int, int]:
    """Return a hit's place in the order of adding: its rank, or its best rank with a retriever.

    A model reads the whole block, so the number of answers in it counts, not the first place: a hit
    that one retriever ranks high belongs into it even if the others rank it low.
    """
    return min([hit.rank, *(part.rank for part in hit.contributions)]), hit.rank


def check_budget(budget: object) -> None:
    """Check that `budget` is a number of tokens.

    Raises:
        QueryError: it is not a whole number from 1 to `MAX_BUDGET`.
    """
    if not is_whole(budget) or not 1 <= budget <= MAX_BUDGET:
        raise QueryError(
            f"the budget must be a whole number of tokens from 1 to {MAX_BUDGET:,}, such as 4000, "
            f"not {str(budget)[:40]!r}"
        )


class _Draft:
    """A block of quotations that is being filled."""

    def __init__(
        self,
        pages: PageReader,
        searcher: Searcher,
        count_tokens: Callable[[str], int],
        note: str | None,
    ) -> None:
        self._pages = pages
        self._note = note
        self.left_out = 0
        self._count = count_tokens
        self._books = searcher.manifest.books
        self._taken: list[Chosen] = []
        self._counts: dict[str, int] = {}  # most parts recur from one attempt to the next

    def fill(self, candidates: Iterable[Candidate], budget: int) -> None:
        """Add what fits, the best first.

        Raises:
            QueryError: there are candidates, but none fits.
        """
        least = MAX_BUDGET
        for candidate in candidates:
            tries = [Chosen(candidate, choice) for choice in candidate.choices]
            fitting = next((one for one in tries if self._cost(one) <= budget), None)
            if fitting is not None:
                self._taken.append(fitting)
                continue
            self.left_out += 1
            if not self._taken:
                least = min(least, *map(self._cost, tries))
            if self.left_out == _MAX_MISFITS:
                break
        # The sum over the parts is exact for most tokenizers only, so the whole block is counted.
        while self._taken and (tokens := self.tokens()) > budget:
            least = tokens
            self._taken.pop()
            self.left_out += 1
        if self.left_out and not self._taken:
            raise QueryError(
                f"a budget of {budget} tokens is too small for one passage of what was found; "
                f"give {least} or more"
            )

    def _cost(self, one: Chosen) -> int:
        """Return the approximate number of tokens of the block with one more hit."""
        quotations = merged([*self._taken, one], self._pages)
        parts = block_parts(quotations, self.sources(quotations), self._note)
        for part in parts:
            if part not in self._counts:
                self._counts[part] = self._count(f"{part}\n\n")
        return sum(self._counts[part] for part in parts)

    def quotations(self) -> tuple[Quotation, ...]:
        """Return the quotations, overlaps merged."""
        return merged(self._taken, self._pages)

    def sources(self, quotations: Iterable[Quotation]) -> tuple[QuotedPage, ...]:
        """Return the pages of quotations, in their order."""
        found: dict[str, QuotedPage] = {}
        for one in quotations:
            if one.key not in found:
                book = self._books[one.book_id]
                found[one.key] = quoted_page(one, book.authors, book.year)
        return tuple(found.values())

    def tokens(self) -> int:
        """Return the number of tokens of the block."""
        quotations = self.quotations()
        parts = block_parts(quotations, self.sources(quotations), self._note)
        return self._count("\n\n".join(parts))
