"""Books are found by ids, titles and authors, in any script, without case and accents."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from ocr_service.common.errors import NotFoundError
from ocr_service.library.names import books_of_author, resolve_name, resolve_names


@dataclass(frozen=True)
class Shelved:
    """A book as an index or a library describes it."""

    title: str
    authors: tuple[str, ...] = ()


BOOKS = {
    "bda": Shelved("Bayesian Data Analysis", ("Andrew Gelman", "John Carlin")),
    "regression": Shelved("Regression and Other Stories", ("Andrew Gelman", "Jennifer Hill")),
    "teoriya-veroyatnostey": Shelved("Теория вероятностей", ("А. Н. Колмогоров",)),
    "gai-lu-lun": Shelved("概率论", ("李贤平",)),
    "oeuvres": Shelved("Œuvres complètes", ("Évariste Galois",)),
    "mass": Shelved("Maß- und Integrationstheorie"),
    "stories": Shelved("Stories"),
}


def named(name: str) -> tuple[str, ...]:
    return resolve_names(name, sorted(BOOKS), lambda: BOOKS)


@pytest.mark.parametrize(
    ("name", "book_id"),
    [
        ("bda", "bda"),
        ("Bayesian data", "bda"),
        ("DATA ANALYSIS", "bda"),
        ("теория", "teoriya-veroyatnostey"),
        ("ВЕРОЯТНОСТЕЙ", "teoriya-veroyatnostey"),
        ("teoriya", "teoriya-veroyatnostey"),
        ("概率", "gai-lu-lun"),
        ("œuvres COMPLETES", "oeuvres"),
        ("masz", ""),
        ("maß", "mass"),
        ("MASS", "mass"),
        ("Stories", "stories"),
        ("carlin", "bda"),
    ],
)
def test_a_book_by_its_id_title_or_author(name: str, book_id: str) -> None:
    if book_id:
        assert named(name) == (book_id,)
    else:
        with pytest.raises(NotFoundError, match="did you mean mass"):
            named(name)


def test_an_author_means_all_books_in_a_search_and_none_alone() -> None:
    assert named("gelman") == ("bda", "regression")
    with pytest.raises(NotFoundError, match="could be bda or regression"):
        resolve_name("gelman", sorted(BOOKS), lambda: BOOKS)


def test_titles_are_not_read_when_an_id_fits() -> None:
    def described() -> dict[str, Shelved]:
        raise AssertionError

    assert resolve_name("bda", sorted(BOOKS), described) == "bda"
    assert resolve_name("REGR", sorted(BOOKS), described) == "regression"


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("Gelman", ("bda", "regression")),
        ("a. gelman", ("bda", "regression")),
        ("GELMAN, Andrew", ("bda", "regression")),
        ("колмогоров", ("teoriya-veroyatnostey",)),
        ("kolmogorov", ("teoriya-veroyatnostey",)),
        ("李贤平", ("gai-lu-lun",)),
        ("evariste", ("oeuvres",)),
    ],
)
def test_books_of_an_author(name: str, ids: tuple[str, ...]) -> None:
    assert books_of_author(name, BOOKS) == ids


def test_unknown_authors_are_refused_with_the_nearest() -> None:
    with pytest.raises(NotFoundError, match="did you mean Andrew Gelman"):
        books_of_author("Gelmann", BOOKS)
    with pytest.raises(NotFoundError, match="'octavo books' lists"):
        books_of_author("Zzz", BOOKS)


def test_of_many_books_some_are_named_and_the_others_counted() -> None:
    ids = [f"notes-{number}" for number in range(1, 9)]
    with pytest.raises(NotFoundError, match=r"could be notes-1, .*notes-5 or 3 others; give more"):
        resolve_name("notes", ids, dict)
