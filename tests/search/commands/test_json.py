"""What commands print for programs is what docs/schema.json says."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from ocr_service.console.json_values import json_lines, json_text, plain
from search.commands.schema import DOCUMENTS, json_schema
from tests.conftest import ROOT, Octavo, call_octavo, run_octavo
from tests.support.helpers import make_document, make_page_folder

COMMANDS = {
    "search": [
        ("search", "unbiased estimator"),
        ("search", "--mode", "formula", "A = U \\Sigma V^T"),
        ("search", "--mode", "semantic", "-k", "3", "spectral theorem $A = Q \\Lambda Q^T$"),
        ("search", "--mode", "keyword", "xyzzyplugh"),
        ("search", "--mode", "keyword", "Example 2.1 German tank problem"),
        ("search", "--mode", "keyword", "estimater of the varience"),
    ],
    "context": [
        ("context", "German tank problem"),
        ("context", "--formulas", "--budget", "700", "normal equations"),
        ("context", "--mode", "keyword", "xyzzyplugh"),
    ],
    "index_of": [("index-of", "maximum likelihood"), ("index-of", "xyzzyplugh")],
    "page": [("page", "statistics", "3-9"), ("page", "least-squares-scan", "5")],
    "books": [("books",)],
    "status": [("status",)],
}


@lru_cache
def validator(name: str) -> Draft202012Validator:
    """Return a validator of one definition that refuses keys which no type has."""
    schema = json_schema(closed=True)
    del schema["oneOf"]
    return Draft202012Validator(schema | {"$ref": f"#/$defs/{name}"})


def printed(done: Any) -> dict[str, Any]:
    """Return the document on stdout, in which there is no NaN."""
    assert done.returncode == 0, done.stderr
    value: dict[str, Any] = json.loads(done.stdout, parse_constant=pytest.fail)
    return value


@pytest.fixture(scope="module")
def document(shelf_library: Path) -> Callable[..., dict[str, Any]]:
    """What a command prints with --json; each is run once."""

    @lru_cache
    def run(*arguments: str) -> str:
        return json.dumps(printed(call_octavo("--library", shelf_library, *arguments, "--json")))

    return lambda *arguments: json.loads(run(*arguments))


@pytest.mark.parametrize(
    ("name", "arguments"),
    [(name, arguments) for name, each in COMMANDS.items() for arguments in each],
)
def test_documents_are_as_the_schema_says(
    document: Callable[..., dict[str, Any]], name: str, arguments: tuple[str, ...]
) -> None:
    told = document(*arguments)
    validator(name).validate(told)
    assert told["schema_version"] == 1
    # The published schema is the same, and takes keys that are still to come.
    published = json.loads((ROOT / "docs" / "schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(published).validate(told | {"a_key_to_come": 1})


@pytest.mark.parametrize("name", ["search", "context", "page", "books"])
def test_lines_are_the_items_of_the_document(
    document: Callable[..., dict[str, Any]], ask_here: Octavo, name: str
) -> None:
    key = DOCUMENTS[name][1]
    assert key is not None
    for arguments in (COMMANDS[name][0], COMMANDS[name][-1]):
        items = document(*arguments)[key]
        lines = [json.loads(line) for line in ask_here(*arguments, "--jsonl").stdout.splitlines()]
        assert [line.pop("schema_version") for line in lines] == [1] * len(items)
        assert lines == items


def test_the_status_is_one_line(ask_here: Octavo) -> None:
    (line,) = ask_here("status", "--jsonl").stdout.splitlines()
    assert json.loads(line) == printed(ask_here("status", "--json"))


def test_a_build_reports_what_it_did(tmp_path: Path, encoder_cache: Path) -> None:
    assert encoder_cache.is_dir()
    book = make_page_folder(tmp_path / "tops", ["# Tops\n\nA top spins.", "It falls."])
    same = make_document(tmp_path / "tops.mmd", ["# Tops\n\nA top spins.", "It falls."])
    wrong = tmp_path / "wrong.pdf"
    wrong.write_bytes(b"%PDF-1.7 nothing")
    library = tmp_path / "library"
    done = run_octavo("build", book, wrong, "--library", library, "--json")
    assert done.returncode == 3
    report = json.loads(done.stdout)
    validator("build").validate(report)
    by_name = {Path(row["source"]).name: row for row in report["inputs"]}
    assert by_name["tops"]["outcome"] == "read"
    assert (by_name["tops"]["book_id"], by_name["tops"]["pages_read"]) == ("tops", 2)
    assert by_name["wrong.pdf"]["outcome"] == "failed"
    assert "wrong.pdf" in by_name["wrong.pdf"]["error"]
    assert (report["indexed"], report["removed"], report["passages"]) == (["tops"], [], 2)
    again = printed(call_octavo("build", book, same, "--library", library, "--json"))
    validator("build").validate(again)
    assert {row["outcome"] for row in again["inputs"]} <= {"unchanged", "duplicate", "read"}
    assert again["inputs"][0]["outcome"] == "unchanged"
    dry = call_octavo("build", book, wrong, "--library", library, "--json", "--dry-run")
    assert dry.returncode == 3
    told = json.loads(dry.stdout)
    validator("build_dry_run").validate(told)
    assert [row["pages"] for row in told["inputs"]] == [2, 0]
    assert "wrong.pdf" in told["inputs"][1]["error"]
    assert (told["requests"], told["seconds"], told["dollars"]) == (0, 0.0, None)
    cleaned = printed(call_octavo("reclean", "--library", library, "--json"))
    validator("reclean").validate(cleaned)
    assert (cleaned["changed"], cleaned["indexed"]) == ({"tops": 0, "tops-2": 0}, [])
    gone = printed(call_octavo("remove", "tops", "--library", library, "--json"))
    validator("remove").validate(gone)
    assert (gone["library"], gone["removed"]) == (str(library), "tops")


@pytest.mark.parametrize("name", ["search", "context", "page", "books"])
def test_the_schema_holds_all_that_is_printed(
    document: Callable[..., dict[str, Any]], name: str
) -> None:
    """A key that is missing, and one that no type has, is found."""
    told = document(*COMMANDS[name][0])
    for place in filter(fixed, objects(told)):
        place["surplus"] = 1
        with pytest.raises(ValidationError):
            validator(name).validate(told)
        del place["surplus"]
        for key, value in list(place.items()):
            del place[key]
            with pytest.raises(ValidationError):
                validator(name).validate(told)
            place[key] = value
    validator(name).validate(told)


def objects(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a document and the first object of each kind in it."""
    yield document
    for value in document.values():
        inner = value[0] if isinstance(value, list) and value else value
        if isinstance(inner, dict):
            yield from objects(inner)


def fixed(place: dict[str, Any]) -> bool:
    """Say whether an object's keys are those of a type, not data such as the names of engines."""
    return bool({"book_id", "schema_version", "retriever", "latex"} & place.keys())


def test_an_evaluation(ask_here: Octavo, tmp_path: Path) -> None:
    topics, qrels, run = (tmp_path / name for name in ("topics.jsonl", "qrels", "other.run"))
    topics.write_text('{"id": "1", "query": "German tank problem", "kind": "question"}\n')
    qrels.write_text("1 0 statistics-primer:9 2\n")
    run.write_text("1 Q0 statistics-primer:8 1 1.0 other\n")
    arguments = (str(topics), str(qrels), "--mode", "keyword", "--against", str(run), "--json")
    told = printed(ask_here("eval", *arguments))
    validator("eval").validate(told)
    assert told["means"]["question"]["topics"] == 1


class _Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class _Thing:
    score: float
    colour: _Colour
    parts: tuple[tuple[int, str], ...]
    where: Path | None = None


def test_plain_values() -> None:
    import numpy as np

    thing = _Thing(0.12345678, _Colour.RED, ((1, "a"),))
    assert plain(thing) == {
        "score": 0.123457,
        "colour": "red",
        "parts": [[1, "a"]],
        "where": None,
    }
    assert plain([np.float32(0.5), np.int64(3), True, Path("a")]) == [0.5, 3, True, "a"]
    for odd in (math.nan, math.inf, -math.inf, np.float32("nan")):
        assert plain({"score": odd}) == {"score": None}
        assert "null" in json_text({"score": odd})
        assert list(json_lines([{"score": odd}])) == ['{"schema_version": 1, "score": null}']
    with pytest.raises(TypeError, match="set has no JSON value"):
        plain({"of": {1}})
