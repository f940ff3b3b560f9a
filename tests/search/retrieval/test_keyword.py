"""Words and their forms, languages, misprints, and what the query language says of them."""

from __future__ import annotations

import random
import string
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import pytest
import tantivy
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexer.stores.fulltext import PASSAGES, PassageDoc, open_index, passage_document, writing
from indexer.words.terms import _PLURALS, _SHARED, index_terms, initials, term_variants
from indexer.words.words import searchable
from ocr_service.text.languages import LANGUAGES, detect_language, stemmer_language
from search import Searcher
from search.index.local.passages import LocalPassages
from search.index.local.queries import ranked_rows
from search.question.filters import Filter, make_filter
from search.question.query import parse_query
from search.question.stop_words import stop_words_of
from search.retrieval.fusion import fuse
from search.retrieval.keyword import (
    _FIELDS,
    _PAIR,
    KeywordMatches,
    KeywordRetriever,
    corrections_in,
)
from search.retrieval.languages import BookLanguages
from search.retrieval.spelling import edit_distance
from tests.conftest import call_octavo
from tests.support.helpers import index_books, make_document

WEIGHTS = {"keyword": 0.4, "semantic": 0.6}
GERMAN = " Es gibt keine andere Wahl, und das ist auch der Grund für die Wahl des Weges."
PASSAGES_OF = {
    "en": [
        "The angle of parallelism, as Saccheri saw it in 1733.",
        "Two matrices, their vertices and indices. Every vector space has many bases.",
        "A basis of the space: the base of a triangle is something else.",
        "Any theorern that a machine misreads. The sufficient statistic of Fisher.",
        "The normal equations of least squares. Normal, and elsewhere: equations.",
    ],
    "de": ["Die Ableitungen der Funktionen sind stetig.", "Häuser und Gleichungen mit Lösungen."],
}


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> KeywordRetriever:
    folder = tmp_path_factory.mktemp("keyword")
    row = 0
    with writing(folder, PASSAGES) as writer:
        for language, texts in PASSAGES_OF.items():
            for text in texts:
                page = row + 1
                doc = PassageDoc(
                    f"{language}:{page}:1", language, row, page, str(page), 0, len(text), [], text
                )
                writer.add_document(passage_document(doc, f"Book in {language}", language))
                row += 1
    return KeywordRetriever(
        LocalPassages(open_index(folder, PASSAGES)), BookLanguages.of({"en": "en", "de": "de"})
    )


def ask(retriever: KeywordRetriever, text: str) -> KeywordMatches:
    query = parse_query(text)
    filter_ = make_filter(query, (), None, lambda name: (name,))
    assert filter_ is not None
    return retriever.search(query, filter_, 10)


def rows(retriever: KeywordRetriever, text: str) -> list[int]:
    return [row for row, _ in ask(retriever, text).ranked]


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        ("matrices", "matrix"), ("vertices", "vertex"), ("indices", "index"),
        ("lemmata", "lemma"), ("loci", "locus"), ("radii", "radius"), ("axes", "axis"),
        ("analyses", "analysis"), ("hypotheses", "hypothesis"), ("criteria", "criterion"),
        ("maxima", "maximum"), ("formulae", "formula"), ("polyhedra", "polyhedron"),
    ],
)  # fmt: skip
def test_irregular_plurals(plural: str, singular: str) -> None:
    assert index_terms(plural) == index_terms(singular.capitalize())
    assert index_terms(plural.upper()) == index_terms(singular)


def test_a_shared_plural_joins_neither_of_its_words() -> None:
    (basis,), (base,), (bases,) = (
        term_variants(word, ["en"]) for word in ("basis", "base", "bases")
    )
    assert set(basis) & set(bases)
    assert set(base) & set(bases)
    (written,) = index_terms("bases")
    assert written in basis
    assert written in base
    assert not set(index_terms("basis")) & set(base)
    assert not set(index_terms("base")) & set(basis)


def test_plurals_meet_in_a_library(retriever: KeywordRetriever) -> None:
    assert rows(retriever, "matrix") == [1]
    assert rows(retriever, "vertex") == [1]
    assert set(rows(retriever, "basis")) == {1, 2}
    assert rows(retriever, '"many basis"') == [1]


def test_each_book_is_stemmed_in_its_language(retriever: KeywordRetriever) -> None:
    assert rows(retriever, "Ableitung") == [5]
    assert rows(retriever, "Haus Lösung") == [6]
    assert index_terms(searchable("dérivées"), "fr") == index_terms("dérivée", "fr")
    assert stemmer_language("xx") == "english"


def test_every_language_has_a_stemmer() -> None:
    for code in LANGUAGES:
        assert index_terms("abc", code)


@settings(max_examples=200, deadline=None)
@given(st.text(string.ascii_letters, min_size=2, max_size=12), st.sampled_from(LANGUAGES))
@example("gemeten", "nl")  # whose term is "meet"
def test_words_begin_with_an_initial_of_their_terms(word: str, language: str) -> None:
    assert word[0].lower() in initials(index_terms(word, language), language)


def test_plurals_begin_as_their_singulars_do() -> None:
    for plural in (*_PLURALS, *_SHARED):
        assert {term[0] for term in index_terms(plural)} == {plural[0]}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (("Let f be a function of the real line that is continuous in the interval. Then it is "
          "bounded, and for each of the points we have a limit."), "en"),
        (("Es sei f eine Funktion auf der reellen Achse, die in dem Intervall stetig ist. Dann ist "
          "sie beschränkt, und für die Grenzwerte gilt das auch."), "de"),
        (("Soit f une fonction sur la droite réelle qui est continue dans un intervalle. On a "
          "alors une borne pour les valeurs de la fonction et de ses dérivées."), "fr"),
        (("Sea f una función en la recta real que es continua en el intervalo. Los valores de la "
          "función son finitos y se tiene un límite para las sucesiones."), "es"),
        (("Пусть f функция на прямой и она не имеет разрывов. Если это так, то мы имеем предел для "
          "каждой из точек, как и для всех других."), "ru"),
        ("x = 1, y = 2, \\(a + b\\)", None),
        ("", None),
    ],
)  # fmt: skip
def test_languages_are_told(text: str, language: str | None) -> None:
    assert detect_language([text]) == language


def test_unknown_words_are_taken_for_near_ones(retriever: KeywordRetriever) -> None:
    found = ask(retriever, "Sacheri parallelism")
    assert [row for row, _ in found.ranked] == [0]
    assert [(item.typed, item.found) for item in found.corrections] == [("Sacheri", ("saccheri",))]
    text = PASSAGES_OF["en"][0]
    assert corrections_in(text, found.corrections, "en") == (("Sacheri", "saccheri"),)
    assert corrections_in("nothing of it", found.corrections, "en") == ()


def test_what_a_machine_misread_is_found(retriever: KeywordRetriever) -> None:
    assert rows(retriever, "theorem") == [3]
    assert rows(retriever, '"sufficeint statistics"') == [3]
    assert rows(retriever, "+theorem Fisher") == [3]


def test_known_words_are_not_corrected_and_guesses_count_less(retriever: KeywordRetriever) -> None:
    assert ask(retriever, "base basis normal").corrections == ()
    exact, guessed = ask(retriever, "Saccheri"), ask(retriever, "Sacheri")
    assert guessed.ranked[0][1] < exact.ranked[0][1]
    for text in ("1734", "qqq", "zzzzzzzzz", "-Sacheri angle"):
        assert ask(retriever, text).corrections == ()


@pytest.mark.parametrize(
    ("first", "second", "distance"),
    [
        ("abc", "abc", 0),
        ("abc", "acb", 1),
        ("abc", "ab", 1),
        ("abcd", "xbcy", 2),
        ("ab", "cdef", 3),
    ],
)
def test_edit_distance(first: str, second: str, distance: int) -> None:
    assert edit_distance(first, second, 2) == distance
    assert edit_distance(second, first, 2) == distance


def test_stop_words_are_not_looked_for(retriever: KeywordRetriever) -> None:
    plain, asked = "bases of every vector space", "what are the bases of every vector space?"
    assert ask(retriever, asked) == ask(retriever, plain)
    assert ask(retriever, asked).terms.isdisjoint({"what", "are", "the", "of"})
    assert (
        ask(retriever, "What's this, and the basis of it?").terms == ask(retriever, "basis").terms
    )
    assert "a" in ask(retriever, "the basis $a + b$").terms  # a letter, not an article
    # They count where they were asked for, and where there is nothing else to go by.
    assert rows(retriever, '"the base of a triangle"') == [2]
    assert rows(retriever, "+least +of") == [4]
    assert rows(retriever, "something else") == rows(retriever, "what is something else") == [2]
    assert rows(retriever, "of the") == rows(retriever, "the of") != []


def test_stop_words_are_of_the_language_of_the_question() -> None:
    both = ["de", None, "en"]
    assert "die" not in stop_words_of("how often does the die show a six".split(), both)
    assert "die" in stop_words_of("was ist die Ableitung der Funktion".split(), both)
    assert "die" not in stop_words_of(["fair", "die"], both)
    assert "not" not in stop_words_of(["not"], ["en"])
    assert stop_words_of(["the"], []) == stop_words_of(["the"], ["en"]) == stop_words_of([], [None])
    assert "the" not in stop_words_of(["the"], ["xx"])


def test_how_much_a_question_asks_for_is_known(retriever: KeywordRetriever) -> None:
    """Each word adds what it is worth: rare ones more, unknown and empty ones nothing."""
    once = {text: ask(retriever, text).once for text in ("Saccheri", "normal", "the Saccheri")}
    assert once["the Saccheri"] == once["Saccheri"] > 0
    assert ask(retriever, "Saccheri normal").once == pytest.approx(
        once["Saccheri"] + once["normal"]
    )
    assert once["Saccheri"] > ask(retriever, "space").once
    assert ask(retriever, "Saccheri qqqqqqqq").once == once["Saccheri"]
    assert 0 < ask(retriever, "book").once < once["normal"] / 5  # in titles only


def test_it_is_told_how_much_of_the_question_a_passage_has(retriever: KeywordRetriever) -> None:
    """Words count by their rarity; of all passages only the best are looked at."""
    query = parse_query("Saccheri normal space")
    found = retriever.search(query, Filter(), 50, shares=50)
    once = {word: ask(retriever, word).once for word in ("Saccheri", "normal", "space")}
    having = {word: {row for row, _ in ask(retriever, word).ranked} for word in once}
    assert found.words == 3
    assert found.shares is not None
    assert found.shares.keys() == {row for row, _ in found.ranked}
    for row, share in found.shares.items():
        worth = sum(once[word] for word, rows in having.items() if row in rows)
        assert share == pytest.approx(worth / found.once, abs=1e-5)
    one = retriever.search(query, Filter(), 50, shares=1).shares
    assert one is not None
    assert list(one) == [found.ranked[0][0]]
    assert retriever.search(query, Filter(), 50).shares is None
    assert retriever.search(parse_query("qqqqqqqq"), Filter(), 50, shares=50).shares is None


def test_books_that_were_removed_do_not_count(tmp_path: Path) -> None:
    """Tantivy counts their words until it merges; a word may then be in more passages than live."""
    with writing(tmp_path, PASSAGES) as writer:
        for row in range(33):
            book = "gone" if row < 30 else "here"
            doc = PassageDoc(f"{book}:{row}", book, row, row + 1, "", 0, 11, [], "every group")
            writer.add_document(passage_document(doc, book))
    with writing(tmp_path, PASSAGES) as writer:
        writer.delete_documents("book_id", "gone")
    found = ask(
        KeywordRetriever(
            LocalPassages(open_index(tmp_path, PASSAGES)), BookLanguages.of({"here": "en"})
        ),
        "group",
    )
    assert [row for row, _ in found.ranked] == [30, 31, 32]
    assert found.once > 0
    assert fuse({"keyword": found.ranked, "semantic": [(31, 0.5)]}, WEIGHTS, found.once).ranked


def test_only_neighbours_in_the_question_make_pairs(tmp_path: Path) -> None:
    texts = ["Normal equations.", *(f"Filler number {number}." for number in range(30))]
    with writing(tmp_path, PASSAGES) as writer:
        for row, text in enumerate(texts):
            doc = PassageDoc(f"a:{row}", "a", row, row + 1, "", 0, len(text), [], text)
            writer.add_document(passage_document(doc, ""))
    retriever = KeywordRetriever(
        LocalPassages(open_index(tmp_path, PASSAGES)), BookLanguages.of({"a": "en"})
    )

    def best(text: str) -> float:
        return ask(retriever, text).ranked[0][1]

    assert best("normal equations") > best("equations normal")
    assert best("normal are equations") == best("equations normal")


def test_signs_phrases_and_filters(retriever: KeywordRetriever) -> None:
    assert rows(retriever, '"normal equations"') == [4]
    assert rows(retriever, "space +triangle") == [2]
    assert rows(retriever, "space -triangle") == [1]
    assert rows(retriever, "book:de funktion angle") == [5]
    assert rows(retriever, "space pages:3") == [2]
    assert rows(retriever, "space pages:1-2") == [1]
    assert retriever.allowed(parse_query("x +triangle"), [0, 1, 2]) == {2}
    assert retriever.allowed(parse_query("x -triangle"), [0, 1, 2]) == {0, 1}


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from('ab +-"\\:$*(){}[]~^θ\u0000.x'), min_size=1, max_size=40))
def test_anything_is_accepted(retriever: KeywordRetriever, text: str) -> None:
    assert isinstance(ask(retriever, f"word {text}").ranked, list)


def test_words_and_their_pairs_add_up_however_few_are_wanted(tmp_path: Path) -> None:
    words = ["".join(letters) for letters in product("bdgklmpz", "aou", "nrst")]
    dice = random.Random(5)
    with writing(tmp_path, PASSAGES) as writer:
        for row in range(400):
            text = " ".join(dice.choices(words, k=dice.randint(4, 8)))
            doc = PassageDoc(f"b:{row}", "b", row, row + 1, "1", 0, len(text), ["Zun"], text)
            writer.add_document(passage_document(doc, "Zun and bar"))
    index = open_index(tmp_path, PASSAGES)
    retriever = KeywordRetriever(LocalPassages(index), BookLanguages.of({"b": "en"}))
    pairs = 0
    for _ in range(40):
        first, second, third = dice.sample(words, 3)
        for question in (f"{first} {second}", f"{first} +{second}", f"{first} {second} -{third}"):
            found = retriever.search(parse_query(question), Filter(), 400).ranked
            assert retriever.search(parse_query(question), Filter(), 7).ranked == found[:7]
        expected, beside = at_once(index, first, second)
        pairs += beside
        found = retriever.search(parse_query(f"{first} {second}"), Filter(), 400).ranked
        assert dict(found) == pytest.approx(expected, rel=1e-4)
    assert pairs >= 5


def at_once(index: tantivy.Index, first: str, second: str) -> tuple[dict[int, float], int]:
    """Return what one query for two words and their pair finds, and how often the pair is there."""
    parts = [
        tantivy.Query.boost_query(tantivy.Query.term_query(index.schema, field, stem(word)), weight)
        for word in (first, second)
        for field, weight in _FIELDS
    ]
    phrase = tantivy.Query.phrase_query(index.schema, "body", [stem(first), stem(second)])
    parts.append(tantivy.Query.boost_query(phrase, _PAIR))
    query = tantivy.Query.boolean_query([(tantivy.Occur.Should, part) for part in parts])
    return dict(ranked_rows(index, query, 400)), len(ranked_rows(index, phrase, 400))


def stem(word: str) -> str:
    (term,) = index_terms(word)
    return term


def test_threads_share_a_retriever(retriever: KeywordRetriever) -> None:
    questions = ["matrix", "Ableitung", "Sacheri", '"normal equations"'] * 10
    alone = [rows(retriever, question) for question in questions]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda question: rows(retriever, question), questions)) == alone


def test_the_language_of_a_book_is_told_or_given(encoder_cache: Path, tmp_path: Path) -> None:
    assert encoder_cache.is_dir()
    library = tmp_path / "library"
    german = make_document(tmp_path / "band-eins.mmd", [" ".join(PASSAGES_OF["de"]) + GERMAN])
    short = make_document(tmp_path / "formelsammlung.mmd", ["Ableitungen, Lösungen, Häuser"])

    def languages(*options: str) -> dict[str, str | None]:
        done = call_octavo("build", german, short, "--library", library, *options)
        assert done.returncode == 0, done.stderr
        return {book_id: entry["language"] for book_id, entry in index_books(library).items()}

    assert languages() == {"band-eins": "de", "formelsammlung": None}
    assert languages("--language", "de") == {"band-eins": "de", "formelsammlung": "de"}
    hits = Searcher.open(library).search("Ableitung", mode="keyword")
    assert {hit.source.book_id for hit in hits} == {"band-eins", "formelsammlung"}
    assert all(hit.snippet.marks for hit in hits)
