"""One name for one thing: no two classes of the packages share a name, nor two aliases of types."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

from tests.conftest import ROOT


def public_names(source: str) -> Iterator[str]:
    """Yield the names of a module's classes and capitalised aliases; those with _ are its own."""
    for node in ast.parse(source).body:
        match node:
            case ast.ClassDef(name=name):
                pass
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                pass
            case _:
                continue
        if name[0].isupper() and not name.isupper():
            yield name


def test_no_two_classes_share_a_name() -> None:
    places = defaultdict(list)
    for package in ("ocr_service", "indexer", "search"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for name in public_names(path.read_text(encoding="utf-8")):
                places[name].append(str(path.relative_to(ROOT)))
    assert len(places) > 200
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_a_name_used_twice_is_seen() -> None:
    source = "class Box: ...\nRow = tuple[int, ...]\nLIMIT = 3\n_Own = int\nSigns: object = 1\n"
    assert list(public_names(source)) == ["Box", "Row", "Signs"]
