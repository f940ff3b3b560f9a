"""Builds one shelf on many of Modal's machines, on CPUs; see docs/cluster.md.

    modal run -m indexer.modal_build --books s3://BUCKET/pdfs --shelf s3://BUCKET/shelf
        --index qdrants://HOST/COLLECTION

Each container takes one file, reads and embeds it, stores its pages at --shelf and its index at
--index. Leases in the index keep two containers from one book. The secret `octavo-shelf` has
OCTAVO_INDEX_TOKEN and what s3fs needs (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.metadata import requires, version
from pathlib import Path

import modal

__all__ = ["app", "build_file", "main"]

MINUTES = 60  # seconds
GIB = 1024  # MiB
CORES = 4
MOST_CONTAINERS = 10
_OCTAVO = "import sys; from search.cli import main; sys.exit(main())"
SUFFIXES = (".pdf", ".epub", ".djvu", ".djv")
STORES = ("s3fs", "gcsfs")  # what fsspec needs for s3:// and gs://, in the newest versions


def packages() -> list[str]:
    """Return what Octavo requires, in the versions that are installed here."""
    from packaging.requirements import Requirement

    wanted = [Requirement(text) for text in requires("octavo") or []]
    return [
        f"{one.name}=={version(one.name)}"
        for one in wanted
        if one.marker is None or one.marker.evaluate({"extra": "qdrant"})
    ]


image = modal.Image.debian_slim(python_version="3.11")
if modal.is_local():
    image = image.uv_pip_install(*packages(), *STORES)
image = image.add_local_python_source(
    "ocr_service", "indexer", "search", ignore=["**/__pycache__", "**/*.pyc"]
)
app = modal.App("octavo-build", image=image, include_source=False)


@app.function(
    cpu=float(CORES),
    memory=8 * GIB,
    timeout=120 * MINUTES,
    max_containers=MOST_CONTAINERS,
    retries=modal.Retries(max_retries=2, initial_delay=30.0),
    secrets=[modal.Secret.from_name("octavo-shelf")],
)
def build_file(url: str, index: str, shelf: str) -> tuple[int, str]:
    """Read, embed and store one file; return the exit code of `octavo build`, and what it said."""
    import fsspec

    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / url.rsplit("/", 1)[-1]
        with fsspec.open(url, "rb") as source, file.open("wb") as target:
            while part := source.read(1 << 20):
                target.write(part)
        command = [sys.executable, "-c", _OCTAVO, "build", str(file), "--jobs", str(CORES)]
        places = ["--library", f"{scratch}/library", "--index", index, "--shelf", shelf]
        done = subprocess.run([*command, *places], capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


@app.local_entrypoint()
def main(books: str, index: str, shelf: str) -> None:
    """Build all files below the URL `books`; end with 3 if some failed."""
    import fsspec

    files, root = fsspec.core.url_to_fs(books)
    found = [name for name in sorted(files.find(root)) if name.lower().endswith(SUFFIXES)]
    calls = [(files.unstrip_protocol(name), index, shelf) for name in found]
    failed = 0
    for (url, _, _), (code, told) in zip(calls, build_file.starmap(calls), strict=True):
        sys.stderr.write(f"{url}: {'failed' if code else 'done'}\n{told}")
        failed += code != 0
    if failed:
        raise SystemExit(3)
