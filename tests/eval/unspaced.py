"""Compares ways to index Chinese, Japanese and Korean: pairs of letters, letters, and segmenters.

    python -m tests.eval.unspaced

Prints how many questions of `tests/support/unspaced_texts.py` have their passage first, the mean
reciprocal rank, and how many passages are returned. jieba and janome are compared if installed.
Terms are made by each way for passages and questions alike, and ranked by tantivy's BM25, any term.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

import tantivy

from indexer.words.terms import index_positions
from indexer.words.words import searchable
from ocr_service.text.ideographs import runs
from search.index.local.passages import LocalPassages
from search.question.filters import Filter
from search.question.query import parse_query
from search.retrieval.keyword import KeywordRetriever
from search.retrieval.languages import BookLanguages
from tests.support.unspaced_texts import PASSAGES, QUESTIONS

Terms = Callable[[str], list[str]]


def main() -> None:
    """Print one line for each way."""
    print(f"{len(QUESTIONS)} questions, {len(PASSAGES)} passages")
    print(f"{'':28} {'first':>6} {'MRR':>6} {'found':>6}")
    ways: dict[str, Terms] = {
        "runs as words": lambda text: [part for part, _ in runs(text) if part.strip()],
        "letters": lambda text: [one for part in _parts(text) for one in part],
        "pairs of letters": _pairs,
    }
    if importlib.util.find_spec("jieba"):
        import jieba

        ways["jieba, search mode"] = lambda text: [*jieba.cut_for_search(text)]
    if importlib.util.find_spec("janome"):
        from janome.tokenizer import Tokenizer

        janome = Tokenizer()
        ways["janome"] = lambda text: [*janome.tokenize(text, wakati=True)]
    for name, terms in ways.items():
        _show(name, _ranked(terms))
    retriever = KeywordRetriever(LocalPassages(_octavo_index()), BookLanguages.of({"zh": "zh"}))
    ours = {
        question: [row for row, _ in retriever.search(parse_query(question), Filter(), 50).ranked]
        for question in QUESTIONS
    }
    _show("Octavo", ours)


def _parts(text: str) -> list[list[str]]:
    return [list(part) if unspaced else part.lower().split() for part, unspaced in runs(text)]


def _pairs(text: str) -> list[str]:
    found = []
    for part, unspaced in runs(text):
        pairs = [part[at : at + 2] for at in range(max(1, len(part) - 1))]
        found += pairs if unspaced else part.lower().split()
    return found


def _show(name: str, ranked: dict[str, list[int]]) -> None:
    places = [
        rows.index(QUESTIONS[question]) + 1 if QUESTIONS[question] in rows else 0
        for question, rows in ranked.items()
    ]
    first = sum(place == 1 for place in places)
    mean = sum(1 / place for place in places if place) / len(places)
    found = sum(map(len, ranked.values())) / len(places)
    missed = [question for question, place in zip(ranked, places, strict=True) if place != 1]
    print(f"{name:28} {first:6} {mean:6.3f} {found:6.1f}  {' '.join(missed)}")


def _ranked(terms: Terms) -> dict[str, list[int]]:
    index = _index([[(term,) for term in terms(searchable(text))] for _, text in PASSAGES])
    searcher = index.searcher()
    ranked = {}
    for question in QUESTIONS:
        queries = [
            (tantivy.Occur.Should, tantivy.Query.term_query(index.schema, "body", term))
            for term in terms(searchable(question))
        ]
        hits = searcher.search(tantivy.Query.boolean_query(queries), 50).hits
        rows = searcher.fast_field_values("row", [address for _, address in hits])
        ranked[question] = [int(row or 0) for row in rows]
    return ranked


def _octavo_index() -> tantivy.Index:
    return _index([index_positions(searchable(text), language) for language, text in PASSAGES])


def _index(documents: list[list[tuple[str, ...]]]) -> tantivy.Index:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("row", indexed=True, fast=True)
    for field in ("body", "heading", "title"):
        builder.add_text_field(field, tokenizer_name="raw")
    index = tantivy.Index(builder.build())
    writer = index.writer(15_000_000, 1)
    for row, places in enumerate(documents):
        document = tantivy.Document()
        document.add_unsigned("row", row)
        tokens = [
            tantivy.Token(term, place, 0, 0) for place, terms in enumerate(places) for term in terms
        ]
        document.add_pre_tokenized_text("body", tantivy.PreTokenizedString("", tokens))
        writer.add_document(document)
    writer.commit()
    index.reload()
    return index


if __name__ == "__main__":
    main()
