"""Lines of type to plain markdown: words, hyphens, paragraphs, lists, tables, dotted leaders.

Pure functions. Inline mathematics stays as the plain characters of the file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from ocr_service.engines.layout.text_lines import Line, Span
from ocr_service.text.ideographs import line_gap

__all__ = [
    "entries",
    "escape",
    "has_leaders",
    "is_faithful",
    "join_lines",
    "line_text",
    "list_markdown",
    "paragraphs",
    "shorten_leaders",
    "table_markdown",
    "tidy",
]

MAX_CELLS = 5_000  # of a table
_CONTENTS_COLUMNS = 3  # number, title and page: leaders in a wider table lead to its figures

_LIGATURES = re.compile("[\ufb00-\ufb06]")
_LEADERS = re.compile(r"(?:\s?[.·․‧…]){4,}\s*|(?:\s[.·․‧…]){3,}\s*")
_ACCENTS = {"¨": "\u0308", "´": "\u0301", "`": "\u0300", "ˆ": "\u0302", "˜": "\u0303"}
_ACCENTS |= {"ˇ": "\u030c", "˚": "\u030a", "˘": "\u0306", "˙": "\u0307", "¯": "\u0304"}
# TeX's old fonts set an accent as a character of its own before the letter: "M ¨obius".
_LOOSE_ACCENT = re.compile(r"(?:(?<=\b[A-Z]) )?([¨´ˆ˜ˇ˚˘]) ?([A-Za-zı])")
_BULLET = re.compile(r"^\s*[•‣◦▪▫●○■□►▸∙·*–—-]\s+(?=\S)")
_NUMBER = re.compile(r"^\s*(\d{1,3})[.)]\s+(?=\S)")
_LETTERED = re.compile(r"^\s*\((?:\d{1,3}|[a-z]|[ivxl]{1,5})\)\s+(?=\S)")
# Before these a hyphen at a line's end is nearly always one of the word's own.
_COMPOUND = re.compile(r"\b(non|self|well|half|quasi)[-‐]$", re.IGNORECASE)
# So it is behind the small words within compounds, and before a part of one letter: "c'est-à-dire".
_LINKED = re.compile(r"[-‐](?:of|to|the|by|in|and|or|on|up|de|du|la|le|et)[-‐]$", re.IGNORECASE)
_ONE_LETTER = re.compile(r"[^\W\d_][-‐]")
_SOFT_HYPHEN = re.compile("(.?)\u00ad(.?)")
_FEW_DIGITS = re.compile(r"\d{1,2}\s?", re.ASCII)
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_PARTED = re.compile(r"[^\W\d_]{2}[-‐]$")  # one letter, a digit or a formula is never parted
_PAGE_AT_END = re.compile(r"(?:[\s.…·]|^)(?:\d{1,4}|[ivxlc]{1,7})$")
_WORD = re.compile(r"[^\W\d_]+")
_ENDS = re.compile(r"[.:;?!][)\]”’\"']*$")
_MARKUP = re.compile(r"^(#{1,6}\s|>|[-+*]\s|```|~~~|\|)")


def tidy(text: str) -> str:
    """Return a line with ligatures decomposed, loose accents joined and blanks single."""
    text = text.replace("‘‘", "“").replace("’’", "”")  # quotation marks made of two
    text = _LIGATURES.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    text = _LOOSE_ACCENT.sub(_joined_accent, text)
    kept = "".join(
        " " if unicodedata.category(character) in {"Cc", "Zs", "Zl", "Zp"} else character
        for character in text
        if character not in "\u200b\u200c\u200d\u2060\ufeff"
    )
    return re.sub(r" {2,}", " ", unicodedata.normalize("NFC", kept)).strip()


def line_text(line: Line) -> str:
    """Return the text of a line, with a blank wherever its spans stand apart."""
    pieces: list[str] = []
    before: Span | None = None
    for span in line.spans:
        if before is not None and _apart(before, span):
            pieces.append(" ")
        pieces.append(_raised(before, span) or span.text)
        before = span
    return tidy("".join(pieces))


def _raised(before: Span | None, span: Span) -> str:
    """Return a small raised number behind a word, such as that of a footnote; else nothing."""
    if before is None or not _FEW_DIGITS.fullmatch(span.text) or not before.text[-1:].strip():
        return ""
    small = span.size < 0.85 * before.size
    high = before.baseline - span.baseline > 0.15 * before.size
    word = not before.text[-1].isdigit() and span.level
    return span.text.translate(_SUPERSCRIPTS) if small and high and word else ""


def join_lines(lines: Sequence[str]) -> str:
    """Join the lines of a paragraph; a hyphen at a line's end joins what it parted."""
    text = ""
    for line in lines:
        if not line:
            continue
        if text.endswith("\u00ad"):
            text += line
        elif text.endswith(("-", "‐")) and len(text) > 1 and not text[-2].isspace():
            text = (text[:-1] if _is_parted(text, line) else text) + line
        elif text.endswith(("–", "—")) and len(text) > 1 and not text[-2].isspace():
            text += line  # a dash between two names, or one set close
        else:
            text = f"{text}{line_gap(text, line)}{line}" if text else line
    return _without_soft_hyphens(text)


def _without_soft_hyphens(text: str) -> str:
    """Drop soft hyphens; some fonts call all hyphens so, but no syllable begins with a capital."""
    if "\u00ad" not in text:
        return text
    return _SOFT_HYPHEN.sub(_hyphen_of_compound, text)


def _hyphen_of_compound(soft: re.Match[str]) -> str:
    before, after = soft.groups()
    return f"{before}-{after}" if before.islower() and after.isupper() else before + after


def _is_parted(text: str, line: str) -> bool:
    """Tell whether the hyphen at the end of `text` parts a word that `line` goes on with."""
    own = _COMPOUND.search(text) or _LINKED.search(text) or _ONE_LETTER.match(line)
    return line[0].islower() and _PARTED.search(text) is not None and not own


def paragraphs(lines: Sequence[Line]) -> str:
    """Return the markdown of a box of running text: paragraphs with a blank line between.

    A new paragraph begins where a line is indented after one that ends a sentence. Lines with
    dotted leaders, as in a table of contents, keep to themselves.
    """
    texts = [line_text(line) for line in lines]
    if sum(bool(_LEADERS.search(text)) for text in texts) >= 2:
        return "\n".join(
            filter(None, (_without_soft_hyphens(shorten_leaders(text)) for text in texts))
        )
    left = min((line.box[0] for line in lines), default=0.0)
    parts: list[list[str]] = [[]]
    for line, text in zip(lines, texts, strict=True):
        indent = line.box[0] - left
        ended = bool(parts[-1]) and bool(_ENDS.search(parts[-1][-1]))
        if ended and 0.8 * line.size < indent < 4 * line.size:
            parts.append([])
        parts[-1].append(text)
    joined = (escape(shorten_leaders(join_lines(part))) for part in parts)
    return "\n\n".join(part for part in joined if part)


def has_leaders(lines: Sequence[str]) -> bool:
    """Tell whether lines are those of a table of contents with dotted leaders."""
    return sum(bool(_LEADERS.search(text)) for text in lines) >= 2


def entries(lines: Sequence[str]) -> str:
    """Return the entries of a table of contents, a line each, their dotted leaders shortened.

    An entry of several lines ends with the one that has its page number. Without leaders the
    lines stay as they are.
    """
    done: list[list[str]] = [[]]
    dotted = has_leaders(lines)
    for text in lines:
        done[-1].append(text)
        if not dotted or _PAGE_AT_END.search(text):
            done.append([])
    joined = (escape(shorten_leaders(join_lines(entry))) for entry in done)
    return "\n".join(text for text in joined if text)


def is_faithful(rows: Sequence[Sequence[str]], text: str) -> bool:
    """Tell whether a table's cells can be trusted: no words cut, no contents page.

    Args:
        rows: The table's cells.
        text: The text of the same place, read line by line.
    """
    cells = [tidy(cell) for row in rows for cell in row]
    columns = sum(any(cell.strip() for cell in column) for column in zip(*rows, strict=False))
    if columns <= _CONTENTS_COLUMNS and has_leaders(cells):
        return False
    wanted = {word for word in _WORD.findall(text) if len(word) >= 3}
    found = set(_WORD.findall(" ".join(cells)))
    joined = " ".join(cells)  # has "document" where the lines have "docu-" and "ment"
    lost = sum(word not in joined for word in wanted - found)
    return lost <= max(1, 0.05 * len(wanted))


def list_markdown(lines: Sequence[Line]) -> str:
    """Return the markdown of a list box: "- " or the item's own number."""
    items: list[list[str]] = []
    for text in map(line_text, lines):
        starts = _BULLET.match(text) or _NUMBER.match(text) or _LETTERED.match(text)
        if starts or not items:
            items.append([])
        items[-1].append(text)
    return "\n".join(_item(join_lines(item)) for item in items if any(item))


def table_markdown(rows: Sequence[Sequence[str]]) -> str:
    """Return a pipe table, or "" if there are not at least two rows or columns with text."""
    cells = [[_cell(cell) for cell in row] for row in rows]
    cells = [row for row in cells if any(row)]
    width = max(map(len, cells), default=0)
    if not cells or width < 2 or len(cells) < 2 or len(cells) * width > MAX_CELLS:
        return ""
    cells = [row + [""] * (width - len(row)) for row in cells]
    lines = ["| " + " | ".join(row) + " |" for row in cells]
    return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])


def shorten_leaders(text: str) -> str:
    """Return a line with its dotted leaders shortened: "Estimation … 14"."""
    return _LEADERS.sub(" … ", text).strip()


def escape(text: str) -> str:
    r"""Return a paragraph that markdown and a formula finder read as text.

    Only what would change its meaning is escaped: a mark at its start that would make it a
    heading, list or table, and dollars, which would open a formula (`\$`).
    """
    text = text.replace("$", r"\$")
    return "\\" + text if _MARKUP.match(text) else text


def _apart(before: Span, span: Span) -> bool:
    """Tell whether two neighbouring spans need a blank between them.

    They do over a gap of a seventh of the type size, and where one stands above the other, as
    the parts of a fraction do.
    """
    gap = span.box[0] - before.box[2]
    size = max(before.size, span.size)
    return gap > 0.14 * size or gap < -0.5 * size


def _joined_accent(found: re.Match[str]) -> str:
    letter = {"ı": "i"}.get(found[2], found[2])
    composed = unicodedata.normalize("NFC", letter + _ACCENTS[found[1]])
    return composed if len(composed) == 1 else found[0]


def _item(text: str) -> str:
    text = shorten_leaders(text).replace("$", r"\$")
    if number := _NUMBER.match(text):
        return f"{number[1]}. {text[number.end() :]}"
    return "- " + _BULLET.sub("", text)


def _cell(text: str) -> str:
    return (
        shorten_leaders(join_lines([tidy(part) for part in text.split("\n")]))
        .removesuffix(" …")
        .replace("|", r"\|")
        .replace("$", r"\$")
    )
