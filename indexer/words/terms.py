"""Turns words into index terms: stemmed in the language of the book, irregular plurals joined.

Snowball stemmers handle the regular endings of a language, but not the plurals of mathematics that
come from Latin and Greek (matrix, matrices). Those are replaced by the singular before stemming.

Chinese, Japanese and Korean words are found inside runs of letters without spaces. Such a run is
indexed by its letters and by its pairs of neighbours: the pair that begins at a letter has the same
position as that letter, so that the words of a phrase follow each other in the index too.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

import tantivy

from ocr_service.text.ideographs import has_runs, runs
from ocr_service.text.languages import stemmer_language

__all__ = ["index_positions", "index_terms", "initials", "term_variants"]

# plural -> singular, in English texts
_PLURALS = dict(
    pair.split(":")
    for pair in (
        "abscissae:abscissa analyses:analysis annuli:annulus ansatze:ansatz antitheses:antithesis "
        "apices:apex appendices:appendix automata:automaton axes:axis calculi:calculus "
        "centra:centrum codices:codex continua:continuum corollaria:corollary corpora:corpus "
        "cortices:cortex crises:crisis criteria:criterion diaereses:diaeresis "
        "dihedra:dihedron directrices:directrix dodecahedra:dodecahedron emphases:emphasis "
        "equilibria:equilibrium errata:erratum extrema:extremum feet:foot foci:focus "
        "formulae:formula genera:genus generatrices:generatrix halves:half helices:helix "
        "hexahedra:hexahedron hyperbolae:hyperbola hypotheses:hypothesis "
        "icosahedra:icosahedron indices:index infima:infimum lacunae:lacuna lemmata:lemma "
        "loci:locus matrices:matrix maxima:maximum media:medium minima:minimum moduli:modulus "
        "momenta:momentum nebulae:nebula nuclei:nucleus octahedra:octahedron optima:optimum "
        "parabolae:parabola parallelepipeda:parallelepiped parentheses:parenthesis "
        "pentahedra:pentahedron phenomena:phenomenon polyhedra:polyhedron quanta:quantum "
        "radices:radix radii:radius rhombi:rhombus schemata:schema sheaves:sheaf "
        "simplices:simplex spectra:spectrum stimuli:stimulus strata:stratum suprema:supremum "
        "syntheses:synthesis tetrahedra:tetrahedron theses:thesis tori:torus "
        "trajectoriae:trajectory trapezia:trapezium vacua:vacuum vertices:vertex "
        "vortices:vortex"
    ).split()
)
# The plural of two words gets its own term, which a search for either word includes.
_SHARED = {"bases": ("base", "basis"), "ellipses": ("ellipse", "ellipsis")}
_SHARED_TERM = {plural: f"{plural}q" for plural in _SHARED}  # which the stemmer does not change
_ASKS_FOR = {singular: plural for plural, singulars in _SHARED.items() for singular in singulars}
_ENDS_LIKE_ONE = re.compile(r"\b[A-Za-z]+(?:es|ES|eet|EET|[aeiAEI])\b")  # headings are in capitals

_LONGEST = 60  # characters of a term
_local = threading.local()  # tantivy's analyzers must not be shared between threads


def _analyzer(stemmer: str) -> tantivy.TextAnalyzer:
    """Return this thread's analyzer: lower case, stems, accents folded.

    Stemmers need the accents of their language. English has none, and its names are written with
    and without them (Poincaré, Poincare), so it folds accents before stemming.
    """
    known: dict[str, tantivy.TextAnalyzer] = _local.__dict__.setdefault("analyzers", {})
    if stemmer not in known:
        builder = (
            tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
            .filter(tantivy.Filter.remove_long(_LONGEST))
            .filter(tantivy.Filter.lowercase())
        )
        steps = [tantivy.Filter.stemmer(stemmer), tantivy.Filter.ascii_fold()]
        for step in reversed(steps) if stemmer == "english" else steps:
            builder = builder.filter(step)
        known[stemmer] = builder.build()
    return known[stemmer]


def index_terms(text: str, language: str | None = None) -> list[str]:
    """Return the terms of a text from `searchable`, in order.

    There is one for each word, and for a run of Chinese, Japanese or Korean letters each letter and
    each pair. `language` is an ISO 639-1 code; None, or a language without a stemmer, means
    English.
    """
    if not has_runs(text):
        return _word_terms(text, stemmer_language(language))
    return [term for terms in index_positions(text, language) for term in terms]


def index_positions(text: str, language: str | None = None) -> list[tuple[str, ...]]:
    """Return the terms of a text from `searchable` by their position: one or two for each."""
    stemmer = stemmer_language(language)
    found: list[tuple[str, ...]] = []
    for part, unspaced in runs(text):
        if unspaced:
            found += [(first + second, first) for first, second in pairwise(part)]
            found.append((part[-1],))
        else:
            found += [(term,) for term in _word_terms(part, stemmer)]
    return found


def _word_terms(text: str, stemmer: str) -> list[str]:
    if stemmer == "english":
        text = _ENDS_LIKE_ONE.sub(_singular, text)
    return _analyzer(stemmer).analyze(text)


def _singular(match: re.Match[str]) -> str:
    word = match[0].lower()
    return _PLURALS.get(word) or _SHARED_TERM.get(word, word)


def term_variants(
    text: str, languages: Iterable[str | None], *, phrase: bool = False
) -> list[tuple[str, ...]]:
    """Return, for each word of a question, the terms that it may have in the index.

    There is one for each different stem in `languages`, and more for a word that shares its plural
    with another (base, basis: bases). A run of Chinese, Japanese or Korean letters counts as its
    pairs, a single letter as itself. With `phrase`, the letter before another word is added, so
    that the terms follow each other in the index.
    """
    stemmers = frozenset(stemmer_language(language) for language in languages)
    return _variants(text, stemmers, phrase)


@lru_cache(maxsize=1024)
def _variants(text: str, stemmers: frozenset[str], phrase: bool) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    last = ""  # the last letter of the run before
    for part, unspaced in runs(text.lower()):
        words = _run_variants(part) if unspaced else _word_variants(part, stemmers)
        if words and last and phrase:
            found.append((last,))
        if words:
            found += words
            last = part[-1] if unspaced and len(part) > 1 else ""
    return found


def _run_variants(run: str) -> list[tuple[str, ...]]:
    if len(run) == 1:
        return [(run,)]
    return [(first + second,) for first, second in pairwise(run)]


def _word_variants(text: str, stemmers: frozenset[str]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for word in text.split():
        lists = []
        for stemmer in sorted(stemmers):
            lists.append(_word_terms(word, stemmer))
            if stemmer != "english":
                continue
            if word in _ASKS_FOR:
                lists.append([_SHARED_TERM[_ASKS_FOR[word]]])
            lists += [_word_terms(singular, stemmer) for singular in _SHARED.get(word, ())]
        width = max((len(terms) for terms in lists), default=0)
        found += [
            tuple(dict.fromkeys(terms[place] for terms in lists if len(terms) == width))
            for place in range(width)
        ]
    return found


def initials(terms: Iterable[str], language: str | None = None) -> set[str]:
    """Return the lower-case letters that words with one of these terms may begin with.

    A stem begins like its word, except in Dutch, whose stemmer removes the "ge" of a participle.
    """
    letters = {term[0] for term in terms}
    return letters | {"g"} if letters and stemmer_language(language) == "dutch" else letters
