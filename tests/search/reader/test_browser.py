"""Drives the reader in Chromium: places in the print, formulas, keys, themes, accessibility."""

from __future__ import annotations

import os
import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pymupdf
import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from search.live.live_library import LiveLibrary
from search.reader.app import create_reader
from tests.conftest import SHELF

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="needs Chromium (Debian: apt-get install chromium)"
)


@pytest.fixture(scope="module")
def address(shelf_library: Path) -> Iterator[str]:
    """The address of the reader of the sample shelf."""
    listener = socket.create_server(("127.0.0.1", 0))
    app = create_reader(LiveLibrary(shelf_library), ["127.0.0.1"], None)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page that fails the test on a message of the console or a request to another host."""
    context = browser.new_context(
        base_url=address, viewport={"width": 1280, "height": 900},
        permissions=["clipboard-read", "clipboard-write"],
    )  # fmt: skip
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))

    def watch(request: Request) -> None:
        if not request.url.startswith((address, "data:")):
            problems.append(f"asks {request.url}")

    page.on("request", watch)
    yield page
    context.close()
    assert problems == []


def test_a_question_leads_to_the_place_in_the_print(page: Page) -> None:
    page.goto("/")
    expect(page.locator("input[name=q]")).to_be_focused()
    page.keyboard.type("German tank problem")
    page.keyboard.press("Enter")
    page.locator(".source a").first.click()
    expect(page.locator(".block.found").first).to_contain_text("German tank problem")
    box = page.locator("rect.found").first
    with pymupdf.open(SHELF / "statistics-primer.pdf") as document:
        sheet = document[8]
        (words, *_) = sheet.search_for("German tank problem")
        place = (words.y0 + words.y1) / 2 / sheet.rect.height
    top, height = (float(box.get_attribute(name) or "nan") for name in ("y", "height"))
    assert top <= place <= top + height
    # The same part of the picture, as it is on the screen.
    shown, sheet_box = box.bounding_box(), page.locator("#sheet img").bounding_box()
    assert shown is not None
    assert sheet_box is not None
    assert (
        shown["y"] <= sheet_box["y"] + place * sheet_box["height"] <= shown["y"] + shown["height"]
    )


def test_text_and_print_light_each_other(page: Page) -> None:
    page.goto("/b/statistics-primer/p/6")
    page.locator(".block").nth(3).hover()
    assert page.locator("rect.lit").count() == 1
    page.locator("rect").first.hover()
    expect(page.locator(".block.lit")).to_have_count(1)
    page.locator("rect").nth(2).click()
    expect(page.locator(".block").nth(2)).to_be_focused()


def test_formulas_are_typeset_and_copied(page: Page) -> None:
    page.goto("/b/statistics-primer/p/6#eq-2.6")
    expect(page.locator("#eq-2\\.6")).to_have_class(re.compile("found"))
    assert page.locator("span.math.source").count() == 0
    assert page.locator("span.math .katex").count() == page.locator("span.math").count() > 20
    page.locator("#eq-2\\.6 .math").click()
    page.locator("#copy-latex").click()
    expect(page.locator("#formula-said")).to_have_text("LaTeX copied")
    latex = page.evaluate("navigator.clipboard.readText()")
    assert r"\operatorname{Var}_{\theta}" in latex
    page.locator("#copy-mathml").click()
    expect(page.locator("#formula-said")).to_have_text("MathML copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith("<math")
    page.locator("#formula-parts button", has_text="n").first.click()
    page.locator("#formula-find").click()
    expect(page.locator("input#q")).to_have_value(re.compile(r"\?"))
    expect(page.locator(".hit").first).to_contain_text("Statistical Inference")


def test_everything_is_reached_by_keys(page: Page) -> None:
    page.goto("/search?q=variance")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator(".hit").first).to_have_class(re.compile("current"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/b/**")
    title = page.title()
    page.keyboard.press("]")
    page.wait_for_function("title => document.title !== title", arg=title)
    page.keyboard.press("[")
    page.wait_for_function("title => document.title === title", arg=title)
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("input[type=search]").first).to_be_focused()


def test_references_lead_to_their_statements(page: Page) -> None:
    page.goto("/b/statistics-primer/p/6")
    page.locator("a.ref", has_text="(2.3)").first.click()
    expect(page.locator(".block.found .math").first).to_be_visible()
    assert page.url.endswith("/b/statistics-primer/p/5#eq-2.3")


def test_words_in_the_address_are_marked(page: Page) -> None:
    page.goto("/b/statistics-primer/p/6#q=unbiased")
    assert page.locator(".text mark").count() >= 2


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_cut_off(page: Page, theme: str, width: int) -> None:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})
    for path in ("/", "/search?q=variance", "/b/statistics-primer", "/b/statistics-primer/p/6"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        back = page.evaluate("getComputedStyle(document.body).backgroundColor")
        lightness = sum(map(int, re.findall(r"\d+", back)[:3])) / 3
        assert (lightness < 60) == (theme == "dark")


def test_turning_a_page_is_quick(page: Page) -> None:
    page.goto("/b/statistics-primer/p/6")
    page.wait_for_function("document.querySelector('#sheet img').complete")
    time.sleep(1.5)  # the next page is drawn ahead
    began = time.perf_counter()
    page.keyboard.press("]")
    page.wait_for_url("**/p/7")
    page.wait_for_function("document.querySelector('#sheet img').naturalWidth > 0")
    assert time.perf_counter() - began < float(os.environ.get("OCTAVO_TURN_SECONDS", "5"))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "path",
    ["/", "/search?q=variance", "/search?q=x%5E2&mode=formula", "/b/statistics-primer",
     "/b/statistics-primer/p/6", "/doubtful", "/b/nothing-so"],
)  # fmt: skip
def test_the_screens_are_accessible(browser: Browser, address: str, path: str, theme: str) -> None:
    context = browser.new_context(color_scheme="dark" if theme == "dark" else "light")
    page = context.new_page()
    page.goto(address + path)
    result = Axe().run(page)
    context.close()
    assert result.violations_count == 0, result.generate_report()
