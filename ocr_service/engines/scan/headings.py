"""Tells which groups of lines are headings: by size, weight, number, capitals or name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ocr_service.engines.scan.line_geometry import CAPTION, CHAPTER, PrintedRow, TypeScale

__all__ = ["BULLET", "is_bold", "is_heading", "is_large", "same_heading"]

BULLET = re.compile(r"(?:[•●▪■◦·∙*-]\s*|[–—](?:\s+|(?=[A-Z])))(?=[^\W\d_])")
_BOLD = 1.28  # times as thick as the body text's strokes; other lines of it are within 1.2
_FORMULA = re.compile(r"[=≡∠<>+−±≤≥∥⊥∼≅≈∴√]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_NUMBERED = re.compile(r"(?:\d{1,2}|[IVX]{1,5})[.)]?\s+[^\W\d_]")
_LEADS_ON = re.compile(
    r"\s(?:a|an|and|as|at|by|for|from|in|into|its|of|on|or|the|to|under|via|with|"
    r"am|an|auf|aus|bei|das|dem|den|der|des|die|ein|eine|für|im|in|mit|und|von|zu|zur|"
    r"au|aux|de|des|du|en|et|la|le|les|ou|par|pour|sur|un|une|del|e|el|il|los|per|y)$",
    re.IGNORECASE,
)
_NUMBER_ONLY = re.compile(r"(?:[^\W\d_]+\s)?(?:\d{1,3}|[IVXLC]{1,7})[.:]?")
_NAMED = re.compile(
    r"(?:abstract|summary|introduction|contents|preface|foreword|conclusions?|references|"
    r"bibliography|acknowledge?ments|appendix|index|notation|notes|exercises|"
    r"zusammenfassung|einleitung|inhalt|inhaltsverzeichnis|vorwort|literatur|literaturverzeichnis|"
    r"anhang|résumé|sommaire|avant-propos|conclusion|bibliographie|annexe|resumen|prólogo|"
    r"índice|bibliografía|riassunto|indice|introduzione|introducción)[.:]?",
    re.IGNORECASE,
)


def is_large(row: PrintedRow, scale: TypeScale) -> bool:
    """Return whether a row is short and set in clearly larger type than the text."""
    if len(row.text) > 70 or BULLET.match(row.text):
        return False
    height = row.core[3] - row.core[1]
    char = (row.core[2] - row.core[0]) / len(row.lines[0].text)
    words = sum(len(word) for word in _WORD.findall(row.text))
    return height > 1.3 * scale.height and char > 1.2 * scale.char and words >= 4


def is_bold(row: PrintedRow, scale: TypeScale) -> bool:
    """Return whether a row is short and all its words are set in clearly thicker strokes."""
    words = [piece for piece in row.lines if _WORD.search(piece.text)]
    if not scale.weight or len(row.text) > 80 or not words:
        return False
    return (
        all(piece.weight > _BOLD * scale.weight for piece in words)
        and sum(len(word) for word in _WORD.findall(row.text)) >= 4
    )


def same_heading(last: PrintedRow, row: PrintedRow, scale: TypeScale) -> bool:
    """Return whether a row goes on with the heading whose row is above it."""
    if not (is_large(last, scale) and is_large(row, scale)):
        return _bold_goes_on(last, row, scale)
    heights = sorted(core[3] - core[1] for core in (last.core, row.core))
    if heights[1] > 1.2 * heights[0] or row.core[1] - last.core[3] > 0.7 * heights[0]:
        return False
    starts = CHAPTER.match(row.text) or re.match(r"(?:\d{1,2}|[IVX]{1,5})[.)]\s", row.text)
    whole = _NUMBER_ONLY.fullmatch(last.text) or last.text.endswith((".", ":", "!", "?"))
    same_case = last.text.isupper() == row.text.isupper()
    return same_case and not starts and not whole


def _bold_goes_on(last: PrintedRow, row: PrintedRow, scale: TypeScale) -> bool:
    """Return whether a bold heading in the size of the text goes on in the next row."""
    if is_large(last, scale) or is_large(row, scale):
        return False
    if not (is_bold(last, scale) and is_bold(row, scale)):
        return False
    height = min(core[3] - core[1] for core in (last.core, row.core))
    most = max(scale.gap + 0.4 * scale.height, 0.5 * height)
    if row.core[1] - last.core[3] > most or last.text[-1] in ".!?:":
        return False
    leads_on = _LEADS_ON.search(last.text) or last.text.endswith(("-", ",", "—", "–"))
    return bool(leads_on) or row.text[0].islower()


def is_heading(
    group: Sequence[PrintedRow], text: str, scale: TypeScale, *, in_list: bool, beside: bool
) -> bool:
    """Return whether a group is a heading; False in doubt.

    Args:
        group: its rows.
        text: their text, joined.
        scale: the sizes of the page's body text.
        in_list: whether the group before or after it begins with a number too.
        beside: whether it stands beside other text, as the caption of a figure does.
    """
    if len(text) > 120 or len(group) > 3 or CAPTION.match(text) or _FORMULA.search(text):
        return False
    ends = text.endswith((".", ",", ";", ":", "-"))
    if len(text) < 80 and len(group) == 1 and CHAPTER.match(text) and text[-1] not in ",;:":
        return True
    capitals = text.isupper() and sum(len(word) for word in _WORD.findall(text)) >= 5
    if all(is_large(row, scale) for row in group):
        return capitals or not ends
    named = bool(_NAMED.fullmatch(text)) and text[0].isupper()
    if all(is_bold(row, scale) for row in group):
        return not ends or named or bool(_NUMBERED.match(text))
    if capitals and (text[0].isalpha() or text[0] == "§"):
        small = group[0].core[3] - group[0].core[1] < 0.8 * scale.height
        return not (small and beside)
    numbered = not in_list and not ends and _is_numbered_title(text)
    return len(group) == 1 and (named or numbered)


def _is_numbered_title(text: str) -> bool:
    """Return whether a line is a number and a short title ("1. Introduction")."""
    if len(text) > 60 or not _NUMBERED.match(text):
        return False
    words = _WORD.findall(text)
    return bool(words) and len(words) <= 8 and words[0][0].isupper() and not text.endswith("?")
