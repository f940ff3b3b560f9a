"""Ranks passages: asks the retrievers of a mode, fuses their lists, and makes hits of the best."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from indexer.stores.fulltext import PassageDoc
from search.index.protocol import Index
from search.index.ranked import Ranked
from search.question.filters import Filter
from search.question.kind import Kind, kind_of
from search.question.language import question_language, short_foreign_language
from search.question.options import Mode
from search.question.query import Query
from search.retrieval.asked_words import AskedWords
from search.retrieval.certainty import Certainty, Meaning, judge
from search.retrieval.continuation import with_continuations
from search.retrieval.deduplicate import best_of_pages
from search.retrieval.entry_hits import IndexAnswer, all_entries, look_up_entries
from search.retrieval.fusion import Ranking, agreement_weight, formula_rarity, fuse, fusion_weights
from search.retrieval.glossary import Translation, glossary_words, translate
from search.retrieval.hits import Contribution, Hit
from search.retrieval.keyword import KeywordMatches, KeywordRetriever, corrections_in
from search.retrieval.languages import BookLanguages
from search.retrieval.list_evidence import ListEvidence
from search.retrieval.snippets import make_snippet
from search.retrieval.statement_hits import StatementSearch, statement_hit

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from search.retrieval.semantic import SemanticRetriever

__all__ = ["PassageSearch"]

MULTILINGUAL = "multilingual"  # the encoder of `indexer.encoder.multilingual`, not loaded here
ESTIMATE = "estimate"  # the retriever of a score by meaning without a vector

_CANDIDATES = 1_000  # how deep each retriever goes before fusion
_BY_WORDS = (
    300  # passages that words count for in hybrid search; those farther down have few of them
)
_COMPARED = 100  # formulas for a formula within a question; farther ones say little

_AGREEING = 100  # passages whose neighbours are looked at
_FEWEST = 100  # passages ranked for a question to one retriever, at least
_NEAREST = 0.1  # of what a term and an entry have in common, to be shown if no entry has it whole
_FEWEST_EACH = 10  # and at least this many for each hit asked for


class PassageSearch:
    """The passages of one generation of the index, and the retrievers over them."""

    def __init__(self, index: Index) -> None:
        """Search an open index; the encoder is loaded when it is first needed."""
        self._index = index

    def hits(self, query: Query, mode: Mode, filter_: Filter, limit: int) -> list[Hit]:
        """Return the best passages as hits, one a page, best first."""
        depth = _CANDIDATES
        if mode is not Mode.HYBRID and not query.signed:
            depth = min(depth, max(_FEWEST, _FEWEST_EACH * limit))
        keywords, ranking = self._rank(query, mode, filter_, depth)
        found = list(best_of_pages(ranking.ranked, self.at, limit))
        if len(found) < limit and len(ranking.ranked) == depth < _CANDIDATES:
            keywords, ranking = self._rank(query, mode, filter_, _CANDIDATES)  # many on one page
            found = list(best_of_pages(ranking.ranked, self.at, limit))
        return [
            self._hit(doc, rank, score, keywords, ranking)
            for rank, (doc, score) in enumerate(found, 1)
        ]

    def judged(
        self, query: Query, mode: Mode, filter_: Filter, hits: Sequence[Hit]
    ) -> tuple[list[Hit], Certainty]:
        """Return hits with what each lacks and where it continues, and how sure all are."""
        asked = AskedWords(self._keyword, query, filter_)
        meaning = None
        if mode is not Mode.KEYWORD:
            cosines = partial(self.semantic.cosines, query.meaning)
            meaning = Meaning(self._index.manifest.encoder, cosines, self._pieces)
        english = self._languages_of(filter_) == {"en"}
        judged, certainty = judge(query, hits, asked, meaning, english=english)
        language = self._foreign(query, filter_)
        if language is not None:
            by_meaning = mode is not Mode.KEYWORD and self._multilingual
            certainty = replace(certainty, language=language, by_meaning=by_meaning, absent=False)
            if by_meaning:  # no cosine is known that tells an answer to such a question
                judged = [replace(hit, near=False, lacks=()) for hit in judged]
                certainty = replace(certainty, said=bool(judged))
        return with_continuations(judged, self.at), certainty

    def translation(self, query: Query, filter_: Filter) -> tuple[str, Translation] | None:
        """Return a foreign question's language and its translation by a glossary, if one has it."""
        if self._multilingual or query.signed or query.latex:
            return None
        language = self._foreign(query, filter_)
        if language is None:
            return None
        translated = translate(self._index.items, query.text, language, filter_)
        return None if translated is None else (language, translated)

    def _foreign(self, query: Query, filter_: Filter) -> str | None:
        """Return the question's language if none of the books searched is in it."""
        known = self._languages_of(filter_)
        language = question_language(query.text)
        if language is None and known == {"en"}:
            every = [clause.text for clause in query.clauses]
            if short_foreign_language(query.text, every) is None:  # whatever is unknown
                return None
            unknown = self._keyword.unknown_words(query)
            unknown += glossary_words(self._index.items, query.text, filter_)
            return short_foreign_language(query.text, unknown)
        return None if language in known else language

    def _languages_of(self, filter_: Filter) -> set[str]:
        """Return the languages of the books searched, by ISO 639-1 codes."""
        chosen = filter_.books
        told = map(self._languages.get, chosen) if chosen else self._languages.every
        return {language or "en" for language in told}

    def _pieces(self, word: str) -> int:
        """Return the number of pieces in which the encoder takes a word."""
        return len(self._tokenizer.encode(word.lower(), add_special_tokens=False).ids)

    @property
    def _multilingual(self) -> bool:
        return self._index.manifest.encoder == MULTILINGUAL

    def statements(self, query: Query, filter_: Filter, limit: int) -> tuple[list[Hit], bool]:
        """Return the statements that a question asks for by kind or number, as hits.

        Also whether it asks for nothing else.
        """
        found = self._statements.find(query, filter_)
        if not found.statements:
            return [], found.only
        terms = frozenset(term for word in self._keyword.words_of(query.text) for term in word)
        books = self._index.manifest.books
        hits = [
            statement_hit(doc, score, books[doc.book_id], self._passage_of, terms)
            for doc, score in found.statements[:limit]
            if doc.book_id in books
        ]
        return [hit for hit in hits if hit is not None], found.only

    def count_statements(self, query: Query, filter_: Filter) -> tuple[str, int]:
        """Return what statements a question asks for, "" for none, and how many there are."""
        found = self._statements.find(query, filter_)
        return found.asked, len(found.statements)

    def look_up(self, query: Query, filter_: Filter) -> IndexAnswer:
        """Return all entries of lists for a term."""
        words, books = self._keyword.words_of(query.text), self._index.manifest.books
        found = look_up_entries(self._index.items, words, filter_, books)
        nearest = found or all_entries(self.lists.matches(query, filter_, _NEAREST), books)
        return IndexAnswer(query.text, complete=bool(found), entries=tuple(nearest))

    def _passage_of(self, book_id: str, page: int, start: int) -> PassageDoc | None:
        """Return the passage of a book that holds an offset of a 1-based page, or follows it."""
        docs = self.at(self._index.passages.rows_of([(book_id, page)]))
        after = [doc for doc in docs.values() if doc.char_end > start]
        return min(after, key=lambda doc: doc.char_start, default=None)

    def at(self, rows: Sequence[int]) -> dict[int, PassageDoc]:
        """Return the passages of rows, by row; rows that have none are left out."""
        return self._index.passages.at(rows)

    @cached_property
    def semantic(self) -> SemanticRetriever:
        """The retriever by meaning, with its encoder loaded."""
        from search.retrieval.semantic import (
            SemanticRetriever,  # numpy and onnxruntime: only when needed
        )

        return SemanticRetriever(self._index)

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from indexer.encoder.encoder import load_tokenizer  # numpy, as above

        return self.semantic.tokenizer or load_tokenizer(self._index.encoder_folder)

    @cached_property
    def lists(self) -> ListEvidence:
        """What the lists of the books (their indexes, contents) say about passages."""
        return ListEvidence(self._index, self._keyword, self._languages)

    @cached_property
    def _statements(self) -> StatementSearch:
        return StatementSearch(self._index.items, self._keyword.words_of)

    @cached_property
    def _languages(self) -> BookLanguages:
        return BookLanguages(self._language_of, self._index.languages)

    def _language_of(self, book_id: str) -> str | None:
        entry = self._index.manifest.books.get(book_id)
        return None if entry is None else entry.language

    @cached_property
    def _keyword(self) -> KeywordRetriever:
        return KeywordRetriever(self._index.passages, self._languages)

    def _rank(
        self, query: Query, mode: Mode, filter_: Filter, depth: int
    ) -> tuple[KeywordMatches, Ranking]:
        """Return what keyword search found, and the ranking of all retrievers."""
        by_words = mode in (Mode.HYBRID, Mode.KEYWORD)
        hybrid = mode is Mode.HYBRID
        keywords = self._keyword.search(
            query, filter_, depth if by_words else 0, shares=_BY_WORDS * hybrid
        )
        lists: dict[str, Ranked] = {}
        # Words of another language are found by chance only, where meaning needs no words.
        foreign = hybrid and self._multilingual and self._foreign(query, filter_) is not None
        if by_words and not (foreign and not query.signed):
            lists["keyword"] = keywords.ranked[:_BY_WORDS] if hybrid else keywords.ranked
        if mode in (Mode.HYBRID, Mode.SEMANTIC):
            near = self.semantic.search(query.meaning, filter_, depth, alone=mode is Mode.SEMANTIC)
            if "keyword" in lists:
                near = self.semantic.with_estimates(query.meaning, near, keywords.ranked)
            lists["semantic"] = self._permitted(query, near)
        if query.latex and (hybrid or query.bare) and self._index.formulas.formulas:
            lists["formula"] = self._permitted(query, self._rows_by_formula(query.latex, filter_))
        kind = kind_of(query, keywords.words)
        beside = "formula" in lists and query.has_words
        rarity = self._rarity(lists["formula"]) if beside else 1.0
        weights = fusion_weights(kind, rarity)
        ranking = fuse(lists, weights, keywords.once, keywords.shares, kind)
        if hybrid and lists["semantic"] and kind is not Kind.LABEL:
            weight = agreement_weight(lists["semantic"])
            ranking.agree(_AGREEING, weight, self.semantic.agreement)
        self.lists.lower(ranking)
        if by_words:
            self.lists.lift(ranking, query, filter_)
        return keywords, ranking

    def _rarity(self, found: Ranked) -> float:
        return formula_rarity(found, self._index.passages.passages)

    def _permitted(self, query: Query, ranked: Ranked) -> Ranked:
        """Return what has the words that the question requires, and none that it excludes."""
        if not query.signed or not ranked:
            return ranked
        allowed = self._keyword.allowed(query, [row for row, _ in ranked])
        return [pair for pair in ranked if pair[0] in allowed]

    def _rows_by_formula(self, latex: Iterable[str], filter_: Filter) -> Ranked:
        """Return passages by the best of their formulas; scores are between 0 and 1."""
        from search.retrieval.formula import search_formulas  # only when needed, as above

        best: dict[int, float] = {}
        for formula in latex:
            for match in search_formulas(self._index.formulas, formula, filter_, _COMPARED):
                row = match.doc.row
                best[row] = max(best.get(row, 0.0), match.evidence)
        return sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))

    def _hit(
        self, doc: PassageDoc, rank: int, score: float, keywords: KeywordMatches, ranking: Ranking
    ) -> Hit:
        entry = self._index.manifest.books[doc.book_id]
        return Hit(
            rank=rank,
            score=score,
            title=entry.title,
            source=doc,
            snippet=make_snippet(doc.text, keywords.terms, language=entry.language),
            contributions=self._contributions(doc.row, ranking),
            corrections=corrections_in(doc.text, keywords.corrections, entry.language),
            authors=tuple(entry.authors),
            year=entry.year,
        )

    def _contributions(self, row: int, ranking: Ranking) -> tuple[Contribution, ...]:
        """Return what each retriever contributes; an estimate is called so, not "semantic"."""
        parts = ranking.contributions(row)
        if self._index.manifest.has_vector(row):
            return parts
        return tuple(
            replace(part, retriever=ESTIMATE) if part.retriever == "semantic" else part
            for part in parts
        )
