r"""Outputs of other makers' models, of our own writing: whole, cut and broken."""

from __future__ import annotations

import json
import time

import pytest

from ocr_service.cleaning.clean import CleanPage, clean, page_status
from ocr_service.cleaning.outputs.dollars import without_dollars
from ocr_service.cleaning.outputs.forms import FORMS
from ocr_service.library.pages import PageStatus
from ocr_service.protocol.engine import FinishReason, PageText
from ocr_service.protocol.model_output import ModelOutput, output_of, stored_output


def cleaned(form: str, text: str, size: tuple[int, int] = (1000, 2000)) -> CleanPage:
    return clean(stored_output(ModelOutput(form, text, size)))


def regions(form: str, text: str) -> list[tuple[str, str]]:
    return [(region.label, region.text) for region in cleaned(form, text).regions]


def status(form: str, text: str) -> PageStatus:
    raw = stored_output(ModelOutput(form, text, (1000, 2000)))
    return page_status(PageText(raw, FinishReason.STOP))


@pytest.mark.parametrize("form", FORMS)
def test_the_form_is_stored_beside_the_text(form: str) -> None:
    output = ModelOutput(form, "text\n\nmore", None if form == "tagged" else (10, 20))
    assert output_of(stored_output(output)) == output


PAGE = r"""# Limits

A function $f$ has the limit $a$ if
$$
|f(x) - a| < \varepsilon.
$$

| n | $n^2$ |
|---|---|
| 2 | 4 |

<table><tr><td>x</td></tr>

<tr><td>y</td></tr></table>

```python
x = 1

y = 2
```

It costs $5 and $10.
"""


def test_markdown_becomes_labelled_regions_with_latex_delimiters() -> None:
    found = regions("markdown", PAGE)
    assert [label for label, _ in found] == [
        "section_header", "text", "equation", "table", "table", "code", "text",
    ]  # fmt: skip
    texts = [text for _, text in found]
    assert texts[1] == r"A function \(f\) has the limit \(a\) if"
    assert texts[2] == "\\[\n|f(x) - a| < \\varepsilon.\n\\]"
    assert r"\(n^2\)" in texts[3]
    assert texts[4] == "<table><tr><td>x</td></tr>\n<tr><td>y</td></tr></table>"
    assert "x = 1\n\ny = 2" in texts[5]
    assert texts[6].replace("\\", "") == "It costs $5 and $10."


def test_a_display_alone_is_an_equation() -> None:
    assert regions("markdown", "Then\n\n$$\nx = 1\n\n+ 2\n$$\n\nholds.") == [
        ("text", "Then"),
        ("equation", "\\[\nx = 1\n+ 2\n\\]"),
        ("text", "holds."),
    ]


def test_an_answer_wholly_in_a_fence_and_thoughts_are_unwrapped_and_told() -> None:
    page = cleaned("markdown", "<think>Hm.</think>\n```markdown\n# A\n\nB.\n```")
    assert page.markdown == "# A\n\nB."
    assert page.notes == ("3 characters of the model's thoughts are left out",)


def test_tags_of_nanonets_become_regions() -> None:
    text = (
        "A text.\n\n<img>A graph of f</img>\n\n<watermark>COPY</watermark> on it\n\n"
        "<page_number>14</page_number>"
    )
    assert regions("markdown", text) == [
        ("text", "A text."),
        ("image", "![](figure)\n\nA graph of f"),
        ("text", "COPY"),
        ("text", "on it"),
        ("page_number", "14"),
    ]


FRONT = """---
primary_language: en
is_rotation_valid: {valid}
rotation_correction: {turn}
is_table: False
is_diagram: False
---
"""


def test_front_matter_is_no_text_and_pictures_have_their_place() -> None:
    page = cleaned(
        "front-matter",
        FRONT.format(valid=True, turn=0)
        + "## Sums\n\nBy \\(x\\).\n\n![A graph](page_100_200_400_600.png)",
    )
    assert [(r.label, r.text) for r in page.regions] == [
        ("section_header", "## Sums"),
        ("text", r"By \(x\)."),
        ("image", "![](figure)\n\nA graph"),
    ]
    assert page.regions[2].box == pytest.approx((0.1, 0.1, 0.5, 0.4), abs=0.001)
    assert page.notes == ()


def test_a_turned_page_is_noted() -> None:
    page = cleaned("front-matter", FRONT.format(valid=False, turn=90) + "Text.")
    assert page.notes == ("the model says that the page is to be turned by 90 degrees",)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("# No front matter\n\nText.", ["No front matter", "Text."]),
        (
            "---\nprimary_language: en\n\nText without an end of it.",
            ["primary_language: en", "end"],
        ),
        ("---\nprimary_language: en\nA stray line.\n---\nText.", ["A stray line.", "Text."]),
        ("Text.\n\n---\n\nAfter a rule.", ["Text.", "After a rule."]),
    ],
)
def test_broken_front_matter_loses_no_text(text: str, kept: list[str]) -> None:
    page = cleaned("front-matter", text)
    for words in kept:
        assert words in page.markdown
    assert bool(page.notes) == ("stray" not in text)


LAYOUT = [
    {"bbox": [100, 40, 900, 60], "category": "Page-header", "text": "12 LIMITS"},
    {"bbox": [100, 100, 500, 140], "category": "Section-header", "text": "## 9. Limits"},
    {"bbox": [100, 200, 900, 300], "category": "Text", "text": "Let $x_n \\to a$.\nThen"},
    {"bbox": [100, 320, 900, 400], "category": "Formula", "text": "$$\\theta = \\frac{1}{2}$$"},
    {"bbox": [100, 420, 900, 700], "category": "Picture"},
    {"bbox": [100, 720, 900, 800], "category": "Table", "text": "<table><td>1</td></table>"},
    {"bbox": [100, 820, 900, 840], "category": "List-item", "text": "- an item"},
    {"bbox": [100, 1900, 900, 1920], "category": "Footnote", "text": "1 A note."},
]  # fmt: skip
LABELS = [
    "page_header", "section_header", "text", "equation", "image", "table", "list_item", "footnote",
]  # fmt: skip


def test_layout_elements_become_regions_with_boxes() -> None:
    page = cleaned("layout-json", json.dumps(LAYOUT))
    assert [region.label for region in page.regions] == LABELS
    assert page.regions[2].text == "Let \\(x_n \\to a\\).\nThen"
    assert page.regions[3].text == "\\[\n\\theta = \\frac{1}{2}\n\\]"
    assert page.regions[1].box == pytest.approx((0.1, 0.05, 0.5, 0.07), abs=0.001)
    assert page.notes == ()
    assert status("layout-json", json.dumps(LAYOUT)) is PageStatus.OK


@pytest.mark.parametrize("wrap", ["```json\n{}\n```", '{{"elements": {}}}', "{}\n"])
def test_layout_in_a_fence_or_an_object_is_the_same(wrap: str) -> None:
    page = cleaned("layout-json", wrap.format(json.dumps(LAYOUT)))
    assert [region.label for region in page.regions] == LABELS
    assert page.notes == ()


@pytest.mark.parametrize("cut", range(60, 900, 37))
def test_cut_layout_keeps_all_before_the_cut(cut: int) -> None:
    whole = json.dumps(LAYOUT)
    page = cleaned("layout-json", whole[:cut])
    done = sum(whole.find(json.dumps(item)) + len(json.dumps(item)) <= cut for item in LAYOUT)
    assert [region.label for region in page.regions][:done] == LABELS[:done]
    assert '"bbox"' not in page.markdown or "broken elements: 1" in page.notes
    if whole[:cut].rstrip(", ")[-1] not in "}]":
        assert "broken elements: 1" in page.notes
        assert status("layout-json", whole[:cut]) in {PageStatus.TRUNCATED}


def test_a_broken_element_keeps_its_text_and_the_others() -> None:
    text = (
        '[{"bbox": [100, 100, 500, 140], "category": "Text", "text": "By \\(x\\) and \\sum"},\n'
        '{"bbox": [100, 200, 900, 300] "category": "Text", "text": "no \\"comma\\""},\n'
        '{"bbox": [100, 400, 900, 500], "category": "Text", "text": "whole"}] and words'
    )
    page = cleaned("layout-json", text)
    assert [region.text for region in page.regions] == [
        r"By \(x\) and \sum", 'no "comma"', "whole", "and words",
    ]  # fmt: skip
    assert "broken elements: 2" in page.notes
    assert "pieces of text outside elements: 1" in page.notes


def test_backslashes_that_json_made_control_characters_come_back() -> None:
    text = r'[{"bbox": [1, 1, 9, 9], "category": "Formula", "text": "\frac{\beta}{\theta} + \rho"}]'
    page = cleaned("layout-json", text)
    assert r"\frac{\beta}{\theta} + \rho" in page.markdown
    assert "backslashes restored: 4" in page.notes


@pytest.mark.parametrize(
    "item",
    [
        {"bbox": [1, 2, 3], "category": "Text", "text": "kept"},
        {"bbox": "far", "category": "Text", "text": "kept"},
        {"bbox": [5, 5, 5, 5], "category": "Text", "text": "kept"},
        {"category": "Text", "text": "kept"},
        {"bbox": [1, 2, 30, 40], "category": "5 <b>", "text": "kept"},
        {"bbox": [1, 2, 30, 40], "category": "Text", "content": "kept"},
        {"bbox": [-50, 2, 9e9, 40], "text": "kept"},
    ],
)
def test_odd_elements_lose_no_text(item: dict[str, object]) -> None:
    page = cleaned("layout-json", json.dumps([item]))
    assert "kept" in page.markdown
    for region in page.regions:
        assert 0 <= region.box[0] < region.box[2] <= 1
        assert 0 <= region.box[1] < region.box[3] <= 1


@pytest.mark.parametrize("text", ["I cannot read this page.", '"a text"', "Text {with} braces."])
def test_an_answer_that_is_no_layout_is_kept_with_a_note(text: str) -> None:
    page = cleaned("layout-json", text)
    assert set(text.replace("{", " ").replace("}", " ").split()) <= set(
        page.markdown.replace("{", " ").replace("}", " ").split()
    )
    assert page.notes


def test_grounded_blocks_have_boxes() -> None:
    text = (
        "![title](113,608,263,623) ## 2.2 Sums\n"
        "![text](112,640,882,698) The first $n$\n\nand more.\n"
        "![text+](112,700,882,720) going on\n"
        "![table](100,730,900,800) <table><tr><td>1</td></tr></table>\n"
        "![image](309,90,691,516) A diagram\n"
        "![page_number](491,935,505,950) 3\n"
    )
    page = cleaned("grounded", text)
    assert [region.label for region in page.regions] == [
        "title", "text", "text", "table", "image", "page_number",
    ]  # fmt: skip
    assert page.regions[0].text == "## 2.2 Sums"
    assert page.regions[1].text == "The first \\(n\\)\n\nand more."
    assert page.regions[0].box == pytest.approx((0.113, 0.608, 0.263, 0.623), abs=0.001)
    assert page.notes == ()
    assert status("grounded", text + "![text](112,6") is PageStatus.TRUNCATED
    assert cleaned("grounded", "Only words.").notes == ("the model's answer has no boxes",)


@pytest.mark.parametrize("form", FORMS)
def test_a_loop_is_found_in_every_form(form: str) -> None:
    loop = "It follows that the sum of the two is zero. " * 200
    items = [{"bbox": [1, 1, 99, 99], "category": "Text", "text": loop}]
    text = json.dumps(items) if form == "layout-json" else loop
    assert status(form, text) is PageStatus.LOOPING
    assert len(cleaned(form, text).markdown) < 600


def test_many_short_elements_are_no_loop() -> None:
    items = [
        {"bbox": [100, 20 * n, 900, 20 * n + 18], "category": "List-item", "text": f"Chapter {n}"}
        for n in range(90)
    ]
    assert status("layout-json", json.dumps(items)) is PageStatus.OK


@pytest.mark.parametrize("form", [form for form in FORMS if form != "tagged"])
@pytest.mark.parametrize(
    "piece",
    [
        '{"bbox":',
        "{",
        "$",
        "$$",
        "![a](",
        "<img>",
        "```\n",
        "\\[\n",
        "<table\n",
        "---\n",
        "![text](1,2,3,4) ",
        '{"text": "\\',
        "# a\n",
    ],
)
def test_a_hostile_page_takes_no_long_time(form: str, piece: str) -> None:
    began = time.monotonic()
    cleaned(form, piece * (200_000 // len(piece)))
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("$x$ and $y_1$", r"\(x\) and \(y_1\)"),
        ("$$x$$", r"\[x\]"),
        ("it costs $5 and $10", "it costs $5 and $10"),
        ("$5 million and 3$", "$5 million and 3$"),
        (r"\$5 and \$6", r"\$5 and \$6"),
        ("`$x$` is code", "`$x$` is code"),
        ("US$ 5 and $ 6", "US$ 5 and $ 6"),
    ],
)
def test_dollars(text: str, changed: str) -> None:
    assert without_dollars(text) == changed
