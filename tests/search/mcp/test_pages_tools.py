"""The tools and the resource that show pages."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import pytest
from mcp import MCPError
from mcp_types import ImageContent
from PIL import Image, ImageChops

from ocr_service.library.library import Library
from search.pages import read_pages
from tests.support.mcp_agent import Agent, text_of

PRIMER = "statistics-primer"


def test_pages_are_read_by_label_and_in_lists(agent: Agent) -> None:
    def numbers(**arguments: Any) -> list[int]:
        pages = agent.ask("read_pages", book=PRIMER, **arguments)["pages"]
        return [page["page"] for page in pages]

    assert numbers(pages="3,9-10, 20") == [3, 9, 10, 20]
    assert numbers(pages="27-") == [27, 28]
    assert numbers(label="iv") == [4]
    assert numbers(label="4-5") == [9, 10]
    answer = agent.ask("read_pages", book=PRIMER, pages="3,9-12,20-", max_tokens=1_000)
    rest = answer["hint"].split('pages="')[1].split('"')[0]
    assert rest.startswith(f"{answer['next_page']}")
    assert rest.endswith("20-28")
    assert "give one of" in agent.refusal("read_pages", book=PRIMER, pages="3", label="iv")
    assert "i to v, then 1 to 23" in agent.refusal("read_pages", book=PRIMER, label="99")
    image = agent.call("page_image", book=PRIMER, label="4")
    assert "page=9" in text_of(image)


def test_reading_on_gives_every_character_of_the_book(agent: Agent, shelf_library: Path) -> None:
    texts: dict[int, str] = {}
    place: dict[str, int] = {"from_page": 1}
    calls = 0
    while place:
        answer = agent.ask("read_pages", book=PRIMER, to_page=28, max_tokens=1_000, **place)
        for page in answer["pages"]:
            assert page.get("offset", 0) == len(texts.get(page["page"], ""))
            texts[page["page"]] = texts.get(page["page"], "") + page["quote"]
        place = {}
        if "next_page" in answer:
            assert f"from_page={answer['next_page']}" in answer["hint"]
            place = {"from_page": answer["next_page"], "offset": answer.get("next_offset", 0)}
        calls += 1
        assert calls < 200
    pages = read_pages(Library(shelf_library), PRIMER, 1, 28)
    assert texts == {page.page_number: page.markdown for page in pages}


def test_a_page_that_was_recognised_is_marked(agent: Agent) -> None:
    (scanned,) = agent.ask("read_pages", book="least", from_page=3)["pages"]
    assert scanned["status"] == "read by rapidocr: check formulas with page_image"
    (typeset,) = agent.ask("read_pages", book=PRIMER, from_page=9)["pages"]
    assert "status" not in typeset


def test_a_page_is_a_resource_too(agent: Agent) -> None:
    templates = agent.run("list_resource_templates").resource_templates
    assert [item.uri_template for item in templates] == ["octavo://book/{book}/page/{number}"]
    (content,) = agent.run("read_resource", f"octavo://book/{PRIMER}/page/19").contents
    assert content.mime_type == "text/markdown"
    read = text_of(agent.call("read_pages", book=PRIMER, from_page=19))
    assert read.startswith(content.text.rsplit("\n", 1)[0])
    for number in ("99", "0", "x", "1/../2"):
        with pytest.raises(MCPError):
            agent.run("read_resource", f"octavo://book/{PRIMER}/page/{number}")


def test_a_formula_s_box_shows_the_formula(agent: Agent) -> None:
    hits = agent.ask("find_formula", query=r"\pi(\theta|x)", books=[PRIMER], limit=10)["hits"]
    hit = next(hit for hit in hits if "box" in hit)
    left, top, right, bottom = hit["box"]
    whole = _image(agent, book=PRIMER, page=hit["page"], max_side=1600)
    region = _image(agent, book=PRIMER, page=hit["page"], region=hit["box"], max_side=400)
    assert max(region.size) == 400
    ratio = (right - left + 0.02) * whole.width / ((bottom - top + 0.02) * whole.height)
    assert region.width / region.height == pytest.approx(ratio, rel=0.1)
    box = (left - 0.01, top - 0.01, right + 0.01, bottom + 0.01)
    sides = (whole.width, whole.height) * 2
    crop = whole.crop(tuple(round(part * side) for part, side in zip(box, sides, strict=True)))
    difference = ImageChops.difference(crop.resize(region.size).convert("L"), region.convert("L"))
    mean = sum(i * count for i, count in enumerate(difference.histogram())) / (
        region.width * region.height
    )
    assert mean < 12  # of 255; an empty or shifted crop is above 25
    assert region.convert("L").getextrema()[0] < 128  # there is ink


def _image(agent: Agent, **arguments: Any) -> Image.Image:
    result = agent.call("page_image", **arguments)
    assert not result.is_error, text_of(result)
    assert result.structured_content is None
    (shown,) = [part for part in result.content if isinstance(part, ImageContent)]
    assert len(shown.data) < 1_000_000
    return Image.open(io.BytesIO(base64.b64decode(shown.data)))


@pytest.mark.parametrize("side", [64, 2048])
def test_an_image_is_as_large_as_was_asked(agent: Agent, side: int) -> None:
    assert max(_image(agent, book="least", page=1, max_side=side).size) == side
