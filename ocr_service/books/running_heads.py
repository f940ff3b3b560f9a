"""Finds running heads, running feet and page numbers across a book, and removes them from pages.

Pure, standard library only. Lines at the top and bottom edge of every page are candidates. A
candidate is a running line if

- its text, normalised (case, numbers, punctuation, one wrong letter), recurs at the same edge on
  at least three pages near each other: heads may alternate left and right or change by chapter;
- it is a single number that is the page's label, or in step with the pages around it;
- the engine labelled it as a page header, footer or number, it is one short line, and the page has
  other text.

The first occurrence of a heading is kept. Displayed formulas, table rows and lines that begin in
lower case are never candidates. In doubt a line is kept.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Literal

from ocr_service.library.pages import PageRecord, Region
from ocr_service.text.numerals import is_number, number_value, outer_numbers, without_marks, words

__all__ = ["RunningHeads", "find_running_heads", "page_markdown"]

Edge = Literal["top", "bottom"]
_Key = tuple[Edge, str, str]  # letters and numbers of a line at an edge

_ZONE = 0.14  # share of the page, at its top and bottom, where running lines have their middle
_LONGEST = 80  # characters of a running line
_PAGES = 3  # pages on which a line must recur
_APART = 4  # pages: how far apart two neighbours of one running head may be (openings, figures)
_LARGER = 1.4  # a line so much taller than its recurrences is the heading they repeat
_RUNNING_LABELS = frozenset({"page_header", "page_footer", "page_number"})
_HEADING_LABELS = frozenset({"title", "section_header", "sub_title"})
_NEVER_LABELS = frozenset({"equation", "table", "image", "code", "caption", "footnote"})

_NUMBER = re.compile(r"[-–—\[·.\s]*(\d{1,4}|[ivxlcdm]{1,8})[-–—\]·.\s]*", re.IGNORECASE)
_NEVER = re.compile(r"\||\$\$|\\\[|\\\]|\\begin|```|~~~|!\[|<table|[-*+]\s|.*[=<>≤≥∫∑]")
_CAPTION = re.compile(
    r"(?:fig|figure|table|plate|theorem|lemma|corollary|proposition|definition)s?\.?\s*\d",
    re.IGNORECASE,
)
# Characters that OCR confuses in a running head.
_ALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "8": "b", "|": "l"})


@dataclass(frozen=True, slots=True)
class RunningHeads:
    """The running lines of a book: edge and text, by page index."""

    lines: Mapping[int, frozenset[tuple[Edge, str]]] = field(default_factory=dict)

    def is_running(self, page_index: int, edge: Edge, text: str) -> bool:
        """Return whether a line at an edge of a page (0-based index) is a running line."""
        return (edge, text) in self.lines.get(page_index, ())


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A line at an edge of a page. `place` is the index of its region, or of its line."""

    page_index: int
    edge: Edge
    place: int
    text: str
    heading: bool = False
    labelled: bool = False
    height: float = 0.0


def find_running_heads(records: Sequence[PageRecord]) -> RunningHeads:
    """Find a book's running heads, feet and page numbers from all its pages, in any order."""
    ordered = sorted(records, key=lambda record: record.page_index)
    candidates = [candidate for record in ordered for candidate in _candidates(record)]
    found = [*_recurring(candidates), *_numbers(candidates, ordered), *_labelled(ordered)]
    lines: defaultdict[int, set[tuple[Edge, str]]] = defaultdict(set)
    for candidate in found:
        lines[candidate.page_index].add((candidate.edge, candidate.text))
    return RunningHeads({index: frozenset(texts) for index, texts in lines.items()})


def page_markdown(record: PageRecord, heads: RunningHeads) -> str:
    """Return a page's markdown without its running lines.

    The texts of the regions, joined by blank lines; for a record without regions, `raw` without
    the running lines at its very top and bottom. May be empty.
    """
    running = {
        candidate.place
        for candidate in _candidates(record)
        if heads.is_running(record.page_index, candidate.edge, candidate.text)
    }
    if record.regions:
        kept = (region.text for i, region in enumerate(record.regions) if i not in running)
        return "\n\n".join(text.strip("\n") for text in kept if text.strip())
    lines = record.raw.splitlines()
    places = [i for i, line in enumerate(lines) if line.strip()]
    dropped = set(_outermost(places, running)) | set(_outermost(places[::-1], running))
    if not dropped:
        return record.raw.strip("\n")
    return "\n".join(line for i, line in enumerate(lines) if i not in dropped).strip("\n")


def _outermost(places: Iterable[int], running: set[int]) -> Iterator[int]:
    """Yield running lines from an edge inwards, up to the first line that is not one."""
    for place in places:
        if place not in running:
            return
        yield place


# -------------------------------------------------------------------------------- candidates


def _candidates(record: PageRecord) -> Iterator[_Candidate]:
    if not record.regions:
        yield from _raw_candidates(record)
        return
    for place, region in enumerate(record.regions):
        edge = _edge(region)
        text = region.text.strip()
        if edge is None or not _possible(text, region.label):
            continue
        yield _Candidate(
            record.page_index,
            edge,
            place,
            text,
            heading=text.startswith("#") or region.label in _HEADING_LABELS,
            labelled=region.label in _RUNNING_LABELS,
            height=region.box[3] - region.box[1],
        )


def _raw_candidates(record: PageRecord) -> Iterator[_Candidate]:
    lines = record.raw.splitlines()
    places = [i for i, line in enumerate(lines) if line.strip()]
    edges: list[tuple[Edge, int]] = [("top", i) for i in places[:2]]
    edges += [("bottom", i) for i in places[2:][-2:]]
    for edge, place in edges:
        text = lines[place].strip()
        if _possible(text, ""):
            yield _Candidate(record.page_index, edge, place, text, heading=text.startswith("#"))


def _edge(region: Region) -> Edge | None:
    """Return the edge in whose zone the middle of a region lies."""
    middle = (region.box[1] + region.box[3]) / 2
    if middle <= _ZONE:
        return "top"
    return "bottom" if middle >= 1 - _ZONE else None


def _possible(text: str, label: str) -> bool:
    """Return whether a text may be a running line."""
    if not text or len(text) > _LONGEST or "\n" in text or label in _NEVER_LABELS:
        return False
    if label in _RUNNING_LABELS or _NUMBER.fullmatch(text):
        return True
    return not _NEVER.match(text) and not _CAPTION.match(without_marks(text))


# --------------------------------------------------------------------------------- recurring


def _recurring(candidates: Sequence[_Candidate]) -> Iterator[_Candidate]:
    """Yield the lines that recur at the same edge of pages near each other."""
    once: list[tuple[_Key, _Candidate]] = []
    near: dict[_Key, list[tuple[int, int]]] = defaultdict(list)
    for key, members in _grouped(candidates).items():
        for run in _runs(members):
            if len({one.page_index for one in run}) < _PAGES:
                once += [(key, one) for one in run if not one.heading]
                continue
            yield from _without_heading(run)
            for form in _one_less(key):
                near[form].append((run[0].page_index - _APART, run[-1].page_index + _APART))
    for key, one in once:  # one letter read wrongly
        spans = (span for form in _one_less(key) for span in near.get(form, ()))
        if any(start <= one.page_index <= end for start, end in spans):
            yield one


def _grouped(candidates: Sequence[_Candidate]) -> dict[_Key, list[_Candidate]]:
    """Group candidates with the same letters and numbers at the same edge.

    Page numbers do not count: "12 LIMITS" and "14 LIMITS" are one head, but "Chapter 1" and
    "Chapter 2" are two headings.
    """
    alike: defaultdict[tuple[Edge, str], list[_Candidate]] = defaultdict(list)
    for candidate in candidates:
        letters = "".join(word for word in words(candidate.text) if not is_number(word))
        if len(letters) >= 2 and (candidate.labelled or _begins_like_a_title(candidate.text)):
            alike[candidate.edge, letters.translate(_ALIKE)].append(candidate)
    groups: defaultdict[_Key, list[_Candidate]] = defaultdict(list)
    for (edge, letters), members in alike.items():
        steps = Counter(
            number_value(word) - one.page_index
            for one in members
            for word in outer_numbers(one.text)
        )
        for one in members:
            paged = [
                word
                for word in outer_numbers(one.text)
                if steps[number_value(word) - one.page_index] >= _PAGES
            ]
            own = [word for word in words(one.text) if is_number(word) and word not in paged]
            groups[edge, letters, " ".join(own)].append(one)
    return groups


def _begins_like_a_title(text: str) -> bool:
    first = next((char for char in without_marks(text) if char.isalpha()), "")
    return bool(first) and not first.islower()


def _runs(members: Sequence[_Candidate]) -> Iterator[list[_Candidate]]:
    """Split a text's occurrences, in page order, where too many pages lie between two."""
    run: list[_Candidate] = []
    for one in members:
        if run and one.page_index - run[-1].page_index > _APART:
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def _without_heading(run: list[_Candidate]) -> list[_Candidate]:
    """Return the occurrences without the first if that is the heading which the others repeat."""
    first, others = run[0], run[1:]
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


# ----------------------------------------------------------------------------------- numbers


def _numbers(
    candidates: Sequence[_Candidate], records: Sequence[PageRecord]
) -> Iterator[_Candidate]:
    """Yield single numbers that are the page's label or in step with the page's index."""
    labels = {record.page_index: record.page_label.casefold() for record in records}
    steps: defaultdict[tuple[bool, int], list[_Candidate]] = defaultdict(list)
    for candidate in candidates:
        found = _NUMBER.fullmatch(without_marks(candidate.text))
        if not found:
            continue
        number = found[1].casefold()
        if number == labels[candidate.page_index]:
            yield candidate
        if is_number(number):
            step = number_value(number) - candidate.page_index
            steps[number.isdecimal(), step].append(candidate)
    for members in steps.values():
        if len({one.page_index for one in members}) >= _PAGES:
            yield from members


# ---------------------------------------------------------------------------------- labelled


def _labelled(records: Sequence[PageRecord]) -> Iterator[_Candidate]:
    """Yield what an engine labelled as running, on pages that have other text."""
    for record in records:
        texts = sum(bool(region.text.strip()) for region in record.regions)
        labelled = [one for one in _candidates(record) if one.labelled]
        if texts > len(labelled):
            yield from (one for one in labelled if not one.heading)
