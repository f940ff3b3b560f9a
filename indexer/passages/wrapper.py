"""Recognises pages that wrap a book and are no part of it. Pure, standard library only.

They are what digitisers put before and behind a book (licences, small print, requests for
donations, notes on the scan), and library slips and blank forms. Such a page is kept and can be
read, but it answers no question: it is left out of the index.
"""

from __future__ import annotations

import re

from ocr_service.text.late_pattern import late_pattern

__all__ = ["WRAPPER_NOTE", "is_wrapper"]

WRAPPER_NOTE = "no part of the book: a digitiser's licence or note"

# Who digitises, by what they write about themselves.
_DIGITISER = late_pattern(
    r"project gutenberg|gutenberg(?:-tm|™|\.org)|pglaf|distributed proofread|internet archive|"
    r"archive\.org|google book|books\.google|digital copy of a book|hathitrust|"
    r"digiti[sz]ed by|early journal content|jstor|microsoft corporation|"
    r"biodiversity heritage|wikisource|made available by|transcriber.s note",
    re.IGNORECASE,
)
_LEGAL = late_pattern(
    r"\blicen[cs]e|copyright|trademark|royalt|donation|refund|warrant|liabilit|indemnif|"
    r"disclaim|damages|e-?books?\b|electronic work|public domain|redistribut|tax.deductible|"
    r"non.?profit|personal, non-commercial|automated quer|terms of use|free of charge|scanned|"
    r"proofread|encoding|ascii|defective|foundation.s|volunteers",
    re.IGNORECASE,
)
_FORM = late_pattern(
    r"date due|this book (?:is|must be) (?:due|returned)|\bborrower|ex libris|call number|"
    r"return to desk|renewed? book|library card|fine of|stamped below",
    re.IGNORECASE,
)
_PARAGRAPH = late_pattern(r"\n\s*\n")
_MOST = 0.6  # of a page's letters in such paragraphs
_KINDS = 2  # different words of licences, at least
_MANY_KINDS = 5
_FORMULAS = 2  # that such a page may have, by misreading
_SHORT_FORM = 600  # characters


def is_wrapper(markdown: str) -> bool:
    """Return whether most of a page is a digitiser's text or a library's form.

    A page that names a digitiser is one if its paragraphs speak of licences, copies and donations.
    """
    if len(markdown) < _SHORT_FORM and len(set(map(str.lower, _FORM.findall(markdown)))) > 1:
        return True
    if not _DIGITISER.search(markdown) or _kinds(markdown) < _KINDS:
        return False
    if markdown.count("\\(") + markdown.count("\\[") > _FORMULAS:
        return False
    least = 1 if _kinds(markdown) >= _MANY_KINDS else _KINDS  # the page is a licence
    paragraphs = [part for part in _PARAGRAPH.split(markdown) if part.strip()]
    total = sum(map(len, paragraphs))
    wrapping = sum(
        len(part) for part in paragraphs if _DIGITISER.search(part) or _kinds(part) >= least
    )
    return wrapping >= _MOST * total


def _kinds(text: str) -> int:
    """Return how many different words of licences a text has."""
    return len({word.lower() for word in _LEGAL.findall(text)})
