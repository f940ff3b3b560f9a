"""The command `octavo search`: finds passages and formulas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ocr_service.common.short_run import short_run
from ocr_service.console.json_values import plain
from ocr_service.console.options import (
    index_address,
    index_option,
    json_option,
    jsonl_option,
    library_option,
    library_path,
    say,
    shelf_option,
    shelf_url,
)
from search.commands.filter_options import filter_options
from search.commands.printing import in_colour, latex_option, on_terminal, print_json, readable

if TYPE_CHECKING:
    from search.retrieval.certainty import Certainty
    from search.retrieval.hits import Hit
    from search.searcher import Searcher

__all__ = ["search"]


@click.command()
@click.argument("query", nargs=-1, required=True)
@click.option(
    "--mode",
    type=click.Choice(["hybrid", "keyword", "semantic", "formula"]),
    default="hybrid",
    show_default=True,
    help="How to search.",
)
@filter_options
@click.option(
    "-k",
    "limit",
    type=click.IntRange(1, 1000),
    default=10,
    show_default=True,
    help="Maximum number of hits.",
)
@click.option(
    "--rerank",
    metavar="MODEL",
    help="Order the best 50 passages with this cross-encoder (folder or hub id).",
)
@click.option("--explain", is_flag=True, help="Show why each hit has its rank.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "files", "md", "xml", "csv"]),
    default="text",
    show_default=True,
    help="Output format; files is path:line:excerpt.",
)
@latex_option
@json_option
@jsonl_option
@index_option
@shelf_option
@library_option
def search(
    query: tuple[str, ...],
    mode: str,
    books: tuple[str, ...],
    authors: tuple[str, ...],
    pages: str | None,
    limit: int,
    rerank: str | None,
    explain: bool,
    format_: str,
    latex: bool,
    as_json: bool,
    as_lines: bool,
) -> None:
    """Find passages and formulas, each with its book and page.

    Each word counts separately; "words in quotes" are a phrase; +word is required, -word excluded;
    book:NAME, author:NAME, pages:30-60 and kind:theorem restrict the search. LaTeX between dollars
    and bare mathematics (x^2+y^2=1) are also searched as formulas. "Theorem 4.2", "exercise 36" and
    "eq. (12) of chapter 3" are found by their numbers. Put -- before a query that starts with a
    hyphen.

    \b
    Examples:
      octavo search maximum likelihood estimator
      octavo search --mode keyword '"normal equations" -ridge'
      octavo search --mode formula 'A = U \\Sigma V^T'
      octavo search --book primer --pages 30-60 -k 3 "conjugate prior"
      octavo search --format files "conjugate prior"
    """
    from ocr_service.library.page_store import open_library
    from search.output.coverage import coverage_note
    from search.output.index_lines import is_statement, note_lines
    from search.output.listing import listing_text
    from search.output.text import BY_MEANING, by_meaning_alone
    from search.question.filters import parse_page_range
    from search.searcher import Searcher

    if format_ != "text" and (as_json or as_lines):
        raise click.UsageError(f"--format {format_} and --json or --jsonl cannot be combined")
    if explain and format_ not in ("text", "xml"):
        raise click.UsageError(
            f"--format {format_} cannot show --explain; use the format text, or --json"
        )
    click.get_current_context().with_resource(short_run())
    question = " ".join(query)
    page_range = parse_page_range(pages) if pages is not None else None
    searcher = Searcher.open(library_path(), index_address(), shelf_url())
    answer = searcher.ask(
        question,
        mode=mode,
        books=books,
        authors=authors,
        pages=page_range,
        limit=limit,
        rerank=rerank,
    )
    hits, certainty = answer.hits, answer.certainty
    about = searcher.about(question, books=books, authors=authors)
    coverage = searcher.coverage(books)
    note = coverage_note(coverage, mode, building=searcher.library.writer() is not None)
    _tell(searcher, question, mode, note)
    if as_json or as_lines:
        document = {
            "query": question[:4_000],
            "mode": mode,
            "coverage": coverage,
            "certainty": plain(certainty),
            "index": plain(about.entries),
            "asked": about.asked,
            "statements": about.statements,
        }
        found = [hit.to_dict() for hit in hits]
        print_json({**document, "hits": found}, "hits", as_lines=as_lines)
        return
    if not hits:
        say("nothing found; try other words, or --mode semantic")
    if format_ != "text":
        from search.commands.formats import FORMATS, SearchResults

        results = SearchResults(
            open_library(library_path(), shelf_url()), question[:4_000], mode, hits
        )
        click.echo(FORMATS[format_](results), nl=False)
        return
    if mode == "hybrid" and certainty.said and by_meaning_alone(hits):
        say(BY_MEANING[0].lower() + BY_MEANING[1:])
    click.echo(_formulas_taken(question, mode) * explain, nl=False)
    for line in note_lines(about, sum(map(is_statement, hits))):
        click.echo(readable(line, latex=latex))
    if not on_terminal() and not explain:
        click.echo(listing_text(hits, certainty))
        return
    _print_one_by_one(hits, certainty, explain=explain, latex=latex)


def _print_one_by_one(
    hits: Sequence[Hit], certainty: Certainty, *, explain: bool, latex: bool
) -> None:
    """Print hits for a person, with links where the terminal knows them."""
    from ocr_service.library.page_store import open_library
    from search.output.sureness import certainty_notes, near_line, split_near
    from search.output.text import file_link, hit_text
    from search.reader.running import page_in_reader, reader_answers

    for note in certainty_notes(certainty, hits):
        click.echo(note)
    click.echo()
    library = open_library(library_path(), shelf_url())
    in_reader = in_colour() and reader_answers()
    answers, near = split_near(hits)
    for hit in [*answers, *near]:
        if near and hit is near[0]:
            click.echo(f"\n{near_line(near, certainty)}")
        link = file_link(library, hit) if in_colour() else ""
        reader = page_in_reader(library, hit) if in_reader else ""
        text = hit_text(hit, colour=in_colour(), explain=explain, link=link, reader=reader)
        click.echo(("\n" if hit is not (answers or near)[0] else "") + readable(text, latex=latex))


def _tell(searcher: Searcher, question: str, mode: str, note: str | None) -> None:
    """Say what a person should know of the search besides its hits."""
    if mode in ("hybrid", "semantic") and searcher.slow_encoder:
        say("this index's encoder has no ONNX export, so searches are slow (see 'octavo status')")
    if len(question) > 4_000:
        say("the query is very long; only its first 4,000 characters and 64 words were used")
    if note:
        say(note)


def _formulas_taken(question: str, mode: str) -> str:
    """Return a line for each formula that was typed without dollars and is looked up."""
    from search.question.query import parse_query

    bare = parse_query(question).bare if mode in ("hybrid", "formula") else ()
    return "".join(f"'{typed}' is looked up as the formula ${latex}$\n\n" for typed, latex in bare)
