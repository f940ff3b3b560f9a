"""Takes the pictures of the reader for the docs: docs/pictures/*.png.

    python docs/screenshots.py [--library DIR] [--into DIR] [--all]

The library is that of `make demo`, build/demo. Four pictures belong to the docs; --all takes eight,
light and dark, wide and narrow. Needs Chromium (Debian: apt-get install chromium).
"""

from __future__ import annotations

import argparse
import io
import shutil
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import uvicorn
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from search.live.live_library import LiveLibrary
from search.reader.app import create_reader

_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
_COLOURS = 128  # of a picture, which makes it a third as large


class Picture(NamedTuple):
    """A screen: its file, address and size, and what is done before it is taken."""

    name: str
    path: str
    width: int = 1280
    height: int = 800
    dark: bool = False
    in_docs: bool = False
    act: Callable[[Page], object] = lambda _: None


def _open_formula(page: Page) -> None:
    page.locator("#eq-2\\.6 .math").click()


PICTURES = (
    Picture("shelf", "/"),
    Picture("results", "/search?q=unbiased estimator", in_docs=True),
    Picture("page", "/b/statistics-primer/p/6#eq-2.6", in_docs=True),
    Picture("page-dark", "/b/statistics-primer/p/6#q=sufficient", dark=True),
    Picture("formula", "/b/statistics-primer/p/6#eq-2.6", dark=True, in_docs=True,
            act=_open_formula),
    Picture("formula-search", "/search?mode=formula&q=\\mathbb{E}[?] = ?"),
    Picture("page-narrow", "/b/statistics-primer/p/6", width=390, in_docs=True),
    Picture("book-narrow-dark", "/b/statistics-primer", width=390, dark=True),
)  # fmt: skip


@contextmanager
def served(library: Path) -> Iterator[str]:
    """Serve the reader on a free port while the context lasts; yield its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    app = create_reader(LiveLibrary(library), ["127.0.0.1"], None)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    root = Path(__file__).resolve().parents[1]
    parser.add_argument("--library", type=Path, default=root / "build" / "demo")
    parser.add_argument("--into", type=Path, default=root / "docs" / "pictures")
    parser.add_argument("--all", action="store_true")
    arguments = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("this needs Chromium (Debian: apt-get install chromium)")
    arguments.into.mkdir(parents=True, exist_ok=True)
    with served(arguments.library) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        for picture in PICTURES:
            if not (picture.in_docs or arguments.all):
                continue
            page = browser.new_page(
                base_url=address,
                viewport={"width": picture.width, "height": picture.height},
                color_scheme="dark" if picture.dark else "light",
            )
            page.goto(picture.path, wait_until="networkidle")
            picture.act(page)
            page.wait_for_timeout(300)
            image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            path = arguments.into / f"{picture.name}.png"
            image.quantize(_COLOURS).save(path, optimize=True)
            print(f"{path}: {path.stat().st_size // 1024} KB")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
