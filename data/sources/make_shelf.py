"""Make the sample shelf ``data/shelf`` from the sources in this folder.

Usage::

    python data/sources/make_shelf.py

The typeset books are compiled with pdfLaTeX. The scanned book is compiled too, then turned
into grey, skewed and noisy page images without a text layer. Dates, identifiers and random
numbers are fixed, so that two runs with the same tools give the same bytes.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pymupdf
from PIL import Image, ImageFilter

HERE = Path(__file__).resolve().parent
SHELF = HERE.parent / "shelf"

TYPESET = ("statistics-primer", "random-walks-two-column")
SCAN = "least-squares-scan"
NOTES = "linear-algebra-notes"

EPOCH = "1735689600"  # 2025-01-01 00:00:00 UTC
PDF_DATE = "D:20250101000000Z"
PASSES = 3

SCAN_SEED = 1801
SCAN_DPI = 200
SCAN_QUALITY = 58
MAX_SKEW_DEGREES = 0.8
BLANK_AFTER = 4  # the blank leaf follows this typeset page
SIDEWAYS = 6  # this typeset page was fed into the scanner sideways
SCAN_METADATA = {
    "title": "Notes on Least Squares",
    "author": "The Octavo Authors",
    "creationDate": PDF_DATE,
    "modDate": PDF_DATE,
}


class ShelfError(RuntimeError):
    """Raised when a book of the shelf cannot be made."""


@dataclass(frozen=True)
class Leaf:
    """One scanned page: its pixels, and whether it lies sideways on the glass."""

    image: Image.Image
    sideways: bool = False


def run(command: list[str], folder: Path) -> None:
    """Run a TeX tool in ``folder`` with a fixed clock; raise with its last lines on failure."""
    env = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "FORCE_SOURCE_DATE": "1"}
    env.update(TZ="UTC", LC_ALL="C")
    try:
        done = subprocess.run(
            command, cwd=folder, env=env, capture_output=True, check=False, timeout=300
        )
    except FileNotFoundError as error:
        raise ShelfError(f"{command[0]} is not installed; see README.md") from error
    if done.returncode != 0:
        tail = "\n".join(done.stdout.decode("utf-8", "replace").splitlines()[-25:])
        raise ShelfError(f"{' '.join(command)} failed:\n{tail}")


def compile_tex(name: str, folder: Path) -> Path:
    """Compile ``name.tex`` in ``folder``, with its index if it has one, and return the PDF."""
    source = f"{name}.tex"
    shutil.copyfile(HERE / source, folder / source)
    latex = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", source]
    for number in range(PASSES):
        run(latex, folder)
        index = folder / f"{name}.idx"
        if number == 0 and index.exists():
            run(["makeindex", "-q", index.name], folder)
    return folder / f"{name}.pdf"


def rasterise(pdf: Path, dpi: int) -> list[Image.Image]:
    """Return the pages of ``pdf`` as 8-bit grey images."""
    images = []
    with pymupdf.open(pdf) as document:
        for page in document:
            pixels = page.get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY, alpha=False)
            size = (pixels.width, pixels.height)
            images.append(Image.frombytes("L", size, pixels.samples))
    return images


def add_specks(page: np.ndarray, rng: np.random.Generator) -> None:
    """Draw a few dark specks of dust on ``page``, in place."""
    height, width = page.shape
    for _ in range(int(rng.integers(60, 140))):
        size = int(rng.integers(1, 4))
        top = int(rng.integers(0, height - size))
        left = int(rng.integers(0, width - size))
        page[top : top + size, left : left + size] *= rng.uniform(0.45, 0.85)


def age(clean: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Return ``clean`` as a scanner might see it: skewed, blurred, tinted and noisy."""
    angle = float(rng.uniform(-MAX_SKEW_DEGREES, MAX_SKEW_DEGREES))
    skewed = clean.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=255)
    soft = skewed.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.5, 0.8))))
    ink = np.asarray(soft, dtype=np.float64) / 255.0
    height, width = ink.shape
    paper = float(rng.uniform(236.0, 244.0))
    across = np.linspace(rng.uniform(-4.0, 4.0), rng.uniform(-4.0, 4.0), width)
    down = np.linspace(rng.uniform(-3.0, 3.0), rng.uniform(-3.0, 3.0), height)
    page = 38.0 + ink * (paper + across[None, :] + down[:, None] - 38.0)
    add_specks(page, rng)
    page += rng.normal(0.0, 4.0, size=page.shape)
    return Image.fromarray(np.clip(np.rint(page), 0, 255).astype(np.uint8))


def leaves(pages: list[Image.Image], rng: np.random.Generator) -> list[Leaf]:
    """Return the leaves of the scanned book, with its blank and its sideways one."""
    result = []
    for number, clean in enumerate(pages, start=1):
        sideways = number == SIDEWAYS
        image = age(clean, rng)
        if sideways:
            image = image.transpose(Image.Transpose.ROTATE_90)
        result.append(Leaf(image, sideways))
        if number == BLANK_AFTER:
            result.append(Leaf(age(Image.new("L", clean.size, 255), rng)))
    return result


def write_scan(book: list[Leaf], target: Path) -> None:
    """Write the leaves as JPEG images into a PDF that has no text layer and no page labels."""
    with pymupdf.open() as document:
        for leaf in book:
            stream = io.BytesIO()
            leaf.image.save(stream, "JPEG", quality=SCAN_QUALITY, optimize=True)
            width, height = (side * 72.0 / SCAN_DPI for side in leaf.image.size)
            page = document.new_page(width=width, height=height)
            page.insert_image(page.rect, stream=stream.getvalue())
        document.set_metadata(SCAN_METADATA)
        document.save(target, garbage=3, deflate=True, no_new_id=True)


def make_shelf(shelf: Path) -> list[Path]:
    """Make the PDF books in ``shelf`` and return their paths."""
    shelf.mkdir(parents=True, exist_ok=True)
    made = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name in TYPESET:
            made.append(shelf / f"{name}.pdf")
            shutil.copyfile(compile_tex(name, folder), made[-1])
        pages = rasterise(compile_tex(SCAN, folder), SCAN_DPI)
        made.append(shelf / f"{SCAN}.pdf")
        write_scan(leaves(pages, np.random.default_rng(SCAN_SEED)), made[-1])
    return made


def report(made: list[Path], shelf: Path) -> None:
    """Print one line for every book of the shelf: its name, pages and size."""
    for path in made:
        with pymupdf.open(path) as document:
            pages = document.page_count
        print(f"{path.name}: {pages} pages, {path.stat().st_size / 1024:.0f} KiB")
    notes = sorted((shelf / NOTES).glob("page_*.mmd"))
    size = sum(path.stat().st_size for path in notes) / 1024
    print(f"{NOTES}: {len(notes)} pages, {size:.0f} KiB (written by hand)")


def main() -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(description="Make the sample shelf from its sources.")
    parser.add_argument("--shelf", type=Path, default=SHELF, help="folder to write to")
    shelf: Path = parser.parse_args().shelf
    try:
        report(make_shelf(shelf), shelf)
    except ShelfError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
