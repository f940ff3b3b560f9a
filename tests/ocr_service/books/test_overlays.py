"""Earlier states of slides: which pages are, and of which last state."""

from ocr_service.books.overlays import find_overlays
from ocr_service.library.pages import PageRecord, PageStatus

SLIDE = (362.8, 272.1)
PAGE = (595.0, 842.0)


def records(labels: list[str], size: tuple[float, float] = SLIDE) -> list[PageRecord]:
    return [
        PageRecord(
            source_sha256="0" * 64,
            page_index=index,
            page_label=label,
            engine="typeset",
            status=PageStatus.OK,
            raw="",
            page_size=size,
        )
        for index, label in enumerate(labels)
    ]


# The file labels its pages: all states of a slide have one label.


def test_earlier_states_lead_to_the_last_one() -> None:
    texts = [
        "# Outline\n\nTwo parts",
        "# Bayes\n\nPrior",
        "# Bayes\n\nPrior\n\nLikelihood",
        "# Bayes\n\nPrior\n\nLikelihood\n\nPosterior",
        "# Outline\n\nTwo parts",
    ]
    assert find_overlays(records(["1", "2", "2", "2", "3"]), texts) == {1: 3, 2: 3}


def test_a_state_with_words_of_its_own_is_kept() -> None:
    texts = [
        "# Bayes\n\nPrior",
        "# Bayes\n\nPrior\n\nA remark that vanishes afterwards",
        "# Bayes\n\nPrior\n\nPosterior",
    ]
    assert find_overlays(records(["1", "1", "1"]), texts) == {0: 2}


def test_the_whole_state_need_not_be_the_next() -> None:
    texts = ["Prior and likelihood", "Something else entirely", "Prior and likelihood, again"]
    assert find_overlays(records(["a", "a", "a"]), texts) == {0: 2}


def test_equal_slides_with_different_labels_are_two() -> None:
    assert find_overlays(records(["1", "3"]), ["# Outline", "# Outline"]) == {}


# Without labels, states have one title.


def test_one_title_and_all_words() -> None:
    texts = ["# Bayes\n\nPrior", "# Bayes\n\nPrior\n\nPosterior", "# Beta\n\nPrior Posterior"]
    assert find_overlays(records(["1", "2", "3"]), texts) == {0: 1}


def test_pictures_without_words_are_no_states_of_each_other() -> None:
    assert find_overlays(records(["1", "2"]), ["![](figure)", "![](figure)"]) == {}


def test_a_number_that_differs_is_a_word_of_its_own() -> None:
    texts = ["# Example\n\nwith 12 heads", "# Example\n\nwith 14 heads"]
    assert find_overlays(records(["1", "2"]), texts) == {}


def test_pages_of_a_book_are_no_slides() -> None:
    texts = ["# Bayes\n\nPrior", "# Bayes\n\nPrior\n\nPosterior"]
    assert find_overlays(records(["1", "2"], PAGE), texts) == {}
