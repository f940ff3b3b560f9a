"""Text files in other encodings."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from ocr_service.common.errors import InputError
from ocr_service.inputs.decode import decode_text

GERMAN = "# Größe\n\nDie Schätzung für den naïven Fall – »sehr« grob.\n"
RUSSIAN = "# Оценка\n\nОценка максимального правдоподобия состоятельна.\n"
CHINESE = "# 估计\n\n最大似然估计是一致的。\n"
PATH = Path("page.mmd")


@pytest.mark.parametrize(
    ("text", "encoding", "assumed"),
    [
        (GERMAN, "utf-8", None),
        (GERMAN, "utf-8-sig", None),
        (GERMAN, "utf-16", None),
        (GERMAN, "utf-32", None),
        (GERMAN, "cp1252", "Windows-1252"),
        (GERMAN.replace("–", "-"), "latin-1", "Windows-1252"),
        (GERMAN, "utf-16-le", "UTF-16"),
        (GERMAN, "utf-16-be", "UTF-16"),
        (RUSSIAN, "utf-16-le", "UTF-16"),
        (CHINESE, "utf-16-be", "UTF-16"),
        (CHINESE, "utf-8", None),
    ],
)
def test_text_is_decoded_and_the_assumption_is_told(
    text: str, encoding: str, assumed: str | None
) -> None:
    assert decode_text(text.encode(encoding), PATH) == (text, assumed)


def test_utf_16_with_a_mark_of_the_other_order() -> None:
    data = codecs.BOM_UTF16_BE + GERMAN.encode("utf-16-be")
    assert decode_text(data, PATH) == (GERMAN, None)


@pytest.mark.parametrize("end", ["\r", "\r\n"])
def test_line_ends_are_made_one(end: str) -> None:
    assert decode_text(GERMAN.replace("\n", end).encode(), PATH) == (GERMAN, None)


def test_an_old_mac_is_recognised_by_its_line_ends() -> None:
    text = GERMAN.replace("–", "-")
    assert decode_text(text.replace("\n", "\r").encode("mac_roman"), PATH) == (text, "Mac Roman")


@pytest.mark.parametrize(
    "data",
    [
        RUSSIAN.encode("cp1251"),
        RUSSIAN.encode("koi8-r"),
        CHINESE.encode("gb18030"),
        "推定量は一致性を持つ".encode("shift_jis"),
        bytes(range(256)),
        codecs.BOM_UTF16_LE + "odd".encode("utf-16-le") + b"x",
        codecs.BOM_UTF8 + b"Gr\xf6\xdfe",
    ],
)
def test_what_cannot_be_decoded_is_refused_and_named(data: bytes) -> None:
    with pytest.raises(InputError, match=r"page\.mmd"):
        decode_text(data, PATH)
