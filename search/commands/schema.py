"""Describes the JSON that commands print, as JSON Schema made from the types.

The types are dataclasses: a field that is added to one of them appears in the schema and in the
output at once. Needs pydantic, so only the docs and the tests import it, not a search.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from indexer.building.reports import BuildReport, PlanReport, RecleanReport, RemoveReport
from indexer.stores.fulltext import FormulaDoc, PassageDoc
from ocr_service.console.json_values import JSON_VERSION
from search.context.context import Context
from search.evaluate import RunComparison
from search.output.index_status import CollectionBook, IndexStatus
from search.output.status import BookRow, LibraryStatus
from search.output.text import PageRow
from search.question.options import Mode
from search.retrieval.certainty import Certainty
from search.retrieval.entry_hits import EntryHit, IndexAnswer
from search.retrieval.hits import INTERNAL, Hit

__all__ = ["DOCUMENTS", "json_schema"]

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """Hits, best first; `query` is truncated to 4,000 characters.

    `coverage` is the share of the passages that can be found by meaning; it is 1 unless vectors are
    still to be made. Hits with `near` are no answers. `index` has what the lists of the books say
    of the question, one entry of each book at most; `asked` names the statements that it asks for
    by kind or number, and `statements` counts them.
    """

    query: str
    mode: Mode
    coverage: float
    certainty: Certainty
    index: tuple[EntryHit, ...]
    asked: str
    statements: int
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class PagesDocument:
    """Pages of one book, in order."""

    pages: tuple[PageRow, ...]


@dataclass(frozen=True, slots=True)
class BooksDocument:
    """The books of the library, by id."""

    books: tuple[BookRow, ...]


@dataclass(frozen=True, slots=True)
class EvalDocument:
    """Measures, by kind of topic ("all" for every topic) and name of the measure.

    `means` also has the number of "topics". `compared` is empty without --against.
    """

    means: dict[str, dict[str, float]]
    compared: dict[str, dict[str, RunComparison]]


@dataclass(frozen=True, slots=True)
class CollectionBooksDocument:
    """The books of an index outside the library, by id."""

    schema_version: int
    books: tuple[CollectionBook, ...]


# What each command prints with --json, and the key of the items that --jsonl prints. A command that
# prints another document with an option has an entry with that option too.
DOCUMENTS: dict[str, tuple[type, str | None]] = {
    "search": (SearchDocument, "hits"),
    "context": (Context, "quotations"),
    "index_of": (IndexAnswer, "entries"),
    "page": (PagesDocument, "pages"),
    "books": (BooksDocument, "books"),
    "books_index": (CollectionBooksDocument, "books"),
    "status": (LibraryStatus, None),
    "status_index": (IndexStatus, None),
    "build": (BuildReport, None),
    "build_dry_run": (PlanReport, None),
    "reclean": (RecleanReport, None),
    "remove": (RemoveReport, None),
    "eval": (EvalDocument, None),
}


def json_schema(*, closed: bool = False) -> Schema:
    """Return one schema (draft 2020-12) whose `$defs` hold a document for each command.

    With `closed`, the schema refuses keys that the types do not have, so that the tests find them.
    Others should not refuse them, as new keys may be added.
    """
    from pydantic import TypeAdapter

    definitions: Schema = {}
    for command, (kind, _) in DOCUMENTS.items():
        found = TypeAdapter(kind).json_schema(mode="serialization", ref_template="#/$defs/{model}")
        definitions |= found.pop("$defs", {})
        found["properties"].pop("schema_version", None)
        found["properties"] = {"schema_version": {"const": JSON_VERSION}} | found["properties"]
        definitions[command] = found
    _flatten_hits(definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What octavo prints with --json",
        "oneOf": [{"$ref": f"#/$defs/{command}"} for command in DOCUMENTS],
        "$defs": {name: _simplified(definitions[name], closed) for name in sorted(definitions)},
    }


def _flatten_hits(definitions: Schema) -> None:
    """Make two kinds of hits as `Hit.to_dict` does, with all fields on one level."""
    hit, snippet = definitions.pop("Hit"), definitions.pop("Snippet")
    own = {key: value for key, value in hit["properties"].items() if key not in _INNER}
    for kind, source in ((PassageDoc, "passage"), (FormulaDoc, "formula")):
        fields = definitions.pop(kind.__name__)["properties"]
        properties = {
            "kind": {"const": source},
            **own,
            **{key: value for key, value in fields.items() if key not in INTERNAL},
            "snippet": snippet["properties"]["text"],
            "marks": snippet["properties"]["marks"],
        }
        definitions[f"{source}_hit"] = {
            "type": "object",
            "description": f"A {source} that was found.",
            "properties": properties,
        }
    definitions["Hit"] = {
        "oneOf": [{"$ref": "#/$defs/passage_hit"}, {"$ref": "#/$defs/formula_hit"}]
    }


_INNER = {"source", "snippet"}


def _simplified(value: Any, closed: bool) -> Any:
    """Remove pydantic's titles and defaults: all keys are always present.

    A number may be null, as JSON has no NaN.
    """
    if isinstance(value, list):
        return [_simplified(item, closed) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("type") == "number":
        return {"type": ["number", "null"]}
    kept = {
        key: {name: _simplified(inner, closed) for name, inner in item.items()}
        if key == "properties"
        else _simplified(item, closed)
        for key, item in value.items()
        if key not in {"title", "default"}
    }
    if "properties" in kept:
        kept["required"] = list(kept["properties"])
        kept |= {"additionalProperties": False} if closed else {}
    return kept
