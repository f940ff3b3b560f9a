"""Chooses the title, authors, year and id of a book. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ocr_service.library.pages import storable
from ocr_service.library.sources import InputSource
from ocr_service.text.file_names import NamedFile, read_file_name
from ocr_service.text.imprint import printed_authors, printed_year
from ocr_service.text.slugs import slugify
from ocr_service.text.title_words import could_be_title, is_placeholder
from ocr_service.workers.tasks import SourceInfo

__all__ = ["Identity", "describe_pages", "first_heading", "free_id", "identify"]

_TITLE_PAGES = 6  # at the front
_SPARSE = 120  # words of a page at most, behind which a title page may still come
_MOST_LEVELS = 4  # of folders whose names say nothing

# What OCR tools and people call the folders and files that they put pages into.
_GENERIC = re.compile(
    r"^(?:(?:ocr|pdf|mmd|md|markdown|html|text|txt|images?|imgs?|jpe?g|png|tiff?|scans?|pages?|output|out|outputs"
    r"|results?|auto|vlm|document|full|combined|content|result_ori|seiten|bilder)[\s_-]*)+\d*$",
    re.IGNORECASE,
)
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)|<[^<>]{1,200}>")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_FORMULA = re.compile(r"\\\((.*?)\\\)|\$([^$]+)\$|\\\[(.*?)\\\]")
_GREEK_COMMAND = re.compile(r"\\(?:math\w+|text\w*|operatorname)\s*|[{}\\]")


@dataclass(frozen=True, slots=True)
class Identity:
    """How a book is called. `stem` is the part of its path that its id is made of."""

    stem: str
    title: str
    authors: tuple[str, ...]
    year: int | None


def describe_pages(texts: Sequence[str | None]) -> SourceInfo:
    """Return what an input that is text already says of itself."""
    labels = tuple(str(number) for number in range(1, len(texts) + 1))
    front = [text or "" for text in texts[:_TITLE_PAGES]]
    title, authors = first_heading(texts), printed_authors(front)
    return SourceInfo(title, authors, None, labels, printed_year(front))


def first_heading(texts: Sequence[str | None]) -> str | None:
    """Return the title on the first pages of markdown, or None if there is none.

    It is the first heading of the first level, if that could be a title. Behind the first page that
    is full of text, headings are of chapters.
    """
    for text in texts[:_TITLE_PAGES]:
        match = re.search(r"^# +(\S.{1,300})$", text or "", re.MULTILINE)
        if match:
            title = _plain(match[1])
            return title if len(title) <= _SPARSE and could_be_title(title) else None
        if len((text or "").split()) > _SPARSE:
            return None
    return None


def _plain(markdown: str) -> str:
    """Return a heading without the marks of markdown and LaTeX."""
    text = _LINK.sub(r"\1", _IMAGE.sub("", storable(markdown)))
    text = _FORMULA.sub(
        lambda match: _GREEK_COMMAND.sub("", next(filter(None, match.groups()), "")), text
    )
    text = re.sub(r"\*\*|__|(?<!\w)[*_]|[*_](?!\w)|`|\s#+$", "", text)
    return " ".join(text.split())


def identify(source: InputSource, info: SourceInfo) -> Identity:
    """Choose what a book is called: by the file itself, else by its name or its folder's."""
    stem = _telling_stem(source)
    named = read_file_name(storable(stem))
    return Identity(
        stem=stem,
        title=info.title or named.title or "Untitled",
        authors=info.authors or named.authors,
        year=info.year or named.year,
    )


def _telling_stem(source: InputSource) -> str:
    """Return the name of an input without its suffix; of the folder above if it says nothing."""
    path = source.path.resolve()
    stem = path.name if source.is_folder else source.path.stem
    if source.is_text or source.is_folder:
        for _ in range(_MOST_LEVELS):
            if not _GENERIC.match(stem) or not path.parent.name:
                break
            path = path.parent
            stem = path.name
    return stem


def free_id(identity: Identity, taken: Collection[str]) -> str:
    """Choose a readable id: from the file's name, or from the title if the name says nothing."""
    named = read_file_name(identity.stem)
    base = _slug_of_name(named) or slugify(identity.title) or slugify(identity.stem) or "book"
    if base not in taken:
        return base
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"


def _slug_of_name(named: NamedFile) -> str:
    """Return the id that a file's name gives; empty if the name has no word."""
    slug = slugify(named.title)
    letters = sum(letter.isalpha() for letter in slug)
    digits = any(letter.isdigit() for letter in slug)
    if is_placeholder(named.title) or letters < (3 if digits else 2):
        return ""
    return "" if re.fullmatch(r"[0-9a-f]{8,}", slug.replace("-", "")) else slug
