"""The numbers with which headings begin."""

from __future__ import annotations

import pytest

from ocr_service.books.sections.known_titles import is_exercises, is_matter
from ocr_service.books.sections.numbering import HeadingKind, heading_number, section_number


@pytest.mark.parametrize(
    ("text", "kind", "depth"),
    [
        ("Part II Estimation", HeadingKind.PART, 1),
        ("CHAPTER IV. ON LIMITS", HeadingKind.CHAPTER, 1),
        ("Kapitel 3", HeadingKind.CHAPTER, 1),
        ("Appendix B Tables", HeadingKind.APPENDIX, 1),
        ("3 Limits", HeadingKind.NUMBER, 1),
        ("3.2. Limits", HeadingKind.NUMBER, 2),
        ("A.1 Tables", HeadingKind.NUMBER, 2),
        ("5.0 Begin", HeadingKind.NUMBER, 1),
        ("§ 12 Limits", HeadingKind.PARAGRAPH, 1),
        ("IV. Limits", HeadingKind.ROMAN, 1),
        ("B. Limits", HeadingKind.LETTER, 1),
        ("Theorem 2.3 (Chebyshev)", HeadingKind.STATEMENT, 1),
        ("第2章 估计", HeadingKind.CHAPTER, 1),
        ("第十二章 極限", HeadingKind.CHAPTER, 1),
        ("제3장 극한", HeadingKind.CHAPTER, 1),
        ("第一部分 概率", HeadingKind.PART, 1),
        ("第三节 独立性", HeadingKind.PARAGRAPH, 1),
        ("附录 A 分布表", HeadingKind.APPENDIX, 1),
        ("定理 1.2 (切比雪夫)", HeadingKind.STATEMENT, 1),
        ("第一次世界大战", HeadingKind.PLAIN, 1),
        ("A limit of sums", HeadingKind.PLAIN, 1),
        ("12 + 5", HeadingKind.PLAIN, 1),
        ("Partial fractions", HeadingKind.PLAIN, 1),
        ("Chapters of history", HeadingKind.PLAIN, 1),
    ],
)
def test_kind_and_depth(text: str, kind: HeadingKind, depth: int) -> None:
    found = heading_number(text)
    assert (found.kind, found.depth) == (kind, depth)


def test_parts_of_a_number() -> None:
    assert section_number("3.2. Limits") == (3, 2)
    assert section_number("A.1 Tables") == section_number("§ 2 Limits") == ()


def test_titles_that_are_known_by_their_words() -> None:
    assert is_exercises("Exercises III.")
    assert is_exercises("Aufgaben 3.2")
    assert not is_exercises("Exercises for the reader")
    assert not is_exercises("Examples 1 and 2 show that")
    assert is_matter("transcriber’s note")
    assert is_matter("TABLE OF CONTENTS.")
    assert not is_matter("Preface to a theorem")
