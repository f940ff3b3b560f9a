"""Builds into an index that several builders share: each reads books that no other one reads.

Each builder has a library of its own, in which it reads and embeds a book, and from which it then
stores the book in the index. A lease keeps others from the book; it is renewed while the book is
read, expires if the builder dies, and stays when the book is done.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from indexer.building.plan_index import plan_encoder
from indexer.building.rounds import BuildSettings, build_once
from indexer.encoder.info import EncoderInfo
from indexer.encoder.store import prepared_encoder
from indexer.qdrant.engine import Engine, EngineError
from indexer.qdrant.leases import LEASE_SECONDS, Leases
from indexer.qdrant.push import PushReport, push_books, unstored_books
from indexer.qdrant.state import TYPICAL_LENGTHS, CollectionState, open_state, write_state
from indexer.qdrant.stored_books import StoredBooks
from ocr_service.inputs.find import Found
from ocr_service.library.page_store import PageStore

__all__ = ["SharedReport", "build_shared", "content_name"]

_PART = 1 << 20  # bytes read at a time


@dataclass(frozen=True, slots=True)
class SharedReport:
    """What one builder did: the books it stored, inputs that failed and why, and how many it left.

    `done` counts inputs that are in the index already, `elsewhere` those that others read.
    """

    pushed: tuple[str, ...] = ()
    failures: tuple[tuple[str, str], ...] = ()
    done: int = 0
    elsewhere: int = 0


def build_shared(
    settings: BuildSettings,
    found: Found,
    engine: Engine,
    place: str,
    store: PageStore | None = None,
) -> SharedReport:
    """Read and store the inputs that no other builder reads or has read; pages go to `store`.

    Raises:
        EngineError: the index is away, full, or refuses.
        OctavoError: the build as a whole cannot go on; what was finished is kept.
        OSError: the library cannot be written.
    """
    report = SharedReport(failures=tuple(found.wrong.items()))
    _prepare(settings, engine, place)
    leases = Leases(engine)
    for source in found.sources:
        try:
            name = content_name(source.path)
        except OSError as error:
            reason = f"cannot be read ({error.strerror}); check it and build again"
            report = replace(report, failures=(*report.failures, (str(source.path), reason)))
            continue
        if leases.is_done(name):
            report = replace(report, done=report.done + 1)
            continue
        if not leases.take(name):
            report = replace(report, elsewhere=report.elsewhere + 1)
            continue
        with _renewing(leases, name):
            run = build_once(settings, Found([source], {}, []))
            read = [row.book_id for row in run.report().inputs if row.book_id is not None]
            pushed = _store(settings, engine, place, store, read)
        failed = tuple(run.failures.items())
        if failed:
            leases.give_back(name)
        else:
            leases.finish(name)
        report = replace(
            report,
            pushed=(*report.pushed, *pushed.pushed),
            failures=(*report.failures, *failed),
        )
    return report


def content_name(path: Path) -> str:
    """Return the name of what is in a file or folder, the same on every machine.

    Raises:
        OSError: it cannot be read.
    """
    digest = hashlib.blake2b(digest_size=16)
    files = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
    for file in files:
        if path.is_dir():
            digest.update(file.relative_to(path).as_posix().encode("utf-8", "surrogateescape"))
        with file.open("rb") as opened:
            while part := opened.read(_PART):
                digest.update(part)
    return digest.hexdigest()


def _store(
    settings: BuildSettings,
    engine: Engine,
    place: str,
    store: PageStore | None,
    read: Sequence[str],
) -> PushReport:
    """Store those of the books that were `read` that the index has not.

    Pages come first: what the index finds can be read.
    """
    library = settings.library
    if not read:
        return PushReport()
    with library.lock():
        books = StoredBooks.open(library)
        if store is not None:
            for book_id in set(unstored_books(books, engine)) & set(read):
                store.put(library.folder(book_id))
        return push_books(books, engine, place, chosen=read)


@contextlib.contextmanager
def _renewing(leases: Leases, name: str) -> Iterator[None]:
    """Renew a lease in a thread while the block runs."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(LEASE_SECONDS / 4):
            with contextlib.suppress(EngineError):  # away for a moment: there are three more times
                leases.take(name)

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _prepare(settings: BuildSettings, engine: Engine, place: str) -> None:
    """Make the collection if there is none: leases are kept in it."""
    if open_state(engine, place) is not None:
        return
    import platformdirs

    plan = plan_encoder(settings.library.index_path, settings.encoder)
    cache = Path(platformdirs.user_cache_dir("octavo", appauthor=False)) / "encoders"
    name = plan.encoder.model.name if plan.encoder.model else ""
    own = settings.library.index_path / "encoders" / plan.encoder.key
    folder = prepared_encoder(name, plan.encoder.key, cache) if name else own
    info = EncoderInfo.read(folder)
    write_state(
        engine, CollectionState(info.name, plan.encoder.key, info.dimension, TYPICAL_LENGTHS)
    )
