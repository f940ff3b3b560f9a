"""Tells the language of a question, as far as a few words can.

`ocr_service.text.languages` needs the text of a book. A question has some words that most sentences
of its language have, its question word among them; letters tell other scripts. Names and terms
alone tell nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cache

from ocr_service.text.languages import common_words, detect_language
from ocr_service.text.late_pattern import late_pattern

__all__ = ["LANGUAGE_NAMES", "question_language", "question_words", "short_foreign_language"]

LANGUAGE_NAMES = {
    "de": "German", "en": "English", "es": "Spanish", "fr": "French", "it": "Italian",
    "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "pt": "Portuguese", "ru": "Russian",
    "zh": "Chinese",
}  # fmt: skip

# Words of questions, beside the most frequent words of texts; none without content in English, and
# none that English has too, but those that are frequent in another language (die, was, in).
_ASKING = {
    "de": (
        "wie was wer wo wann warum wieso weshalb wozu welche welcher welches welchem welchen wofür "
        "heißt gibt kann man im am zum zur vom beim einen einer eines einem dass bei aus nach wenn "
        "wird werden hat haben zwei zwischen unter über gilt dies diese dieser dieses warum lautet"
    ),
    "en": "what who where when why how does do can which many much there between",
    "es": (
        "qué cuál cuáles quién cómo dónde cuándo por cuánto hay del al entre sobre sus este esta "
        "puede dos sin"
    ),
    "fr": (
        "quel quelle quels quelles quoi comment pourquoi où quand combien qu est-ce peut-on "
        "peut d'une d'un l'on entre aux deux leur sa son ses cette ces sans il elle on a"
    ),
    "it": (
        "che cosa cos'è come perché quale quali dove quando chi quanto tra dello degli alla sul "
        "si può due"
    ),
    "nl": "wat wie waar wanneer waarom hoe welke tussen kan men twee over geen",
    "pt": "qual quais quem onde quando porquê por quanto entre pode dois duas há são",
    "ru": "что кто где когда почему как какой какая какие сколько между такое",
}
_WORDS = late_pattern(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_ELIDED = late_pattern(r"^(?:l|d|qu|n|s|c|j|m|t|un|dell|nell|all)['’](?=\w)", re.IGNORECASE)
_SCRIPTS = (("ja", r"[\u3041-\u30fa]"), ("ko", r"[\uac00-\ud7a3]"), ("zh", r"[\u3400-\u9fff]"),
            ("ru", r"[\u0400-\u04ff]"))  # fmt: skip
_LATEX = late_pattern(r"\\[A-Za-z]+|\$[^$]*\$")
# Endings of words that English words do not have, and with which names do not end.
_ENDINGS = {
    "de": late_pattern(
        r".{4}(?:ung|ungen|(?<!fahren)heit|heiten|keit|keiten|schaft|tät|isch(?:e[nmrs]?)|sätze?)$"
        r"|.{6}sche[nrs]?$"  # of names
    ),
    "es": late_pattern(r".{3}(?:ción|ciones|dades|miento)$"),
    "fr": late_pattern(r".{3}(?:ité|ités|ème|èmes)$"),
    "it": late_pattern(r".{3}(?:zione|zioni|ità)$"),
    "nl": late_pattern(r".{3}(?:heid|heden|lijke?|schappen)$"),
    "pt": late_pattern(r".{3}(?:ção|ções|dade)$"),
}
# Of names ("van der Waerden", "de la Hire"), and words that English has with another meaning.
_PARTICLES = frozenset(
    "von van der den des die del della das dos les las los man war hat gilt sine pas over men "
    "per due est son sin par bei hay wer was sur elle come twee san pour "
    "ab al am da de di do du el en es et id il ja je la le ne om op os ou se si te tu un".split()
)
_LEAST = 2  # words that tell a language
_MANY = 20  # words; so many are a text


@cache
def question_words(code: str) -> frozenset[str]:
    """Return the words of questions in a language that tell nothing of what is asked."""
    return common_words(code) | frozenset(_ASKING.get(code, "").split())


def question_language(text: str) -> str | None:
    """Return the ISO 639-1 code of a question's language, None if it is unclear."""
    for code, letters in () if text.isascii() else _SCRIPTS:
        if len(re.findall(letters, text)) >= _LEAST:
            return code
    typed = _WORDS.findall(_LATEX.sub(" ", text))
    words = [_ELIDED.sub("", word.lower()) for word in typed]
    counts = {code: _count(words, code) for code in _ASKING}
    counts["fr"] += sum(word.lower() != plain for word, plain in zip(typed, words, strict=True))
    (best, most), (_, second) = sorted(counts.items(), key=lambda pair: -pair[1])[:2]
    # English questions have names and Latin words: another language has to lead by more.
    lead = 1 if best == "en" or not counts["en"] else _LEAST
    if most >= _LEAST and most >= second + 1 and most >= counts["en"] + lead * (best != "en"):
        return best
    return detect_language([text]) if len(words) > _MANY else None


def short_foreign_language(text: str, unknown: Collection[str]) -> str | None:
    """Return the language of a few words in another language than the books, None if unclear.

    `unknown` are words of the question that no page has. One word that only this language has
    ("einer"), or an ending ("-ung"), tells it if another word is unknown and none is English.
    """
    words = [word.lower() for word in _WORDS.findall(_LATEX.sub(" ", text))]
    strange = {word.lower() for word in unknown}
    if not strange or _count(words, "en"):
        return None
    told = {code: 0 for code in _ASKING if code != "en"}
    for word in words:
        codes = [code for code in told if word in question_words(code)]
        if len(codes) == 1 and len(word) > 1 and word not in _PARTICLES:
            told[codes[0]] += bool(strange - {word})
        for code, ending in _ENDINGS.items():
            own = word in strange or not word.isascii()
            told[code] += own and bool(ending.search(word))
    best = max(told, key=lambda code: told[code])
    return best if told[best] and list(told.values()).count(told[best]) == 1 else None


def _count(words: Iterable[str], code: str) -> int:
    known = question_words(code)
    return sum(len(word) > 1 and word in known for word in words)
