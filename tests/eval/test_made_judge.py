"""The judge of made PDFs counts what is lost, moved, glued and misplaced."""

from __future__ import annotations

from tests.eval.made.found import shown_by
from tests.eval.made.judge import judge, longest_common

TRUTH = """# Rain

Water falls from clouds, and \\(x^2\\) is a square.

| Day | Level |
| --- | --- |
| one | 12 |

- first item of the list

```
if wet:
    run()
```

1 A note on rain."""


def verdict(markdown: str) -> dict[str, tuple[int, int]]:
    found = judge(shown_by([TRUTH]), shown_by([markdown]), 1)
    shares = ("words", "order", "headings", "cells", "items", "notes", "code", "inline")
    return {name: (getattr(found, name).right, getattr(found, name).count) for name in shares}


def test_a_page_read_right_has_no_faults() -> None:
    assert all(right == count > 0 for right, count in verdict(TRUTH).values())


def test_each_fault_is_counted_where_it_is() -> None:
    worse = TRUTH.replace("# Rain", "Rain").replace("| one | 12 |", "| 12 | one |")
    worse = worse.replace("    run()", "run()").replace("- first", "first")
    worse = worse.replace("1 A note", "A note").replace("x^2", "x^3").replace("falls from", "")
    found = verdict(worse)
    assert found["headings"] == (0, 1)
    assert found["cells"] == (2, 4)
    assert found["code"] == (1, 2)
    assert found["items"] == found["notes"] == found["inline"] == (0, 1)
    assert found["words"][1] - found["words"][0] == 3  # the note's number is a word too


def test_two_words_in_one_are_glued() -> None:
    found = judge(shown_by(["Water falls"]), shown_by(["Waterfalls"]), 1)
    assert found.glued == ["waterfalls"]


def test_the_longest_common_subsequence() -> None:
    assert longest_common("a b c d e".split(), "a d b c e x".split()) == 4
