"""Mends the headings of a book by the type of all its pages. Pure.

A reader sees one page. Over the book, words in the size of the body that are neither bold nor in
capitals are no heading; a short line in the type of its headings is one; two lines of one type, one
below the other, are one heading; and a line that runs on into its paragraph is a heading up to its
full stop.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import replace

from ocr_service.books.sections.contents import LEADS_TO_PAGE, with_contents
from ocr_service.books.sections.gaps import with_gaps_filled, with_next_numbers
from ocr_service.books.sections.headings import PagePart, body_size, title_of
from ocr_service.books.sections.known_titles import with_index_letters, with_known_titles
from ocr_service.books.sections.numbering import HeadingKind, heading_number, section_number
from ocr_service.books.sections.stray_numbers import without_stray_numbers
from ocr_service.common.boxes import hull

__all__ = ["mended"]

_LONGEST = 120  # characters of a line that becomes a heading
_LARGER = 1.08  # times the body's size
_CLASS = 3  # headings of a type that make a line in it a heading
_LETTERS = 4  # of a line that becomes a heading
_GAP = 1.1  # times their type size: the most that lies between two lines of one heading, in points
_RUN_IN = re.compile(r"(?P<title>.{0,12}?[^\W\d_]{3,}.*?[^\W\d_]{3,}[.:])\s+(?P<rest>[^\W\d_].*)")
_ENDS = (".", "?", "!", ":", ")")
# What is labelled as a running head and kept is none.
_TEXT = frozenset(
    {"text", "list_item", "footnote", "caption", "title", "section_header", "page_header"}
)

_Type = tuple[HeadingKind, int, float, bool]  # kind, depth, size, bold


def mended(
    pages: Sequence[Sequence[PagePart]],
    heights: Sequence[float],
    unsure: Container[int] = (),
) -> list[list[PagePart]]:
    """Return the parts of all pages with their headings mended.

    Args:
        pages: the parts of each page.
        heights: of the pages, in points; 0 where they are not known.
        unsure: pages (0-based) where nothing becomes a heading that is none yet: slides.
    """
    body = body_size(pages)
    sound = without_stray_numbers(
        [_split([_without_false(part, body) for part in parts]) for parts in with_contents(pages)]
    )
    found = without_stray_numbers(_with_missed(sound, body, unsure))
    complete = with_known_titles(with_next_numbers(with_gaps_filled(found), body))
    complete = with_index_letters(_with_slide_titles(complete, unsure))
    return [_joined(parts, height, body) for parts, height in zip(complete, heights, strict=True)]


# ------------------------------------------------------------------------------ false headings


def _without_false(part: PagePart, body: float) -> PagePart:
    """Make a heading that is set like the body a paragraph, if its type is known."""
    if not part.level or not part.size or not body:
        return part
    title = title_of(part.text)
    if "。" in title or title.endswith(("：", "，", "；")):
        return part.as_text()
    distinct = part.size > 1.03 * body or part.bold or title.isupper()
    numbered = heading_number(title).kind not in {HeadingKind.PLAIN, HeadingKind.STATEMENT}
    formula = part.size < _LARGER * body and "\\(" in title and not numbered
    spoken = title.endswith((":", ",", ";")) or formula
    if distinct and not (spoken and not part.bold):
        return part
    centred = part.box is not None and abs(part.box[0] + part.box[2] - 1) < 0.03
    short = part.box is not None and part.box[2] - part.box[0] < 0.6
    if not spoken and (numbered or (centred and short)):
        return part
    return part.as_text()


def _split(parts: Sequence[PagePart]) -> list[PagePart]:
    """Part run-in headings from their sentence: "63. On limits. A. The" and "sum of ..."."""
    result: list[PagePart] = []
    parts = [one for part in parts for one in _sections(part)]
    for index, part in enumerate(parts):
        after = parts[index + 1] if index + 1 < len(parts) else None
        number = heading_number(part.text).length if part.level else 0
        found = _RUN_IN.match(part.text, number) if part.level else None
        goes_on = after is not None and after.label == "text" and after.text[:1].islower()
        if found is None or not goes_on or part.text.endswith(_ENDS):
            result.append(part)
            continue
        title = part.text[: found.end("title")]
        result += [replace(part, text=title), replace(part, text=found["rest"]).as_text()]
    return result


def _sections(part: PagePart) -> list[PagePart]:
    """Part a section from its first subsection on one line: "4 Limits 4.1 Sums"."""
    number = ".".join(map(str, section_number(part.text))) if part.level else ""
    inner = number and re.search(rf"\s{re.escape(number)}\.1\.?\s+(?=[^\W\d_])", part.text)
    if not inner:
        return [part]
    unsized = replace(part, size=0.0)  # whose of the two the size is cannot be told
    titles = part.text[: inner.start()], part.text[inner.start() :].strip()
    return [replace(unsized, text=title) for title in titles]


def _joined(parts: Sequence[PagePart], height: float, body: float) -> list[PagePart]:
    """Join two lines of one heading: of one type, and one directly below the other."""
    result: list[PagePart] = []
    for part in parts:
        before = result[-1] if result else None
        if before is not None and _is_second_line(before, part, height, body):
            hyphen = before.text.endswith("-") and part.text[:1].islower()
            text = before.text[:-1] + part.text if hyphen else f"{before.text} {part.text}"
            box = hull([before.box, part.box]) if before.box and part.box else before.box
            result[-1] = replace(before, text=text, box=box)
        else:
            result.append(part)
    return result


def _is_second_line(before: PagePart, part: PagePart, height: float, body: float) -> bool:
    if not (before.level and before.size and before.box and part.box):
        return False
    if not part.level and not _may_go_on(before, part, body):
        return False
    alike = abs(before.size - part.size) < 0.02 * before.size and before.bold == part.bold
    gap = (part.box[1] - before.box[3]) * height
    if not alike or not 0 < gap < _GAP * part.size or before.text.endswith((".", "?", "!")):
        return False
    numbers = heading_number(before.text), heading_number(part.text)
    return numbers[1].kind is HeadingKind.PLAIN and numbers[0].kind is not HeadingKind.STATEMENT


def _may_go_on(before: PagePart, part: PagePart, body: float) -> bool:
    """Tell whether a text is set like no other: large, or bold below the words after a number."""
    if part.label != "text" or len(part.text) >= _LONGEST or not (before.box and part.box):
        return False
    hangs = heading_number(before.text).length and part.box[0] > before.box[0] + 0.01
    return part.size > _LARGER * body > 0 or bool(part.bold and before.bold and hangs)


# ----------------------------------------------------------------------------- missed headings


def _with_missed(
    pages: Sequence[Sequence[PagePart]], body: float, unsure: Container[int]
) -> list[list[PagePart]]:
    """Make short lines in the type of the book's headings headings."""
    types = Counter(_type(part) for parts in pages for part in parts if part.level and part.size)
    levels = {_type(part): part.level for parts in pages for part in parts if part.level}
    known = {kind for kind, count in types.items() if count >= _CLASS and _is_distinct(kind, body)}
    return [
        [
            part.as_heading(levels[_type(part)])
            if page_index not in unsure and _type(part) in known and _may_be_heading(part)
            else part
            for part in parts
        ]
        for page_index, parts in enumerate(pages)
    ]


def _with_slide_titles(
    pages: Sequence[Sequence[PagePart]], slides: Container[int]
) -> list[list[PagePart]]:
    """Make first lines in the type of most titles of slides titles too."""
    firsts = [parts[0] for index, parts in enumerate(pages) if parts and index in slides]
    types = Counter((round(one.size), one.bold) for one in firsts if one.level and one.size)
    usual, count = types.most_common(1)[0] if types else (None, 0)
    result = [list(parts) for parts in pages]
    if 2 * count <= len(firsts):
        return result
    for index, parts in enumerate(result):
        first = parts[0] if parts and index in slides else None
        if first and (round(first.size), first.bold) == usual and _may_be_heading(first):
            parts[0] = first.as_heading(1)
    return result


def _type(part: PagePart) -> _Type:
    number = heading_number(title_of(part.text))
    return number.kind, number.depth, round(part.size), part.bold


def _is_distinct(kind: _Type, body: float) -> bool:
    """Tell whether a type is a heading's, and not that of other text as well."""
    numbered = kind[0] <= HeadingKind.PARAGRAPH
    return bool(body) and (kind[2] > _LARGER * body or (numbered and kind[3]))


def _may_be_heading(part: PagePart) -> bool:
    if part.level or part.label not in _TEXT or "\n" in part.text or len(part.text) > _LONGEST:
        return False
    text = title_of(part.text)
    if not text or "。" in text:
        return False
    number = heading_number(text)
    ends = (";", ":") if number.length else (",", ";", ":")
    return (
        (sum(map(_letters_of, text)) >= _LETTERS or number.depth > 1)
        and not text[0].islower()
        and not text.endswith(ends)
        and (number.depth > 1 or not LEADS_TO_PAGE.match(text))
    )


def _letters_of(char: str) -> int:
    """Return how many letters a character counts: ideographs are syllables or words."""
    return char.isalpha() * (2 if char > "\u3040" else 1)
