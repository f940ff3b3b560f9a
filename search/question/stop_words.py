"""Lists the words of a question that distinguish no passage.

"How do we know that the axioms are consistent" asks for axioms, know and consistent. The other
words are in most passages and carry no meaning. Where one happens to be rare, as "how" in a
treatise or any short word in headings, BM25 would give it a high weight. Leaving them out improves
keyword search on all development collections and makes it faster: they are most of what it reads.
"""

from __future__ import annotations

from collections.abc import Iterable

from ocr_service.text.languages import common_words
from search.question.language import question_language, question_words

__all__ = ["stop_words_of"]

# Articles, pronouns, auxiliary verbs, conjunctions, prepositions, adverbs without content and
# question words. No, not, all, each and only are not among them: they matter in mathematics.
_ENGLISH = frozenset(
    "a an the this that these those there here i me my we us our you your he him his she her it "
    "its they them their who whom whose which what when where why how and or but if so than then "
    "some such any other others another same own also very too more most much many few less of to "
    "in on at by for from with as into about up out off over under between within through during "
    "against am is are was were be been being do does did done doing have has had having can "
    "could may might must shall should will would".split()
)


def stop_words_of(words: Iterable[str], languages: Iterable[str | None]) -> frozenset[str]:
    """Return the stop words for a question with these `words`.

    They are those of one language: of the library's languages, the one whose stop words are most
    frequent in the question. So "die" stays a word of an English question in a library with German
    books. With one such word only, and among equals, English wins, or the first language code.
    `languages` are ISO 639-1 codes; None means English. A question in none of them also has the
    stop words of its own language: the library's words for them are no matches.
    """
    words = list(words)
    codes = {code or "en" for code in languages} or {"en"}
    lists = [
        _ENGLISH if code == "en" else common_words(code)
        for code in sorted(codes, key=lambda code: (code != "en", code))
    ]
    asked = {word.lower() for word in words}
    best = max(lists, key=lambda stops: len(asked & stops))  # the first of equals
    chosen = best if len(asked & best) > 1 else lists[0]
    language = question_language(" ".join(words))
    return chosen if language is None or language in codes else chosen | question_words(language)
