"""Words of a question that tell no passage from another.

"How do we know that the axioms are consistent" asks for axioms, know and consistent. The rest is in
most passages and in no way what is meant; where it happens to be rare, as "how" is in a treatise
or any small word in headings, it would even count for much. Leaving it out is better for keyword
search on all collections at hand, and faster: common words are most of what a search reads.
"""

from __future__ import annotations

from collections.abc import Iterable

from ocr_service.text.languages import common_words

__all__ = ["stop_words_of"]

# Articles, pronouns, auxiliary verbs, conjunctions, prepositions, the emptiest adverbs and what
# questions begin with. No, not, all, each and only are not among them: they are mathematics.
_ENGLISH = frozenset(
    "a an the this that these those there here i me my we us our you your he him his she her it "
    "its they them their who whom whose which what when where why how and or but if so than then "
    "some such any other others another same own also very too more most much many few less of to "
    "in on at by for from with as into about up out off over under between within through during "
    "against am is are was were be been being do does did done doing have has had having can "
    "could may might must shall should will would".split()
)


def stop_words_of(words: Iterable[str], languages: Iterable[str | None]) -> frozenset[str]:
    """Return the stop words by which a question with these `words` is read.

    They are those of one language, that of the library's whose stop words the question has most of.
    So "die" is a word where English is asked in a library that has German books too. Where only one
    word tells, and of equals, it is English, or the first by its code. `languages` are ISO 639-1
    codes; None stands for English.
    """
    codes = {code or "en" for code in languages} or {"en"}
    lists = [
        _ENGLISH if code == "en" else common_words(code)
        for code in sorted(codes, key=lambda code: (code != "en", code))
    ]
    asked = {word.lower() for word in words}
    best = max(lists, key=lambda stops: len(asked & stops))  # the first of equals
    return best if len(asked & best) > 1 else lists[0]
