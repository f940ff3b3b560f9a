"""Chooses the weights of fusion with each set of topics left out in turn, and judges them there.

    python tests/eval/left_out.py --work FOLDER [--sets NAME ...]

FOLDER has the libraries that `retrieval.py` built, each named as its text set. The lists of every
question are made once; a rule is then tried by the code that ranks, `fuse` and `Ranking.agree`.
Quoted and labelled questions and formulas keep their weights.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from search import Searcher
from search.evaluate import Qrels, TrecRun, compare, measure, read_qrels, read_topics
from search.index.ranked import Ranked
from search.question.filters import Filter
from search.question.kind import Kind, kind_of
from search.question.options import Mode
from search.question.query import parse_query
from search.retrieval import passages
from search.retrieval.fusion import Ranking, fuse, fusion_weights, nearness
from search.retrieval.passages import _AGREEING
from tests.bench.common import need_corpora
from tests.eval.text_sets import document_ids

FEW, MANY = (0.15, 0.2, 0.25, 0.3, 0.35), (0.3, 0.35, 0.4, 0.45)
LIMITS, SLOPES = (3, 5, 7), (0.0, 1.0, 1.5, 3.0)
BUILT_IN = (0.25, 0.4, 5, 1.5)
Rule = tuple[float, float, int, float]  # words of few, of many, telling words of few, slope


@dataclass(frozen=True, slots=True)
class Asked:
    """What `PassageSearch` fused for one question."""

    lists: dict[str, Ranked]
    once: float
    found: dict[int, float]
    words: int
    kind: Kind
    near: float  # how much neighbours count with a slope of one, not limited


class TopicSet:
    """The questions of one text set, and the value of every rule for each of them."""

    def __init__(self, folder: Path, library: Path) -> None:
        """Ask every question once."""
        self.name = folder.name
        self.topics = read_topics(folder / "queries.jsonl")
        self.qrels: Qrels = read_qrels(folder / "qrels.trec")
        self._ids = document_ids(folder)
        self._passages = Searcher.open(library)._passages
        self._asked = {topic.id: self._ask(topic.query) for topic in self.topics}
        lists = [ranked for asked in self._asked.values() for ranked in asked.lists.values()]
        rows = {row for ranked in lists for row, _ in ranked}
        self._pages = {row: doc.page for row, doc in self._passages.at(sorted(rows)).items()}
        self._ranked: dict[tuple[str, float, float], dict[str, float]] = {}

    def run(self, rule: Rule) -> TrecRun:
        """Return the first ten documents of every question by a rule."""
        few, many, limit, slope = rule
        run = {}
        for topic, asked in self._asked.items():
            words = fusion_weights(asked.kind)["keyword"]
            if asked.kind in (Kind.FEW_WORDS, Kind.MANY_WORDS):
                words = few if asked.words <= limit else many
            key = (topic, words, min(0.5, slope * asked.near))
            if key not in self._ranked:
                self._ranked[key] = self._best(asked, *key[1:])
            run[topic] = self._ranked[key]
        return run

    def alone(self, mode: str) -> TrecRun:
        """Return the run of one retriever."""
        return {
            topic: self._documents(asked.lists.get(mode, []))
            for topic, asked in self._asked.items()
        }

    def _ask(self, text: str) -> Asked:
        query = parse_query(text)
        kept: list[tuple[object, ...]] = []

        def keep(*arguments: object) -> Ranking:
            kept.append(arguments)
            return fuse(*arguments)  # type: ignore[arg-type]

        with patch.object(passages, "fuse", keep):
            keywords, _ = self._passages._rank(query, Mode.HYBRID, Filter(), passages._CANDIDATES)
        lists = kept[0][0]
        assert isinstance(lists, dict)
        kind = kind_of(query, keywords.words)
        near = 0.0 if kind is Kind.LABEL else nearness(lists["semantic"])
        found = dict(keywords.shares or {})
        return Asked(lists, keywords.once, found, keywords.words, kind, near)

    def _best(self, asked: Asked, words: float, weight: float) -> dict[str, float]:
        weights = {"keyword": words, "semantic": 1 - words, "formula": 1 - words}
        ranking = fuse(asked.lists, weights, asked.once, asked.found, asked.kind)
        if weight:
            ranking.agree(_AGREEING, weight, self._passages.semantic.agreement)
        return self._documents(ranking.ranked)

    def _documents(self, ranked: Ranked) -> dict[str, float]:
        pages = dict.fromkeys(self._pages[row] for row, _ in ranked[:100])
        return {self._ids[page - 1]: 1.0 / place for place, page in enumerate(list(pages)[:10], 1)}


def main() -> None:
    """Print, for each set, its parts, the rule chosen on the others, and what is built in."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", default=["msmarco", "dbpedia", "cranfield", "vaswani"])
    arguments = parser.parse_args()
    root = need_corpora() / "ir"
    sets = [TopicSet(root / name, arguments.work / name) for name in arguments.sets]
    rules: list[Rule] = list(itertools.product(FEW, MANY, LIMITS, SLOPES))
    means = {rule: [fmean(_each(one, one.run(rule)).values()) for one in sets] for rule in rules}
    for place, one in enumerate(sets):
        chosen = max(rules, key=lambda rule: _others(means[rule], place))
        print(f"\n{one.name}: chosen on the others: {chosen}")
        runs = {"left out": one.run(chosen), "built in": one.run(BUILT_IN)}
        runs |= {mode: one.alone(mode) for mode in ("keyword", "semantic")}
        values = {name: measure(one.qrels, run) for name, run in runs.items()}
        for name in runs:
            each = compare(values[name], values["left out"], one.topics)["all"]["nDCG@10"]
            print(f"  {name:9} nDCG@10 {each.first:.4f}, p against left out {each.p:.3f}")


def _each(one: TopicSet, run: TrecRun) -> dict[str, float]:
    return measure(one.qrels, run)["nDCG@10"]


def _others(values: Sequence[float], place: int) -> float:
    return fmean([*values[:place], *values[place + 1 :]])


if __name__ == "__main__":
    main()
