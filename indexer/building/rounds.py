"""Builds once, or again and again while folders are watched."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.building.build_run import BuildRun, inputs
from indexer.building.reports import BuildReport
from ocr_service.books.page_selection import ReadOptions
from ocr_service.common.errors import LockedError
from ocr_service.console.progress import Progress
from ocr_service.inputs.find import Found
from ocr_service.library.library import Library
from ocr_service.workers.pool import PagePool

if TYPE_CHECKING:
    from ocr_service.client.reader import ServiceReader

__all__ = ["BuildSettings", "build_once", "watch_folders"]

_RETRY_SECONDS = 5.0  # while another process writes the library


@dataclass(frozen=True, slots=True)
class BuildSettings:
    """What all rounds of a build share. Each has its own worker processes and service client."""

    library: Library
    options: ReadOptions
    progress: Progress
    encoder: str | None
    quiet: bool
    split: bool
    make_pool: Callable[[], PagePool]
    make_service: Callable[[], ServiceReader | None]


def build_once(settings: BuildSettings, found: Found) -> BuildRun:
    """Read inputs, and index what is new.

    Raises:
        OctavoError: the build as a whole cannot go on; what was finished is kept.
        OSError: the library cannot be written.
    """
    service = settings.make_service()
    with (
        settings.make_pool() as pool,
        settings.library.lock(),
        BuildRun(
            settings.library, settings.progress, settings.encoder, quiet=settings.quiet
        ) as run,
    ):
        try:
            run.read(found, settings.options, pool, service)
        finally:
            if service is not None:
                run.say(service.stats.summary())
        run.index()
    return run


def watch_folders(
    settings: BuildSettings, paths: Sequence[Path], tell: Callable[[BuildReport], None]
) -> dict[str, str]:
    """Build, and build again what changes, until an interrupt between two rounds.

    `tell` gets the report of each round. Return the inputs that failed when they were last tried,
    and why.

    Raises:
        KeyboardInterrupt: in the midst of a round.
        OctavoError: the build as a whole cannot go on; what was finished is kept.
        OSError: the library cannot be written, or the folders cannot be watched.
    """
    from indexer.building.watch import FolderWatch

    def find() -> Found:
        return inputs(paths, settings.options, skip=settings.library.path, split=settings.split)

    failures: dict[str, str] = {}
    with FolderWatch(paths, settings.library.path) as watch:
        found = find()
        # Files are yet to come into an empty folder.
        wrong = {path: why for path, why in found.wrong.items() if not Path(path).is_dir()}
        watch.settling.note_recent(found.sources, time.monotonic(), time.time())
        changes = watch.settling.look(time.monotonic())
        chosen = [source for source in found.sources if not changes.hold_up(source)]
        while True:
            if chosen or wrong or any(not path.exists() for path in changes.quiet):
                run = _when_free(settings, Found(chosen, wrong, found.told))
                tried = {source.place for source in chosen}
                failures = {
                    place: reason
                    for place, reason in failures.items()
                    if place not in tried and Path(place).exists()
                } | run.failures
                tell(run.report())
            watch.settling.done(changes.settled(found.sources))
            try:
                changes = watch.wait()
            except KeyboardInterrupt:
                return failures
            found = find()
            chosen, wrong = [each for each in found.sources if changes.concern(each)], {}


def _when_free(settings: BuildSettings, found: Found) -> BuildRun:
    """Build when no other process writes the library."""
    told = False
    while True:
        try:
            return build_once(settings, found)
        except LockedError as error:
            if not told:
                settings.progress.say(f"octavo: waiting: {error}")
            told = True
            time.sleep(_RETRY_SECONDS)
