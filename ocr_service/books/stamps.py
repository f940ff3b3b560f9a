"""Finds stamps and watermarks: one line that stands at one place of nearly every page. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from ocr_service.books.edge_lines import EdgeLine, is_slide
from ocr_service.library.pages import PageRecord

__all__ = ["find_stamps"]

_LEAST_PAGES = 3
_MANY_PAGES = 8  # with so many, some may be without the stamp
_SHARE = 0.8  # of many pages
_LEAST_LETTERS = 3
_SAME_PLACE = 0.012  # of the page's width and height


def find_stamps(lines: Sequence[EdgeLine], records: Sequence[PageRecord]) -> Iterator[EdgeLine]:
    """Yield the lines that are the same at the same place of all pages of a book.

    Of a book with many pages some may lack them. What the steps of one slide have in common is no
    stamp: it must stand on three slides with different titles. A heading at the top of all pages
    stays on the first. Pages without regions have no places, and no stamps.
    """
    written = [record.page_index for record in records if record.regions]
    slides = {record.page_index: record for record in records if is_slide(record)}
    groups: defaultdict[str, list[EdgeLine]] = defaultdict(list)
    for line in lines:
        title = line.heading and line.edge == "top" and line.page_index in slides
        if line.box is not None and line.is_text and not title and not line.introduces:
            groups[" ".join(line.text.split())].append(line)
    needed = len(written) if len(written) < _MANY_PAGES else _SHARE * len(written)
    for text, members in groups.items():
        if len(members) < max(_LEAST_PAGES, needed) or not _may_be_stamp(text):
            continue
        alike = _at_one_place(members)
        pages = [line.page_index for line in alike]
        if len(_different(text, pages, slides)) < _LEAST_PAGES:
            continue
        if pages and len(set(pages)) >= max(_LEAST_PAGES, needed, (pages[-1] - pages[0]) / 2):
            yield from alike[1:] if alike[0].heading and alike[0].edge == "top" else alike


def _different(
    text: str, pages: Sequence[int], slides: Mapping[int, PageRecord]
) -> set[tuple[int, str]]:
    """Return what tells pages with a line apart: of slides their first other line."""
    found = set()
    for index in pages:
        regions = slides[index].regions if index in slides else ()
        first = next((one.text for one in regions if " ".join(one.text.split()) != text), "")
        found.add((-1, first) if index in slides else (index, ""))
    return found


def _may_be_stamp(text: str) -> bool:
    """Exclude numbers, and words that go on from a line before: a small letter, but in "www."."""
    plain = text.lstrip("#*_ ")
    has_words = sum(char.isalpha() for char in plain) >= _LEAST_LETTERS
    return has_words and (not plain[0].islower() or "." in plain.split()[0])


def _at_one_place(lines: Sequence[EdgeLine]) -> list[EdgeLine]:
    """Return the lines at the place where most of them stand."""
    boxes = [line.box for line in lines if line.box]
    x, y = median(box[0] for box in boxes), median(box[1] for box in boxes)
    return [
        line
        for line in lines
        if line.box and abs(line.box[0] - x) < _SAME_PLACE and abs(line.box[1] - y) < _SAME_PLACE
    ]
