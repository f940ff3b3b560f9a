"""Running heads are removed, and nothing else: unique lines, formulas, rows and headings stay."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_service.books.page_labels import printed_labels
from ocr_service.books.running_heads import RunningHeads, find_running_heads, page_markdown
from ocr_service.library.pages import PageRecord, PageStatus, Region

TOP, BODY, BOTTOM = (0.1, 0.04, 0.9, 0.06), (0.1, 0.15, 0.9, 0.85), (0.1, 0.93, 0.9, 0.95)


def region(text: str, box: tuple[float, float, float, float], label: str = "text") -> Region:
    return Region(label, box, text)


def page(index: int, *regions: Region, raw: str = "", label: str | None = None) -> PageRecord:
    return PageRecord(
        source_sha256="0" * 64,
        page_index=index,
        page_label=label or str(index + 1),
        status=PageStatus.OK,
        engine="test",
        raw=raw,
        regions=regions,
    )


def body(index: int) -> Region:
    return region(f"The body of page {index} goes on and on.", BODY)


def cleaned_pages(records: list[PageRecord]) -> list[str]:
    heads = find_running_heads(records)
    return [page_markdown(record, heads) for record in records]


def test_alternating_heads_with_page_numbers_go() -> None:
    heads = ["{} CALCULUS MADE EASY", "DIFFERENT DEGREES OF SMALLNESS {}"]
    records = [
        page(i, region(heads[i % 2].format(i - 9), TOP), body(i), label=f"{i}")
        for i in range(10, 22)
    ]
    assert cleaned_pages(records) == [body(i).text for i in range(10, 22)]


def test_heads_by_chapter_go_and_the_openings_stay() -> None:
    records = []
    for chapter in range(4):
        first = 6 * chapter
        title = ["ON LIMITS", "ON SERIES", "ON CURVES", "ON AREAS"][chapter]
        records.append(page(first, region(f"# {title}", TOP, "title"), body(first)))
        records += [page(i, region(title, TOP), body(i)) for i in range(first + 1, first + 6)]
    texts = cleaned_pages(records)
    assert [text for text in texts if "# ON" in text] == [texts[i] for i in (0, 6, 12, 18)]
    assert all("ON " not in text for i, text in enumerate(texts) if i % 6)


def test_a_larger_first_line_is_the_heading() -> None:
    large = region("Pangeometry", (0.3, 0.05, 0.7, 0.09))
    records = [page(0, large, body(0))]
    records += [page(i, region("Pangeometry", TOP), body(i)) for i in range(1, 5)]
    texts = cleaned_pages(records)
    assert texts[0].startswith("Pangeometry")
    assert texts[1:] == [body(i).text for i in range(1, 5)]


def test_a_heading_ends_with_a_full_stop_and_its_running_head_does_not() -> None:
    records = [page(0, region("ON LIMITS.", TOP), body(0))]
    records += [page(i, region("ON LIMITS", TOP), body(i)) for i in range(1, 5)]
    assert [text.startswith("ON LIMITS") for text in cleaned_pages(records)] == [True] + [False] * 4


def test_numbered_headings_at_the_top_of_short_chapters_stay() -> None:
    records = [page(i, region(f"CHAPTER {i + 1}", TOP), body(i)) for i in range(6)]
    records = [page(2 * i, region(f"Exercises {'I' * (i + 1)}", TOP), body(i)) for i in range(3)]
    assert all("Exercises" in text for text in cleaned_pages(records))


def test_one_wrong_letter_does_not_save_a_head() -> None:
    names = ["NON-EUCLIDEAN GEOMETRY"] * 4 + ["NON-EUCL1DEAN GE0METRY", "NON-EUCLIDEAN GEOHETRY"]
    records = [page(i, region(name, TOP), body(i)) for i, name in enumerate(names)]
    assert cleaned_pages(records) == [body(i).text for i in range(6)]


@pytest.mark.parametrize("form", ["{}", "- {} -", "[{}]", "— {} —"])
def test_page_numbers_go(form: str) -> None:
    records = [
        page(i, body(i), region(form.format(i - 3), BOTTOM), label="x") for i in range(8, 14)
    ]
    assert cleaned_pages(records) == [body(i).text for i in range(8, 14)]


def test_roman_page_numbers_go() -> None:
    romans = ["iii", "iv", "v", "vi", "vii"]
    records = [page(i + 4, body(i), region(roman, BOTTOM)) for i, roman in enumerate(romans)]
    assert cleaned_pages(records) == [body(i).text for i in range(5)]


def test_a_number_that_is_the_label_goes_and_another_stays() -> None:
    label = page(30, body(30), region("xiv", BOTTOM), label="xiv")
    other = page(50, body(50), region("1887", BOTTOM))
    assert cleaned_pages([label, other]) == [body(30).text, f"{body(50).text}\n\n1887"]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("$$ x = 1 $$", "equation"),
        ("$$ x = 1 $$", "text"),
        ("\\[ x = 1 \\]", "text"),
        ("| 1 | 2 |", "text"),
        ("y = f(x)", "text"),
        ("we have", "text"),
        ("Fig. {}.", "text"),
        ("- an item", "list_item"),
        ("Fig. 3", "caption"),
    ],
)
@pytest.mark.parametrize("box", [TOP, BOTTOM])
def test_what_is_never_running(
    text: str, label: str, box: tuple[float, float, float, float]
) -> None:
    records = [page(i, body(i), region(text.format(i), box, label)) for i in range(6)]
    assert all(text.format(i) in cleaned for i, cleaned in enumerate(cleaned_pages(records)))


def test_labelled_by_the_engine_goes_even_once_if_the_page_has_other_text() -> None:
    head = region("Chapter the First", TOP, "page_header")
    alone = page(5, region("Preface", TOP, "page_header"))
    inside = region("Chapter the First", BODY, "page_header")
    texts = cleaned_pages([page(0, head, body(0)), alone, page(9, inside, body(9))])
    assert texts == [body(0).text, "Preface", f"Chapter the First\n\n{body(9).text}"]


def test_twice_is_not_enough_and_far_apart_is_not_near() -> None:
    twice = [page(i, region("Historical Note", TOP), body(i)) for i in (3, 4)]
    far = [page(i, region("Summary", TOP), body(i)) for i in (20, 60, 100, 140)]
    assert all("Historical Note" in text for text in cleaned_pages(twice))
    assert all("Summary" in text for text in cleaned_pages(far))


def test_pages_without_regions() -> None:
    raws = [f"{i + 7} HADAMARD\n\nThe text {i}, on.\n\n| a | b |\n\n{i + 3}" for i in range(5)]
    raws.append("# A heading\n\nOnly text,\nand more of it.\n")
    texts = cleaned_pages([page(i, raw=raw) for i, raw in enumerate(raws)])
    assert texts[:5] == [f"The text {i}, on.\n\n| a | b |" for i in range(5)]
    assert texts[5] == "# A heading\n\nOnly text,\nand more of it."


def test_in_raw_text_only_the_outermost_lines_go() -> None:
    raws = [f"First line {'abcdef'[i]} of it.\nHADAMARD\n\nMore {'uvwxyz'[i]}." for i in range(6)]
    assert cleaned_pages([page(i, raw=raw) for i, raw in enumerate(raws)]) == raws


def test_a_page_of_nothing_but_its_head_becomes_empty() -> None:
    records = [page(i, region("HADAMARD", TOP), *([body(i)] if i != 2 else [])) for i in range(5)]
    assert cleaned_pages(records)[2] == ""


def test_nothing_learned_nothing_lost() -> None:
    record = page(0, region("HADAMARD", TOP, "page_header"), body(0))
    assert page_markdown(record, RunningHeads()) == f"HADAMARD\n\n{body(0).text}"
    assert cleaned_pages([]) == []
    assert cleaned_pages([page(0)]) == [""]


def test_the_order_of_the_records_does_not_matter() -> None:
    records = [page(i, region("HADAMARD", TOP), body(i)) for i in range(9)]
    assert find_running_heads(records) == find_running_heads(records[::-1])


unique_lines = st.lists(
    st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=60).filter(
        str.strip
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(unique_lines, st.booleans())
def test_body_text_never_vanishes(lines: list[str], as_regions: bool) -> None:
    # A word of its own makes each line unique, however the strategy repeats itself.
    names = ["alpha", "brown", "crest", "drift", "ember", "frost", "grain", "hotel", "ivory"]
    lines = [f"{line} {names[i % 9]}{'qwzyk'[i // 9] * 3}" for i, line in enumerate(lines)]
    records = [
        page(i, region("A HEAD", TOP), region(line, BOTTOM))
        if as_regions
        else page(i, raw=f"A HEAD\n\n{line}")
        for i, line in enumerate(lines)
    ]
    for line, text in zip(lines, cleaned_pages(records), strict=True):
        assert line.strip() in text


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("abXYZ1 #|$-\n", max_size=40), max_size=8))
def test_raw_text_only_loses_whole_outer_lines(raws: list[str]) -> None:
    for raw, text in zip(
        raws, cleaned_pages([page(i, raw=raw) for i, raw in enumerate(raws)]), strict=True
    ):
        assert text.strip("\n") in raw


def test_ten_thousand_pages_take_no_time() -> None:
    records = [
        page(i, region(f"{i} A TREATISE ON ALGEBRA", TOP), body(i), region(f"{i}", BOTTOM))
        for i in range(10_000)
    ]
    started = time.process_time()
    texts = cleaned_pages(records)
    assert time.process_time() - started < 5
    assert texts[77] == body(77).text


@pytest.mark.parametrize("names", ["Problem {}", "Sheet {}", "Lecture {}"])
@pytest.mark.parametrize("foot", [True, False])
def test_headings_with_a_number_of_their_own_stay_and_are_no_label(names: str, foot: bool) -> None:
    number = [region(str(41 + i), BOTTOM, "page_number") for i in range(8)]
    records = [
        page(
            i,
            region(f"## {names.format(i + 1)}", TOP, "section_header"),
            body(i),
            *(number[i : i + 1] if foot else []),
        )
        for i in range(8)
    ]
    texts = cleaned_pages(records)
    assert all(f"## {names.format(i + 1)}" in text for i, text in enumerate(texts))
    labels = printed_labels(records, find_running_heads(records))
    assert labels == [str(i + (41 if foot else 1)) for i in range(8)]


def test_numbered_headings_of_page_files_stay() -> None:
    raws = [f"# Lecture {i + 1}\n\nThe text {'abcdef'[i]} of it." for i in range(6)]
    assert cleaned_pages([page(i, raw=raw) for i, raw in enumerate(raws)]) == raws


@pytest.mark.parametrize("first", ["This gives", "We therefore have:"])
def test_a_line_that_introduces_a_formula_stays(first: str) -> None:
    formula = region(r"\[ x = 1 \]", (0.3, 0.08, 0.7, 0.1), "equation")
    for label in ("text", "page_header"):
        records = [page(i, region(first, TOP, label), formula, body(i)) for i in range(6)]
        assert all(first in text for text in cleaned_pages(records))


def test_heads_that_are_on_one_page_each_go_by_their_number() -> None:
    names = ["Limits", "Series", "The mean value", "Areas", "Curves", "Remainders"]
    records = [page(i, region(f"{name} {i + 7}", TOP), body(i)) for i, name in enumerate(names)]
    assert cleaned_pages(records) == [body(i).text for i in range(6)]


def test_numbered_paragraphs_at_the_top_stay() -> None:
    texts = [
        f"{i + 7}. The {name} is bounded" for i, name in enumerate(["sum", "sine", "mean"] * 2)
    ]
    records = [page(i, region(text, TOP), body(i)) for i, text in enumerate(texts)]
    assert all(text in cleaned for text, cleaned in zip(texts, cleaned_pages(records), strict=True))


def test_heads_that_repeat_the_title_above_them_go_without_a_number() -> None:
    records = []
    for i, name in enumerate(["Limits", "Series", "Areas"]):
        heading = region(f"## 2.{i} {name}", (0.1, 0.5, 0.9, 0.53), "section_header")
        records += [
            page(2 * i, body(2 * i), heading),
            page(2 * i + 1, region(f"{i}. {name.upper()}", TOP), body(2 * i + 1)),
        ]
    texts = cleaned_pages(records)
    assert texts[1::2] == [body(i).text for i in (1, 3, 5)]
    assert all("## 2." in text for text in texts[::2])


@pytest.mark.parametrize("box", [(0.2, 0.5, 0.8, 0.55), (0.2, 0.98, 0.57, 0.99)])
@pytest.mark.parametrize("count", [3, 12])
def test_a_stamp_at_one_place_of_all_pages_goes(
    box: tuple[float, float, float, float], count: int
) -> None:
    stamp = "## SAMPLE COPY" if box[1] == 0.5 else "Downloaded from http://a.org/x?id=7 on 1 May"
    records = [page(i, body(i), region(stamp, box)) for i in range(count)]
    assert cleaned_pages(records) == [body(i).text for i in range(count)]
    kinds = {
        kind for places in find_running_heads(records).lines.values() for kind in places.values()
    }
    assert kinds <= {"stamp", "foot"}


def test_a_line_on_some_pages_or_at_different_places_is_no_stamp() -> None:
    some = [
        page(i, body(i), *[region("Solution", (0.2, 0.5, 0.8, 0.55))] * (i < 5)) for i in range(9)
    ]
    assert sum("Solution" in text for text in cleaned_pages(some)) == 5
    moving = [
        page(i, body(i), region("Solution", (0.2, 0.2 + i / 10, 0.8, 0.3 + i / 10)))
        for i in range(5)
    ]
    assert all("Solution" in text for text in cleaned_pages(moving))
    low, high = (0.2, 0.7, 0.8, 0.75), (0.2, 0.3, 0.8, 0.35)
    two = [page(i, body(i), region("Solution", low if i % 2 else high)) for i in range(4)]
    assert all("Solution" in text for text in cleaned_pages(two))


def test_titles_of_slides_stay() -> None:
    title = region("## Binomial model", (0.02, 0.03, 0.4, 0.07), "section_header")
    records = [replace(page(i, title, body(i)), page_size=(363.0, 273.0)) for i in range(6)]
    assert all(text.startswith("## Binomial model") for text in cleaned_pages(records))
    upright = [replace(record, page_size=(595.0, 842.0)) for record in records]
    assert sum("Binomial" in text for text in cleaned_pages(upright)) == 1


def test_what_steps_of_a_slide_share_is_no_stamp() -> None:
    line = region("The prior is a distribution", (0.1, 0.3, 0.8, 0.35))
    titles = [region(f"## {name}", (0.02, 0.03, 0.4, 0.07)) for name in ("Bayes", "Beta", "Gamma")]

    def deck(*names: int) -> list[str]:
        steps = [page(i, titles[name], line, body(i)) for i, name in enumerate(names)]
        return cleaned_pages([replace(step, page_size=(363.0, 273.0)) for step in steps])

    assert all("prior" in text for text in deck(0, 0, 0, 1))
    assert not any("prior" in text for text in deck(0, 1, 2, 2))


def test_a_year_on_the_title_page_is_no_page_number() -> None:
    records = [page(i, body(i), region(str(i), BOTTOM, "page_number")) for i in range(1, 9)]
    title = page(0, body(0), region("1914", BOTTOM, "page_number"))
    assert "1914" in cleaned_pages([title, *records])[0]


def test_the_first_lines_of_small_text_areas_are_running_heads() -> None:
    low = (0.1, 0.165, 0.9, 0.175)
    below = [replace(body(i), box=(0.1, 0.22, 0.9, 0.8)) for i in range(5)]
    records = [page(i, region(f"{i + 1} LIMITS", low), below[i]) for i in range(5)]
    assert cleaned_pages(records) == [one.text for one in below]
    second = [page(i, region(f"Line {i}.", TOP), region(f"{i + 1} LIMITS", low)) for i in range(5)]
    assert all("LIMITS" in text for text in cleaned_pages(second))


def test_a_running_head_set_like_a_heading_goes_where_the_title_is_on_its_page() -> None:
    head = Region("section_header", TOP, "## 1.6 Sums", 10.0)
    title = Region("section_header", (0.1, 0.3, 0.5, 0.32), "## 1.6. Sums", 14.0)
    records = [page(0, head, title, body(0)), page(1, body(1))]
    assert cleaned_pages(records)[0].startswith("## 1.6. Sums")
    alike = [page(0, replace(head, size=14.0), title, body(0)), page(1, body(1))]
    assert cleaned_pages(alike)[0].startswith("## 1.6 Sums")


def test_a_section_below_its_own_running_head_stays() -> None:
    head = "2 Sums and series"
    title = Region("section_header", (0.1, 0.1, 0.5, 0.12), f"# {head}", 16.0)
    records = [page(0, Region("section_header", TOP, f"# {head}", 12.0), title, body(0))]
    records += [page(i, Region("text", TOP, head, 12.0), body(i)) for i in range(1, 4)]
    texts = cleaned_pages(records)
    assert texts == [f"# {head}\n\n{body(0).text}", *(body(i).text for i in range(1, 4))]
