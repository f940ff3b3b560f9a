"""Cleans the title, authors, year and language in a PDF's metadata. Pure."""

from __future__ import annotations

import html
import re
import unicodedata
from pathlib import PurePath

from ocr_service.text.invisible import without_invisible
from ocr_service.text.text_quality import readable
from ocr_service.text.title_words import is_heading_of_part, is_placeholder

__all__ = ["clean_authors", "clean_language", "clean_title", "one_line", "stated_year"]

MAX_TITLE = 120  # characters
MAX_METADATA_TITLE = 300
MAX_AUTHORS = 20

# "The Some Catalogue #123: A Title": the catalogue number is not part of the title.
_CATALOGUE = re.compile(r"^[^:#]{0,60}#\s?\d+\s*[:–—-]\s+(?=\S)")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,80}>")
_JUNK_AUTHOR = re.compile(
    r"""^(unknown|anonym(ous)?|authors?|admin(istrator)?|administrat\w*|(default\ |\w+\ )?users?
        |owner|none|null|unspecified|root|scanner|guest|pc|home|windows|microsoft|office|benutzer
        |utilisateur|usuario|用户|微软用户|.*\.(com|org|net|de)|.*[\d@:\\/|].*|\W*)$""",
    re.IGNORECASE | re.VERBOSE,
)
_OFFICE = re.compile(
    r"\b(word|pscript|acrobat pdfmaker|excel|powerpoint|wps|libreoffice|writer)", re.I
)
_AUTHOR_BREAK = re.compile(r"\s*;\s*|\s+(?:and|und|et)\s+|\s*&\s*")
_ROLE = re.compile(r"(?:[\s,]+|\s*\()(?:editors?|eds?\.?|hrsg\.?)\)?$", re.IGNORECASE)
_AFFILIATION = re.compile(r"\s+[–—-]\s+\S+\s.*$")
_PUBLISHED = re.compile(r"prism:(?:publicationDate|coverDate)(?:>|=\")\s*((?:1[5-9]|20)\d\d)")


def one_line(text: str) -> str:
    """Return `text` on one line: no control or invisible characters, single spaces, NFC."""
    visible = without_invisible(text).replace("\xad", "")
    kept = "".join(" " if unicodedata.category(c) in {"Cc", "Cs"} else c for c in visible)
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", kept)).strip()


def _plain(text: str | None) -> str:
    """Return metadata on one line, without HTML; some programs escape it twice."""
    plain = text or ""
    for _ in range(2):
        plain = html.unescape(plain[:4_000])
    return one_line(_TAG.sub("", plain)[:2_000])


def clean_title(text: str | None, file_name: str = "") -> str | None:
    """Return a readable title from the metadata, or None for "untitled", "a.doc" and the like."""
    title = _CATALOGUE.sub("", _plain(text))
    stem = PurePath(file_name).stem.lower()
    if not 2 <= len(title) <= MAX_METADATA_TITLE or title.lower() == stem:
        return None
    if len(title) < 3 and title.isascii():
        return None
    if is_placeholder(title) or is_heading_of_part(title):
        return None
    # One word with a digit or an underscore is a generated name ("ch01_v2", "9780521").
    if " " not in title and re.search(r"[\d_/\\]", title):
        return None
    if re.search(r"\w_\w", title):
        title = one_line(title.replace("_", " "))
    return title if readable(title) else None


def clean_authors(text: str | None, generator: str = "") -> tuple[str, ...]:
    """Return the authors in a metadata field, split at semicolons, "and" and "&", without junk.

    Commas separate authors too where every part has a first name. Office programs, which
    `generator` may name, write the name of an account: a single word of theirs is no author.
    """
    parts = [part for piece in _AUTHOR_BREAK.split(_plain(text)) for part in _at_commas(piece)]
    found: dict[str, None] = {}
    for part in parts:
        name = _AFFILIATION.sub("", _ROLE.sub("", part)).strip(" ,;")
        if not 2 <= len(name) <= MAX_TITLE or _JUNK_AUTHOR.match(name) or not readable(name):
            continue
        login = name.isascii() and " " not in name
        if login and (name[0].islower() or _OFFICE.search(generator)):
            continue
        found[name] = None
    return tuple(found)[:MAX_AUTHORS]


def _at_commas(text: str) -> list[str]:
    """Split "Ann Bell, Carl Dean, ed" at its commas, but not "Bell, Ann"."""
    parts = [part.strip() for part in text.strip(" ,").split(",")]
    names = [part for part in parts if not _ROLE.fullmatch(f" {part}")]
    full = len(names) > 1 and all(len(name.split()) > 1 for name in names)
    return names if full else [text]


def clean_language(text: str | None) -> str | None:
    """Return the primary subtag of a language tag in lower case ("en" for "en-GB"), or None."""
    match = re.match(r"^\s*([A-Za-z]{2,3})(?:[-_].*)?\s*$", text or "")
    return match.group(1).lower() if match else None


def stated_year(metadata: str) -> int | None:
    """Return the year of publication in a file's XMP metadata, or None.

    Dates of creation are of the file, not of the book.
    """
    match = _PUBLISHED.search(metadata[:200_000])
    return int(match[1]) if match else None
