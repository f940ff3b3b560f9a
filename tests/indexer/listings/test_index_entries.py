"""Tests the parsing of back-of-book indexes, as readers write their pages."""

from __future__ import annotations

import pytest

from indexer.listings.index_entries import parse_index
from indexer.listings.listing import RawEntry
from indexer.listings.plain_lines import plain_lines


def parsed(markdown: str) -> list[tuple[str, str]]:
    return [
        (" › ".join(entry.term), " ".join(entry.printed.split()))
        for entry in parse_index(plain_lines(markdown))
    ]


def entries(markdown: str) -> list[RawEntry]:
    return parse_index(plain_lines(markdown))


def test_lines_that_the_reader_joined_are_parted() -> None:
    markdown = """# Index

Abscissa, 74 Absolute convergence, 208 Abstract nature of geometry,

199 et seqq. Axes, 101, 112–14

## B

Bacon, 127 Ball, W. W. R., 43 Bessel's correction, xiv, 4 n.
"""
    assert parsed(markdown) == [
        ("Abscissa", "74"),
        ("Absolute convergence", "208"),
        ("Abstract nature of geometry", "199 et seqq."),
        ("Axes", "101, 112–14"),
        ("Bacon", "127"),
        ("Ball, W. W. R.", "43"),
        ("Bessel's correction", "xiv, 4 n."),
    ]


def test_sub_terms_break_the_order_of_main_terms() -> None:
    markdown = """algebra, 1
basis, 2
field, 3
group, 5
abelian, 7
cyclic, 8, 9
homomorphism, 11
kernel of, 12
ideal, 13
lattice, 15
module, 17
"""
    assert parsed(markdown) == [
        ("algebra", "1"),
        ("basis", "2"),
        ("field", "3"),
        ("group", "5"),
        ("group › abelian", "7"),
        ("group › cyclic", "8, 9"),
        ("homomorphism", "11"),
        ("homomorphism › kernel of", "12"),
        ("ideal", "13"),
        ("lattice", "15"),
        ("module", "17"),
    ]


def test_a_main_term_without_pages_stands_above_its_sub_terms() -> None:
    markdown = "maximum likelihood\n\ninvariance, 5\nmean squared error of an estimator, 4\nmode, 9"
    assert parsed(markdown)[0] == ("maximum likelihood › invariance", "5")
    assert parsed(markdown)[1] == ("mean squared error of an estimator", "4")


@pytest.mark.parametrize(
    "line",
    [
        "base encoding . . . . . . . . . 50",
        "base encoding … 50",
        "base encoding \\(\\ldots\\ldots\\ldots\\). 50",
        "base \\(\\mathrm{encoding}\\ldots\\ldots\\ldots\\ldots\\) (50)",
        "| base encoding | 50 |",
    ],
)
def test_leaders_and_tables_are_read(line: str) -> None:
    rest = "\n".join(f"word {letter} … {10 + n}" for n, letter in enumerate("cdefgh"))
    if line.startswith("|"):
        rest = "\n".join(f"| word {letter} | {10 + n} |" for n, letter in enumerate("cdefgh"))
        line = f"| term | page |\n| --- | --- |\n{line}"
    found = parsed(f"{line}\n{rest}")
    assert ("base encoding", "50") in [
        (term.removeprefix("term page › "), at) for term, at in found
    ]


def test_see_leads_to_other_terms() -> None:
    markdown = """average, see mean value
integral, 30; see also area under a curve
mean value, 4 MGF, see moment generating function MLE, see mean value moment, 7
moment generating function, 8
"""
    found = {entry.term: entry for entry in entries(markdown)}
    assert found["average",].see == ("mean value",)
    assert found["MGF",].see == ("moment generating function",)
    assert found["MLE",].see == ("mean value",)
    assert found["moment",].printed == "7"


def test_emphasis_tells_the_main_page() -> None:
    (entry,) = entries("tangent, 7, **45**, 80\n")
    assert entry.printed == "7, *45*, 80"


def test_numbers_within_terms_are_no_pages() -> None:
    markdown = (
        "Euclid I 47, 96\nGroup of order 12, 30\nPoint, 2\nRing, 3\nTheorem 44, 85\nUnit, 9\n"
    )
    assert parsed(markdown) == [
        ("Euclid I 47", "96"),
        ("Group of order 12", "30"),
        ("Point", "2"),
        ("Ring", "3"),
        ("Theorem 44", "85"),
        ("Unit", "9"),
    ]


def test_commas_leaders_and_emphasis_may_be_mixed() -> None:
    markdown = (
        "Tangent, 12, **45**\nTensor ........ 9\nTopology, *see* Space\nSpace - open, § 12, § 14"
    )
    found = {" › ".join(entry.term): (entry.printed, entry.see) for entry in entries(markdown)}
    assert found["Tangent"] == ("12, *45*", ())
    assert found["Tensor"] == ("9", ())
    assert found["Topology"][1] == ("Space",)
    assert any(term.endswith("Space - open") for term in found)
