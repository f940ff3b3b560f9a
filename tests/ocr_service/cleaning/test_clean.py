"""Tests cleaning: no text is lost, no tag is left, labels become structure."""

from __future__ import annotations

import gc
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_service.cleaning.clean import clean, page_status
from ocr_service.cleaning.tag_stream import TAG
from ocr_service.library.pages import PageStatus
from ocr_service.protocol.engine import FinishReason, PageText
from tests.conftest import SHELF
from tests.eval.clean_quality import LABEL_LEFT, TAG_LEFT, lost, pages


def tagged(label: str, content: str, box: str = "[[100, 200, 300, 400]]") -> str:
    return f"<|ref|>{label}<|/ref|><|det|>{box}<|/det|>\n{content} \n\n"


def labelled(raw: str) -> list[tuple[str, str]]:
    return [(region.label, region.text) for region in clean(raw).regions]


@pytest.mark.parametrize(
    ("label", "content", "ours", "markdown"),
    [
        ("title", "Limits", "title", "# Limits"),
        ("title", "### Limits", "title", "### Limits"),
        ("sub_title", "1.2 Limits", "section_header", "## 1.2 Limits"),
        ("sub_title", "Limits and\nseries", "section_header", "## Limits and series"),
        ("sub_title", "word " * 60, "text", ("word " * 60).strip()),
        ("sub_title", "\\[ x \\]", "text", "\\[ x \\]"),
        ("text", "Some\nwords.", "text", "Some\nwords."),
        ("text", "## Solutions", "section_header", "## Solutions"),
        ("text", "#hash and #tag", "text", "#hash and #tag"),
        ("text", "a  \n \n\n\nb", "text", "a\n\nb"),
        ("list_item", "- a", "list_item", "- a"),
        ("equation", "\\[ x\n\n= 1 \\]", "equation", "\\[ x\n= 1 \\]"),
        ("equation", "\\(x = 1\\)", "equation", "\\[x = 1\\]"),
        ("formula", "x^2", "equation", "\\[\nx^2\n\\]"),
        ("image", "", "image", "![](figure)"),
        ("figure", "A  B", "image", "![](figure)\n\nA  B"),
        ("image", "![a](b.png)", "image", "![a](b.png)"),
        ("image_caption", "<center>Figure 1: \\(f\\)</center>", "caption", "Figure 1: \\(f\\)"),
        ("table_footnote", "a) b", "footnote", "a) b"),
        ("table", "<table><td>a\n\nb</td></table>", "table", "<table><td>a\nb</td></table>"),
        ("code", "x = 1\n\n# y", "code", "```\nx = 1\n\n# y\n```"),
        ("header", "LIMITS", "page_header", "LIMITS"),
        ("page_number", "12", "page_number", "12"),
        ("Theorem Box", "A", "text", "Theorem Box\nA"),
        ("theorem_box", "A", "theorem_box", "A"),
    ],
)
def test_labels(label: str, content: str, ours: str, markdown: str) -> None:
    page = clean(tagged(label, content))
    assert [(region.label, region.text) for region in page.regions] == [(ours, markdown)]
    assert page.markdown == markdown


def test_a_page() -> None:
    raw = (
        tagged("title", "Limits")
        + tagged("image_caption", "<center>A curve</center>")
        + tagged("image", "")
        + tagged("text", "Let \\(x\\isin\\R\\) and")
        + tagged("equation", "\\[x = 1")
        + "<|ref|>equat"
    )
    page = clean(raw)
    assert page.markdown == (
        "# Limits\n\nA curve\n\n![](figure)\n\nLet \\(x\\in\\mathbb{R}\\) and\n\n\\[x = 1\n\\]"
    )
    assert page.notes == (
        "repaired: centring (2), command (2), display (1)",
        "the text ends within a tag",
    )


def test_a_heading_over_a_paragraph_is_two_regions() -> None:
    assert labelled(tagged("sub_title", "1 Limits\n\nA limit is.")) == [
        ("section_header", "## 1 Limits"),
        ("text", "A limit is."),
    ]


def test_comments_in_code_are_no_headings() -> None:
    lines = ("# Parameters:", "import sympy as sp;", "x=sp.symbols('x');")
    assert labelled("".join(tagged("text", line) for line in lines)) == [
        ("code", "```\n# Parameters:\nimport sympy as sp;\nx=sp.symbols('x');\n```")
    ]
    fence = "```python\n# Parameters:\n\n\n\nx = {$5}   \n```"
    assert labelled(tagged("text", fence)) == [("text", fence)]


def test_text_without_tags_is_one_region_somewhere_on_the_page() -> None:
    page = clean("# Limits\n\nA limit.\n\n\\[ x = 1 \\]<｜end▁of▁sentence｜>")
    assert page.markdown == "# Limits\n\nA limit.\n\n\\[ x = 1 \\]"
    assert [(region.label, region.box) for region in page.regions] == [("text", (0, 0, 1, 1))]
    assert page.notes == ()


def test_boxes_are_fractions_and_missing_ones_lie_between_their_neighbours() -> None:
    raw = (
        tagged("text", "a", "[[0, 0, 999, 99.9], [999, 99.9, 499.5, 199.8]]")
        + "<|ref|>text<|/ref|>b"
        + tagged("text", "c", "[[0, 499.5, 999, 1998]]")
    )
    boxes = [region.box for region in clean(raw).regions]
    assert [tuple(round(side, 3) for side in box) for box in boxes] == [
        (0, 0, 1, 0.2),
        (0, 0.2, 1, 0.5),
        (0, 0.5, 1, 1),
    ]


def test_the_shelf_survives_as_it_is() -> None:
    for path in sorted(SHELF.rglob("*.mmd")):
        text = path.read_text()
        page = clean(text)
        assert page.markdown == text.strip(), path
        assert page.notes == ()


# ------------------------------------------------------------------------------------ properties

# Letters that no label, tag, number or command is made of.
WORDS = st.text(alphabet="абвгдеж \n", max_size=12)
LABELS = st.sampled_from("text title sub_title equation image table image_caption foo_bar".split())
SCRAPS = st.sampled_from(
    [
        *("<|ref|>", "<|/ref|>", "<|det|>", "<|/det|>", "<|ref|>equation", "<|det|>[[12, 4", "<|"),
        *("<|det|>[[1, 2, 3]]<|/det|>", "<|ref|>text<|/ref|>", "<｜end▁of▁sentence｜>", "<image>"),
        *(
            "<center>",
            "</center>",
            "<table>",
            "<td>",
            "</td>",
            "</table>",
            "\\[",
            "\\]",
            "\\(",
            "```",
        ),
        *("\n# ", "\n\n", "$", "`", "\\$", "\\\\", "{", "\\begin{align}", "<|grounding|>", "- "),
    ]
)
HEADERS = st.builds(
    lambda label, box: f"<|ref|>{label}<|/ref|><|det|>[{list(box)}]<|/det|>",
    LABELS,
    st.tuples(*[st.integers(-50, 1_100)] * 4),
)
STREAMS = st.lists(WORDS | HEADERS | SCRAPS, max_size=30).map("".join)


def letters(text: str) -> str:
    return "".join(re.findall(r"[а-ж]", text))


@given(STREAMS)
@settings(max_examples=300)
def test_no_text_is_lost_and_no_tag_is_left(raw: str) -> None:
    page = clean(raw)
    assert letters(page.markdown) == letters(raw)
    assert not TAG.search(page.markdown)
    assert not re.search("image_caption|foo_bar|sub_title|equation", page.markdown)


@given(STREAMS | st.text())
@settings(max_examples=150)
def test_any_text_gives_a_page(raw: str) -> None:
    page = clean(raw)
    assert page.markdown == "\n\n".join(region.text for region in page.regions)
    assert len(page.markdown) <= 3 * len(raw) + 100
    for region in page.regions:
        assert region.text.strip()
        left, top, right, bottom = region.box
        assert 0 <= left < right <= 1
        assert 0 <= top < bottom <= 1


@pytest.mark.parametrize(
    "piece",
    [
        *("<|ref|>", tagged("title", "a"), tagged("image", ""), "<|ref|>equation<|/ref|>\\[ x"),
        *("<table>", "x  ", "# a\n", "# a\nb=f(1);\n", "a=", "for a in b:", "\\[", "$5 ", "```\n"),
    ],
)
def test_linear_time(piece: str) -> None:
    seconds = []
    for length in (60_000, 240_000):
        gc.collect()  # a collection of what other tests left takes as long
        started = time.process_time()
        clean(piece * (length // len(piece)))
        seconds.append(time.process_time() - started)
    assert seconds[1] < 10 * seconds[0] + 0.2  # sixteen times as long if it were quadratic


# ------------------------------------------------------------------------------------ real pages


def test_files_of_real_output_have_no_tag_and_no_label_left(corpora: Path) -> None:
    paths = sorted((corpora / "deepseek_ocr_raw").glob("page_*.md"))
    assert len(paths) == 65
    for path in paths:
        page = clean(path.read_text())
        assert not TAG_LEFT.findall(page.markdown), path
        assert not LABEL_LEFT.findall(page.markdown), path


def test_nothing_is_lost_of_real_pages(corpora: Path) -> None:
    missing = {
        name: text
        for name, raw in pages(corpora / "deepseek_ocr_raw")
        if (text := lost(raw, clean(raw)))
    }
    assert missing == {}


def test_the_check_for_losses_sees_one(corpora: Path) -> None:
    raw = (corpora / "deepseek_ocr_raw" / "page_033.md").read_text()
    page = clean(raw.replace("mit verschwindendem Realteil", ""))
    assert lost(raw, page) == "mitverschwindendemRealteil"


def test_structure_of_real_pages(corpora: Path) -> None:
    raw = (corpora / "deepseek_ocr_raw" / "page_037.md").read_text()
    page = clean(raw)
    assert [text for label, text in labelled(raw) if label == "section_header"] == [
        "## 3. Vektorprodukt mit Python/Numpy berechnen"
    ]
    assert page.markdown.count("\\[") == raw.count("<|ref|>equation<|/ref|>") == 7
    assert "```\n# Python initialisieren:\nimport numpy as np;\n# Parameter:" in page.markdown


# ---------------------------------------------------------------------------------------- status

WHOLE = tagged("text", "A page that ends well.")


@pytest.mark.parametrize(
    ("text", "reason", "status"),
    [
        (WHOLE, FinishReason.STOP, PageStatus.OK),
        ("A page without tags.", FinishReason.STOP, PageStatus.OK),
        (tagged("image", ""), FinishReason.STOP, PageStatus.OK),
        (WHOLE, FinishReason.ERROR, PageStatus.FAILED),
        (WHOLE, FinishReason.LOOP, PageStatus.LOOPING),
        (WHOLE + "and so on " * 300, FinishReason.STOP, PageStatus.LOOPING),
        (WHOLE + "and so on " * 300, FinishReason.LENGTH, PageStatus.LOOPING),
        (WHOLE, FinishReason.LENGTH, PageStatus.TRUNCATED),
        ("", FinishReason.LENGTH, PageStatus.TRUNCATED),
        (WHOLE + "<|ref|>equation", FinishReason.STOP, PageStatus.TRUNCATED),
        (WHOLE + tagged("equation", "\\[ x ="), FinishReason.STOP, PageStatus.TRUNCATED),
        (WHOLE + tagged("table", "<table><tr><td>a"), FinishReason.STOP, PageStatus.TRUNCATED),
        (tagged("equation", "\\[ x =") + WHOLE, FinishReason.STOP, PageStatus.OK),
        ("", FinishReason.STOP, PageStatus.BLANK),
        (tagged("text", "") + "<｜end▁of▁sentence｜>", FinishReason.STOP, PageStatus.BLANK),
    ],
)
def test_status(text: str, reason: FinishReason, status: PageStatus) -> None:
    assert page_status(PageText(text, reason)) is status


def test_a_looping_page_says_once_what_it_says() -> None:
    page = clean(WHOLE + tagged("text", "It follows that x = 1. " * 400))
    assert 2 <= page.markdown.count("It follows") <= 5
    assert page.notes[0].startswith("a repeating loop of 9")
