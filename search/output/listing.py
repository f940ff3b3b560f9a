"""Lists hits for pipes and agents: by book, each line once, nothing that is not text to quote.

A terminal shows hits one by one (`hit_text`); here the book stands above its hits, the heading is
left out where the excerpt begins with it or the hit before had it, and words are not marked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ocr_service.text.slugs import slugify
from search.output.citation import book_text, place_text
from search.output.sureness import certainty_notes, near_line, split_near
from search.retrieval.certainty import Certainty
from search.retrieval.hits import Hit, Snippet
from search.retrieval.snippets import shorter

__all__ = ["around_formula", "by_book", "heading_above", "heading_of", "listing_text"]

_HEADING = 50  # characters
_AROUND = 80  # of them for a formula with what stands around it
_NEAREST = 3  # hits, where nothing answers
_EXCERPT = 180  # characters, about; on a terminal there are more
_SPACE = re.compile(r"\s+")


def listing_text(hits: Sequence[Hit], certainty: Certainty) -> str:
    """Return the hits with how sure they are: what answers first, then what is only near."""
    parts = certainty_notes(certainty, hits)
    answers, near = split_near(hits)
    parts += _groups(answers)
    shown = near if answers else near[:_NEAREST]
    if near:
        parts += [near_line(near, certainty), *_groups(shown)]
    if len(shown) < len(near):
        parts.append(f"({len(near) - len(shown)} more that are no nearer; --json has all)")
    return "\n".join(parts)


def _groups(hits: Sequence[Hit]) -> Iterator[str]:
    for group in by_book(hits):
        yield _book_line(group[0])
        heading = None
        for hit in group:
            shown = heading_of(hit)
            yield _hit_lines(hit, None if shown == heading else shown)
            heading = shown


def _book_line(hit: Hit) -> str:
    """Return the id of a book, its author and year, and its title unless the id has all of it."""
    book_id = hit.source.book_id
    if slugify(hit.title) != re.sub(r"-\d+$", "", book_id):
        return f"[{book_id}] {book_text(hit.title, hit.authors, hit.year)}"
    facts = [*book_text("", hit.authors, None).rstrip(", ").split("\n"), str(hit.year or "")]
    return f"[{book_id}] {', '.join(filter(None, facts))}".rstrip()


def by_book(hits: Sequence[Hit]) -> list[list[Hit]]:
    """Return the hits by book, in the order of their books' first hits."""
    groups: dict[str, list[Hit]] = {}
    for hit in hits:
        groups.setdefault(hit.source.book_id, []).append(hit)
    return list(groups.values())


def heading_of(hit: Hit) -> str | None:
    """Return the innermost heading above a hit; None if the excerpt has it."""
    if not hit.source.section:
        return None
    heading = " ".join(hit.source.section[-1].split())
    return heading_above(heading, shorter(hit.snippet, _EXCERPT).text)


def heading_above(heading: str, excerpt: str) -> str | None:
    """Return the beginning of a heading to show above an excerpt; None if the excerpt has it."""
    begins = heading[: _HEADING - 1]
    if begins in excerpt:
        return None
    return heading if len(heading) <= _HEADING else f"{begins}…"


def _hit_lines(hit: Hit, heading: str | None) -> str:
    place = place_text(hit.source.label, hit.source.page)
    notes = f", without {', '.join(hit.lacks)}" if hit.lacks and not hit.near else ""
    notes += f", continues on {hit.continues}" if hit.continues else ""
    facts = f" {heading}" if heading else ""
    number = hit.formula.number if hit.formula is not None else None
    named = "".join(f", {fact}" for fact in (number and f"({number})", hit.relation) if fact)
    lines = [f"{hit.rank}. {place}{named}{notes}{':' if facts else ''}{facts}"]
    if hit.formula is None:
        lines.append(shorter(hit.snippet, _EXCERPT).text)
        return "\n".join(lines)
    snippet, latex = around_formula(hit), _SPACE.sub(" ", hit.formula.latex).strip()
    lines += [snippet.text] if latex in snippet.text else [f"\\[ {latex} \\]", snippet.text]
    return "\n".join(lines)


def around_formula(hit: Hit) -> Snippet:
    """Return a short excerpt around the formula of a hit, which stays whole."""
    latex = _SPACE.sub(" ", hit.formula.latex).strip() if hit.formula else ""
    at = hit.snippet.text.find(latex)
    marks = ((at, at + len(latex)),) if at >= 0 else ()
    return shorter(Snippet(hit.snippet.text, marks), _AROUND)
