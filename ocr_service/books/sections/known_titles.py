"""Finds headings that are known by their words: exercises, front and back matter. Pure.

Old books set them in the type of the body. "Exercises III. (See page 253.)" is a heading where the
book has a series of them; "Transcriber's note" where it begins a page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ocr_service.books.sections.headings import PagePart, title_of
from ocr_service.books.sections.numbering import heading_number
from ocr_service.text.numerals import words

__all__ = ["is_exercises", "is_matter", "with_index_letters", "with_known_titles"]

_SERIES = 3  # numbers of exercises that make a series
_LONGEST = 160  # characters of a line that begins with the number of exercises
_EXERCISES = re.compile(
    r"(?P<title>(?:exercises|examples|problems|questions|exercices|problèmes|aufgaben|übungen"
    r"|übungsaufgaben|ejercicios|problemas|esercizi|problemi)\s+"
    r"(?P<number>\d{1,3}(?:\.\d{1,3}){0,2}|[ivxlc]{1,8}|[A-Z])(?![\w.]*\d))"
    r"(?P<end>[.:]?)(?:\s+(?P<rest>\S.*))?",
    re.IGNORECASE | re.DOTALL,
)
_INDEX_LETTER = re.compile(r"[^\W\d_]|symbols?|numbers|symbole|symboles|zahlen", re.IGNORECASE)
_INDEX = frozenset(
    """index|subject index|general index|index of names|author index|command index|sachverzeichnis
    |register|namensverzeichnis|stichwortverzeichnis|índice alfabético|indice analitico
    |索引|찾아보기""".replace("\n    ", "").split("|")
)
_MATTER = frozenset(
    """contents|table of contents|preface|foreword|acknowledgements|acknowledgments|bibliography
    |references|index|subject index|general index|list of figures|list of tables|change history
    |index of names|glossary|errata|colophon|license|afterword
    |answers|answers to exercises|answers to the exercises|transcribers note|transcribers notes
    |inhalt|inhaltsverzeichnis|vorwort|literatur|literaturverzeichnis|sachverzeichnis|register
    |namensverzeichnis|nachwort|danksagung|table des matières|préface|avant propos|bibliographie
    |remerciements|postface|sumário|referências|índice|prólogo|prefacio|bibliografía|agradecimientos|indice|prefazione
    |bibliografia|ringraziamenti|目录|目錄|目次|前言|序|序言|参考文献|參考文獻|索引|致谢|后记|はじめに
    |おわりに|あとがき|謝辞|차례|머리말|참고문헌|찾아보기""".replace("\n    ", "").split("|")
)


def is_exercises(title: str) -> bool:
    """Tell whether a heading is that of numbered exercises: Exercises III."""
    found = _EXERCISES.fullmatch(title)
    return found is not None and not found["rest"]


def is_matter(title: str) -> bool:
    """Tell whether a heading is that of front or back matter: Preface, Index."""
    plain = title.replace("’", "").replace("'", "").rstrip(".")
    return len(title) < 40 and " ".join(words(plain)) in _MATTER


def with_index_letters(pages: Sequence[Sequence[PagePart]]) -> list[list[PagePart]]:
    """Return pages where the letters above the entries of an index are headings.

    They stand alone after the heading of the index, in the order of the alphabet.
    """
    result = [list(parts) for parts in pages]
    level = 0  # of the letters
    found: list[tuple[int, int]] = []
    for page, parts in enumerate(pages):
        for place, part in enumerate(parts):
            title = title_of(part.text)
            if _INDEX_LETTER.fullmatch(title) and level:
                found.append((page, place))
            elif part.level:
                _make_headings(result, found, level)
                number = heading_number(title).length
                level = part.level + 1 if " ".join(words(title[number:])) in _INDEX else 0
                found = []
    _make_headings(result, found, level)
    return result


def _make_headings(
    pages: list[list[PagePart]], places: Sequence[tuple[int, int]], level: int
) -> None:
    letters = [title_of(pages[page][place].text).casefold() for page, place in places]
    single = [letter for letter in letters if len(letter) == 1]
    if len(single) < _SERIES or any(one >= two for one, two in pairwise(single)):
        return
    for page, place in places:
        pages[page][place] = pages[page][place].as_heading(min(level, 6))


def with_known_titles(pages: Sequence[Sequence[PagePart]]) -> list[list[PagePart]]:
    """Return pages where exercises of a series, and matter that begins a page, are headings."""
    numbers = {
        found["number"].casefold()
        for parts in pages
        for part in parts
        if (found := _exercises(part)) is not None
    }
    series = len(numbers) >= _SERIES
    result: list[list[PagePart]] = []
    for parts in pages:
        known: list[PagePart] = []
        for place, part in enumerate(parts):
            found = _exercises(part) if series else None
            if found is not None:
                known += _parted(part, found)
            elif place == 0 and _is_plain(part) and is_matter(title_of(part.text)):
                known.append(part.as_heading(1))
            else:
                known.append(part)
        result.append(known)
    return result


def _is_plain(part: PagePart) -> bool:
    return not part.level and part.label in {"text", "title", "section_header"}


def _exercises(part: PagePart) -> re.Match[str] | None:
    """Return the match of a part that begins with the number of exercises, and a mark after it."""
    text = title_of(part.text)
    if not (part.level or _is_plain(part)) or len(text) > _LONGEST or "\n" in text:
        return None
    found = _EXERCISES.fullmatch(text)
    if found is None or not (found["end"] or (found["rest"] or "(").startswith("(")):
        return None
    return found


def _parted(part: PagePart, found: re.Match[str]) -> list[PagePart]:
    """Part the heading of exercises from the words that follow it in its line."""
    heading = replace(part, text=found["title"] + found["end"]).as_heading(part.level or 2)
    if not found["rest"]:
        return [heading]
    return [heading, replace(part, text=found["rest"]).as_text()]
