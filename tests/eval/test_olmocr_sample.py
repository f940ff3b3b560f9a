"""The tests of olmOCR-bench's sample, as our script runs them: what passes and what does not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.eval.olmocr_sample import passes

PIPES = (
    "| Source | Words | Bytes |\n| --- | --- | --- |\n"
    "| Web | 3.32T | 21.3T |\n| Code | 70B | 459B |"
)
SPANNED = (
    '<table><tr><th rowspan="2">Item</th><th colspan="2">Year Ended</th></tr>'
    "<tr><td>2024</td><td>2025</td></tr><tr><td>Sales</td><td>876</td><td>1,136</td></tr></table>"
)


@pytest.mark.parametrize(
    ("test", "markdown", "passed"),
    [
        ({"type": "present", "text": "hope or “hype”"}, 'Hope\nor hype: *hope* or "hype"', True),
        ({"type": "present", "text": "exactly this"}, "exactly thus", False),
        ({"type": "present", "text": "exactly this", "max_diffs": 2}, "exactly thus", True),
        ({"type": "present", "text": "LAUNDRY", "case_sensitive": False}, "Laundry", True),
        ({"type": "absent", "text": "62"}, "the end 62", False),
        ({"type": "absent", "text": "62", "last_n": 5}, "62 is not at the end", True),
        ({"type": "order", "before": "first", "after": "second"}, "first and second", True),
        ({"type": "order", "before": "second", "after": "first"}, "first and second", False),
        ({"type": "table", "cell": "3.32T", "left": "Web", "right": "21.3T"}, PIPES, True),
        ({"type": "table", "cell": "3.32T", "left": "Code"}, PIPES, False),
        ({"type": "table", "cell": "70B", "up": "3.32T", "top_heading": "Words"}, PIPES, True),
        ({"type": "table", "cell": "459B", "left_heading": "Code"}, PIPES, True),
        ({"type": "table", "cell": "3.32T"}, "no table here: 3.32T", False),
        ({"type": "table", "cell": "1,136", "top_heading": "Year Ended"}, SPANNED, True),
        ({"type": "table", "cell": "2024", "left": "Item"}, SPANNED, True),
        ({"type": "table", "cell": "1,136", "left": "Sales"}, SPANNED, False),
    ],
)
def test_a_test_passes_where_it_should(test: dict[str, Any], markdown: str, passed: bool) -> None:
    assert passes(test, markdown) is passed
