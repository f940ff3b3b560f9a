"""Names of files give a title, and authors and a year where they plainly have them."""

from __future__ import annotations

import pytest

from ocr_service.text.file_names import NamedFile, read_file_name


@pytest.mark.parametrize(
    ("stem", "named"),
    [
        (
            "Smith, John - 2004 - Elements of Percolation (2nd ed) [libgen.lc]",
            NamedFile("Elements of Percolation", ("John Smith",), 2004),
        ),
        ("Bell, Ann; Dorn, Carl - Sets (2010)", NamedFile("Sets", ("Ann Bell", "Carl Dorn"), 2010)),
        ("Теория_вероятностей", NamedFile("Теория вероятностей")),
        ("Jones - Set Theory", NamedFile("Jones - Set Theory")),
        ("Analysis - Part II", NamedFile("Analysis - Part II")),
        ("Sets (z-lib.org)", NamedFile("Sets")),
        ("Book (1)", NamedFile("Book")),
        ("1984", NamedFile("1984")),
        ("least-squares-scan", NamedFile("least-squares-scan")),
        ("(2004)", NamedFile("(2004)")),
    ],
)
def test_names(stem: str, named: NamedFile) -> None:
    assert read_file_name(stem) == named
