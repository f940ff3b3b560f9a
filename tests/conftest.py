"""Shared fixtures: the corpora, ways to run Octavo, and libraries that take long to build.

The tests may run in several processes (pytest-xdist). The first process that asks for a shared
library builds it; the others wait for it.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

from search.cli import main

ROOT = Path(__file__).resolve().parents[1]
SHELF = ROOT / "data" / "shelf"
CORPORA = ROOT.parent / "shared" / "corpora"  # see the fixture `corpora`

Octavo = Callable[..., "subprocess.CompletedProcess[str]"]

# The run that decides whether a change may land uses fixed examples. For new ones, run
# `pytest --hypothesis-profile=explore` and add what it finds as an example.
# How long an example takes says how busy the machine is.
_BUSY = [HealthCheck.too_slow]
settings.register_profile("steady", derandomize=True, suppress_health_check=_BUSY)
settings.register_profile("explore", max_examples=2_000, deadline=None)
settings.load_profile("steady")


def available_cores() -> list[int]:
    """Return the cores that this process may use, as the system numbers them."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def pytest_xdist_auto_num_workers() -> int:
    """Return the number of test processes: one more than cores, since tests wait, at most four."""
    return min(4, len(available_cores()) + 1)


def pytest_configure() -> None:
    """Keep each of several test processes, and all that it starts, to its share of the cores.

    Libraries start a thread for each core they see, and `octavo build` a worker. Where other test
    processes use the same cores, these wait for one another, often by spinning. If there are fewer
    cores than processes, the first process, which makes the sample library, has one to itself.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    if worker.isdigit() and hasattr(os, "sched_setaffinity"):
        cores, count = available_cores(), int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
        share = cores[int(worker) :: count] or [cores[-1 - int(worker) % len(cores)]]
        os.sched_setaffinity(0, share)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put first a file that needs the sample library, then those that need no encoder at all.

    One process makes the library, and first its encoder, on one core; meanwhile the others work.
    """
    needing = {
        name: frozenset(item.path for item in items if name in getattr(item, "fixturenames", ()))
        for name in ("shelf_library", "encoder_cache")
    }
    first = min(needing["shelf_library"], default=None)
    items.sort(key=lambda item: (item.path != first, item.path in needing["encoder_cache"]))


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The development corpora, in a folder next to the checkout; not part of the project."""
    folder = CORPORA
    if not folder.is_dir():
        pytest.skip("needs the development corpora next to the checkout")
    return folder


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of this test run, the same in all its processes."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def made_once(place: Path, make: Callable[[Path], None]) -> Path:
    """Return the folder `place`; the first process to ask for it makes it, and others wait."""
    place.parent.mkdir(exist_ok=True)
    done = place.with_name(f"{place.name}.done")
    with FileLock(place.with_name(f"{place.name}.lock")):
        if not done.exists():
            make(place)
            done.touch()
    return place


@pytest.fixture(scope="session", autouse=True)
def _own_surroundings(run_folder: Path) -> Iterator[None]:
    """Isolate the tests from the user's settings, and the user's cache from the tests."""
    # A process that a shell starts in the background ignores Ctrl-C, and so do its children.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(run_folder / "cache"))
        patch.setenv("NO_COLOR", "1")
        patch.delenv("OCTAVO_LIBRARY", raising=False)
        for name in ("DEBUG", "INDEX", "INDEX_TOKEN", "SHELF"):
            patch.delenv(f"OCTAVO_{name}", raising=False)
        # Hundreds of processes start; without bytecode files each would compile Octavo.
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        yield


def run_octavo(*arguments: str | Path, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    """Run the installed console script in a process of its own."""
    script = Path(sys.executable).with_name("octavo")
    return subprocess.run(
        [script, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout,
        env=os.environ.copy(),
        check=False,
    )


def call_octavo(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command line in this process: the console script without its start.

    Use it to test what a command prints; starting a process takes most of the time of a short
    command. Do not use it for builds of PDFs and images, which start workers.
    """
    words = [str(argument) for argument in arguments]
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(words)
    told = []
    for stream in (out, err):
        stream.flush()
        stream.seek(0)
        told.append(stream.read())
    return subprocess.CompletedProcess(words, code, *told)


@pytest.fixture(scope="session")
def encoder_cache(run_folder: Path) -> Path:
    """The cache folder with the ONNX export of the default encoder; it takes half a minute."""

    def prepare(folder: Path) -> None:
        folder.mkdir()
        document = folder / "first.mmd"
        document.write_text("A page of one line.\n", encoding="utf-8")
        done = run_octavo("build", document, "--library", folder / "library")
        assert done.returncode == 0, done.stderr
        shutil.rmtree(folder / "library")

    made_once(run_folder / "encoder", prepare)
    return run_folder / "cache"


@pytest.fixture(scope="session")
def shelf_library(run_folder: Path, encoder_cache: Path) -> Path:
    """A library built from data/shelf. Tests only read it."""
    assert encoder_cache.is_dir()

    def build(library: Path) -> None:
        done = run_octavo("build", SHELF, "--library", library)
        assert done.returncode == 0, done.stderr

    return made_once(run_folder / "shelf" / "library", build)


@pytest.fixture
def ask(shelf_library: Path) -> Octavo:
    """The console script on the shelf's library."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return run_octavo("--library", shelf_library, *arguments)

    return run


@pytest.fixture
def ask_here(shelf_library: Path, capfd: pytest.CaptureFixture[str]) -> Octavo:
    """The command line on the shelf's library, in this process; see `call_octavo`."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        done = call_octavo("--library", shelf_library, *arguments)
        assert capfd.readouterr() == ("", "")  # libraries print nothing past Python's streams
        return done

    return run
