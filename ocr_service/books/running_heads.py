"""Finds running heads, running feet and page numbers across a book, and removes them from pages.

Pure, standard library only. Lines at the top and bottom edge of every page are candidates. A
candidate is a running line if

- its text, normalised (case, page numbers, punctuation, one wrong letter), recurs at the same edge
  on at least three pages near each other: heads may alternate left and right or change by chapter;
- it has a page number at its left or right end that is in step with the pages around it;
- it repeats the title of a heading before it, at the height where other pages do so;
- it is nothing but a page number that is the page's label, or in step with the pages around it;
- the engine labelled it as a page header, footer or number, and the page has other text;
- it is a stamp, at one place of all pages.

The first occurrence of a heading is kept, and so is every heading that has a number of its own
("Problem 7") and every title of a slide. Displayed formulas, table rows, lines that begin in lower
case and lines that introduce a formula are never candidates. In doubt a line is kept.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from ocr_service.books.edge_lines import Edge, EdgeLine, edge_lines, is_slide
from ocr_service.books.heads_with_numbers import counts_headings, in_step, steps_of_heads
from ocr_service.books.labelled_lines import is_sentence, labelled_lines
from ocr_service.books.page_number_lines import find_numbers, label_lines
from ocr_service.books.page_numbers import Step
from ocr_service.books.repeated_titles import repeated_titles
from ocr_service.books.stamps import find_stamps
from ocr_service.library.pages import PageRecord
from ocr_service.text.numerals import is_number, number_value, outer_numbers, without_marks, words

__all__ = ["RunningHeads", "find_running_heads", "page_markdown", "removed_places"]

_Key = tuple[Edge, str, str]  # letters and numbers of a line at an edge

_LONGEST = 80  # characters of a running line
_PAGES = 3  # pages on which a line must recur
_APART = 4  # pages: how far apart two neighbours of one running head may be (openings, figures)
_LARGER = 1.4  # a line so much taller than its recurrences is the heading they repeat
_DENSE = 0.8  # of the pages of its span have a running head in large type

_CAPTION = re.compile(
    r"(?:fig|figure|table|plate|theorem|lemma|corollary|proposition|definition)s?\.?\s*\d",
    re.IGNORECASE,
)
# Characters that OCR confuses in a running head.
_ALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "8": "b", "|": "l"})


@dataclass(frozen=True, slots=True)
class RunningHeads:
    """The running lines of a book.

    `lines` has them by 0-based page index and place (the index of the region, or of the line of a
    page without regions), each with what it is: "head", "foot", "number" or "stamp". `steps` has
    the sequences of page numbers with the pages on which they are printed.
    """

    lines: Mapping[int, Mapping[int, str]] = field(default_factory=dict)
    steps: Mapping[Step, frozenset[int]] = field(default_factory=dict)


def find_running_heads(records: Sequence[PageRecord]) -> RunningHeads:
    """Find a book's running heads, feet and page numbers from all its pages, in any order."""
    ordered = sorted(records, key=lambda record: record.page_index)
    everywhere = [line for record in ordered for line in edge_lines(record)]
    slides = {record.page_index for record in ordered if is_slide(record)}
    numbers = find_numbers(everywhere)
    lines = [
        line
        for line in everywhere
        if line.edge != "middle"
        and _possible(line)
        and not (line.heading and line.page_index in slides)
    ]
    running = [
        *_recurring(lines),
        *in_step(lines, numbers.pages),
        *repeated_titles(lines, everywhere),
        *labelled_lines(lines, ordered, slides),
    ]
    found: defaultdict[int, dict[int, str]] = defaultdict(dict)
    for line in running:
        found[line.page_index][line.place] = "head" if line.edge == "top" else "foot"
    for line in find_stamps(everywhere, ordered):
        found[line.page_index][line.place] = "stamp"
    for line in [*numbers.lines, *label_lines(everywhere, ordered)]:
        found[line.page_index][line.place] = "number"
    return RunningHeads(
        {index: dict(sorted(places.items())) for index, places in sorted(found.items())},
        _together(numbers.steps, steps_of_heads(running, numbers.pages)),
    )


def _together(*steps: Mapping[Step, set[int]]) -> dict[Step, frozenset[int]]:
    """Return sequences of page numbers in one mapping."""
    pages: defaultdict[Step, set[int]] = defaultdict(set)
    for mapping in steps:
        for step, on in mapping.items():
            pages[step] |= on
    return {step: frozenset(on) for step, on in sorted(pages.items())}


def page_markdown(record: PageRecord, heads: RunningHeads) -> str:
    """Return a page's markdown without its running lines.

    The texts of the regions, joined by blank lines; for a record without regions, `raw` without
    the running lines at its very top and bottom. May be empty.
    """
    running = removed_places(record, heads)
    if record.regions:
        kept = (region.text for i, region in enumerate(record.regions) if i not in running)
        return "\n\n".join(text.strip("\n") for text in kept if text.strip())
    if not running:
        return record.raw.strip("\n")
    lines = record.raw.splitlines()
    return "\n".join(line for i, line in enumerate(lines) if i not in running).strip("\n")


def removed_places(record: PageRecord, heads: RunningHeads) -> dict[int, str]:
    """Return the places of a page that `page_markdown` leaves out, each with what it is."""
    running = dict(heads.lines.get(record.page_index, {}))
    if record.regions or not running:
        return running
    places = [i for i, line in enumerate(record.raw.splitlines()) if line.strip()]
    outer = {*_outermost(places, running), *_outermost(places[::-1], running)}
    return {place: kind for place, kind in running.items() if place in outer}


def _outermost(places: Iterable[int], running: Container[int]) -> Iterator[int]:
    """Yield running lines from an edge inwards, up to the first line that is not one."""
    for place in places:
        if place not in running:
            return
        yield place


def _possible(line: EdgeLine) -> bool:
    """Return whether a line may be a running head or foot."""
    if line.labelled:
        return not line.text.endswith(":")
    if len(line.text) > _LONGEST or not line.is_text or line.text.endswith(":"):
        return False
    return not _CAPTION.match(without_marks(line.text))


# --------------------------------------------------------------------------------- recurring


def _recurring(lines: Sequence[EdgeLine]) -> Iterator[EdgeLine]:
    """Yield the lines that recur at the same edge of pages near each other."""
    once: list[tuple[_Key, EdgeLine]] = []
    near: dict[_Key, list[tuple[int, int]]] = defaultdict(list)
    for key, members in _grouped(lines).items():
        for run in _runs(members):
            if not _is_running(run):
                once += [(key, one) for one in run if not one.heading and not one.introduces]
                continue
            yield from _without_heading(run)
            for form in _one_less(key):
                near[form].append((run[0].page_index - _APART, run[-1].page_index + _APART))
    for key, one in once:  # one letter read wrongly
        spans = (span for form in _one_less(key) for span in near.get(form, ()))
        if any(start <= one.page_index <= end for start, end in spans):
            yield one


def _is_running(run: Sequence[EdgeLine]) -> bool:
    """Tell whether occurrences of a text near each other are a running line.

    A line that mostly stands before a formula is a sentence; a large heading must be on nearly all
    pages from its first to its last.
    """
    pages = {one.page_index for one in run}
    if len(pages) < _PAGES:
        return False
    sentences = sum(is_sentence(one) if one.labelled else one.introduces for one in run)
    if 2 * sentences >= len(run):
        return False
    large = sum(one.heading and one.size > 0 for one in run) > len(run) / 2
    return not large or len(pages) >= _DENSE * (max(pages) - min(pages) + 1)


def _grouped(lines: Sequence[EdgeLine]) -> dict[_Key, list[EdgeLine]]:
    """Group lines with the same letters and numbers at the same edge.

    Page numbers do not count: "12 LIMITS" and "14 LIMITS" are one head, but "Chapter 1" and
    "Chapter 2" are two headings.
    """
    alike: defaultdict[tuple[Edge, str], list[EdgeLine]] = defaultdict(list)
    for line in lines:
        name = "".join(word for word in words(line.text) if not is_number(word))
        if len(name) >= 2 and (line.labelled or _begins_like_a_title(line.text)):
            alike[line.edge, name.translate(_ALIKE)].append(line)
    groups: defaultdict[_Key, list[EdgeLine]] = defaultdict(list)
    for (edge, name), members in alike.items():
        steps = Counter(
            number_value(word) - one.page_index
            for one in members
            if not counts_headings(one)
            for word in outer_numbers(one.text)
        )
        for one in members:
            paged = [
                word
                for word in outer_numbers(one.text)
                if steps[number_value(word) - one.page_index] >= _PAGES
            ]
            own = [word for word in words(one.text) if is_number(word) and word not in paged]
            groups[edge, name, " ".join(own)].append(one)
    return groups


def _begins_like_a_title(text: str) -> bool:
    first = next((char for char in without_marks(text) if char.isalpha()), "")
    return bool(first) and not first.islower()


def _runs(members: Sequence[EdgeLine]) -> Iterator[list[EdgeLine]]:
    """Split a text's occurrences, in page order, where too many pages lie between two."""
    run: list[EdgeLine] = []
    for one in members:
        if run and one.page_index - run[-1].page_index > _APART:
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def _without_heading(run: list[EdgeLine]) -> list[EdgeLine]:
    """Return the occurrences without the heading which they repeat: the largest of the first page.

    A section that begins at the top of a page stands below its running head there.
    """
    opening = [one for one in run if one.page_index == run[0].page_index]
    first = max(opening, key=lambda one: one.size)
    others = [one for one in run if one is not first]
    usual = median(one.height for one in others)
    larger = usual > 0 and first.height > _LARGER * usual
    # "ON LIMITS." is the heading of pages that have "ON LIMITS" at their head.
    ended = first.text.endswith(".") and not any(one.text.endswith(".") for one in others)
    kept = first.heading or ((larger or ended) and not first.labelled)
    return others if kept else run


def _one_less(key: _Key) -> list[_Key]:
    """Return a key and, if it is long, its forms without one letter.

    Two keys that differ in at most one letter have one of these in common.
    """
    edge, letters, numbers = key
    if len(letters) < 8:
        return [key]
    forms = {letters, *(letters[:i] + letters[i + 1 :] for i in range(len(letters)))}
    return [(edge, form, numbers) for form in sorted(forms)]
