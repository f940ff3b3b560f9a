"""The command `octavo context`: prints quotations for a question, ready for a model."""

from __future__ import annotations

import click

from ocr_service.common.short_run import short_run
from ocr_service.console.json_values import json_lines, json_text
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
from search.commands.printing import latex_option, readable

__all__ = ["context"]


@click.command()
@click.argument("question", nargs=-1, required=True)
@click.option(
    "--budget",
    type=click.IntRange(1, 1_000_000),
    default=4_000,
    show_default=True,
    metavar="TOKENS",
    help="Maximum tokens of the whole block, as the index's encoder counts them.",
)
@click.option(
    "--mode",
    type=click.Choice(["hybrid", "keyword", "semantic", "formula"]),
    help="How to search [default: hybrid, or formula with --formulas and LaTeX].",
)
@filter_options
@click.option("--formulas", is_flag=True, help="Quote formulas, each in its sentence.")
@latex_option
@json_option
@jsonl_option
@index_option
@shelf_option
@library_option
def context(
    question: tuple[str, ...],
    budget: int,
    latex: bool,
    mode: str | None,
    books: tuple[str, ...],
    authors: tuple[str, ...],
    pages: str | None,
    formulas: bool,
    as_json: bool,
    as_lines: bool,
) -> None:
    """Print quotations for a model to read before it answers, with the pages to cite.

    These are the best passages, widened to whole paragraphs, by book and in page order, each under
    its citation key. A quotation that does not fit into the budget is left out, never cut.

    \b
    Examples:
      octavo context "when is an estimator unbiased?"
      octavo context --budget 1500 --book primer conjugate prior
      octavo context --formulas 'A = U \\Sigma V^T'
    """
    from search.context.context import build_context
    from search.question.filters import parse_page_range
    from search.searcher import Searcher

    click.get_current_context().with_resource(short_run())
    found = build_context(
        Searcher.open(library_path(), index_address(), shelf_url()),
        " ".join(question),
        budget,
        mode=mode,
        books=books,
        authors=authors,
        pages=parse_page_range(pages) if pages is not None else None,
        formulas=formulas,
    )
    if not found.quotations:
        say("nothing found; try other words, or --mode semantic")
    if as_lines:
        for line in json_lines(found.to_dict()["quotations"]):
            click.echo(line)
    elif as_json:
        click.echo(json_text(found.to_dict()))
    elif found.quotations:
        click.echo(readable(found.markdown, latex=latex))
