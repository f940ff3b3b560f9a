"""The command `octavo eval`: measures answers by judged topics."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from ocr_service.console.json_values import json_text, plain
from ocr_service.console.options import (
    index_address,
    index_option,
    json_option,
    library_option,
    library_path,
    say,
)
from ocr_service.console.progress import counted

if TYPE_CHECKING:
    from search.evaluate import Qrels, Topic, Values

__all__ = ["evaluate"]

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("eval")
@click.argument("topics", type=_FILE)
@click.argument("qrels", type=_FILE)
@click.option(
    "--mode",
    type=click.Choice(["hybrid", "keyword", "semantic", "formula"]),
    default="hybrid",
    show_default=True,
    help="How to search.",
)
@click.option("--run", "run_file", type=_FILE, help="Measure this TREC run; search nothing.")
@click.option("--against", type=_FILE, help="Compare with this TREC run, topic by topic.")
@click.option(
    "--write",
    "written",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the measured run to this file.",
)
@click.option(
    "--depth", type=click.IntRange(1, 1000), default=100, show_default=True, help="Pages per topic."
)
@json_option
@index_option
@library_option
def evaluate(
    topics: Path,
    qrels: Path,
    mode: str,
    run_file: Path | None,
    against: Path | None,
    written: Path | None,
    depth: int,
    as_json: bool,
) -> None:
    """Measure how well the library answers TOPICS, by the judgements in QRELS.

    TOPICS is a file of JSON lines such as {"id": "1", "query": "...", "kind": "question"}. QRELS is
    in TREC's format, with pages as BOOK_ID:PAGE. For each kind of topic, this prints nDCG@10,
    recall at 10 and 100, mean reciprocal rank, and success at 1, 5 and 10. With --against, p is the
    p-value of a paired randomisation test.

    \b
    Examples:
      octavo eval topics.jsonl qrels.trec
      octavo eval topics.jsonl qrels.trec --mode keyword --write keyword.run
      octavo eval topics.jsonl qrels.trec --against keyword.run
    """
    from search import evaluate as harness
    from search.searcher import Searcher

    if run_file is not None and (unused := _given("mode", "depth")):
        raise click.UsageError(
            f"--run measures a finished run and searches nothing; leave out {' and '.join(unused)}"
        )
    asked, judged = harness.read_topics(topics), harness.read_qrels(qrels)
    if run_file is not None:
        run = harness.read_run(run_file)
    else:
        searcher = Searcher.open(library_path(), index_address())
        _tell_absent(qrels, judged, searcher.manifest.books)
        run = harness.search_topics(searcher, asked, mode, depth)
    if written is not None:
        harness.write_run(written, run, f"octavo-{mode}")
    values = harness.measure(judged, run)
    other = None if against is None else harness.measure(judged, harness.read_run(against))
    _print(asked, values, other, as_json=as_json)


def _tell_absent(file: Path, judged: Qrels, books: Container[str]) -> None:
    """Say which judged pages no search can find, because their books are not in the library."""
    pages = {page for grades in judged.values() for page in grades}
    absent = [page for page in sorted(pages) if page.rpartition(":")[0] not in books]
    if absent:
        say(
            f"{file}: {len(absent)} of {counted(len(pages), 'judged page')} are of no book in the "
            f"library, such as {absent[0]}; 'octavo books' lists the ids"
        )


def _given(*names: str) -> list[str]:
    """Return those of these options that are on the command line."""
    source = click.get_current_context().get_parameter_source
    return [f"--{name}" for name in names if source(name) is ParameterSource.COMMANDLINE]


def _print(topics: list[Topic], values: Values, other: Values | None, *, as_json: bool) -> None:
    from search import evaluate as harness

    means = harness.summary(values, topics)
    compared = {} if other is None else harness.compare(other, values, topics)
    if as_json:
        data = {
            "means": means,
            "compared": {
                kind: {name: asdict(each) for name, each in by_measure.items()}
                for kind, by_measure in compared.items()
            },
        }
        click.echo(json_text(plain(data)))
        return
    click.echo(harness.table_text(means))
    for kind, by_measure in compared.items():
        click.echo(f"\n{kind}: against the other run")
        for name, each in by_measure.items():
            change = each.second - each.first
            click.echo(
                f"  {name:10} {each.first:.4f} -> {each.second:.4f} {change:+.4f} p {each.p:.3f}"
            )
