"""Widens hits to excerpts that could be quoted; merges the chosen ones into quotations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from indexer.formulas.find import Formula, find_formulas
from indexer.stores.fulltext import FormulaDoc
from search.context.excerpts import Excerpt, PageReader, ReadPage, sentence_around, widen
from search.context.quotations import Quotation, QuotedFormula
from search.output.citation import citation_key
from search.retrieval.hits import Hit

__all__ = [
    "Candidate",
    "Chosen",
    "FormulaPlace",
    "formula_candidates",
    "merged",
    "passage_candidates",
]

_ENOUGH = 24  # characters by which a formula is recognised in its page


@dataclass(frozen=True, slots=True)
class FormulaPlace:
    """A formula that was found, and its 0-based start in the markdown of its page."""

    page_index: int
    start: int
    formula: QuotedFormula


@dataclass(frozen=True, slots=True)
class Candidate:
    """The excerpts that could be quoted for a hit: choices, the best and longest first."""

    hit: Hit
    choices: tuple[tuple[Excerpt, ...], ...]
    formulas: tuple[FormulaPlace, ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """The excerpts that are quoted for a hit: one of its choices."""

    candidate: Candidate
    excerpts: tuple[Excerpt, ...]


@dataclass(slots=True)
class _Joined:
    """A part of a page that is quoted for one hit or several, the best first."""

    start: int
    end: int
    candidates: list[Candidate] = field(default_factory=list)


def passage_candidates(pages: PageReader, hits: Iterable[Hit]) -> Iterator[Candidate]:
    """Yield each hit with two choices: widened to the text it continues into, or bare.

    A hit whose text is no longer on its page, because the page has changed, is left out.
    """
    for hit in hits:
        place = _place(pages, hit)
        if place is None:
            continue
        page, start, end = place
        bare = page.excerpt(start, end)
        if hit.formula is not None:
            bare = sentence_around(page, start, end)
        yield Candidate(hit, (tuple(widen(pages, bare)), (bare,)))


def formula_candidates(pages: PageReader, hits: Iterable[Hit]) -> Iterator[Candidate]:
    """Yield the formulas that were found, and the displayed or numbered ones of passages.

    Each is quoted in its sentence.
    """
    for hit in hits:
        place = _place(pages, hit)
        if place is None:
            continue
        page, start, end = place
        if isinstance(hit.source, FormulaDoc):
            doc = hit.source
            yield _formula_candidate(page, hit, start, end, doc)
            continue
        for formula in find_formulas(page.page):
            inside = start <= formula.char_start < end
            if inside and (formula.display or formula.number):
                yield _formula_candidate(page, hit, formula.char_start, formula.char_end, formula)


def _formula_candidate(
    page: ReadPage, hit: Hit, start: int, end: int, formula: Formula | FormulaDoc
) -> Candidate:
    quoted = QuotedFormula(formula.latex, formula.display, formula.number, hit.relation)
    place = FormulaPlace(page.page.page_index, start, quoted)
    return Candidate(hit, ((sentence_around(page, start, end),),), (place,))


def _place(pages: PageReader, hit: Hit) -> tuple[ReadPage, int, int] | None:
    """Return the page of a hit and the place of the hit on it, as the page is now."""
    source = hit.source
    page = pages.page(source.book_id, source.page - 1)
    if page is None:
        return None
    start, end = source.char_start, source.char_end
    text = source.latex[:_ENOUGH] if isinstance(source, FormulaDoc) else source.text
    markdown = page.page.markdown
    if text in markdown[start:end]:
        return page, start, end
    start = markdown.find(text)
    end = start + len(source.latex if isinstance(source, FormulaDoc) else text)
    return (page, start, min(end, len(markdown))) if start >= 0 else None


def merged(taken: Sequence[Chosen], pages: PageReader) -> tuple[Quotation, ...]:
    """Return the quotations for what was chosen; `taken` has the best hit first.

    Excerpts that overlap or touch become one quotation. Books come in the order of their best hits,
    pages in their own order.
    """
    on_pages: dict[tuple[str, int], list[_Joined]] = {}
    books: dict[str, int] = {}
    for one in taken:
        books.setdefault(one.candidate.hit.source.book_id, len(books))
        for part in one.excerpts:
            runs = on_pages.setdefault((part.book_id, part.page_index), [])
            runs.append(_Joined(part.start, part.end, [one.candidate]))
    quotations: list[Quotation] = []
    for book_id, page_index in sorted(on_pages, key=lambda key: (books[key[0]], key[1])):
        page = pages.page(book_id, page_index)
        if page is not None:
            runs = _joined(on_pages[book_id, page_index], page.page.markdown)
            quotations += [_quotation(page, run, pages) for run in runs]
    return tuple(quotations)


def _joined(runs: list[_Joined], markdown: str) -> list[_Joined]:
    """Return the parts in order; those with only white space between them are joined."""
    joined: list[_Joined] = []
    for run in sorted(runs, key=lambda run: (run.start, run.end)):
        last = joined[-1] if joined else None
        if last is None or markdown[last.end : run.start].strip():
            joined.append(_Joined(run.start, run.end, list(run.candidates)))
        else:
            last.end = max(last.end, run.end)
            last.candidates += run.candidates
    return joined


def _quotation(page: ReadPage, run: _Joined, pages: PageReader) -> Quotation:
    candidates = sorted(run.candidates, key=lambda one: one.hit.rank)
    best = candidates[0].hit
    book_id, label = page.page.book_id, page.page.page_label
    manifest = pages.manifest(book_id)
    labels = manifest.labels if manifest else ()
    places = {
        place.start: place.formula
        for one in candidates
        for place in one.formulas
        if place.page_index == page.page.page_index and run.start <= place.start < run.end
    }
    return Quotation(
        key=citation_key(book_id, label, page.page.page_number, labels),
        book_id=book_id,
        title=best.title,
        page=page.page.page_number,
        label=label,
        section=tuple(best.source.section),
        char_start=run.start,
        char_end=run.end,
        text=page.page.markdown[run.start : run.end],
        rank=best.rank,
        score=best.score,
        contributions=best.contributions,
        formulas=tuple(places[start] for start in sorted(places)),
        near=all(one.hit.near for one in candidates),
    )
