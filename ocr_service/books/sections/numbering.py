"""Reads the number of a heading: Part I, Chapter IV, § 12, 3.2, A.1, 第3章, Example 1.3. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

__all__ = ["HeadingKind", "HeadingNumber", "heading_number", "section_number"]


class HeadingKind(IntEnum):
    """The kinds of headings, the outermost first; NUMBER is subdivided by its depth.

    PARAGRAPH is § 12 or 第3节, which many books count beside 3.2.
    """

    PART = 0
    CHAPTER = 1
    APPENDIX = 2
    ROMAN = 3
    NUMBER = 4
    PARAGRAPH = 5
    LETTER = 6
    PLAIN = 7
    STATEMENT = 8


_COUNT = (
    r"(?:\d{1,3}|[ivxlcdm]{1,8}|[a-z](?![a-z])|the\s+(?:first|second|third|last)|one|two|three|four|five"
    r"|six|seven|eight|nine|ten|eleven|twelve|first|second|third|erste[rs]?|zweite[rs]?|premi[eè]re?)"
    r"(?![\w])"
)
# Chinese, Japanese, Korean: 第3章, 第三章, 제3장.
_EAST = r"[第제]\s?[\d０-９一二三四五六七八九十百零〇]{1,5}\s?"
_PART = re.compile(
    rf"(?:part|book|volume|teil|partie|livre|parte|libro|buch)\.?\s+{_COUNT}"
    rf"|{_EAST}(?:部分?|编|編|篇|卷|巻|부|편)",
    re.I,
)
_CHAPTER = re.compile(
    rf"(?:chapter|chap|chapitre|kapitel|cap[ií]tulo|capitolo|lecture|vorlesung|lesson|leçon|lecci[oó]n"
    rf"|lezione|unit|week|kap)\.?\s+{_COUNT}|{_EAST}(?:[章讲講课課회장강])",
    re.I,
)
_EASTERN_SECTION = re.compile(rf"{_EAST}[节節절]")
_APPENDIX = re.compile(
    rf"(?:appendix|anhang|annexe|annex|ap[eé]ndice|appendice)(?:\.?\s+{_COUNT}|$|[:.])"
    r"|(?:附[录錄]|付録|부록)\s?[A-Z\d一二三四五六七八九十]?(?![\w])",
    re.I,
)
_STATEMENT = re.compile(
    r"(?:theorem|lemma|proposition|corollary|definition|example|remark|proof|problem|exercise|question"
    r"|solution|algorithm|note|case|step|claim|conjecture|axiom|figure|table|listing"
    r"|satz|beispiel|bemerkung|beweis|aufgabe|lösung|hilfssatz|korollar"
    r"|théorème|lemme|définition|exemple|remarque|preuve|démonstration|exercice|solution|propriété"
    r"|定理|引理|命题|推论|定义|例题?|注|证明?|习题|练习|解|補題|命題|系|定義|証明|問題?|정리|보조정리|정의|증명|예제?"
    r"|teorema|lema|definici[oó]n|ejemplo|ejercicio|demostraci[oó]n|observaci[oó]n)"
    r"\b(?:\s*[\dIVX][\w.\-–]*)?\s*(?:[.:(]|$)",
    re.I,
)
_NUMBER = re.compile(
    r"(?P<sign>§{1,2}|sec(?:tion|\.)?\s|abschnitt\s|art(?:icle|\.)?\s)?\s*"
    r"(?P<number>\d{1,3}(?:\.\d{1,3}){0,4}|[A-Z](?:\.\d{1,3}){1,4})(?P<end>\s?[.:)—–-]?)(?:\s+|$)",
    re.I,
)
_ROMAN = re.compile(r"[IVXL]{1,6}[.:)]?\s+(?=[^\W\d_])")
_LETTER = re.compile(r"[A-Z][.)]\s+(?=[^\W\d_])")
_OUTER = (
    (HeadingKind.PART, _PART),
    (HeadingKind.CHAPTER, _CHAPTER),
    (HeadingKind.APPENDIX, _APPENDIX),
    (HeadingKind.PARAGRAPH, _EASTERN_SECTION),
)


@dataclass(frozen=True, slots=True)
class HeadingNumber:
    """The number of a heading: its kind, its depth (1 for "3", 2 for "3.2"), and how it is written.

    `length` is the number of characters that it takes; 0 for a heading without a number.
    """

    kind: HeadingKind
    depth: int = 1
    length: int = 0


def heading_number(text: str) -> HeadingNumber:
    """Return the number with which a heading, without its marks, begins."""
    if _STATEMENT.match(text):
        return HeadingNumber(HeadingKind.STATEMENT)
    for kind, pattern in _OUTER:
        if found := pattern.match(text):
            return HeadingNumber(kind, 1, found.end())
    found = _NUMBER.match(text)
    if found and (found["sign"] or not found["number"][0].islower()) and _goes_on(text, found):
        depth = _depth(found["number"])
        paragraph = depth == 1 and (found["sign"] or "").startswith("§")
        kind = HeadingKind.PARAGRAPH if paragraph else HeadingKind.NUMBER
        return HeadingNumber(kind, depth, found.end())
    for kind, pattern in ((HeadingKind.ROMAN, _ROMAN), (HeadingKind.LETTER, _LETTER)):
        if found := pattern.match(text):
            return HeadingNumber(kind, 1, found.end())
    return HeadingNumber(HeadingKind.PLAIN)


def section_number(text: str) -> tuple[int, ...]:
    """Return the parts of a number like 3.2; empty for A.1, § 2, and headings without one."""
    if heading_number(text).kind is not HeadingKind.NUMBER:
        return ()
    found = _NUMBER.match(text)
    parts = found["number"].split(".") if found else []
    return tuple(map(int, parts)) if all(part.isdecimal() for part in parts) else ()


def _depth(number: str) -> int:
    """Return the depth of a number; zeros stand for levels that are left out: 5.0, 2.0.1."""
    parts = number.split(".")
    return 1 + sum(part != "0" for part in parts[1:])


def _goes_on(text: str, found: re.Match[str]) -> bool:
    """Tell whether words follow a number: "3.2 Limits" and "9.1.2 2004", not "12 + 5" or "2 x"."""
    rest = text[found.end() :]
    if re.search(r"[^\W\d_]{2}", rest) or (found["number"].count(".") > 1 and rest.isalnum()):
        return True
    return bool(found["sign"] and not rest)
