"""Measures hybrid search while a part of the passages has no vector yet.

    python tests/eval/partial_vectors.py --work FOLDER SET...

A SET is a folder with corpus.jsonl, queries.jsonl and qrels.trec; its library is made in FOLDER if
it is not there. Blocks of passages lose their vectors, as the books of a library that is being
built. The rules compared: a passage without a vector has no score by meaning ("none"); its score by
words counts alone ("words"); it has the score of those that words find about as well ("estimate",
which is what Octavo does). "words only" is keyword search.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import platformdirs

from indexer.stores.generations import current_generation
from indexer.stores.row_ranges import RowRange
from ocr_service.library.library import Library
from search import Searcher
from search.evaluate import Topic, TrecRun, measure, read_qrels, read_topics, search_topics
from search.index.local.local_index import LocalIndex
from search.retrieval import fusion
from search.retrieval.passages import PassageSearch
from search.retrieval.semantic import SemanticRetriever
from tests.eval.text_sets import build_text_library, document_ids

SHARES = (0.1, 0.5, 0.9)
BLOCK = 20  # passages in a row that have a vector or have none: a short paper
RULES = ("none", "words", "estimate")


def partial(library: Path, share: float, seed: int) -> Searcher:
    """Open a library as if only a share of its passages had vectors."""
    generation = current_generation(library / "index")
    assert generation is not None
    index = LocalIndex.open(library / "index", generation)
    blocks = -(-index.manifest.rows // BLOCK)
    lost = np.random.default_rng(seed).permutation(blocks)[round(share * blocks) :]
    missing: list[RowRange] = [(int(n) * BLOCK, int(n) * BLOCK + BLOCK) for n in sorted(lost)]
    manifest = replace(index.manifest, missing=tuple(missing))
    return Searcher(Library(library), replace(index, manifest=manifest))


def searched(searcher: Searcher, topics: list[Topic], rule: str) -> TrecRun:
    """Return the run of a rule."""
    if rule == "words only":
        return search_topics(searcher, topics, "keyword")
    if rule == "estimate":
        return search_topics(searcher, topics, "hybrid")
    keep = patch.object(SemanticRetriever, "with_estimates", lambda _self, _text, near, _: near)
    with keep:
        if rule == "none":
            return search_topics(searcher, topics, "hybrid")
        with patch.object(PassageSearch, "_rank", _words_alone(PassageSearch._rank)):
            return search_topics(searcher, topics, "hybrid")


def _words_alone(rank: Callable) -> Callable:  # type: ignore[type-arg]
    """Give a passage without a vector its score by words as if there were no others."""

    def ranked(self: PassageSearch, *arguments: object) -> object:
        original = fusion.Ranking.__init__

        def init(ranking: fusion.Ranking, lists: object, scales: object, *more: object) -> None:
            original(ranking, lists, scales, *more)  # type: ignore[arg-type]
            if "semantic" not in lists or "keyword" not in lists:  # type: ignore[operator]
                return
            words = dict(lists["keyword"])  # type: ignore[index]
            low, factor = scales["keyword"]  # type: ignore[index]
            weight = fusion.fusion_weights(more[1])["keyword"]  # type: ignore[arg-type]
            known = self.semantic._embedded([row for row, _ in ranking.ranked])
            ranking.ranked = fusion.best_first(
                (row, score if has or row not in words else (words[row] - low) * factor / weight)
                for (row, score), has in zip(ranking.ranked, known.tolist(), strict=True)
            )

        with patch.object(fusion.Ranking, "__init__", init):
            return rank(self, *arguments)

    return ranked


def quality(library: Path, folder: Path, share: float, rule: str) -> float:
    """Return the mean nDCG@10 of a rule with a share of the vectors."""
    ids = document_ids(folder)
    topics, qrels = read_topics(folder / "queries.jsonl"), read_qrels(folder / "qrels.trec")
    run = {
        topic: {ids[int(page.rpartition(":")[2]) - 1]: score for page, score in found.items()}
        for topic, found in searched(partial(library, share, seed=1), topics, rule).items()
    }
    each = measure(qrels, run)["nDCG@10"]
    return sum(each.values()) / len(each)


def main() -> None:
    """Print nDCG@10 for each set, share and rule."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    arguments = parser.parse_args()
    cache = Path(platformdirs.user_cache_dir("octavo", appauthor=False)) / "encoders"
    print(f"{'':12} {'share':>6}" + "".join(f"{rule:>12}" for rule in RULES))
    for folder in arguments.sets:
        library = arguments.work / folder.name
        build_text_library(folder, Library(library), cache)
        print(f"{folder.name:12} words only {quality(library, folder, 0.0, 'words only'):.3f}")
        for share in SHARES:
            row = "".join(f"{quality(library, folder, share, rule):12.3f}" for rule in RULES)
            print(f"{folder.name:12} {share:6.0%}{row}", flush=True)
        print(f"{folder.name:12} {1:6.0%} {quality(library, folder, 1.0, 'estimate'):11.3f}")


if __name__ == "__main__":
    main()
