"""A library's own index counts passages and pages as going through all of them does."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import combinations, groupby
from pathlib import Path

import pytest

from indexer.stores.fulltext import PASSAGES, PassageDoc, open_index, page_documents, writing
from search.index.asked import AnyOf, Atom, WordQuery
from search.index.local.passages import LocalPassages
from search.question.filters import Filter

WORDS = ("axiom", "proof", "limit", "form", "sum", "field", "group", "ring")  # which are terms too
FIELDS = ("body", "heading")
BOOKS = ("first", "second", "third")


def some_passages() -> list[PassageDoc]:
    """Return passages of three books with one to four on a page and few different words."""
    dice, docs = random.Random(3), list[PassageDoc]()
    for book in BOOKS:
        for page in range(1, 25):
            for number in range(dice.randint(1, 4)):
                text = " ".join(dice.choices(WORDS, k=2))
                heading = [dice.choice(WORDS)] if dice.random() < 0.2 else []
                name, row = f"{book}:{page}:{number}", len(docs)
                docs.append(PassageDoc(name, book, row, page, "1", 0, 9, heading, text))
    return docs


DOCS = some_passages()


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> LocalPassages:
    """Return the index of all of them."""
    folder = tmp_path_factory.mktemp("all")
    write(folder)
    firsts = [next(doc.row for doc in DOCS if doc.book_id == book) for book in BOOKS]
    return LocalPassages(open_index(folder, PASSAGES), lambda: firsts, is_undeleted=lambda: True)


def write(folder: Path) -> None:
    with writing(folder, PASSAGES) as writer:
        for _, page in groupby(DOCS, key=lambda doc: (doc.book_id, doc.page)):
            for document in page_documents(list(page), "axiom of all titles"):
                writer.add_document(document)


def any_field(*words: str) -> AnyOf:
    return tuple(Atom(field, (word,)) for field in FIELDS for word in words)


def pages(has: Callable[[PassageDoc], bool], docs: list[PassageDoc]) -> set[tuple[str, int]]:
    return {(doc.book_id, doc.page) for doc in docs if has(doc)}


def having(word: str) -> Callable[[PassageDoc], bool]:
    return lambda doc: word in doc.text.split() or word in doc.section


def having_phrase(doc: PassageDoc) -> bool:
    return "limit form" in doc.text


def sets_of_words() -> Iterator[tuple[str, ...]]:
    yield from combinations(WORDS, 2)
    yield from combinations(WORDS, 3)


def test_words_of_a_page_may_be_in_different_passages(index: LocalPassages) -> None:
    apart = 0
    for words in sets_of_words():
        expected = set.intersection(*(pages(having(word), DOCS) for word in words))
        assert index.count_pages(Filter(), [any_field(word) for word in words]) == len(expected)
        together = pages(lambda doc, all_=words: all(having(word)(doc) for word in all_), DOCS)
        apart += len(expected - together)
    assert apart > 100


def test_pages_are_counted_within_a_filter(index: LocalPassages) -> None:
    docs = [doc for doc in DOCS if doc.book_id != "second" and 5 <= doc.page <= 19]
    filter_ = Filter(("first", "third"), (5, 19))
    for words in sets_of_words():
        expected = set.intersection(*(pages(having(word), docs) for word in words))
        assert index.count_pages(filter_, [any_field(word) for word in words]) == len(expected)


def test_a_phrase_is_in_one_passage(index: LocalPassages) -> None:
    phrase = (Atom("body", ("limit", "form")),)
    expected = pages(having_phrase, DOCS) & pages(having("ring"), DOCS)
    assert index.count_pages(Filter(), [phrase, any_field("ring")]) == len(expected) > 0


def test_passages_are_counted_as_they_are_also_after_removals(
    index: LocalPassages, tmp_path: Path
) -> None:
    write(tmp_path)
    with writing(tmp_path, PASSAGES) as writer:
        writer.delete_documents_by_term("book_id", "second")
    less = LocalPassages(open_index(tmp_path, PASSAGES))
    rest = [doc for doc in DOCS if doc.book_id != "second"]
    for words in combinations(WORDS, 2):
        asked = WordQuery(required=(any_field(*words),))
        for passages, docs in ((index, DOCS), (less, rest)):
            expected = sum(any(having(word)(doc) for word in words) for doc in docs)
            assert passages.count(asked) == expected
    assert (index.count(WordQuery()), less.count(WordQuery())) == (len(DOCS), len(rest))
