"""Finds the running heads and feet that a page's reader labelled so. Pure.

In doubt they are kept: headings, sentences, years, and large type that stands once, the title of a
chapter at the top of its page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from statistics import median

from ocr_service.books.edge_lines import EdgeLine
from ocr_service.books.page_numbers import number_line
from ocr_service.library.pages import PageRecord
from ocr_service.text.numerals import without_marks

__all__ = ["is_sentence", "labelled_lines"]

_LARGE = 1.3  # times the size of the text: a line at the top that stands once is a heading
_BEYOND = 5  # times the pages of a book: no number of a page of it
_TITLE_WORDS = 0.5  # share of the words of a title that begin with a capital letter


def labelled_lines(
    lines: Sequence[EdgeLine], records: Sequence[PageRecord], slides: Container[int]
) -> Iterator[EdgeLine]:
    """Yield what an engine labelled as running, on pages that have other text, but for slides."""
    texts = {
        record.page_index: sum(bool(region.text.strip()) for region in record.regions)
        for record in records
    }
    by_page: defaultdict[int, list[EdgeLine]] = defaultdict(list)
    for line in lines:
        if line.labelled:
            by_page[line.page_index].append(line)
    large = _LARGE * _text_size(records)
    for page_index, labelled in by_page.items():
        if texts[page_index] > len(labelled) and page_index not in slides:
            for one in labelled:
                if _is_running_line(one, len(records)) and not 0 < large < one.size:
                    yield one


def _text_size(records: Sequence[PageRecord]) -> float:
    """Return the usual type size of paragraphs; 0 if it is not known."""
    sizes = [
        region.size
        for record in records
        for region in record.regions
        if region.size and region.label == "text"
    ]
    return median(sizes) if sizes else 0.0


def _is_running_line(line: EdgeLine, page_count: int) -> bool:
    """Exclude headings, sentences, and numbers that are no page of this book: 1914."""
    number = number_line(line.text)
    beyond = number is not None and number.value > _BEYOND * max(page_count, 100)
    return not (line.heading or beyond or is_sentence(line))


def is_sentence(line: EdgeLine) -> bool:
    """Tell whether a line is the words before a formula, "This gives", and no title."""
    found = [word for word in without_marks(line.text).split() if len(word) > 3]
    capitals = sum(not word[0].islower() for word in found)
    return line.introduces and capitals <= _TITLE_WORDS * len(found)
