"""Reads a page's own text with the readers that suit it, and keeps the best reading.

Evidence on the page sets the order in which the readers are tried. What each makes of the page is
checked against the page's words; the first reading that passes is kept, else the best.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ocr_service.common.errors import InputError
from ocr_service.engines.check.fidelity import PageWords, page_words
from ocr_service.engines.check.mathematics import is_mathematical_font, mathematical_signs
from ocr_service.engines.check.reading import Checked, check_reading
from ocr_service.engines.choose import Reader, is_mathematical, readers_in_order
from ocr_service.engines.combine import with_formulas, with_tables
from ocr_service.engines.layout.ink import Ink, page_ink
from ocr_service.engines.layout.line_numbers import without_margin_numbers
from ocr_service.engines.layout.markup import remove_markup
from ocr_service.engines.layout.page_text import LayerText, read_page_text
from ocr_service.engines.layout.plain import read_plain_text
from ocr_service.engines.layout.table_signs import ruled_tables
from ocr_service.engines.layout.text_layer import read_text_layer
from ocr_service.engines.layout.verdict import TextVerdict, judge
from ocr_service.engines.typeset.page import LEAST_CONFIDENCE, TypesetPage, read_typeset
from ocr_service.library.pages import PageStatus, Region
from ocr_service.pdf.document import Document, OutlineEntry

__all__ = ["Reading", "TextPage", "read_text"]

_HIDDEN = "read without its mathematics: the text lies under a picture, as that of OCR tools does"
_MAX_LAYOUT_CHARS = 20_000  # the analysis takes half a minute over 50,000; books have 3,000
_MAX_LAYOUT_PATHS = 5_000
_NAMELESS = re.compile("[\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff]")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was made of one page; `engine` names the reader that was used."""

    status: PageStatus
    engine: str
    regions: tuple[Region, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class TextPage:
    """One page (0-based index) with what its readers share.

    `notes` tell what was taken from the page before it was read.
    """

    document: Document
    page_index: int
    outline: Sequence[OutlineEntry]
    ink: Ink
    text: LayerText
    notes: tuple[str, ...] = ()

    @classmethod
    def look(cls, document: Document, page_index: int, outline: Sequence[OutlineEntry]) -> TextPage:
        """Look at a page.

        Raises:
            InputError: The page cannot be read.
        """
        remove_markup(document, page_index)
        text = read_page_text(document, page_index, is_mathematical_font)
        numbers = without_margin_numbers(document, page_index, text)
        if numbers:
            text = read_page_text(document, page_index, is_mathematical_font)
        notes = (f"numbers of lines in the margin, left out: {numbers}",) if numbers else ()
        ink = page_ink(document, page_index)
        return cls(document, page_index, outline, ink, text, notes)

    @cached_property
    def plain(self) -> str:
        """The page's text, line by line."""
        return self.text.text

    @cached_property
    def verdict(self) -> TextVerdict:
        """What the text layer is worth."""
        return judge(self.plain, self.ink)

    @property
    def is_hidden(self) -> bool:
        """Whether most of the text lies under a picture."""
        return self.ink.hidden_share > 0.5

    @cached_property
    def is_mathematical(self) -> bool:
        """Whether the page is set in fonts for mathematics, or those of TeX."""
        return is_mathematical(self.text)

    @cached_property
    def may_have_formulas(self) -> bool:
        """Whether a formula on the page may be one."""
        return self.is_mathematical or mathematical_signs(self.plain)

    @cached_property
    def words(self) -> PageWords:
        """The words that a reading is checked against."""
        lines = [[line.prose for line in column] for column in self.text.columns()]
        formulas = self.plain if self.may_have_formulas else ""
        return page_words(lines, formulas, with_numbers=not self.may_have_formulas)

    @cached_property
    def typeset(self) -> TypesetPage:
        """What the typeset reader makes of the page."""
        return read_typeset(self.document, self.page_index, self.outline)

    @cached_property
    def layout(self) -> Sequence[Region]:
        """What layout analysis makes of the page."""
        return _by_layout(self)


def read_text(page: TextPage) -> Reading:
    """Read a page's own text with the readers that suit it, until one reading passes the check.

    Where none does, the best is kept; its notes say what is wrong with it. The reading has no
    regions if the page has no text.

    Raises:
        InputError: The page cannot be read.
    """
    tried: list[tuple[Reading, Checked]] = []
    why = [_HIDDEN] if page.is_hidden else []
    for reader in _readers(page):
        if reader is Reader.PLAIN and any(not checked.faults for _, checked in tried):
            continue  # it knows no headings and no tables
        reading = _read_with(reader, page)
        if not reading.regions:
            why += reading.notes
            continue
        checked = check_reading(
            reading.regions,
            page.words,
            may_have_formulas=page.may_have_formulas,
            mathematical=page.is_mathematical,
        )
        if reader is not Reader.TYPESET:
            # The others copy words from the file. What they have beyond the page's own words is
            # text that MuPDF replaces by the /ActualText of a tagged file.
            checked = replace(checked, fidelity=replace(checked.fidelity, invented=()))
        tried.append((reading, checked))
        if checked.is_sure:
            break
    if not tried:
        return Reading(PageStatus.OK, str(Reader.PLAIN), (), tuple(why))
    reading, checked = max(tried, key=lambda one: _rank(page, one[1]))
    if reading.engine == Reader.TYPESET:
        why = []  # others that failed took nothing with them
    why += _lost_formulas(tried, checked.formulas)
    return replace(reading, notes=(*why, *page.notes, *reading.notes, *checked.faults))


def _lost_formulas(tried: Sequence[tuple[Reading, Checked]], kept: int) -> list[str]:
    """Say how many formulas went with the typeset reader's reading, and what was wrong with it."""
    return [
        f"{checked.formulas - kept} of {checked.formulas} formulas are read as plain text, for the "
        f"typeset reader's page has faults: {'; '.join(checked.faults)}"
        for reading, checked in tried
        if reading.engine == Reader.TYPESET and checked.formulas > kept
    ]


def _rank(page: TextPage, checked: Checked) -> tuple[bool, float]:
    """Return a key to compare readings by: one that passes is better than one that does not.

    On a page of mathematics a reading with its formulas and a few words less may be the better one.
    """
    return (page.is_mathematical or not checked.faults, checked.score)


def _readers(page: TextPage) -> tuple[Reader, ...]:
    if page.is_hidden:
        return (Reader.LAYOUT, Reader.PLAIN)
    return readers_in_order(page.text, page.ink)


def _read_with(reader: Reader, page: TextPage) -> Reading:
    """Return what one reader makes of a page; without regions if the page is not for it."""
    if reader is Reader.TYPESET:
        return _by_typeset(page)
    if reader is Reader.PLAIN:
        return _without_nameless(reader, read_plain_text(page.text))
    return _without_nameless(reader, _with_formulas(page))


def _by_typeset(page: TextPage) -> Reading:
    found = page.typeset
    if found.regions and found.confidence >= LEAST_CONFIDENCE:
        notes = (found.doubt,) if found.doubt else ()
        regions = found.regions
        of_office = bool(page.text.symbols) and page.is_mathematical  # its tables have few rules
        if of_office or ruled_tables(page.ink, page.text):
            regions = tuple(with_tables(regions, page.layout))
        return Reading(PageStatus.OK, str(Reader.TYPESET), regions, notes)
    doubt = found.doubt or "no character was found"
    note = f"read without its mathematics: {doubt}"
    return Reading(PageStatus.OK, str(Reader.TYPESET), (), (note,))


def _with_formulas(page: TextPage) -> Sequence[Region]:
    """Return the regions of the layout analysis, with formulas where the page has any."""
    if page.is_hidden or not page.is_mathematical or not page.layout:
        return page.layout
    return with_formulas(page.layout, page.typeset.regions, page.text)


def _by_layout(page: TextPage) -> Sequence[Region]:
    """Return the regions of the layout analysis; none if the page is too large for it."""
    paths = len(page.ink.rules) + len(page.ink.drawings)
    if page.text.fonts.total() > _MAX_LAYOUT_CHARS or paths > _MAX_LAYOUT_PATHS:
        return ()
    try:
        return read_text_layer(page.document, page.page_index, page.outline, page.ink)
    except InputError as error:
        logger.warning("%s; read without its layout", error)
        return ()


def _without_nameless(reader: Reader, regions: Sequence[Region]) -> Reading:
    """Leave out glyphs that no Unicode character stands for, such as pieces of tall brackets."""
    lost = sum(len(_NAMELESS.findall(region.text)) for region in regions)
    if not lost:
        return Reading(PageStatus.OK, str(reader), tuple(regions))
    cleaned = tuple(replace(region, text=_NAMELESS.sub("", region.text)) for region in regions)
    note = f"glyphs without a Unicode character, left out: {lost}"
    return Reading(PageStatus.OK, str(reader), cleaned, (note,))
