"""Lists the languages that words can be stemmed in, and detects which of them a text is in.

The most frequent words decide: they are few, they differ between languages, and they make up about
a third of any page of prose. Formulas and tables contain none of them and do not count. Chinese,
Japanese and Korean are told by their scripts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

__all__ = ["LANGUAGES", "common_words", "detect_language", "stemmer_language"]

# ISO 639-1 code -> the name of tantivy's stemmer, and the most frequent words of the language.
_PROFILES = {
    "ar": ("arabic", ("في من على أن إلى التي هذا عن ما لا أو هذه كان مع الذي ذلك كل إذا")),
    "da": ("danish", ("og i at det er en til af på for med den som der ikke de et har vi kan "
           "være")),
    "de": ("german", ("der die und das in den von zu mit ist des sich auf für nicht ein eine dem "
           "es als auch so wir man durch wird sind oder")),
    "el": ("greek", ("και το του της η να την ο με των από τα που για είναι στο σε τον θα οι δεν")),
    "en": ("english", ("the of and to in is that it as for be this by are with which we on from or "
           "an at not if then has")),
    "es": ("spanish", ("de la que el en y los se del las un por con una para es al como más si no "
           "su lo son")),
    "fi": ("finnish", ("ja on ei se että oli hän ovat kun mutta joka tai niin kuin myös jos siis "
           "ole sen olla voidaan")),
    "fr": ("french", ("de la le et les des en un une du que est pour qui dans par sur au ne pas on "
           "ce plus se nous avec si sont soit")),
    "hu": ("hungarian", ("a az és hogy nem is egy ha van meg csak de mint vagy ez azt akkor ezt "
           "minden lesz")),
    "it": ("italian", ("di che e la il un in per è una si le del con dei da non i al della sono ed "
           "nel se come")),
    "nl": ("dutch", ("de het een van en in is dat op te voor met zijn niet die er aan als ook door "
           "wordt naar deze bij")),
    "no": ("norwegian", ("og i det er en til av på for med den som ikke de et har vi kan å være "
           "fra hvor eller ved")),
    "pt": ("portuguese", ("de a o que e do da em um para com uma os no se na por mais as dos como "
           "ao das não são é ou")),
    "ro": ("romanian", ("și în de la a cu este care pe o un se din că nu pentru sunt prin sau dacă "
           "ale mai fie")),
    "ru": ("russian", ("и в не на что с по как это из для то к а от если или при так же мы где "
           "является")),
    "sv": ("swedish", ("och i att det är en som på av för med den till inte ett de har vi kan om "
           "eller från där då")),
    "ta": ("tamil", ("ஒரு மற்றும் இந்த என்று அந்த இது என்ற அது என ஆகும் உள்ள மேலும் அல்லது")),
    "tr": ("turkish", ("ve bir bu için ile de da olarak olan çok ise daha gibi olduğu her ya o "
           "değil kadar")),
    # These are told by their scripts. They need no stemmer; Latin words in them count as English.
    "ja": ("english", ""),
    "ko": ("english", ""),
    "zh": ("english", ""),
}  # fmt: skip

LANGUAGES = tuple(_PROFILES)
_WORD = re.compile(r"[^\W\d_]{2,}")  # single letters are variables as often as words
_MATHEMATICS = re.compile(r"\$[^$]*\$|\\\(.*?\\\)|\\\[.*?\\\]|\\[A-Za-z]+", re.DOTALL)

# Compiled when they are first used: that takes milliseconds, and few texts need it.
_SCRIPTS = {
    "hangul": r"[\uac00-\ud7a3]",
    "kana": r"[\u3041-\u3096\u30a1-\u30fa]",
    "han": r"[\u3400-\u4dbf\u4e00-\u9fff]",
}

_ENOUGH = 20_000  # words that are counted at most; a hundred would do for most texts
_LEAST = 10  # words that are needed for an answer
_SHARE = 0.12  # of all words, at least; prose in the language has .25 to .45
_LEAD = 1.15  # over the next language; Danish and Norwegian are closest
_LETTERS_A_WORD = 2  # of Chinese, Japanese and Korean, about
_KANA_SHARE = 0.05  # of the letters of a Japanese text, at least; prose has half


def stemmer_language(code: str | None) -> str:
    """Return the name of the stemmer for a language code; English if there is none."""
    return _PROFILES.get(code or "en", _PROFILES["en"])[0]


def common_words(code: str) -> frozenset[str]:
    """Return the most frequent words of a language; none if it is not among `LANGUAGES`."""
    return frozenset(_PROFILES[code][1].split()) if code in _PROFILES else frozenset()


def detect_language(texts: Iterable[str]) -> str | None:
    """Return the ISO 639-1 code of the language of a book's pages, or None if it is unclear."""
    counts: Counter[str] = Counter()
    scripts: Counter[str] = Counter()
    seen = 0
    for text in texts:
        if not text.isascii():
            scripts.update(_scripts(text[:20_000]))
        words = _WORD.findall(_MATHEMATICS.sub(" ", text[:20_000]).lower())
        counts.update(words)
        seen += len(words)
        if seen > _ENOUGH:
            break
    if language := _language_of_script(scripts, seen):
        return language
    shares = sorted(
        (
            (sum(counts[word] for word in words.split()) / max(seen, 1), code)
            for code, (_, words) in _PROFILES.items()
        ),
        reverse=True,
    )
    (share, code), (second, _) = shares[:2]
    clear = seen >= _LEAST and share >= _SHARE and share >= _LEAD * second
    return code if clear else None


def _scripts(text: str) -> dict[str, int]:
    """Return how many letters of a text are hangul, kana and Han."""
    if text.isascii():
        return dict.fromkeys(_SCRIPTS, 0)
    return {name: len(re.findall(letters, text)) for name, letters in _SCRIPTS.items()}


def _language_of_script(scripts: Counter[str], words: int) -> str | None:
    """Return Chinese, Japanese or Korean if most of a text is written so.

    `words` counts words of all scripts; a run of letters without spaces is one of them.
    """
    letters = scripts.total()
    if letters < _LEAST * _LETTERS_A_WORD or letters < _LETTERS_A_WORD * words / 2:
        return None
    if scripts["hangul"] > letters / 2:
        return "ko"
    return "ja" if scripts["kana"] > _KANA_SHARE * letters else "zh"
