"""Counts the words that a reader lost, glued, invented or put out of order. Pure.

`PageWords` is what the page says, made once; `fidelity` compares one reading with it. Running heads
count: they are regions too until the whole book is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from ocr_service.engines.check.words import (
    letters_of,
    markdown_words,
    numbers,
    split_broken_word,
    text_words,
    without_accents_behind,
)

__all__ = ["Fidelity", "PageWords", "fidelity", "page_words"]

_LEAST_LETTERS = 5  # of a word that is looked for within others: shorter ones are found anywhere
_LEAST_GLUED = 8  # letters of two words that were glued
_LINE_WORDS = 4  # of a line that is taken for prose, whose next line goes on with it
_LEAST_JOINTS = 4  # fewer line ends say nothing of the order


@dataclass(frozen=True, slots=True)
class PageWords:
    """The words of a page's own text.

    `letters` is all of them as one string, `starts` where in it each begins, and its length.
    `joints` are the last and the first word of lines that follow each other down a column of
    prose: a reading in the right order has them side by side. `numbers` are counted where they are
    to be found again. A word that only stands in `formulas` is not invented.
    """

    counts: Counter[str]
    numbers: Counter[str]
    letters: str
    starts: frozenset[int]
    joints: tuple[tuple[str, str], ...]
    formulas: str = ""


@dataclass(frozen=True, slots=True)
class Fidelity:
    """What became of a page's words in one reading; `lost` counts repetitions, numbers included.

    `order` is the share (0..1) of line ends after which the reading goes on with the next line, 1
    where there are too few to tell.
    """

    expected: int
    lost: tuple[str, ...]
    glued: tuple[str, ...]
    invented: tuple[str, ...]
    order: float

    @property
    def recall(self) -> float:
        """The share (0..1) of the page's words that the reading has; 1 if the page has none."""
        return 1.0 - len(self.lost) / self.expected if self.expected else 1.0


def page_words(
    columns: Iterable[Sequence[str]], formulas: str = "", *, with_numbers: bool = True
) -> PageWords:
    """Return the words of a page.

    Args:
        columns: Lines that stand below each other, without the characters of formulas.
        formulas: Text in which the words of formulas are to be found.
        with_numbers: Whether numbers are to be found again. Where there are formulas they are not:
            plain text has 1012 for a power of ten.
    """
    words: list[str] = []
    joints: list[tuple[str, str]] = []
    figures: Counter[str] = Counter()
    part = ""
    for column in without_accents_behind(columns):
        before: list[str] = []
        for line in column:
            whole, next_part = split_broken_word(part + line.lstrip() if part else line)
            found = text_words(whole)
            if not part and len(before) >= _LINE_WORDS and len(found) >= _LINE_WORDS:
                joints.append((before[-1], found[0]))
            words += found
            before, part = found, next_part
            if with_numbers:
                figures.update(numbers(line))
    words += text_words(part)
    starts = frozenset(accumulate(map(len, words), initial=0))
    return PageWords(Counter(words), figures, "".join(words), starts, tuple(joints), formulas)


def fidelity(page: PageWords, markdown: str) -> Fidelity:
    """Compare a page's markdown with the page's own words."""
    words, figures = markdown_words(markdown)
    found = Counter(words)
    foreign = found.keys() - page.counts.keys()
    strange = [word for word in foreign if word not in page.letters]
    if strange and page.formulas:
        others = letters_of(page.formulas)
        strange = [word for word in strange if word not in others]
    return Fidelity(
        expected=page.counts.total() + page.numbers.total(),
        lost=tuple(_lost(page, found, "".join(words), Counter(figures))),
        glued=tuple(sorted(word for word in foreign if _is_glued(word, page))),
        invented=tuple(sorted(word for word in strange for _ in range(found[word]))),
        order=_order(page.joints, words),
    )


def _lost(
    page: PageWords, found: Counter[str], letters: str, figures: Counter[str]
) -> Iterable[str]:
    """Yield the words and numbers that are missing, each as often as it is.

    A word that was joined over a line's end where the reading keeps the hyphen, or the other way
    about, is there all the same.
    """
    for word, count in (page.counts - found).items():
        if len(word) < _LEAST_LETTERS or word not in letters:
            yield from [word] * count
    yield from (page.numbers - figures).elements()


def _is_glued(word: str, page: PageWords) -> bool:
    """Tell whether a word of the reading is two or more whole words of the page without a blank."""
    if len(word) < _LEAST_GLUED:
        return False
    place = page.letters.find(word)
    while place >= 0:
        if place in page.starts and place + len(word) in page.starts:
            return True
        place = page.letters.find(word, place + 1)
    return False


def _order(joints: Sequence[tuple[str, str]], words: Sequence[str]) -> float:
    if len(joints) < _LEAST_JOINTS:
        return 1.0
    pairs = set(pairwise(words))
    return sum(joint in pairs for joint in joints) / len(joints)
