"""Opening a tantivy index that must not be written to.

tantivy holds a lock file while it opens an index, also for reading, and on a read-only disk it
cannot make one. So the lock is made in a scratch folder, which shows the index's files as links.
"""

from __future__ import annotations

import atexit
import shutil
from pathlib import Path

import tantivy

__all__ = ["open_for_reading"]


def open_for_reading(path: Path) -> tantivy.Index:
    """Open the index in the folder `path`, which may be read-only.

    Raises:
        ValueError: it cannot be read.
        OSError: there is no room for the scratch folder.
    """
    try:
        return tantivy.Index.open(str(path))
    except ValueError as error:
        if "Failed to acquire Lockfile" not in str(error):
            raise
    return tantivy.Index.open(str(_linked(path)))


def _linked(path: Path) -> Path:
    """Return a folder of links to the files of `path`, which is removed when the process ends."""
    import tempfile

    scratch = Path(tempfile.mkdtemp(prefix="octavo-"))
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    for file in path.resolve().iterdir():
        if file.name.endswith(".lock"):
            continue
        try:
            (scratch / file.name).symlink_to(file)
        except OSError:  # a system on which not everyone may make links
            shutil.copyfile(file, scratch / file.name)
    return scratch
