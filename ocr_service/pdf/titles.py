"""Cleans the title, authors and language from a PDF's metadata. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from ocr_service.text.invisible import without_invisible
from ocr_service.text.text_quality import readable

__all__ = ["clean_authors", "clean_language", "clean_title", "largest_words", "one_line"]

MAX_TITLE = 120  # characters
MAX_METADATA_TITLE = 300
MAX_AUTHORS = 20

_JUNK_TITLE = re.compile(
    r"""^(untitled|unnamed|no\ title|title|document|print|blank|none|null|unknown|unspecified
         |new\ document|slide\ \d+|presentation|microsoft\ \w+\ -\ .*|.*\bphotoshop\ pdf
         |adobe\ \w+\ document|powerpoint\ presentation|layout\ \d+|full\ page|scan(ned)?|image
         )?[\s\d._()-]*$""",
    re.IGNORECASE | re.VERBOSE,
)
_FILE_NAME = re.compile(
    r"""^\S.*\.(pdf|docx?|odt|rtf|tex|ltx|dvi|ps|eps|indd|qxd|qxp|pptx?|xlsx?|txt|html?|fm|book
                |cdr|jpe?g|png|tiff?)$""",
    re.IGNORECASE | re.VERBOSE,
)
# "The Some Catalogue #123: A Title": the catalogue number is not part of the title.
_CATALOGUE = re.compile(r"^[^:#]{0,60}#\s?\d+\s*[:–—-]\s+(?=\S)")
_JUNK_AUTHOR = re.compile(
    r"^(unknown|anonymous|author|admin(istrator)?|user|owner|none|null|unspecified|root|scanner"
    r"|\d+|.*\.(com|org|net)|\W*)$",
    re.IGNORECASE,
)
_AUTHOR_BREAK = re.compile(r"\s*;\s*|\s+and\s+|\s*&\s*")


def one_line(text: str) -> str:
    """Return `text` on one line: no control or invisible characters, single spaces, NFC."""
    visible = without_invisible(text).replace("\xad", "")
    kept = "".join(" " if unicodedata.category(c) in {"Cc", "Cs"} else c for c in visible)
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", kept)).strip()


def clean_title(text: str | None, file_name: str = "") -> str | None:
    """Return a readable title from the metadata, or None for "untitled", "a.doc" and the like."""
    title = one_line((text or "")[:2_000])
    title = _CATALOGUE.sub("", title)
    stem = PurePath(file_name).stem.lower()
    if not 3 <= len(title) <= MAX_METADATA_TITLE or title.lower() == stem:
        return None
    if _JUNK_TITLE.match(title.strip("()[]<>\"' ")) or _FILE_NAME.match(title):
        return None
    # One word with a digit or an underscore is a generated name ("ch01_v2", "9780521").
    if " " not in title and re.search(r"[\d_/\\]", title):
        return None
    return title if readable(title) else None


def clean_authors(text: str | None) -> tuple[str, ...]:
    """Return the authors in a metadata field, split at semicolons, "and" and "&", without junk."""
    names = (one_line(part).strip(" ,;") for part in _AUTHOR_BREAK.split((text or "")[:2_000]))
    return tuple(
        name
        for name in names
        if 2 <= len(name) <= MAX_TITLE and not _JUNK_AUTHOR.match(name) and readable(name)
    )[:MAX_AUTHORS]


def clean_language(text: str | None) -> str | None:
    """Return the primary subtag of a language tag in lower case ("en" for "en-GB"), or None."""
    match = re.match(r"^\s*([A-Za-z]{2,3})(?:[-_].*)?\s*$", text or "")
    return match.group(1).lower() if match else None


def largest_words(blocks: Sequence[dict[str, Any]]) -> tuple[float, str]:
    """Return the size in points and the text of a page's largest visible, readable type."""
    best, lines = 0.0, list[str]()
    for line in (line for block in blocks for line in block.get("lines", ())):
        spans = [span for span in line["spans"] if _visible(span)]
        text = one_line("".join(span["text"] for span in spans))
        if len(text) < 2 or not readable(text) or abs(line["dir"][0] - 1) > 1e-3:
            continue
        size = round(max(span["size"] for span in spans), 1)
        if size > best * 1.02:
            best, lines = size, [text]
        elif size > best * 0.98:
            lines.append(text)
    return best, " ".join(lines)


def _visible(span: dict[str, Any]) -> bool:
    """Return whether a span is drawn: text render mode 3 neither fills (16) nor strokes (8)."""
    return bool(span.get("char_flags", 16) & 24) and span["alpha"] > 0
