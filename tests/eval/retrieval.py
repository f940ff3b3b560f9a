"""Measures every figure of retrieval quality in docs/benchmarks.md.

    python tests/eval/retrieval.py --work FOLDER [--sets FOLDER ...]
        [--only cranfield vaswani msmarco dbpedia pages formulas]

Libraries are built in FOLDER and kept there: embedding the 11,429 documents of Vaswani takes
minutes. A later call with the same FOLDER only builds what has changed. Runs are written there too,
in TREC's format. --sets are more text sets, each a folder with corpus.jsonl, queries.jsonl and
qrels.trec; `smart.py` makes such folders from the classic collections' own files. After each set,
compares the hybrid search with its parts; p is that of a paired randomisation test.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import platformdirs

from ocr_service.library.library import Library
from search import Searcher
from search.evaluate import (
    Qrels,
    Topic,
    TrecRun,
    compare,
    measure,
    read_qrels,
    read_topics,
    search_topics,
    summary,
    table_text,
    write_run,
)
from tests.bench.common import OCTAVO, need_corpora
from tests.eval.formula_topics import build_formula_index, quality
from tests.eval.page_topics import page_topics
from tests.eval.text_sets import build_text_library, document_ids

MODES = ("keyword", "semantic", "hybrid")


def text_set(folder: Path, work: Path) -> None:
    """Measure a text retrieval set, each of its documents a page."""
    library = work / folder.name
    cache = Path(platformdirs.user_cache_dir("octavo", appauthor=False)) / "encoders"
    build_text_library(folder, Library(library), cache)
    ids = document_ids(folder)

    def as_documents(run: TrecRun) -> TrecRun:
        return {
            topic: {ids[int(page.rpartition(":")[2]) - 1]: score for page, score in found.items()}
            for topic, found in run.items()
        }

    topics, qrels = read_topics(folder / "queries.jsonl"), read_qrels(folder / "qrels.trec")
    report(library, Searcher.open(library), topics, qrels, as_documents)


def pages(work: Path) -> None:
    """Measure the page topics of three books, which `octavo build` reads from their PDFs."""
    library = work / "books"
    books = need_corpora() / "books"
    subprocess.run([OCTAVO, "build", "--quiet", "--library", library, books], check=True)
    topics, qrels = page_topics(library)
    report(work / "pages", Searcher.open(library), topics, qrels)


def report(
    stem: Path,
    searcher: Searcher,
    topics: list[Topic],
    qrels: Qrels,
    rename: Callable[[TrecRun], TrecRun] = lambda run: run,
) -> None:
    """Ask in every mode, print the measures by kind, and compare hybrid with its parts.

    Runs are written beside `stem`; `rename` gives documents the names that `qrels` has for them.
    """
    values, name = {}, stem.name
    for mode in MODES:
        run = rename(search_topics(searcher, topics, mode))
        write_run(stem.with_name(f"{name}-{mode}.run"), run, f"octavo-{mode}")
        values[mode] = measure(qrels, run)
        print(f"\n{name}, {mode}\n{table_text(summary(values[mode], topics))}", flush=True)
    for mode in MODES[:2]:
        for kind, by_measure in compare(values[mode], values["hybrid"], topics).items():
            each = by_measure["nDCG@10"]
            print(
                f"{name}, {kind}: nDCG@10 {mode} {each.first:.4f}, hybrid {each.second:.4f}, "
                f"p {each.p:.3f}"
            )


def formulas(work: Path) -> None:
    """Measure the formula retriever alone, unjudged formulas taken out."""
    folder = need_corpora() / "formulas"
    with tempfile.TemporaryDirectory(dir=work) as place:
        means = quality(build_formula_index(folder / "corpus.jsonl", Path(place)), folder)
    print("\nformulas: " + "  ".join(f"{name} {value:.4f}" for name, value in means.items()))


def corpus(name: str) -> Callable[[Path], None]:
    """Return what measures a text set of the development corpora."""
    return lambda work: text_set(need_corpora() / "ir" / name, work)


SETS: dict[str, Callable[[Path], None]] = {
    **{name: corpus(name) for name in ("cranfield", "vaswani", "msmarco", "dbpedia")},
    "pages": pages,
    "formulas": formulas,
}


def main() -> None:
    """Measure the sets that are asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--only", nargs="+", choices=list(SETS), default=list(SETS))
    parser.add_argument("--sets", type=Path, nargs="+", default=[])
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    for name in arguments.only:
        SETS[name](arguments.work)
    for folder in arguments.sets:
        text_set(folder, arguments.work)


if __name__ == "__main__":
    main()
