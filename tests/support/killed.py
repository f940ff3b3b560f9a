"""Runs a command line in a process that kills itself at a named step.

A step is a call that changes what is on disk: a page is appended, a file or folder is renamed, a
tree copied or removed, a new generation begun, its documents committed, vectors written. Its
name is a verb and a path within the library: "append to books/primer/ocr.jsonl". (Syncing is no
step: what a process has written survives its death, synced or not.)

Processes are forked from a server that has imported Octavo. Starting Python anew takes most of the
time of a short build.
"""

from __future__ import annotations

import functools
import json
import multiprocessing
import os
import re
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnxruntime  # noqa: F401 - for the processes that are forked
import tantivy
import tokenizers  # noqa: F401

import indexer.building.embedder  # noqa: F401
import ocr_service.books.book_reader  # noqa: F401
from indexer.encoder.encoder import Encoder, Vectors
from indexer.stores import digests, fulltext, generations, vectors
from ocr_service.common import files
from search.cli import main

__all__ = ["KilledRun", "run_steps"]

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload([__name__])


@dataclass(frozen=True)
class KilledRun:
    """A process: its exit code, negative for a signal, the moments it reached, and its stderr.

    `embedded` are the texts that it began to embed.
    """

    code: int | None
    moments: tuple[str, ...]
    stderr: str
    embedded: tuple[str, ...]

    @property
    def was_killed(self) -> bool:
        """Whether the process killed itself."""
        return self.code == -signal.SIGKILL

    @property
    def steps(self) -> list[str]:
        """The steps that were begun, each once, in order."""
        begun = (moment.partition(" ") for moment in self.moments)
        return list(dict.fromkeys(step for when, _, step in begun if when == "before"))


def run_steps(
    library: Path,
    *arguments: str | Path,
    kill: str | None = None,
    env: dict[str, str] | None = None,
) -> KilledRun:
    """Run a command on a library in a process that kills itself when it first reaches `kill`.

    That is a moment: "before" or "after" and a step. `env` is added to the process's environment.
    """
    log, stderr = (library.with_name(f"{library.name}.{name}") for name in _FILES)
    words = ["--library", str(library), *map(str, arguments)]
    process = _PROCESSES.Process(target=_run, args=(words, library, kill, env or {}))
    process.start()
    process.join()
    lines, said = (path.read_text(encoding="utf-8") for path in (log, stderr))
    log.unlink()
    stderr.unlink()
    moments = [line for line in lines.splitlines() if not line.startswith(_EMBED)]
    texts = [line for line in lines.splitlines() if line.startswith(_EMBED)]
    embedded = tuple(json.loads(line.removeprefix(_EMBED)) for line in texts)
    return KilledRun(process.exitcode, tuple(moments), said, embedded)


_FILES = ("moments", "stderr")  # what a process tells, beside the library
_EMBED = "embed "


def _run(words: list[str], library: Path, kill: str | None, env: dict[str, str]) -> None:
    log, stderr = (library.with_name(f"{library.name}.{name}") for name in _FILES)
    os.environ.update(env)
    with log.open("w", encoding="utf-8") as moments, stderr.open("w", encoding="utf-8") as said:
        sys.stdout = sys.stderr = said

        lock = threading.Lock()  # after the moment that kills, no other thread tells of one

        def reach(moment: str) -> None:
            with lock:
                moments.write(f"{moment}\n")
                moments.flush()
                if moment == kill:
                    os.kill(os.getpid(), signal.SIGKILL)

        _patch_steps(library, reach)
        _tell_embedded(reach)
        code = main(words)
    sys.exit(code)


Reach = Callable[[str], None]


def _patch_steps(library: Path, reach: Reach) -> None:
    """Let every step call `reach` when it is about to happen and when it has happened."""

    def name(path: str | Path) -> str:
        """Return a path within the library, without the parts that differ between runs."""
        relative = Path(path).relative_to(library).as_posix()
        return re.sub(r"gen-\d+", "gen-N", re.sub(r"\b[0-9a-f]{16}\b", "KEY", relative))

    def wrap(function: Callable[..., Any], verb: str, *places: int) -> None:
        """Make a step of calls with paths within the library as the arguments at `places`."""

        @functools.wraps(function)
        def wrapped(*arguments: Any, **named: Any) -> Any:
            paths = [Path(arguments[place]) for place in places]
            outside = not all(path.is_relative_to(library) for path in paths)
            if outside or (verb == "remove" and not paths[0].exists()):
                return function(*arguments, **named)
            step = f"{verb} {' to '.join(map(name, paths))}"
            reach(f"before {step}")
            result = function(*arguments, **named)
            reach(f"after {step}")
            return result

        for module in _modules():
            for key, value in list(vars(module).items()):
                if value is function:
                    setattr(module, key, wrapped)

    wrap(os.replace, "replace", 1)
    wrap(os.rename, "rename", 0, 1)
    wrap(shutil.rmtree, "remove", 0)
    wrap(shutil.copytree, "copy to", 1)
    wrap(files.append_line, "append to", 0)
    wrap(generations.begin_generation, "begin a generation of", 0)
    wrap(vectors.write_vectors, "write vectors to", 0)
    wrap(digests.write_digests, "write digests to", 0)
    open_index = fulltext.open_index

    def open_told(folder: Path, kind: str, *, create: bool = False) -> Any:
        index = open_index(folder, kind, create=create)
        return _ToldIndex(index, f"commit {name(folder / kind)}", reach) if create else index

    fulltext.open_index = open_told


def _tell_embedded(reach: Reach) -> None:
    """Let `reach` be called with every text that is embedded."""
    encode = Encoder.encode_documents

    def told(self: Encoder, texts: Sequence[str]) -> Vectors:
        for text in texts:
            reach(f"{_EMBED}{json.dumps(text)}")
        return encode(self, texts)

    Encoder.encode_documents = told  # type: ignore[method-assign]


def _modules() -> Iterator[Any]:
    """Yield the modules that call steps."""
    for module_name, module in list(sys.modules.items()):
        if module_name.partition(".")[0] in {"ocr_service", "indexer", "search", "os", "shutil"}:
            yield module


class _ToldIndex:
    """A tantivy index the commits of whose writers are steps."""

    def __init__(self, index: tantivy.Index, step: str, reach: Reach) -> None:
        self._index, self._step, self._reach = index, step, reach

    def writer(self, *arguments: int) -> _ToldWriter:
        return _ToldWriter(self._index.writer(*arguments), self._step, self._reach)

    def reload(self) -> None:
        self._index.reload()


class _ToldWriter:
    def __init__(self, writer: tantivy.IndexWriter, step: str, reach: Reach) -> None:
        self._writer, self._step, self._reach = writer, step, reach

    def commit(self) -> None:
        self._reach(f"before {self._step}")
        self._writer.commit()
        self._reach(f"after {self._step}")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._writer, name)
