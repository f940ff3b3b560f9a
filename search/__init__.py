"""Answers questions with cited passages and formulas.

    from search import Searcher

These are the steps, in the order of the data:

question     reads what was asked: words, phrases, formulas, filters, options
retrieval    finds and ranks passages and formulas
output       shows hits, pages and the library's state in a terminal; cites pages
searcher     opens a library and answers questions
pages        reads pages by number or label
evaluate     measures answers by judged topics
context      puts the best passages into a block within a budget of tokens
live         keeps a library open and renders its pages while a server runs
mcp          serves all of this to agents
reader       serves it to people, in a browser
commands     does the same on the command line
cli          the root command

What `__all__` names is the public API: docs/api.md shows all of it. Each name is loaded when it is
first used, so that `octavo --help` and a search load only what they need.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from indexer.stores.fulltext import FormulaDoc, PassageDoc
    from ocr_service.common.errors import (
        EncoderError,
        LibraryError,
        NotFoundError,
        OctavoError,
        QueryError,
    )
    from ocr_service.library.library import Library
    from ocr_service.library.pages import Page, PageStatus
    from search.context.context import Context, build_context
    from search.context.quotations import Quotation, QuotedFormula, QuotedPage
    from search.output.status import book_rows
    from search.pages import find_label, read_pages
    from search.question.options import Mode
    from search.retrieval.hits import Contribution, Hit, Snippet
    from search.retrieval.relation import Relation
    from search.searcher import Searcher

__all__ = [
    "Context",
    "Contribution",
    "EncoderError",
    "FormulaDoc",
    "Hit",
    "Library",
    "LibraryError",
    "Mode",
    "NotFoundError",
    "OctavoError",
    "Page",
    "PageStatus",
    "PassageDoc",
    "QueryError",
    "Quotation",
    "QuotedFormula",
    "QuotedPage",
    "Relation",
    "Searcher",
    "Snippet",
    "book_rows",
    "build_context",
    "find_label",
    "read_pages",
]

_MODULES = {
    "indexer.stores.fulltext": ("FormulaDoc", "PassageDoc"),
    "ocr_service.common.errors": (
        "EncoderError",
        "LibraryError",
        "NotFoundError",
        "OctavoError",
        "QueryError",
    ),
    "ocr_service.library.library": ("Library",),
    "ocr_service.library.pages": ("Page", "PageStatus"),
    "search.context.context": ("Context", "build_context"),
    "search.context.quotations": ("Quotation", "QuotedFormula", "QuotedPage"),
    "search.output.status": ("book_rows",),
    "search.pages": ("find_label", "read_pages"),
    "search.question.options": ("Mode",),
    "search.retrieval.hits": ("Contribution", "Hit", "Snippet"),
    "search.retrieval.relation": ("Relation",),
    "search.searcher": ("Searcher",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Load a name of the public API when it is first used."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'search' has no attribute '{name}'")
    value = globals()[name] = getattr(import_module(_MODULE_OF[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
