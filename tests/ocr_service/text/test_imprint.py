"""Authors and years come from the first pages where these state them, and from nothing else."""

from __future__ import annotations

import time

import pytest

from ocr_service.text.imprint import person_names, printed_authors, printed_year

TEXT = "The mean of a sample was published in 1763, after his death. " * 30


@pytest.mark.parametrize(
    ("pages", "year"),
    [
        (["GEOMETRY\nBY\nA. MANN\nGINN & COMPANY\n1901", TEXT], 1901),
        (["GEOMETRY\nNew York: 1950"], 1950),
        (
            ["", "COPYRIGHT.\nFirst Edition 1910.\nReprinted 1911.\nSecond Edition 1914.\nPrinted"],
            1914,
        ),
        ([TEXT, "© 1995, 2004, 2014 by the authors"], 2014),
        (["On Sets\nJune 2024\n" + TEXT], 2024),
        (["On Sets\narXiv:1508.01234v2 [math.PR] 5 Aug 2015\n" + TEXT], 2015),
        ([TEXT], None),
        (["Results\nAIME 2024\n" + TEXT], None),
        (["Accidents\nJune 13, 2000\nMay 13, 2005\n" + TEXT], None),
        (["1763\n" + TEXT], None),
        ([], None),
    ],
)
def test_years(pages: list[str], year: int | None) -> None:
    assert printed_year(pages) == year


@pytest.mark.parametrize(
    ("pages", "authors"),
    [
        (["GEOMETRY\nBY\nHENRY PARKER MANNING, Ph.D.\nBOSTON"], ("Henry Parker Manning",)),
        (["Sets\nby Ann Bell and Carl van Dorn"], ("Ann Bell", "Carl van Dorn")),
        (["Analysis\nvon\nProf. Dr. Karl Ernst"], ("Karl Ernst",)),
        ([TEXT + "\nTitle: Sets\nAuthor: David Hilbert\nLanguage: English"], ("David Hilbert",)),
        (["Sets\nTranslated\nby\nE. J. Townsend"], ()),
        (["Sets\nby means of examples"], ()),
        ([TEXT + "\nby Ann Bell"], ()),
    ],
)
def test_authors(pages: list[str], authors: tuple[str, ...]) -> None:
    assert printed_authors(pages) == authors


def test_names_of_persons() -> None:
    assert person_names("J.-P. SERRE") == ("J.-P. Serre",)
    assert person_names("Марк Кац") == ("Марк Кац",)
    assert person_names("Department of Statistics, Somewhere") == ()


def test_long_lines_take_no_time() -> None:
    begin = time.perf_counter()
    for unit in ("a", "A. ", "Ab-", "by ", "© 1901, "):
        printed_authors([unit * 50_000, "by\n" + unit * 50_000])
        printed_year([unit * 50_000])
    assert time.perf_counter() - begin < 1
