"""A late pattern finds what the pattern itself finds, and is compiled once, when it is needed."""

import re
from unittest.mock import patch

from ocr_service.text.late_pattern import late_pattern


def test_finds_what_the_pattern_finds() -> None:
    late, plain = late_pattern(r"(\d+)x", re.IGNORECASE), re.compile(r"(\d+)x", re.IGNORECASE)
    text = "12X and 7x"
    assert late.findall(text) == plain.findall(text)
    assert late.sub("n", text) == plain.sub("n", text)
    match = late.search(text)
    assert match is not None
    assert match[1] == "12"


def test_is_compiled_when_it_is_first_used_and_only_then() -> None:
    with patch("ocr_service.text.late_pattern.re.compile", wraps=re.compile) as compile_:
        late = late_pattern("a+")
        assert compile_.call_count == 0
        assert [late.sub("b", "caat"), late.sub("b", "baa")] == ["cbt", "bb"]
        assert compile_.call_count == 1
