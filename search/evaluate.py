"""Measures answers: reads topics and judgements, searches or reads runs, computes measures.

    topics      JSON lines: {"id": "1", "query": "...", "kind": "question"}; kind may be left out;
                "filter_book": "primer" restricts a topic to a book
    judgements  TREC qrels, "topic 0 document grade" a line; a document is BOOK_ID:PAGE
    run         TREC run, "topic Q0 document rank score name" a line

The measures are those of `ir_measures`, which computes them as trec_eval does.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocr_service.common.errors import OctavoError, QueryError, storage_error

if TYPE_CHECKING:
    from search.question.options import Mode
    from search.searcher import Searcher

__all__ = [
    "MEASURES",
    "Qrels",
    "RunComparison",
    "Topic",
    "TrecRun",
    "compare",
    "measure",
    "read_qrels",
    "read_run",
    "read_topics",
    "search_topics",
    "summary",
    "table_text",
    "write_run",
]

MEASURES = ("nDCG@10", "R@10", "R@100", "RR", "Success@1", "Success@5", "Success@10")
ALL = "all"  # the kind that includes every topic

Qrels = dict[str, dict[str, int]]  # topic -> document -> grade, 0 for not relevant
TrecRun = dict[str, dict[str, float]]  # topic -> document -> score
Values = dict[str, dict[str, float]]  # measure -> topic -> value

_SHUFFLES = 10_000  # of the randomisation test


@dataclass(frozen=True, slots=True)
class Topic:
    """A question with judged answers; `kind` groups topics, `books` restricts the search."""

    id: str
    query: str
    kind: str = ""
    books: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunComparison:
    """Two runs compared: means over topics, and the p-value of the difference.

    `p` is from a paired randomisation test, two-sided (Smucker, Allan and Carterette, CIKM 2007).
    """

    first: float
    second: float
    p: float
    topics: int


def read_topics(path: Path) -> list[Topic]:
    """Read topics; "text", as in the TREC sets, is read as "query".

    Raises:
        QueryError: a line is not a topic, or two have the same id.
    """
    topics = {}
    for number, line in _lines(path):
        try:
            topic = _topic(json.loads(line))
        except ValueError as error:
            raise QueryError(
                f'{path}, line {number}: not a topic ({error}); write {{"id": "1", "query": "..."}}'
            ) from error
        if len(topic.id.split()) != 1:
            raise QueryError(f"{path}, line {number}: an id must be one word, not {topic.id!r}")
        if topic.id in topics:
            raise QueryError(
                f"{path}, line {number}: there is another topic with the id {topic.id}"
            )
        topics[topic.id] = topic
    return list(topics.values())


def _topic(data: Any) -> Topic:
    """Return the topic of a line.

    Raises:
        ValueError: it has not what a topic needs.
    """
    if not isinstance(data, dict):
        raise ValueError("no object in braces")
    query = data.get("query", data.get("text"))
    lacking = "id" if "id" not in data else "query" if query is None else ""
    if lacking:
        raise ValueError(f'no "{lacking}"')
    book = data.get("filter_book")
    kind = str(data.get("kind") or "")
    return Topic(str(data["id"]), str(query), kind, (str(book),) if book else ())


def read_qrels(path: Path) -> Qrels:
    """Read TREC judgements.

    Raises:
        QueryError: a line is not a judgement.
    """
    qrels: Qrels = defaultdict(dict)
    for number, line in _lines(path):
        try:
            topic, _, document, grade = line.split()
            qrels[topic][document] = int(grade)
        except ValueError as error:
            raise QueryError(
                f"{path}, line {number}: not a judgement; write 'TOPIC 0 BOOK_ID:PAGE GRADE'"
            ) from error
    return dict(qrels)


def read_run(path: Path) -> TrecRun:
    """Read a TREC run.

    Raises:
        QueryError: a line is not a line of a run.
    """
    run: TrecRun = defaultdict(dict)
    for number, line in _lines(path):
        try:
            topic, _, document, _, score, _ = line.split()
            run[topic][document] = float(score)
            if not math.isfinite(run[topic][document]):
                raise ValueError(f"the score is {score}")
        except ValueError as error:
            raise QueryError(
                f"{path}, line {number}: not a line of a TREC run; write "
                "'TOPIC Q0 DOCUMENT RANK SCORE NAME'"
            ) from error
    return dict(run)


def _lines(path: Path) -> Iterable[tuple[int, str]]:
    """Yield the non-empty lines with their 1-based numbers.

    Raises:
        QueryError: the file cannot be read, or is not UTF-8.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise QueryError(
            f"{path}: cannot be read ({getattr(error, 'strerror', None) or 'it is not UTF-8'})"
        ) from error
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield number, line


def write_run(path: Path, run: TrecRun, name: str) -> None:
    """Write a TREC run; `name` must have no white space.

    Raises:
        QueryError: the file cannot be written.
        StorageError: the disk is full, or the folder is read-only.
    """
    lines = []
    for topic, documents in run.items():
        order = sorted(documents, key=lambda document: -documents[document])
        lines += [
            f"{topic} Q0 {document} {rank} {documents[document]:.6f} {name}\n"
            for rank, document in enumerate(order, 1)
        ]
    try:
        path.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        known = storage_error(error, str(path))
        raise known or QueryError(f"{path}: cannot be written ({error.strerror})") from error


def search_topics(
    searcher: Searcher, topics: Iterable[Topic], mode: Mode | str, depth: int = 100
) -> TrecRun:
    """Search a library for every topic; documents are named BOOK_ID:PAGE.

    Scores count down to 1 at the last hit, so that a run keeps the order of hits with equal scores.

    Raises:
        OctavoError: as `Searcher.search`; the message names the topic.
    """
    run: TrecRun = {}
    for topic in topics:
        try:
            hits = searcher.search(topic.query, mode=mode, books=topic.books, limit=depth)
        except OctavoError as error:
            raise type(error)(f"topic {topic.id}: {error}") from error
        pages = dict.fromkeys(f"{hit.source.book_id}:{hit.source.page}" for hit in hits)
        run[topic.id] = {page: float(len(pages) - place) for place, page in enumerate(pages)}
    return run


def measure(qrels: Qrels, run: TrecRun) -> Values:
    """Return each measure for each topic with a relevant document; unanswered topics get 0.

    Raises:
        QueryError: ir_measures is not installed, or no topic is judged.
    """
    try:
        import ir_measures
    except ImportError as error:
        raise QueryError("octavo eval needs ir_measures: pip install 'octavo[eval]'") from error
    judged = {topic: rel for topic, rel in qrels.items() if any(g > 0 for g in rel.values())}
    if not judged:
        raise QueryError("no topic has a relevant document, so there is nothing to measure")
    measures = [ir_measures.parse_measure(name) for name in MEASURES]
    values: Values = {name: dict.fromkeys(judged, 0.0) for name in MEASURES}
    answered = {topic: found for topic, found in run.items() if topic in judged and found}
    for value in ir_measures.iter_calc(measures, judged, answered):
        values[str(value.measure)][value.query_id] = float(value.value)
    return values


def summary(values: Values, topics: Sequence[Topic]) -> dict[str, dict[str, float]]:
    """Return kind -> measure -> mean over its topics, and the number of "topics".

    The kind "all" includes every judged topic.
    """
    table: dict[str, dict[str, float]] = {}
    for kind, ids in _by_kind(values, topics).items():
        table[kind] = {
            name: sum(each[id_] for id_ in ids) / len(ids) for name, each in values.items()
        }
        table[kind]["topics"] = len(ids)
    return table


def _by_kind(values: Values, topics: Sequence[Topic]) -> dict[str, list[str]]:
    judged = next(iter(values.values()))
    groups: dict[str, list[str]] = defaultdict(list)
    for topic in topics:
        if topic.id in judged:
            groups[topic.kind].append(topic.id)
            groups[ALL].append(topic.id)
    if not groups:
        raise QueryError(
            "none of the topics is judged; check that their ids agree with the judgements"
        )
    named = {kind: ids for kind, ids in groups.items() if kind and kind != ALL}
    return {**named, ALL: groups[ALL]}


def compare(
    first: Values, second: Values, topics: Sequence[Topic]
) -> dict[str, dict[str, RunComparison]]:
    """Return kind -> measure -> how two runs compare."""
    return {
        kind: {
            name: _compared([first[name][i] for i in ids], [second[name][i] for i in ids])
            for name in first
        }
        for kind, ids in _by_kind(first, topics).items()
    }


def _compared(first: Sequence[float], second: Sequence[float]) -> RunComparison:
    import numpy as np

    differences = np.array(second) - np.array(first)
    observed = abs(float(differences.sum()))
    signs = np.random.default_rng(0).integers(0, 2, (_SHUFFLES, len(differences))) * 2 - 1
    as_large = int((np.abs(signs @ differences) >= observed - 1e-9).sum())
    return RunComparison(
        first=float(np.mean(first)),
        second=float(np.mean(second)),
        p=(as_large + 1) / (_SHUFFLES + 1),
        topics=len(differences),
    )


def table_text(table: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the means as a table for a terminal."""
    width = max(len(kind) for kind in table)
    head = " ".join(f"{name:>10}" for name in MEASURES)
    lines = [f"{'':{width}} topics {head}"]
    for kind, means in table.items():
        cells = " ".join(f"{means[name]:10.4f}" for name in MEASURES)
        lines.append(f"{kind:{width}} {means['topics']:6} {cells}")
    return "\n".join(lines)
