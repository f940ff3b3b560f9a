"""Opens a tantivy index on a read-only disk.

tantivy creates a lock file to open an index, even for reading, which fails on a read-only disk. The
index is then opened in a temporary folder of links to its files.
"""

from __future__ import annotations

import atexit
from pathlib import Path

import tantivy

__all__ = ["open_for_reading"]


def open_for_reading(path: Path) -> tantivy.Index:
    """Open the index in the folder `path`, which may be read-only.

    Raises:
        ValueError: it cannot be read.
        OSError: the temporary folder cannot be created.
    """
    try:
        return tantivy.Index.open(str(path))
    except ValueError as error:
        if "Failed to acquire Lockfile" not in str(error):
            raise
    return tantivy.Index.open(str(_linked(path)))


def _linked(path: Path) -> Path:
    """Return a temporary folder of links to the files of `path`; removed when the process ends."""
    import shutil  # both seldom needed
    import tempfile

    scratch = Path(tempfile.mkdtemp(prefix="octavo-"))
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    for file in path.resolve().iterdir():
        if file.name.endswith(".lock"):
            continue
        try:
            (scratch / file.name).symlink_to(file)
        except OSError:  # Windows, for users who may not create links
            shutil.copyfile(file, scratch / file.name)
    return scratch
