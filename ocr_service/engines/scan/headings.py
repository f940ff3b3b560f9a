"""Tells which groups of lines are headings: by size, weight, number, capitals or name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ocr_service.engines.scan.line_geometry import CAPTION, CHAPTER, PrintedRow, TypeScale

__all__ = ["APART", "BULLET", "Around", "is_bold", "is_heading", "is_large", "same_heading"]

BULLET = re.compile(r"(?:[•●▪■◦·∙*-]\s*|[–—](?:\s+|(?=[A-Z])))(?=[^\W\d_])")
_BOLD = 1.28  # times as thick as the body text's strokes; other lines of it are within 1.2
_HEAVIER = 1.08  # times the heaviest of the body text's lines: bold, for a line that stands alone
_LARGE = 1.3  # times the body text's type size, by its width
_MEASURED = 8  # characters, from which the width of a line tells its type size
_SHORT = 60  # characters of a line that is a heading by little evidence
APART = 0.5  # line heights: white above a line that stands alone
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


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a group of rows.

    `in_list`: the group before or after it begins with a number too. `beside`: other text stands
    beside it, as beside the caption of a figure. `starred` groups of its column begin with "*".
    `apart`: there is more white above it than between lines of the text.
    """

    in_list: bool
    beside: bool
    starred: int
    apart: bool


def is_large(row: PrintedRow, scale: TypeScale) -> bool:
    """Return whether a row is short and set in clearly larger type than the text."""
    if len(row.text) > 70 or BULLET.match(row.text):
        return False
    if sum(len(word) for word in _WORD.findall(row.text)) < 4:
        return False
    line = row.lines[0]
    height, size = row.core[3] - row.core[1], scale.size(line)
    char = (row.core[2] - row.core[0]) / len(line.text)
    if height > 1.3 * scale.height and char > 1.2 * scale.char:
        return True
    # The box of a line says little of its type where the paper is curled; its width does.
    heavier = line.weight > _HEAVIER * scale.heaviest > 0
    least = 1.2 if heavier or height > 1.1 * scale.height else _LARGE
    return size > least and height > 0.9 * scale.height and len(line.text) >= _MEASURED


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
    sizes = sorted(scale.size(one.lines[0]) for one in (last, row))
    # A line without descenders is lower than its neighbour.
    if heights[1] > (1.45 if sizes[1] < 1.2 * sizes[0] else 1.2) * heights[0]:
        return False
    if row.core[1] - last.core[3] > 0.7 * heights[0]:
        return False
    starts = CHAPTER.match(row.text) or re.match(r"(?:\d{1,2}|[IVX]{1,5})[.)]\s", row.text)
    named = _NUMBER_ONLY.fullmatch(last.text) or _NAMED.fullmatch(last.text)
    whole = named or last.text.endswith((".", ":", "!", "?"))
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


def is_heading(group: Sequence[PrintedRow], text: str, scale: TypeScale, around: Around) -> bool:
    """Return whether a group is a heading; False in doubt.

    Args:
        group: its rows.
        text: their text, joined.
        scale: the sizes of the page's body text.
        around: what stands around it.
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
    alone = around.apart and not around.beside and not ends
    if all(is_bold(row, scale) for row in group) or (alone and _is_heavier(group, text, scale)):
        return not ends or named or bool(_NUMBERED.match(text))
    if capitals and (text[0].isalpha() or text[0] == "§"):
        small = group[0].core[3] - group[0].core[1] < 0.8 * scale.height
        return not (small and around.beside)
    numbered = not around.in_list and not ends and _is_numbered_title(text)
    return len(group) == 1 and (named or numbered)


def _is_heavier(group: Sequence[PrintedRow], text: str, scale: TypeScale) -> bool:
    """Return whether a single line is set in thicker strokes than nearly all of the text."""
    if len(group) > 1 or len(text) > _SHORT or not (text[0].isupper() or text[0].isdigit()):
        return False
    words = [piece for piece in group[0].lines if _WORD.search(piece.text)]
    letters = sum(len(word) for word in _WORD.findall(text))
    return letters >= _MEASURED and all(p.weight > _HEAVIER * scale.heaviest > 0 for p in words)


def _is_numbered_title(text: str) -> bool:
    """Return whether a line is a number and a short title ("1. Introduction")."""
    if len(text) > 60 or not _NUMBERED.match(text):
        return False
    words = _WORD.findall(text)
    return bool(words) and len(words) <= 8 and words[0][0].isupper() and not text.endswith("?")
