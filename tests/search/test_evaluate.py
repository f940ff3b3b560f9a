"""The evaluation harness: files, measures, significance, and the command."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from ocr_service.common.errors import QueryError
from search.cli import main
from search.evaluate import (
    Topic,
    compare,
    measure,
    read_qrels,
    read_run,
    read_topics,
    summary,
    write_run,
)
from tests.conftest import Octavo
from tests.eval.smart import write_text_set

TOPICS = [Topic("1", "a", "question"), Topic("2", "b", "keyword"), Topic("3", "c", "keyword")]
QRELS = {"1": {"x:1": 2, "x:2": 1}, "2": {"y:7": 1, "y:8": 0}, "3": {"y:9": 1}, "4": {"z:1": 0}}
RUN = {"1": {"x:3": 3.0, "x:1": 2.0, "x:2": 1.0}, "2": {"y:7": 1.0}, "4": {"z:1": 1.0}}


def test_measures_are_those_of_the_field() -> None:
    values = measure(QRELS, RUN)
    ideal = 2 + 1 / math.log2(3)
    assert values["nDCG@10"]["1"] == pytest.approx((2 / math.log2(3) + 1 / 2) / ideal)
    assert values["RR"] == {"1": 0.5, "2": 1.0, "3": 0.0}  # the third was not answered
    assert values["Success@1"] == {"1": 0.0, "2": 1.0, "3": 0.0}
    assert values["R@10"]["1"] == 1.0


def test_means_go_by_kind() -> None:
    table = summary(measure(QRELS, RUN), TOPICS)
    assert list(table) == ["question", "keyword", "all"]
    assert table["keyword"]["Success@5"] == 0.5
    assert table["all"]["RR"] == pytest.approx(0.5)
    assert [row["topics"] for row in table.values()] == [1, 2, 3]


def test_a_difference_on_all_topics_is_significant_and_one_on_two_is_not() -> None:
    topics = [Topic(str(n), "q") for n in range(30)]
    qrels = {topic.id: {"d": 1} for topic in topics}
    good = measure(qrels, {topic.id: {"d": 1.0} for topic in topics})
    bad = measure(qrels, {topic.id: {"e": 2.0, "d": 1.0} for topic in topics})
    mixed = measure(qrels, {t.id: {"e": 2.0 if int(t.id) < 2 else 0.5, "d": 1.0} for t in topics})
    found = compare(bad, good, topics)["all"]["RR"]
    assert (found.first, found.second, found.topics) == (0.5, 1.0, 30)
    assert found.p < 0.001
    assert compare(mixed, good, topics)["all"]["RR"].p > 0.2
    assert compare(good, good, topics)["all"]["RR"].p == 1.0


def test_a_run_can_be_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "octavo.run"
    write_run(path, RUN, "octavo")
    assert path.read_text().splitlines()[0] == "1 Q0 x:3 1 3.000000 octavo"
    assert read_run(path) == RUN


def test_topics_and_judgements_are_read(tmp_path: Path) -> None:
    topics, qrels = tmp_path / "topics.jsonl", tmp_path / "qrels.trec"
    topics.write_text('{"id": 1, "text": "a"}\n\n{"id": "2", "query": "b", "filter_book": "p"}\n')
    qrels.write_text("1 0 p:3 2\n2 0 p:4 0\n")
    assert read_topics(topics) == [Topic("1", "a"), Topic("2", "b", "", ("p",))]
    assert read_qrels(qrels) == {"1": {"p:3": 2}, "2": {"p:4": 0}}


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"id": 1}', '{"id":1,"query":""}\n{"id":1,"query":""}']
)
def test_bad_topics_are_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "topics.jsonl"
    path.write_text(text)
    with pytest.raises(QueryError, match=r"topics\.jsonl, line \d"):
        read_topics(path)


@pytest.mark.parametrize("text", ["1 0 p:3\n", "1 0 p:3 high\n"])
def test_bad_judgements_are_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "qrels.trec"
    path.write_text(text)
    with pytest.raises(QueryError, match=r"qrels\.trec, line 1"):
        read_qrels(path)


def test_no_judged_topic_is_an_error() -> None:
    with pytest.raises(QueryError, match="ids agree"):
        summary(measure(QRELS, RUN), [Topic("9", "q")])
    with pytest.raises(QueryError, match="nothing to measure"):
        measure({"1": {"x:1": 0}}, RUN)


def test_the_command_measures_a_library(ask_here: Octavo, tmp_path: Path) -> None:
    topics, qrels, run = (tmp_path / name for name in ("t.jsonl", "q.trec", "k.run"))
    topics.write_text(
        '{"id": "tank", "query": "German tank problem", "kind": "fact"}\n'
        '{"id": "ceres", "query": "who discovered Ceres", "kind": "fact"}\n'
    )
    qrels.write_text("tank 0 statistics-primer:9 1\nceres 0 least-squares-scan:2 1\n")
    done = ask_here("eval", str(topics), str(qrels), "--mode", "keyword", "--write", str(run))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1].split()[:2] == ["fact", "2"]
    assert read_run(run)["tank"]
    again = ask_here(
        "eval", str(topics), str(qrels), "--run", str(run), "--against", str(run), "--json"
    )
    data = json.loads(again.stdout)
    assert data["means"]["all"]["Success@1"] == 1.0
    assert data["compared"]["fact"]["RR"]["p"] == 1.0


def test_classic_collections_become_text_sets(tmp_path: Path) -> None:
    documents, queries, judgements = (tmp_path / name for name in ("a", "b", "c"))
    documents.write_text(
        ".I 1\n.T\nOn rings\n.A\nNoether, E.\n.W\nIdeals of\n rings.\n.I 2\n.W\nCaf\xe9.\n",
        encoding="latin-1",
    )
    queries.write_text(".I 1\n.W\nWhat is a ring?\n.I 2\n.W\nUnjudged.\n")
    judgements.write_text("01 0001  0 0\n\n 1     2 0 0.000000\n")
    write_text_set(documents, queries, judgements, tmp_path / "set")
    assert [json.loads(line) for line in (tmp_path / "set" / "corpus.jsonl").open()] == [
        {"id": "1", "text": "On rings Ideals of rings."},
        {"id": "2", "text": "Café."},
    ]
    (topic,) = read_topics(tmp_path / "set" / "queries.jsonl")
    assert (topic.id, topic.query) == ("1", "What is a ring?")
    assert read_qrels(tmp_path / "set" / "qrels.trec") == {"1": {"1": 1, "2": 1}}


@pytest.mark.parametrize(
    ("line", "told"),
    [('["a"]', "no object"), ('{"id": "1"}', 'no "query"'), ('{"query": "a"}', 'no "id"')],
)
def test_what_a_topic_lacks_is_named(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "topics.jsonl"
    path.write_text(line)
    with pytest.raises(QueryError, match=f"line 1: not a topic .{told}"):
        read_topics(path)


def test_judged_books_that_are_not_here_are_told(
    tmp_path: Path, shelf_library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    topics, qrels = tmp_path / "topics.jsonl", tmp_path / "qrels.trec"
    topics.write_text('{"id": "1", "query": "tank"}')
    qrels.write_text("1 0 statistics-primer:9 1\n1 0 elsewhere:2 1\n")
    asked = ["eval", str(topics), str(qrels), "--mode", "keyword", "--depth", "10"]
    assert main([*asked, "--library", str(shelf_library)]) == 0
    told = "1 of 2 judged pages are of no book in the library, such as elsewhere:2"
    assert told in capsys.readouterr().err
