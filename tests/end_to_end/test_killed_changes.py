"""Commands that change a library, killed around each of their steps."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import platformdirs
import pytest

from tests.conftest import SHELF
from tests.support.helpers import (
    checkpoints,
    make_document,
    make_page_folder,
)
from tests.support.killed import KilledRun, run_steps
from tests.support.tiny_encoder import make_tiny_encoder
from tests.support.undisturbed import (
    Arguments,
    Undisturbed,
    assert_equal,
    call,
    check_serves,
    undisturbed_at,
)

pytestmark = pytest.mark.usefixtures("encoder_cache")


# What each command does to a library. Where it does the same to several books, one stands for all.
INDEX_STEPS = (
    "begin a generation of index",
    "write vectors to index/gen-N",
    "write digests to index/gen-N",
    "commit index/gen-N/formulas",
    "commit index/gen-N/passages",
    "commit index/gen-N/items",
    "replace index/gen-N/items.json",
    "replace index/gen-N/stamps.json",
    "replace index/gen-N/manifest.json",
    "replace index/CURRENT",
    "remove index/gen-N",
)
PAGE_STEPS = (
    "append to books/algebra/ocr.jsonl",
    "rename books/algebra/pages to books/algebra/.pages.away",
    "rename books/algebra/.pages.tmp to books/algebra/pages",
    "remove books/algebra/.pages.away",
    "replace books/algebra/left_out.jsonl",
    "replace books/algebra/document.mmd",
    "replace books/algebra/book.json",
)
STEPS = {
    "build": ("replace write.json", *PAGE_STEPS, *INDEX_STEPS),
    "build --encoder": (
        "replace write.json",
        "copy to index/encoders/.KEY.tmp",
        "rename index/encoders/.KEY.tmp to index/encoders/KEY",
        "begin a generation of index",
        "commit index/gen-N/formulas",
        "commit index/gen-N/passages",
        "commit index/gen-N/items",
        "replace index/gen-N/items.json",
        "replace index/gen-N/stamps.json",
        "replace index/gen-N/manifest.json",
        "replace index/NEXT",
        "write vectors to index/gen-N",
        "write digests to index/gen-N",
        "replace index/CURRENT",
        "remove index/gen-N",
    ),
    "remove": (
        "replace write.json",
        "rename books/tract to books/.tract.removed",
        "remove books/.tract.removed",
        *(step for step in INDEX_STEPS if not step.startswith("write ")),
    ),
    "reclean": ("replace write.json", *PAGE_STEPS, *INDEX_STEPS),
}


@dataclass(frozen=True)
class Change:
    """A command that changes a library, which is there before and after it.

    `again` is the command that finishes what a killed one began.
    """

    command: Arguments
    again: Arguments
    before: Undisturbed
    after: Undisturbed
    run: KilledRun

    def next_command(self, library: Path) -> Arguments:
        """Return what a person runs next: a book that is gone cannot be removed once more."""
        return self.command if (library / "books" / "tract").exists() else self.again


@dataclass(frozen=True)
class Material:
    """A small library without PDFs, which needs no workers, with a tiny encoder; its inputs."""

    folder: Path
    inputs: Path
    library: Path
    notes: tuple[str, ...]


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Material]:
    folder = tmp_path_factory.mktemp("changes")
    pages = sorted((SHELF / "linear-algebra-notes").iterdir())
    notes = tuple(path.read_text()[:1200] for path in pages)
    inputs, library = folder / "inputs", folder / "library"
    make_page_folder(inputs / "algebra", notes[:2])
    make_document(inputs / "tract.mmd", notes[4:5])
    make_document(inputs / "estimators.mmd", ["The sample mean is an unbiased estimator."])
    call(library, "build", inputs, "--encoder", tiny_encoder(folder / "first-model", seed=1))
    yield Material(folder, inputs, library, notes)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def changes() -> dict[str, Change]:
    """The changes that were made to copies of the library so far, by the keys of `STEPS`."""
    return {}


def make_change(name: str, material: Material) -> Change:
    """Make the change `name` to a copy of the library, without a kill."""
    before, after = (material.folder / f"{name} {side}" for side in ("before", "after"))
    copy_library(material.library, before)
    command, again = PREPARE[name](material, before)
    copy_library(before, after)
    run = run_steps(after, *command)
    assert run.code == 0
    return Change(command, again, undisturbed_at(before), undisturbed_at(after), run)


def prepare_update(material: Material, _library: Path) -> tuple[Arguments, Arguments]:
    """Change a page of one book, add one to another, and add a book."""
    inputs, notes = material.inputs, material.notes
    make_page_folder(inputs / "algebra", [notes[0], "A vector space is a space of vectors."])
    make_document(inputs / "tract.mmd", notes[4:6])
    make_document(inputs / "squares.mmd", ["Least squares: \\( A^T A x = A^T b \\)."])
    return ("build", inputs), ("build", inputs)


def prepare_encoder(material: Material, _library: Path) -> tuple[Arguments, Arguments]:
    model = tiny_encoder(material.folder / "second-model", seed=2)
    command = ("build", material.inputs / "estimators.mmd", "--encoder", model)
    return command, command


def tiny_encoder(model: Path, seed: int) -> Path:
    cache = Path(platformdirs.user_cache_dir("octavo", appauthor=False)) / "encoders"
    return make_tiny_encoder(model, cache, seed)


def prepare_removal(material: Material, _library: Path) -> tuple[Arguments, Arguments]:
    return ("remove", "tract"), ("build", material.inputs / "estimators.mmd")


def prepare_cleaning(_material: Material, library: Path) -> tuple[Arguments, Arguments]:
    """Let pages be of a model, whose words an older Octavo did not clean."""
    stored = library / "books" / "algebra" / "ocr.jsonl"
    lines = [json.loads(line) for line in stored.read_text().splitlines()]
    for line in lines:
        line["finish_reason"] = "stop"
        line["raw"] = f"<|ref|>text<|/ref|><|det|>[[9, 9, 990, 990]]<|/det|>\n{line['raw'][:300]}"
    stored.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return ("reclean",), ("reclean",)


PREPARE = {
    "build": prepare_update,
    "build --encoder": prepare_encoder,
    "remove": prepare_removal,
    "reclean": prepare_cleaning,
}


def copy_library(source: Path, target: Path) -> None:
    """Copy a library; the encoder, which no build changes, by links."""

    def copy(file: str, place: str) -> None:
        (os.link if "encoders" in file else shutil.copy2)(file, place)

    shutil.copytree(source, target, copy_function=copy)


@pytest.fixture
def change(name: str, material: Material, changes: dict[str, Change]) -> Change:
    if name not in changes:
        changes[name] = make_change(name, material)
    return changes[name]


def of_any_book(step: str) -> str:
    for book in ("algebra", "tract", "squares"):
        step = step.replace(f"books/{book}/", "books/BOOK/")
    return step


@pytest.mark.parametrize("name", STEPS)
def test_the_steps_are_all_there_are(name: str, change: Change) -> None:
    assert set(STEPS[name]) <= set(change.run.steps)
    assert set(map(of_any_book, change.run.steps)) == set(map(of_any_book, STEPS[name]))
    assert change.before.answers != change.after.answers


def kill_around(step: str, change: Change, library: Path, *, published: bool) -> bool:
    """Kill the command before a step, and run it again until after it.

    The old index serves, or if it was `published`, the new one, or some of its books and some of
    their vectors. Return whether it is now.
    """
    for moment in (f"before {step}", f"after {step}"):
        run = run_steps(library, *change.next_command(library), kill=moment)
        assert run.was_killed, (moment, run.stderr)
        assert run.moments[-1] == moment
        published = published or "after replace index/CURRENT" in run.moments
        check_serves(library, *((change.before, change.after) if published else (change.before,)))
    return published


def assert_finished(library: Path, change: Change) -> None:
    """Run the command to its end; check that nothing shows that it was ever killed."""
    call(library, *change.next_command(library))
    assert_equal(library, change.after)
    assert checkpoints(library) == checkpoints(change.after.library)  # no page was read twice


@pytest.mark.parametrize(("name", "step"), [("build", step) for step in STEPS["build"]])
def test_a_build_killed_around_a_step(step: str, change: Change, tmp_path: Path) -> None:
    library = tmp_path / "library"
    copy_library(change.before.library, library)
    kill_around(step, change, library, published=False)
    assert_finished(library, change)
    shutil.rmtree(library)


@pytest.mark.parametrize("name", [name for name in STEPS if name != "build"])
def test_a_command_killed_around_all_its_steps(name: str, change: Change, tmp_path: Path) -> None:
    """One after another: each run goes on where the one before was killed."""
    library = tmp_path / "library"
    copy_library(change.before.library, library)
    published = False
    for step in STEPS[name]:
        published = kill_around(step, change, library, published=published)
    assert_finished(library, change)
    shutil.rmtree(library)
