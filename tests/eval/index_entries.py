"""Asks for what the indexes of books list: is the first page that an entry names found?

    python tests/eval/index_entries.py LIBRARY [--entries 200] [--book ID ...] [--mode hybrid ...]
        [--misses]

Of the entries of two words or more, with a page in the file, a fixed sample is asked for, each in
its own book and in the whole library. The truth comes from the index that the search may use, so
each entry is also asked in ways that do not copy it:

    entry      as it is printed, without commas: "Convergence, Absolute" is "Convergence Absolute"
    question   within a question
    context    with a rare word of the page that it names
    part       without its rarest word (entries of three words or more)
    unlisted   as it is printed, with all entries of the same words taken out of the index: what the
               rest of the index does to a question that it does not answer

Prints for each the share whose first page is among the first 1, 5 and 10 hits and the mean
reciprocal rank of it, without and with the lists.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from indexer.listings.listing import ListKind
from indexer.stores.fulltext import ITEMS, open_index
from indexer.stores.generations import current_generation
from indexer.stores.items import EntryDoc, read_item
from indexer.words.terms import index_terms
from ocr_service.library.library import Library
from search import Searcher
from search.question.filters import Filter
from search.question.query import Query
from search.retrieval.fusion import Ranking
from search.retrieval.list_evidence import ListEvidence
from search.retrieval.named_pages import LEAST_SHARE, EntryMatch

DEPTH = 50
_QUESTIONS = ("what is meant by {}?", "how is {} used and why", "explain {} with an example")
_WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True, slots=True)
class EntryTopic:
    """An entry, and the questions for it by their kind."""

    doc: EntryDoc
    questions: dict[str, str]

    @property
    def page(self) -> tuple[str, int]:
        """The book and the first page that the entry names."""
        return self.doc.book_id, self.doc.entry.spans[0].first


class NoLists(ListEvidence):
    """Says nothing: a search without the lists of books."""

    def lift(self, ranking: Ranking, query: Query, filter_: Filter) -> None:
        """Lift nothing."""

    def lower(self, ranking: Ranking, below: float | None = None) -> None:
        """Lower nothing."""


class WithoutOwn(ListEvidence):
    """Does not know the entries with exactly the words of the question."""

    def matches(
        self, query: Query, filter_: Filter, least: float = LEAST_SHARE
    ) -> list[EntryMatch]:
        """Return what other entries match."""
        asked = set(index_terms(query.text))
        return [
            one
            for one in super().matches(query, filter_, least)
            if not asked <= set(index_terms(" ".join(one.doc.entry.term)))
        ]


class EntryTopics:
    """The entries of a library, and questions made of them."""

    def __init__(self, library: Path, seed: int = 0) -> None:
        """Read all entries."""
        self.library = Library(library)
        self._seed = seed
        generation = current_generation(self.library.index_path)
        if generation is None:
            sys.exit(f"{library}: no index")
        self._searcher = open_index(generation, ITEMS).searcher()
        self._passages = open_index(generation, "passages").searcher()

    @cached_property
    def entries(self) -> list[EntryDoc]:
        """The entries of indexes that have two words and a page, in order."""
        import tantivy

        every = self._searcher.search(tantivy.Query.all_query(), 1_000_000).hits
        docs = (read_item(self._searcher.doc(address)) for _, address in every)
        found = [
            doc
            for doc in docs
            if isinstance(doc, EntryDoc)
            and doc.entry.kind is ListKind.INDEX
            and doc.entry.spans
            and len(_WORD.findall(" ".join(doc.entry.term))) > 1
        ]
        return sorted(found, key=lambda doc: (doc.book_id, doc.order))

    def sample(self, count: int, books: Sequence[str]) -> list[EntryTopic]:
        """Return topics of a fixed sample of the entries of these books, or of all."""
        known = [doc for doc in self.entries if not books or doc.book_id in books]
        chosen = random.Random(self._seed).sample(known, min(count, len(known)))
        return [EntryTopic(doc, self._questions(doc)) for doc in chosen]

    def _questions(self, doc: EntryDoc) -> dict[str, str]:
        term = " ".join(re.sub(r"[,;]|(?<!\\)[()]", " ", " ".join(doc.entry.term)).split())
        choose = random.Random(f"{self._seed} {doc.book_id} {doc.order}")
        questions = {"entry": term, "question": choose.choice(_QUESTIONS).format(term)}
        if word := self._rare_word(doc, term):
            questions["context"] = f"{term} {word}"
        words = term.split()
        if len(words) > 2:
            rarest = min(words, key=self._frequency)
            questions["part"] = " ".join(word for word in words if word != rarest)
        questions["unlisted"] = term
        return questions

    def _rare_word(self, doc: EntryDoc, term: str) -> str:
        """Return a rare word of the page that an entry names, one that others have too."""
        folder = self.library.folder(doc.book_id)
        manifest = folder.existing_manifest()
        text = folder.page(manifest, doc.entry.spans[0].first - 1).markdown
        own = set(index_terms(term))
        words = {word for word in _WORD.findall(text) if not own & set(index_terms(word))}
        several = [word for word in sorted(words) if self._frequency(word) > 1]
        return min(several, key=self._frequency, default="")

    def _frequency(self, word: str) -> int:
        return min((self._passages.doc_freq("body", term) for term in index_terms(word)), default=0)


def ranks(
    searcher: Searcher, topics: Iterable[EntryTopic], kind: str, mode: str, *, in_book: bool
) -> list[int | None]:
    """Return the rank of the first named page for each topic that has a question of a kind."""
    found: list[int | None] = []
    for topic in topics:
        if (question := topic.questions.get(kind)) is None:
            continue
        books = [topic.doc.book_id] if in_book else []
        hits = searcher.search(question, mode=mode, books=books, limit=DEPTH)
        pages = [(hit.source.book_id, hit.source.page) for hit in hits]
        found.append(pages.index(topic.page) + 1 if topic.page in pages else None)
    return found


def row(found: Sequence[int | None]) -> str:
    """Return the shares among the first 1, 5 and 10 hits and the mean reciprocal rank."""
    shares = [sum(rank is not None and rank <= depth for rank in found) for depth in (1, 5, 10)]
    mean = sum(1 / rank for rank in found if rank) / len(found)
    return "  ".join(f"{share / len(found):.3f}" for share in shares) + f"  {mean:.3f}"


def with_lists(library: Path, kind: Callable[..., ListEvidence] | None) -> Searcher:
    """Open a library whose searches use another kind of evidence; None for their own."""
    searcher = Searcher.open(library)
    passages = searcher._passages
    if kind is not None:
        passages.__dict__["lists"] = kind(passages._index, passages._keyword, passages._languages)
    return searcher


def main() -> None:
    """Print a table for each mode."""
    parser = argparse.ArgumentParser()
    parser.add_argument("library", type=Path)
    parser.add_argument("--entries", type=int, default=200)
    parser.add_argument("--book", action="append", default=[])
    parser.add_argument("--mode", nargs="+", default=["keyword", "hybrid"])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--misses", action="store_true", help="print what is not among five hits")
    arguments = parser.parse_args()
    topics = EntryTopics(arguments.library, arguments.seed).sample(
        arguments.entries, arguments.book
    )
    if not topics:
        sys.exit("no book of this library has an index with entries of two words")
    without, own, left_out = (
        with_lists(arguments.library, kind) for kind in (NoLists, None, WithoutOwn)
    )
    print(f"{len(topics)} entries of {len({topic.doc.book_id for topic in topics})} books")
    for mode in arguments.mode:
        print(
            f"\n{mode:24} {'without: @1     @5     @10    MRR':36} with: @1     @5     @10    MRR"
        )
        for place in (True, False):
            for kind in ("entry", "question", "context", "part", "unlisted"):
                before = ranks(without, topics, kind, mode, in_book=place)
                searcher = left_out if kind == "unlisted" else own
                after = ranks(searcher, topics, kind, mode, in_book=place)
                where = "its book" if place else "library"
                if before:
                    print(f"{kind:9} {where:8} {len(before):4}    {row(before)}      {row(after)}")
                if arguments.misses and kind == "entry" and place:
                    _tell_misses(topics, after)


def _tell_misses(topics: Sequence[EntryTopic], found: Sequence[int | None]) -> None:
    for topic, rank in zip(topics, found, strict=True):
        if rank is None or rank > 5:
            print(f"    {topic.questions['entry']!r}: {topic.doc.entry.printed}, rank {rank}")


if __name__ == "__main__":
    main()
