"""Passages are whole, near their length, and lie under the right headings."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.passages.blocks import BlockKind, split_blocks
from indexer.passages.math_spans import find_math
from indexer.passages.sentences import sentence_ends
from indexer.passages.split import Passage, split_book
from ocr_service.library.pages import Page, PageStatus
from tests.conftest import CORPORA
from tests.indexer.passages.test_math_spans import SCRAPS

CORPUS = CORPORA / "deepseek_ocr_raw"


def page(markdown: str, index: int = 0, status: PageStatus = PageStatus.OK) -> Page:
    return Page("book", index, str(index + 1), markdown, (), status, "test")


def words(text: str) -> int:
    return len(re.findall(r"\w+|[^\w\s]", text))


def split(markdown: str, target: int = 200) -> list[Passage]:
    return list(split_book([page(markdown)], words, target))


def sentences(count: int, length: int = 10) -> str:
    return " ".join(f"Sentence{n} " + "word " * (length - 3) + "end." for n in range(count))


def check_cover(markdown: str, passages: list[Passage]) -> None:
    """Every character but white space lies in exactly one passage; formulas are whole."""
    end = 0
    for passage in passages:
        assert passage.char_start >= end
        assert not markdown[end : passage.char_start].strip()
        assert passage.text == markdown[passage.char_start : passage.char_end]
        assert passage.text == passage.text.strip() != ""
        end = passage.char_end
    assert not passages or not markdown[end:].strip()
    cuts = [passage.char_start for passage in passages]
    for span in find_math(markdown):
        assert not any(span.start < cut < span.end for cut in cuts)


@given(SCRAPS | st.text(), st.integers(1, 40))
@settings(max_examples=400)
def test_nothing_is_lost_or_said_twice(markdown: str, target: int) -> None:
    passages = split(markdown, target)
    check_cover(markdown, passages)
    if not passages:
        kinds = {block.kind for block in split_blocks(markdown)}
        assert kinds <= {BlockKind.BLANK, BlockKind.IMAGE}
    assert passages == split(markdown, target)


def test_ids_count_from_one_on_each_page() -> None:
    pages = [page(sentences(30), 0), page("", 1, PageStatus.BLANK), page(sentences(2), 2)]
    ids = [passage.passage_id for passage in split_book(pages, words, 100)]
    assert ids[:2] == ["book:1:1", "book:1:2"]
    assert ids[-1] == "book:3:1"


def test_a_long_paragraph_is_cut_at_sentences_into_like_lengths() -> None:
    passages = split(sentences(45))  # 45 * 10 words: two of 200 would leave a scrap of 50
    lengths = [words(passage.text) for passage in passages]
    assert all(passage.text.endswith("end.") for passage in passages)
    assert len(lengths) == 2 or min(lengths) > 100
    assert max(lengths) <= 250


def test_no_tiny_tail() -> None:
    markdown = "\n\n".join(sentences(5) for _ in range(9))  # paragraphs of 50
    lengths = [words(passage.text) for passage in split(markdown)]
    assert min(lengths) >= 100
    assert max(lengths) <= 250


def test_sentences_end_where_they_do() -> None:
    text = (
        "See e.g. Fig. 3 and p. 51 of D. Hilbert, ca. 3.14. It holds for $a. B$ (cf. Eq. 2). "
        "Is it so? Yes! Man vgl. Abb. 4. \\(x\\) is small. by the way no. He is 5. Then."
    )
    ends = sentence_ends(text, 0, len(text), find_math(text))
    starts = [text[end:].split(maxsplit=1)[0] for end in ends]
    assert starts == ["It", "Is", "Yes!", "Man", "\\(x\\)", "He", "Then."]


def test_displays_tables_and_list_items_stay_whole() -> None:
    display = "\\[\n" + " + ".join(f"x_{{{n}}}" for n in range(150)) + "\n\\]"
    rows = "\n".join(f"| {n} | some words here |" for n in range(80))
    table = "| n | words |\n|---|---|\n" + rows
    item = "- " + sentences(30)
    markdown = "\n\n".join([sentences(8), display, table, item, sentences(3)])
    passages = split(markdown)
    check_cover(markdown, passages)
    for part in (display, table, item):
        assert any(part in passage.text for passage in passages)


def test_a_display_stays_with_the_words_that_lead_to_it() -> None:
    lead = "Hence the following holds for all of them:"
    markdown = "\n\n".join([sentences(19), lead, "\\[x = y + z\\]", sentences(15)])
    holder = [passage.text for passage in split(markdown) if "\\[x" in passage.text]
    assert lead in holder[0]


def test_an_endless_sentence_is_cut_outside_formulas() -> None:
    markdown = " ".join(f"and \\(x_{{{n}}} + y\\), so" for n in range(300))
    passages = split(markdown, 100)
    check_cover(markdown, passages)
    assert len(passages) > 10
    assert max(words(passage.text) for passage in passages) <= 200
    check_cover("x" * 9_000, list(split_book([page("x" * 9_000)], len, 200)))


def test_headings_make_a_path_that_is_carried_across_pages() -> None:
    pages = [
        page("Preface.\n\n# One\n\n## Limits of $f$\n\nText a.\n\n### Deep #\nText b.", 0),
        page("Text c.\n\n## Next: ##\n\nText d.", 1),
        page("#### Jump\n\nText e.\n\n# Two\n\n![](x.png)", 2),
        page("Text f.", 3),
    ]
    sections = {p.text.split()[-1]: p.section for p in split_book(pages, words)}
    assert sections["Preface."] == ()
    assert sections["a."] == ("One", "Limits of $f$")
    assert sections["b."] == sections["c."] == ("One", "Limits of $f$", "Deep")
    assert sections["d."] == ("One", "Next:")
    assert sections["e."] == ("One", "Next:", "Jump")
    assert sections["f."] == ("Two",)


def test_a_table_of_contents_opens_no_chapter() -> None:
    contents = "# Chapter I\n\nPoints 1\n\n# Chapter II\n\nLines 9\n\n# Chapter III\n\nPlanes 20"
    pages = [page(contents, 0), page("## Points\n\nThere are points.", 1)]
    *listed, first = split_book(pages, words)
    assert listed[-1].section == ("Chapter III",)
    assert first.section == ("Points",)


def test_a_heading_begins_a_passage_and_is_none_alone() -> None:
    passages = split("Some text.\n\n# A\n\n## B\n\n![](a.png)\n\nText b.\n\n## C")
    assert [passage.text.split("\n")[0] for passage in passages] == ["Some text.", "# A", "## C"]
    assert passages[1].section == ("A", "B")


def test_long_headings_are_bounded() -> None:
    (passage,) = split("# " + "word " * 100 + "\n\nText.")
    assert len(passage.section[0]) <= 200
    assert passage.section[0].endswith("word…")


def test_pages_without_text_give_nothing() -> None:
    pages = [
        page("![](figure.png)\n\n![](b.png)\n", 0),
        page("text", 1, PageStatus.FAILED),
        page(" \n\n", 2),
    ]
    assert list(split_book(pages, words)) == []


def test_each_piece_is_counted_once() -> None:
    counted: list[str] = []

    def count(text: str) -> int:
        counted.append(text)
        return words(text)

    markdown = "\n\n".join(sentences(40) for _ in range(20))
    list(split_book([page(markdown)], count))
    assert sum(map(len, counted)) <= 2 * len(markdown)


@pytest.mark.parametrize(
    "unit", ["- a\n", "a. B ", "# a\n", "x", "$x$ ", "\\[x\\]\n", "a, ", "$a. "]
)
def test_time_is_linear(unit: str) -> None:
    start = time.process_time()
    split((unit * 50_000)[:100_000])
    assert time.process_time() - start < 8  # a second or so; quadratic work would take minutes


def test_real_pages_of_an_ocr_model() -> None:
    if not CORPUS.is_dir():
        pytest.skip("the development corpora are not beside the checkout")
    pages = [
        page(path.read_text(encoding="utf-8"), index)
        for index, path in enumerate(sorted(CORPUS.glob("page_*.md")))
    ]
    passages = list(split_book(pages, words))
    for one in pages:
        check_cover(one.markdown, [p for p in passages if p.page_index == one.page_index])
