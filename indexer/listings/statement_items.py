r"""Lists the statements of a book: theorems, definitions, examples, exercises, figures, sections.

`indexer.passages.statements` finds those that a paragraph announces with a kind and a number. More
are found here, where the whole book is known: numbers before the kind ("4.2 Theorem"), statements
with a name instead of a number, numbered sections ("§ 78", "2.3 Parallel lines"), and the exercises
that are only numbered, under a heading such as "Exercises" or behind the words "Examples VII.".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from indexer.formulas.find import find_formulas
from indexer.listings.listing import StatementItem
from indexer.passages.blocks import BlockKind, MarkdownBlock, split_blocks
from indexer.passages.section_paths import SectionPaths
from indexer.passages.statements import KINDS, Statement, find_statements, first_words, kind_of_word
from ocr_service.library.pages import Page

__all__ = ["ITEM_KINDS", "statement_items"]

ITEM_KINDS = (*KINDS, "answer", "section", "chapter")
"""The kinds of items, in the order in which they are listed."""

_EMPHASIS = r"[*_]{0,3}"
_NUMBER = r"(?:[A-Z]|\d{1,3})(?:\.\d{1,4}){0,3}"
_NUMBER_FIRST = re.compile(
    rf"(?:#{{1,6}}[ \t]+)?{_EMPHASIS}(?P<number>{_NUMBER})\.?{_EMPHASIS}[ \t]+{_EMPHASIS}"
    rf"(?P<word>[^\W\d_]{{4,12}}){_EMPHASIS}(?:[ \t]?\((?P<name>[^()\n]{{2,80}})\))?"
    rf"(?P<end>{_EMPHASIS}[.:]|{_EMPHASIS}(?=\s*$|\n))"
)
_NAMED = re.compile(
    rf"(?:#{{1,6}}[ \t]+)?{_EMPHASIS}(?P<word>[^\W\d_]{{4,12}}){_EMPHASIS}"
    rf"(?:[ \t]?\((?P<name>[^()\n]{{2,80}})\))?(?P<end>{_EMPHASIS}[.:]{_EMPHASIS}|\*\*)(?=\s)"
)
_SECTION = re.compile(
    rf"(?:#{{1,6}}[ \t]+)?{_EMPHASIS}(?:§{{1,2}}\s?(?P<sign>{_NUMBER})|(?P<plain>\d{{1,3}}"
    rf"(?:\.\d{{1,3}}){{0,3}}))\.?{_EMPHASIS}[ \t]+(?P<title>[^\n]*)"
)
_CHAPTER = re.compile(
    r"(?:#{1,6}[ \t]+)(?:chapter|kapitel|chapitre|capítulo)\s+(?P<number>[IVXLC]+|\d{1,3})\b"
    r"[.:]?\s*(?P<title>[^\n]*)",
    re.IGNORECASE,
)
_GROUP = re.compile(
    rf"(?:#{{1,6}}[ \t]+)?{_EMPHASIS}(?:miscellaneous |misc\. |further )?(?P<word>exercises"
    r"|examples|problems|aufgaben|übungen|exercices|ejercicios)(?: (?:on|to) [^\n.]{2,60})?"
    rf"(?:[ \t]+(?P<number>[IVXLC]+|\d{{1,3}}(?:\.\d{{1,3}})?))?\.?{_EMPHASIS}(?P<rest>[^\n]*)",
    re.IGNORECASE,
)
_ONLY_NUMBER = re.compile(rf"{_EMPHASIS}\(?(?P<number>\d{{1,3}})[.)]{_EMPHASIS}[ \t]+(?=\S)")
_ANSWERS = re.compile(r"\b(?:answers|solutions|lösungen|réponses|soluciones)\b", re.IGNORECASE)
_IN_HEADING = re.compile(rf"§{{1,2}}\s?(?P<sign>{_NUMBER})\.?\s+(?P<title>[^\n]*)")
_ATTRIBUTION = re.compile(r"\(([*_]*[A-Z][^()\n]{2,60}?(?:1[5-9]|20)\d\d[^()\n]{0,20})\)\s*$")


def statement_items(pages: Sequence[Page]) -> Iterator[StatementItem]:
    """Yield the statements of a book, whose pages are given in order."""
    headings = SectionPaths()
    group = _Group()
    for page in pages:
        headings.turn_page(page)
        if page.overlay_of is not None:
            continue
        found: list[tuple[Statement, tuple[str, ...], str]] = []
        numbered = list(_equations(page))
        numbered += [each for each in find_statements(page.markdown) if each.kind != "equation"]
        blocks = split_blocks(page.markdown)
        for block in blocks:
            headings.pass_block(block)
            inside = [each for each in numbered if block.start <= each.start < block.end]
            more = [] if inside else _more(page.markdown, block)
            own = group.pass_block(page.markdown, block, stated=bool(inside or more))
            found += [(each, headings.path, "") for each in (*inside, *more)]
            answers = bool(own) and any(map(_ANSWERS.search, headings.path))
            own = [replace(each, kind="answer") for each in own] if answers else own
            found += [(each, headings.path, group.number) for each in own]
        yield from _items(page, blocks, found)


def _equations(page: Page) -> Iterator[Statement]:
    """Yield the numbered equations of a page."""
    for formula in find_formulas(page):
        if formula.number:
            start = formula.char_start
            yield Statement("equation", formula.number, "", formula.latex, start)


class _Group:
    """The list of exercises that the current block is in, if it is in one."""

    def __init__(self) -> None:
        self.number = ""
        self._next: int | None = None  # number of the next exercise; None outside a list

    def pass_block(self, markdown: str, block: MarkdownBlock, *, stated: bool) -> list[Statement]:
        """Go on to a block; return the exercise that it begins."""
        if block.kind in {BlockKind.BLANK, BlockKind.DISPLAY, BlockKind.TABLE, BlockKind.IMAGE}:
            return []
        place = block.start
        opens = _GROUP.match(markdown, block.start, block.end)
        heading = block.kind is BlockKind.HEADING
        if opens and (heading or opens["number"] or not opens["rest"].strip(" .:*_")):
            self.number, self._next = opens["number"] or "", 1
            place = opens.start("rest") + len(opens["rest"]) - len(opens["rest"].lstrip())
        elif heading or stated:
            self._next = None if heading else self._next
            return []
        if self._next is None:
            return []
        found = _ONLY_NUMBER.match(markdown, place, block.end)
        # Now and then a number is misread: lists go on two after the last.
        if found is None or not self._next <= int(found["number"]) <= self._next + 2:
            return []
        self._next = int(found["number"]) + 1
        text = first_words(markdown[found.end() : block.end])
        return [Statement("exercise", found["number"], "", text, place)]


def _more(markdown: str, block: MarkdownBlock) -> list[Statement]:
    """Return the statement that begins a block in another way than by a kind and a number."""
    if block.kind not in {BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.LIST_ITEM}:
        return []
    for pattern in (_NUMBER_FIRST, _NAMED):
        opens = pattern.match(markdown, block.start, block.end)
        kind = kind_of_word(opens["word"]) if opens else None
        if opens and kind and opens["word"][0].isupper():
            number = opens.groupdict().get("number") or ""
            text = first_words(markdown[opens.end() : block.end])
            return [Statement(kind, number, (opens["name"] or "").strip(), text, block.start)]
    return _headed(markdown, block)


def _headed(markdown: str, block: MarkdownBlock) -> list[Statement]:
    """Return the chapter or section that begins with a block."""
    heading = block.kind is BlockKind.HEADING
    if heading and (chapter := _CHAPTER.match(markdown, block.start, block.end)):
        title = first_words(chapter["title"])
        return [Statement("chapter", chapter["number"], title, "", block.start)]
    section = _SECTION.match(markdown, block.start, block.end)
    if heading and section is None:  # "The theory of proportion. § 13. Complex numbers"
        section = _IN_HEADING.search(markdown, block.start, block.end)
    if section is None or not (heading or section["sign"]):
        return []
    number = section["sign"] or section["plain"]
    return [Statement("section", number, first_words(section["title"]), "", block.start)]


def _items(
    page: Page,
    blocks: Sequence[MarkdownBlock],
    found: Sequence[tuple[Statement, tuple[str, ...], str]],
) -> Iterator[StatementItem]:
    """Yield statements with their ends: the next statement, heading, or the end of the page."""
    stops = {each.start for each, _, _ in found}
    stops |= {block.start for block in blocks if block.kind is BlockKind.HEADING}
    for each, section, group in found:
        later = [stop for stop in stops if stop > each.start]
        end = min(later, default=len(page.markdown))
        body = page.markdown[each.start : end].rstrip()
        source = _ATTRIBUTION.search(body) if each.kind in {"exercise", "example"} else None
        yield StatementItem(
            kind=each.kind,
            number=each.number,
            name=each.name,
            text=each.text,
            page=page.page_number,
            start=each.start,
            end=each.start + len(body),
            section=section,
            group=group,
            source=source[1].replace("*", "").strip("_ ") if source else "",
        )
