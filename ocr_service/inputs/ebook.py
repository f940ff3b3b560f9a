"""Reads an EPUB as pages of markdown: the printed pages if it marks them, else parts of chapters.

An e-book flows; how many pages it has depends on who shows it. If the publisher has marked where
the pages of the printed book begin, these are the pages, with the printed labels. Otherwise each
chapter is cut into parts at headings and paragraphs, always at the same places, and the first page
has a note that these are no printed pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocr_service.common.errors import InputError
from ocr_service.inputs.ebook_package import Chapter, open_package, types_of
from ocr_service.inputs.mathml import latex_of
from ocr_service.inputs.regular import open_regular
from ocr_service.inputs.text_pages import ImportedBook, ImportedPage

if TYPE_CHECKING:
    from bs4 import Tag
    from markdownify import MarkdownConverter

__all__ = ["read_ebook"]

_PART = 2_500  # characters, from which on a part ends at the next paragraph
_LEAST_PART = 1_000  # from which on it ends at a heading
_LEAST_MARKS = 2  # printed pages
_BEGIN, _END = "\ue000", "\ue001"  # around the label of a page that begins there
_MARK = re.compile(f"{_BEGIN}([^{_END}]*){_END}")
_HEADING = re.compile(r"#{1,6} ")
_LINES = re.compile(r"\n{3,}")


def read_ebook(path: Path) -> ImportedBook:
    """Return the title, authors, language and pages of an EPUB.

    Raises:
        InputError: it is no EPUB, damaged, locked, or without text.
        OSError: it cannot be read.
    """
    with open_regular(path) as file:
        package = open_package(path, file)
        try:
            chapters = [_markdown(chapter) for chapter in package.chapters()]
        except RecursionError:
            raise InputError(f"{path}: its elements are nested too deeply; leave it out") from None
    text = "\n\n".join(chapters)
    if not _MARK.sub("", text).strip():
        raise InputError(f"{path}: this EPUB has no text, only pictures perhaps; leave it out")
    if len(_MARK.findall(text)) >= _LEAST_MARKS:
        pages = _printed_pages(text)
    else:
        pages = _parts([_MARK.sub("", chapter) for chapter in chapters])
    return ImportedBook(tuple(pages), package.title, package.authors, package.language)


def _printed_pages(text: str) -> list[ImportedPage]:
    first, *others = _MARK.split(text)
    pages = [ImportedPage(first.strip(), "cover")] if first.strip() else []
    for label, page in zip(others[::2], others[1::2], strict=True):
        pages.append(ImportedPage(page.strip(), label))
    return pages


def _parts(chapters: Sequence[str]) -> list[ImportedPage]:
    texts = [part for chapter in chapters for part in _cut(chapter)]
    note = (
        "the e-book does not say where printed pages begin: its pages here are parts of chapters, "
        "and their numbers are not printed anywhere"
    )
    return [
        ImportedPage(text, str(number), (note,) if number == 1 else ())
        for number, text in enumerate(texts, 1)
    ]


def _cut(chapter: str) -> Iterator[str]:
    """Yield the parts of a chapter; no paragraph, table or listing is cut."""
    part: list[str] = []
    size, in_code = 0, False
    for block in chapter.split("\n\n"):
        least = _LEAST_PART if _HEADING.match(block) else _PART
        if size >= least and not in_code:
            yield "\n\n".join(part).strip()
            part, size = [], 0
        part.append(block)
        size += len(block)
        in_code ^= block.count("```") % 2 == 1
    rest = "\n\n".join(part).strip()
    if rest:
        yield rest


def _markdown(chapter: Chapter) -> str:
    """Return a chapter as markdown; a mark stands where a printed page begins."""
    soup = chapter.soup
    for tag in soup.find_all(["head", "script", "style", "title"]):
        tag.decompose()
    for tag in soup.find_all(True):
        page = chapter.page_ids.get(str(tag.get("id", "")))
        if {"pagebreak", "doc-pagebreak"} & types_of(tag):
            tag.replace_with(_mark(page or _label(tag)))
        elif page is not None:
            tag.insert_before(_mark(page))
    body = soup.find("body") or soup
    text: str = _converter().convert_soup(body)
    return _LINES.sub("\n\n", text).strip()


def _mark(label: str) -> str:
    return f"{_BEGIN}{label[:40]}{_END}"


def _label(tag: Tag) -> str:
    """Return the label of the page that an element begins: its title, its text, or its id."""
    for text in (tag.get("title"), tag.get("aria-label"), tag.get_text(" ", strip=True)):
        if text:
            return str(text).strip(" .").removeprefix("Page ").removeprefix("page ")
    number = re.search(r"([0-9]+|[ivxlc]+)$", str(tag.get("id", "")))
    return number[1] if number else ""


def _converter() -> MarkdownConverter:
    """Return markdownify's converter with formulas as LaTeX, and links and pictures as in books."""
    from markdownify import ATX, MarkdownConverter

    class BookConverter(MarkdownConverter):
        def convert_math(self, el: Tag, text: str, parent_tags: Any) -> str:  # noqa: ARG002
            latex = latex_of(el)
            if el.get("display") == "block":
                return f"\n\n\\[{latex}\\]\n\n"
            return rf"\({latex}\)" if latex else ""

        def convert_a(self, el: Tag, text: str, parent_tags: Any) -> str:  # noqa: ARG002
            return text

        def convert_img(self, el: Tag, text: str, parent_tags: Any) -> str:  # noqa: ARG002
            return f"![{' '.join(str(el.get('alt') or '').split())}](figure)"

        def escape(self, text: str, parent_tags: Any) -> str:  # noqa: ARG002
            return text.replace("$", r"\$")

    return BookConverter(heading_style=ATX, bullets="-", table_infer_header=True)
