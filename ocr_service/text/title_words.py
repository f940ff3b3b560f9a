"""Tells titles from what else stands in large type or in a title's place. Pure.

Metadata and file names hold names of programs and files, first pages hold stamps of libraries,
notes of publishers and the headings of front matter.
"""

from __future__ import annotations

import re
import unicodedata

from ocr_service.text.ideographs import has_runs
from ocr_service.text.text_quality import readable

__all__ = ["MONTH", "could_be_title", "is_heading_of_part", "is_placeholder", "is_stamp"]

_PLACEHOLDER = re.compile(
    r"""^(untitled|unnamed|no\ title|title|titel|titre|t[ií]tulo|document|documento|dokument|doc
         |print|blank|none|null|unknown|unspecified|new\ document|(new\ )?microsoft\ \w+(\ -\ .*)?
         |slide(\ number)?|folie(\ nummer)?|diapositiv[ae]|presentation|pr[äe]sentation
         |.*\bphotoshop\ pdf
         |adobe\ \w+\ document
         |powerpoint[- ]pr[eä]sentation|layout|full\ page|scan(ned)?(\ \w+)?|image|img|dsc|page
         |seite
         |model|drawing|sheet|mappe|book|buch|main|draft|final|output|sans\ titre|ohne\ titel
         |unbenannt
         |sin\ t[ií]tulo|senza\ titolo|sem\ t[ií]tulo|naamloos|без\ (имени|названия)|документ|无标题
         |無標題|文档|文書|名称未設定|제목\ ?없음
         )?[\s\d._()\[\]-]*$""",
    re.IGNORECASE | re.VERBOSE,
)
# Words of names that say how far a text is, not what it is about: "thesis_final_v3".
_STATES = frozenset(
    "thesis dissertation diplomarbeit paper article manuscript ms draft final main book print "
    "revised revision version v new copy full text complete scan scanned untitled document output "
    "merged combined submission file pdf doc ocr page pages entwurf endfassung kopie".split()
)
_FILE = re.compile(
    r"""^\S.*\.(pdf|docx?|odt|rtf|tex|ltx|dvi|ps|eps|indd|qxd|qxp|pptx?|odp|xlsx?|txt|html?|fm|book
                |cdr|dwg|ai|djvu?|epub|jpe?g|png|tiff?)$|^([A-Z]:|\\\\|~|file:)?[\\/]""",
    re.IGNORECASE | re.VERBOSE,
)
_IDENTIFIER = re.compile(
    r"^(pii|doi|isbn|issn|arxiv|urn|oai|hal|pmid|sici)\b\s*[-:/]|^(https?:|www\.)|^10\.\d{4,}/"
    r"|^[a-z-]+/\d{7}|@\w+\.\w",
    re.IGNORECASE,
)
MONTH = r"(?:jan|feb|mar|m[aä]r|apr|avr|ma[iy]|jun|juin"
MONTH += r"|jul|aug|ao[uû]t|sep|o[ck]t|nov|de[czs]|d[ée]c)\w*"
_PART_OF_DATE = re.compile(rf"\d{{1,4}}\.?|{MONTH}|\w+day|of|de|den|the", re.IGNORECASE)
_SENTENCE = re.compile(r"[^\s.]{2}\.$|[。！]$")
_WORDS_OF_SENTENCE = 6  # so many end in a full stop only if they are one
_LONGEST = 300  # characters of a line that are looked at
# Headings of front matter and of parts, in the languages of most mathematics.
_PART = re.compile(
    r"""^((table\ of\ )?contents|(brief|short|detailed)\ contents|inhalt(sverzeichnis)?
         |table\ des\ mati[èe]res|sommaire|[ií]ndice(\ general)?|sommario|contenido|inhoud(sopgave)?
         |оглавление|содержание|目\s*[录錄次]|차례|목차|index|register|sachverzeichnis
         |((\w+['’]s?|general|author['’]?s?|translator['’]?s?)\ )?
          (preface|foreword|note|introduction)
          (\ to\ the\ .*)?|vorwort(\ .*)?|geleitwort|einleitung|einf[üu]hrung|avant-propos
         |pr[ée]face|prefacio|pr[óo]logo|prefazione|voorwoord|предисловие|введение|前言|序言?|はじめに
         |머리말|서문|acknowledge?ments?|danksagung|remerciements|abstract|summary|zusammenfassung
         |r[ée]sum[ée]|dedication|copyright(\ page)?|colophon|impressum|errata|exercises|notation
         |list\ of\ (figures|tables|symbols|contributors)|bibliograph\w*|references|literatur\w*
         |appendix(\ \w)?|exercises?
         |(chapter|kapitel|chapitre|cap[íi]tulo|capitolo|hoofdstuk|глава|part|teil|partie|parte|часть
          |section|abschnitt|lecture|vorlesung|page|seite|lesson|unit|제|bölüm)
          \s+([\divxlc]+|one|two|three|four|first|eins|erster?|[A-D])\b.*
         |\d+\.\s*(kapitel|teil|abschnitt|chapter|chapitre)\b.*|第[\d一二三四五六七八九十百]+[章节節回部編编]\b.*
         |제\s?\d+\s?[장절부].*|\d+(\.\d+)+\.?\s.*)[.:]?$""",
    re.IGNORECASE | re.VERBOSE,
)
_STAMP = re.compile(
    r"""\b(university|universit\w+|college|institut\w*|state|public|national|city|royal|academy)\b
        .*\b(librar(y|ies)|bibliothe\w+)\b
        |\blibrar(y|ies)\ (of|at)\ |^\W*(the\ )?(\w+\ ){1,3}librar(y|ies)\W*$|bibliothe[kc]\w*
        |\bbiblioteca\b
        |\bex\ libris\b|\bdigiti[sz]ed\b|\binternet\ archive\b|^\W*(\w+\ ){0,2}archives?\W*$
        |\bjstor\b|google
        |\bproject\ gutenberg\b|\btranscriber|\bpublisher['’]?s?\ note\b|\bproduced\ by\b
        |\bthis\ e?book\b
        |\bdownloaded\ from\b|\bpdf\ portfolio\b|\bplease\ wait\b|\badobe\ reader\b|\bcopyright\b
        |[©]
        |\ball\ rights\ reserved\b|\blicen[cs]ed?\ (to|under)\b|\bsee\ discussions\b
        |\bresearchgate\b
        |\bthis\ page\ (is\ )?(intentionally|left)\b|\b(graduate|undergraduate)\ texts\ in\b
        |\blecture\ notes\ in\ \w+|^\W*(confidential|draft|sample|specimen|preprint)\W*$
        |\baccepted\ manuscript\b""",
    re.IGNORECASE | re.VERBOSE,
)
_MATHEMATICS = re.compile(r"[=<>∫∑∏√±∞≤≥≈∈⊂→↦∂∇|{}\\]|[\ue000-\uf8ff]")


def is_placeholder(title: str) -> bool:
    """Return whether a title is what programs write where there is none.

    Such are "untitled", names of files, identifiers ("PII: S0001"), dates and numbers.
    """
    bare = title[:_LONGEST].strip("()[]<>{}\"'*· ")
    words = re.split(r"[\s,./-]+", bare)
    return bool(
        _PLACEHOLDER.match(bare)
        or _FILE.search(bare)
        or _IDENTIFIER.search(bare)
        or _STATES.issuperset(re.findall(r"[^\W\d_]+", bare.lower()))
        or (any(map(str.isdecimal, words)) and all(map(_is_part_of_date, words)))
    )


def _is_part_of_date(word: str) -> bool:
    return not word or _PART_OF_DATE.fullmatch(word) is not None


def is_heading_of_part(text: str) -> bool:
    """Return whether a text is a heading of front matter or of a part, such as "Chapter 1"."""
    return bool(_PART.match(text[:_LONGEST].strip().strip("*_").strip()))


def is_stamp(text: str) -> bool:
    """Return whether a text is of a library, a publisher, a licence or a viewer, not a title."""
    return bool(_STAMP.search(text[:_LONGEST]))


def could_be_title(text: str) -> bool:
    """Return whether words in large type could be a title: most of them letters, no formula."""
    if len(text) > _LONGEST:
        return False
    if _SENTENCE.search(text) and len(text.split()) > _WORDS_OF_SENTENCE:
        return False
    letters = sum(character.isalpha() for character in text)
    spaces = text.count(" ")
    short = 2 if has_runs(text) else 3
    return (
        letters >= short
        and letters >= 0.6 * (len(text) - spaces)
        and not _MATHEMATICS.search(text)
        and readable(text)
        and not (is_placeholder(text) or is_stamp(text) or is_heading_of_part(text))
        and not any(unicodedata.category(letter) == "Co" for letter in text)
    )
