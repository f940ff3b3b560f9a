"""Measures the quality and speed of the formula retriever on ARQMath-1, task 2.

    python tests/eval/formula_topics.py [--rounds 3] [--topics]

Builds the index of formulas that a library has, from the 9,926 formulas of the development
corpora, and asks the 45 topics. Unjudged formulas are taken out of the answers (nDCG', MAP' and
P'@10); grades 2 and 3 count as relevant where a measure knows no grades. Nothing in the retriever
was fitted to these topics: its score is a plain mean. --topics prints each topic's figures.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import ir_measures
from ir_measures import AP, P, nDCG

from indexer.formulas.layout import layout, write_row
from indexer.stores.fulltext import FORMULAS, FormulaDoc, formula_document, open_index, writing
from search.index.local.formulas import LocalFormulas
from search.question.filters import Filter
from search.retrieval.formula import search_formulas
from tests.bench.common import need_corpora

MEASURES = {"nDCG'": nDCG, "MAP'": AP(rel=2), "P'@10": P(rel=2) @ 10}
DEPTH = 1_000  # answers that are judged
SHOWN = 50  # answers that a search asks for


def _lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def build_formula_index(corpus: Path, folder: Path) -> LocalFormulas:
    """Index the formulas of corpus.jsonl as a library does; their places become their rows."""
    with writing(folder, FORMULAS) as writer:
        for place, formula in enumerate(_lines(corpus)):
            writer.add_document(formula_document(_doc(place, formula["latex"])))
    return LocalFormulas(open_index(folder, FORMULAS))


def _doc(place: int, latex: str) -> FormulaDoc:
    return FormulaDoc(
        book_id="arqmath", row=place, page=place + 1, label=str(place + 1), latex=latex,
        normal=write_row(layout(latex)), display=True, number=None, char_start=0,
        char_end=len(latex), section=[], box=None,
    )  # fmt: skip


def judged_answers(index: LocalFormulas, folder: Path) -> Iterator[ir_measures.ScoredDoc]:
    """Yield what each topic finds among the formulas that were judged for it, in its order."""
    ids = [formula["id"] for formula in _lines(folder / "corpus.jsonl")]
    judged = {
        (qrel.query_id, qrel.doc_id)
        for qrel in ir_measures.read_trec_qrels(str(folder / "qrels.trec"))
    }
    for topic in _lines(folder / "topics.jsonl"):
        found = search_formulas(index, topic["latex"], Filter(), DEPTH)
        for rank, match in enumerate(found):
            if (topic["id"], ids[match.doc.row]) in judged:
                yield ir_measures.ScoredDoc(topic["id"], ids[match.doc.row], -float(rank))


def quality(index: LocalFormulas, folder: Path) -> dict[str, float]:
    """Return the mean of each measure over the topics."""
    qrels = list(ir_measures.read_trec_qrels(str(folder / "qrels.trec")))
    answers = list(judged_answers(index, folder))
    means = ir_measures.calc_aggregate(list(MEASURES.values()), qrels, answers)
    return {name: float(means[measure]) for name, measure in MEASURES.items()}


def query_times(index: LocalFormulas, folder: Path) -> tuple[list[float], list[float]]:
    """Return the milliseconds of each topic's search for `SHOWN` answers: wall and CPU time."""
    wall, cpu = [], []
    for topic in _lines(folder / "topics.jsonl"):
        began, spent = time.perf_counter(), time.process_time()
        search_formulas(index, topic["latex"], Filter(), SHOWN)
        wall.append(1_000 * (time.perf_counter() - began))
        cpu.append(1_000 * (time.process_time() - spent))
    return wall, cpu


def _told(times: list[float]) -> str:
    p95 = sorted(times)[int(0.95 * (len(times) - 1))]
    return f"p50 {statistics.median(times):.1f} ms, p95 {p95:.1f} ms"


def _print_topics(index: LocalFormulas, folder: Path) -> None:
    qrels = list(ir_measures.read_trec_qrels(str(folder / "qrels.trec")))
    latex = {topic["id"]: topic["latex"] for topic in _lines(folder / "topics.jsonl")}
    found = ir_measures.iter_calc([nDCG], qrels, list(judged_answers(index, folder)))
    for metric in sorted(found, key=lambda metric: metric.value):
        print(f"{metric.query_id:5} {metric.value:.3f} {latex[metric.query_id][:90]}")


def main() -> None:
    """Print the measures, and the times of the first round and of the later ones."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3, help="of timed questions")
    parser.add_argument("--topics", action="store_true")
    arguments = parser.parse_args()
    folder = need_corpora() / "formulas"
    with tempfile.TemporaryDirectory() as place:
        began, cpu = time.perf_counter(), time.process_time()
        index = build_formula_index(folder / "corpus.jsonl", Path(place))
        count = index.formulas
        print(
            f"built: {count} formulas, {count / (time.perf_counter() - began):.0f} a second, "
            f"{count / (time.process_time() - cpu):.0f} a CPU second; "
            f"{sum(file.stat().st_size for file in Path(place).rglob('*')) / count:.0f} bytes each"
        )
        for number in range(1, arguments.rounds + 1):
            wall, cpu_times = query_times(index, folder)
            print(f"round {number}: {_told(wall)}; CPU {_told(cpu_times)}")
        print("  ".join(f"{name} {value:.3f}" for name, value in quality(index, folder).items()))
        if arguments.topics:
            _print_topics(index, folder)


if __name__ == "__main__":
    main()
