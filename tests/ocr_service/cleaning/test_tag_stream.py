"""Tests that tagged text with damaged tags is parsed completely, in linear time."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_service.cleaning.tag_stream import TAG, read_tags

BOX = "<|det|>[[10, 20, 30, 40]]<|/det|>"
PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "<|ref|>",
                "<|/ref|>",
                "<|det|>",
                "<|/det|>",
                "[[1, 2, 3, 4]]",
                "[[1, 2",
                "]]",
                "text",
            ),
            *(
                "sub_title",
                "\n",
                " ",
                "word",
                "12",
                "<",
                "<|",
                "<|re",
                "<image>",
                "<｜end▁of",
                "｜>",
            ),
        ]
    ),
    max_size=40,
).map("".join)


def read(raw: str) -> list[tuple[str, int, str]]:
    """Return label, number of boxes and content of every part."""
    return [
        (part.label, len(part.boxes), " ".join(part.content.split()))
        for part in read_tags(raw).parts
    ]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (f"<|ref|>text<|/ref|>{BOX}\nA.\n\n<|ref|>image<|/ref|>{BOX}", "text 1 A.;image 1 "),
        (f"before <|ref|>title<|/ref|>{BOX} A", " 0 before;title 1 A"),
        ("no tags at all", " 0 no tags at all"),
        (
            "<|det|>title [1, 2, 30, 40]<|/det|>A\n<|det|>text [[1, 2, 3, 4]]<|/det|> B",
            "title 1 A;text 1 B",
        ),
        ("<|det|>text [1, 2, 3, 4]", "text 1 "),
        ("<|det|>figures of speech<|/det|> A", " 0 figures of speech A"),
        ("", ""),
        (f"<|ref|> Sub Title <|/ref|>{BOX} A", "sub_title 1 A"),  # as nobody writes it
        (f"<|ref|>my_label<|/ref|>{BOX} A", "my_label 1 A"),  # unknown
        (f"<|ref|>The dog runs.<|/ref|>{BOX}", "text 1 The dog runs."),  # a line of text
        (f"<|ref|>dog<|/ref|>{BOX}<|ref|>dog_tag<|/ref|>{BOX}", "text 1 dog;dog_tag 1 "),
        # labels that are not closed, closed twice, or corrected
        ("<|ref|>equation\n\\[ x \\]", "equation 0 \\[ x \\]"),
        ("<|ref|>text</td><td>A</td>", "text 0 </td><td>A</td>"),
        ("<|ref|>textual A", "text 0 textual A"),
        (f"<|ref|>equation{BOX} A", "equation 1 A"),
        (f"<|ref|>equation<|/ref|>math<|/ref|>{BOX} A", "equation 1 A"),
        (f"<|ref|>text<|/ref|>大为<|/ref|>{BOX} A", "text 1 大为 A"),
        (f"<|ref|>text<|ref|>text<|/ref|>{BOX} A", "text 1 A"),  # nested
        # labels without the tag before them
        (f"\\[a\\]\nequation<|/ref|>{BOX}\n\\[b\\]", " 0 \\[a\\];equation 1 \\[b\\]"),
        (f"<|ref|>title<|/ref|>{BOX}\nA\ntext<|/ref|>{BOX}\nB", "title 1 A;text 1 B"),
        (f"A\n sub_title <|/ref|>\nB{BOX}", " 0 A;sub_title 1 B"),
        (f"A\ntable{BOX}\nB", " 0 A;table 1 B"),
        (f"see the table<|/ref|> {BOX}B", " 0 see the;table 1 B"),
        ("see the table<|/ref|> B", " 0 see the table B"),
        ("in the text\n<|ref|>title<|/ref|>A", " 0 in the text;title 0 A"),
        (f"<|ref|>\ntext<|/ref|>{BOX}A", "text 1 A"),
        # a box behind text in a part that has one is that of another part
        (f"<|ref|>text<|/ref|>{BOX}A{BOX}B", "text 1 A; 1 B"),
        (f"<|det|>text [1, 2, 3, 4]<|/det|>A{BOX}B", "text 1 A; 1 B"),
        # labels that are closed behind their text
        (f"<|ref|>text\nSome words.<|/ref|>{BOX}", "text 1 Some words."),
        ("<|ref|>text Some words here<|/ref|> A", "text 0 Some words here A"),
        ("<|ref|>table of contents<|/ref|> A", "text 0 table of contents A"),
        ("<|ref|>equation \\[x\\]<|/ref|>", "equation 0 \\[x\\]"),
        ("<|ref|>text[[1, 2, 3, 4]]<|/det|>A", "text 1 A"),
        # lengths, which are no text
        ("<|ref|>text<|/ref|><|det|>[0.5ex] A", "text 0 A"),
        ("<|ref|>text<|/ref|><|det|>[[12pt]]<|/det|> A", "text 0 A"),
        ("<|ref|>text, 1ex\nA", "text 0 A"),
        ("<|ref|>text, 1exact A", "text 0 , 1exact A"),
        ("<|ref|>text<|/ref|><|det|>[2example] A", "text 0 example] A"),
        # boxes that are several, not closed, not opened, empty, words, or of other numbers
        ("<|ref|>text<|/ref|><|det|>[[1, 2, 3, 4], [5, 6, 7, 8]]<|/det|> A", "text 2 A"),
        (f"<|ref|>text<|/ref|>{BOX}{BOX} A", "text 2 A"),
        ("<|ref|>text<|/ref|><|det|>[[118, general solutions", "text 0 general solutions"),
        ("<|ref|>text<|/ref|><|det|>[[114, (e) 0.5", "text 0 (e) 0.5"),
        ("<|ref|>text<|/ref|><|det|>[[1, 2, 3, 4]]\n1. First", "text 1 1. First"),
        (f"<|ref|>text<|/ref|><|det|>[[147,\n\n<|ref|>text<|/ref|>{BOX} A", "text 1 A"),
        ("<|ref|>text<|/ref|>[150, 53, 78, 62]]<|/det|> A", "text 1 A"),
        ("<|ref|>text<|/ref|>words<|/det|> A", "text 0 words A"),
        ("<|ref|>text<|/ref|><|det|><|/det|> A", "text 0 A"),
        ("<|ref|>text<|/ref|><|det|>[[117, oto 22, 88, 62]]<|/det|> A", "text 1 A"),
        ("<|ref|>text<|/ref|><|det|>[eq:sum_of] A", "text 0 [eq:sum_of] A"),
        ("<|ref|>text<|/ref|><|det|>[][] A", "text 0 A"),
        (f"<|ref|>text<|/ref|><|det|>[[{BOX}]]<|/det|> A", "text 1 A"),  # nested
        (f"<|ref|>text<|/ref|>{BOX} ]] A", "text 1 ]] A"),
        ("<|ref|>text<|/ref|><|det|>\\[F(x)\\]", "text 0 \\[F(x)\\]"),
        ("<|ref|>text<|/ref|><|det|>[[0, 0, 0, 0]]<|/det|> A", "text 0 A"),  # no area
        # other tokens of the model, and what only looks like one
        ("A<｜end▁of▁sentence｜><|grounding|><image>B", " 0 A B"),
        ("a <|b|> c <tag> |> <| d", " 0 a <|b|> c <tag> |> <| d"),
        (f"A <|/ref|> B {BOX} C<|/det|> D", " 1 A B C D"),
    ],
)
def test_parts(raw: str, expected: str) -> None:
    rows = [row.split(" ", 2) for row in expected.split(";")] if expected else []
    assert read(raw) == [(label, int(boxes), content) for label, boxes, content in rows]


@pytest.mark.parametrize(
    ("coordinates", "box"),
    [
        ("[[10, 20, 30, 40]]", (10, 20, 30, 40)),
        ("[[30, 40, 10, 20]]", (10, 20, 30, 40)),
        ("[[10,-20, 3000, 99999999999999999999999]]", (10, 20, 999, 999)),
        ("[[1.5, 2, 3.25, 4e9]]", (1.5, 2, 3.25, 4)),
        ("[[1, 2, 3, 4], [5, 6, 7]]", (1, 2, 3, 4)),
        ("[[nan, 1, inf, 2, __import__('os'), 3, 4]]", None),
    ],
)
def test_coordinates_are_numbers_in_range_and_in_order(
    coordinates: str, box: tuple[float, ...] | None
) -> None:
    boxes = read_tags(f"<|ref|>text<|/ref|><|det|>{coordinates}<|/det|>A").parts[0].boxes
    assert boxes == ([] if box is None else [box])


@pytest.mark.parametrize(
    ("written", "box"),
    [
        ("[[120, hotline, 880, 529]]<|/det|>", (120, 100, 880, 529)),
        ("[120, hotline, 880, 529]<|/det|>", (120, 100, 880, 529)),
        ("[[lo, 210, 880, 529]]<|/det|>", (0, 210, 880, 529)),
        ("[[120, 210, x, 529]]<|/det|>", (120, 210, 999, 529)),
        ("[[120, 210, 880, ---]]<|/det|>", (120, 210, 880, 700)),
        ("[[120, ?, 880, -]]<|/det|>", (120, 100, 880, 700)),
        ("[[120, hotline, 880, 529]]\n", (120, 100, 880, 529)),
    ],
)
def test_a_damaged_box_keeps_its_edges_and_gets_the_others_from_around_it(
    written: str, box: tuple[float, ...]
) -> None:
    before, after = "<|ref|>text<|/ref|><|det|>[[0, 0, 900, 100]]<|/det|>A", "[[0, 700, 900, 800]]"
    middle = f"<|ref|>text<|/ref|><|det|>{written}words"
    parts = read_tags(f"{before}{middle}<|ref|>text<|/ref|><|det|>{after}<|/det|>B").parts
    assert [part.content.strip() for part in parts] == ["A", "words", "B"]
    assert parts[1].boxes == [box]


def test_words_in_the_place_of_a_number_are_kept_if_they_are_long() -> None:
    box = "<|det|>[[120, an explanation of all this, 880, 529]]<|/det|>"
    part = read_tags(f"<|ref|>text<|/ref|>{box} A").parts[0]
    assert part.content.split() == "an explanation of all this A".split()
    assert part.boxes == [(120, 0, 880, 529)]


@pytest.mark.parametrize("length", range(1, len(f"<|ref|>equation<|/ref|>{BOX}")))
def test_a_text_may_end_anywhere_in_a_tag(length: int) -> None:
    text = "A page. " + f"<|ref|>equation<|/ref|>{BOX}"[:length]
    stream = read_tags(text)
    contents = " ".join(part.content for part in stream.parts).split()
    assert contents == (["A", "page.", "<"] if length == 1 else ["A", "page."])
    assert stream.cut == (length > 1 and not text.endswith("<|/ref|>"))


@pytest.mark.parametrize("end", ["<｜end▁of▁sent", "<｜", "<|/de", "<|ref|>imag", "<|det|>[[3, 4"])
def test_a_cut_tag_is_no_text(end: str) -> None:
    stream = read_tags(f"A page.{end}")
    assert stream.cut
    assert "".join(part.content for part in stream.parts).strip() == "A page."


@pytest.fixture
def no_collection() -> Iterator[None]:
    """No garbage is collected: that walks all that other tests have left in memory."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize(
    "piece",
    [
        *("<|ref|>", "<|det|>", "<|/ref|>", "<|ref|>a<|/ref|>", "<|ref|>x<|/det|>", "<|det|>[["),
        *("<|det|>[[1, 2], ", "[", "] ", "<", "<｜", "<|", "a<|/det|>", "<|ref|> ", "9"),
        *("text<|/ref|>", "\ntext ", "<|/det|><|det|>[[1, 2, 3, 4]]<|/det|>a", "[[1, a, 3, 4]]"),
    ],
)
@pytest.mark.usefixtures("no_collection")
def test_linear_time(piece: str) -> None:
    head = "<|ref|>text<|/ref|><|det|>["
    seconds = []
    for length in (250_000, 1_000_000):
        text = head + piece * (length // len(piece))
        best = float("inf")
        for _ in range(2):  # other work on the machine slows one or the other
            started = time.process_time()
            contents = [part.content for part in read_tags(text).parts]
            best = min(best, time.process_time() - started)
        seconds.append(best)
        assert sum(map(len, contents)) <= len(text)
    assert seconds[1] < 3  # a second on two slow cores with other work
    assert seconds[1] < 8 * seconds[0] + 0.2  # sixteen times as long if it were quadratic


@given(PIECES | st.text())
def test_any_text_is_taken_apart_and_no_tag_is_left(raw: str) -> None:
    for part in read_tags(raw).parts:
        assert not TAG.search(part.content)
        assert part.label == part.label.strip().lower()
        for left, top, right, bottom in part.boxes:
            assert 0 <= left < right <= 999
            assert 0 <= top < bottom <= 999
