"""What in large type is no heading."""

from __future__ import annotations

import pytest

from ocr_service.engines.layout.headings import is_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Denis.Trystram@example.org", True),
        ("{one, two}@cs.example.edu", True),
        ("https://example.org/book", True),
        ("E-mail: one@example.org", True),
        ("Mail to one@example.org or two", False),
        ("Who is @home?", False),
    ],
)
def test_an_address_is_no_heading(text: str, address: bool) -> None:
    assert is_address(text) is address
