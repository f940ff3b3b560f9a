"""Compares what a document shows by its source with what its markdown shows. Pure."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.eval.compare import compare
from tests.eval.figures import BookFigures
from tests.eval.made.truth import Heading, Shown, Words, words_of
from tests.eval.markdown_grids import Grid
from tests.eval.pieces import Piece
from tests.eval.tokens import tokens_of

__all__ = ["Share", "Verdict", "judge"]

_SAME_START = 3  # words by which a list item or a note is known
_LONG_WORD = 24  # letters


@dataclass(slots=True)
class Share:
    """How many of some things were found right, and which were not."""

    right: int = 0
    count: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, name: str, *, right: bool) -> None:
        """Count one thing."""
        self.count += 1
        self.right += right
        if not right:
            self.wrong.append(name)

    def plus(self, other: Share) -> None:
        """Add another share's counts."""
        self.right += other.right
        self.count += other.count


@dataclass(slots=True)
class Verdict:
    """How a document was read.

    `words` are the source's words that are there, `order` those of them in the source's order,
    `inline` and `display` its formulas that are exactly right, `extra` formulas and headings that
    the source does not have, `glued` words that are two of the source.
    """

    words: Share = field(default_factory=Share)
    order: Share = field(default_factory=Share)
    headings: Share = field(default_factory=Share)
    levels: Share = field(default_factory=Share)
    cells: Share = field(default_factory=Share)
    items: Share = field(default_factory=Share)
    notes: Share = field(default_factory=Share)
    code: Share = field(default_factory=Share)
    inline: Share = field(default_factory=Share)
    display: Share = field(default_factory=Share)
    glued: list[str] = field(default_factory=list)
    extra_formulas: list[str] = field(default_factory=list)
    extra_headings: list[str] = field(default_factory=list)


def judge(truth: Shown, found: Shown, pages: int) -> Verdict:
    """Compare a document's source with what was read of it."""
    verdict = Verdict()
    _judge_words(truth.pieces, found.pieces, verdict)
    _judge_headings(truth.headings, found.headings, verdict)
    for grid in truth.tables:
        _judge_table(grid, found.tables, verdict.cells)
    _judge_starts(truth.items, found.items, verdict.items)
    _judge_starts(truth.notes, found.notes, verdict.notes)
    left = Counter(line.rstrip() for line in found.code)
    for line in (line.rstrip() for line in truth.code if line.strip()):
        verdict.code.add(line, right=left[line] > 0)
        left[line] -= 1
    _judge_formulas(compare(tokens_of(truth.pieces), tokens_of(found.pieces), pages), verdict)
    return verdict


def _judge_words(truth: Sequence[Piece], found: Sequence[Piece], verdict: Verdict) -> None:
    wanted, have = words_of(truth), words_of(found)
    left = Counter(have)
    for word in wanted:
        verdict.words.add(word, right=left[word] > 0)
        left[word] -= 1
    known = Counter(wanted)
    pairs = {first + second for first, second in itertools.pairwise(wanted)}
    verdict.glued = [
        word
        for word in have
        if word not in known and word.isalpha() and (word in pairs or len(word) > _LONG_WORD)
    ]
    first = words_of([piece for piece in truth if not piece.note])
    second = words_of([piece for piece in found if not piece.note])
    verdict.order.count = (Counter(first) & Counter(second)).total()
    verdict.order.right = longest_common(first, second)


def longest_common(first: Sequence[str], second: Sequence[str]) -> int:
    """Return the length of the longest common subsequence (Hyyrö's bit-parallel method)."""
    masks: dict[str, int] = {}
    for place, word in enumerate(first):
        masks[word] = masks.get(word, 0) | 1 << place
    whole = (1 << len(first)) - 1
    row = whole
    for word in second:
        matched = row & masks.get(word, 0)
        row = ((row + matched) | (row - matched)) & whole
    return len(first) - row.bit_count()


def _judge_headings(truth: Sequence[Heading], found: Sequence[Heading], verdict: Verdict) -> None:
    left = list(found)
    pairs: list[tuple[Heading, Heading]] = []
    for heading in truth:
        same = next((one for one in left if _is_same_title(heading.words, one.words)), None)
        verdict.headings.add(" ".join(heading.words), right=same is not None)
        if same is not None:
            left.remove(same)
            pairs.append((heading, same))
    steps = Counter(two.level - one.level for one, two in pairs if one.level)
    step = steps.most_common(1)[0][0] if steps else 0
    for one, two in pairs:
        right = two.level - one.level == step if one.level else two.level <= 1 + step
        verdict.levels.add(" ".join(one.words), right=right)
    verdict.extra_headings = [" ".join(one.words) for one in left]


def _is_same_title(wanted: Words, have: Words) -> bool:
    """Tell whether titles are the same, but for a number before one."""
    return wanted == have or (
        bool(wanted) and wanted == have[-len(wanted) :] and _few(wanted, have)
    )


def _few(wanted: Words, have: Words) -> bool:
    before = have[: len(have) - len(wanted)]
    return all(len(word) < 5 or word in {"chapter", "section"} for word in before[:3])


def _judge_table(grid: Grid, found: Iterable[Grid], share: Share) -> None:
    """Count the cells that are at their place; a table may stand lower or further to the right."""
    wanted = _texts(grid)
    best: set[tuple[int, int]] = set()
    for other in found:
        have = _texts(other)
        for down in range(-3, 30):
            for across in range(-2, 3):
                same = {
                    place
                    for place, text in wanted.items()
                    if have.get((place[0] + down, place[1] + across)) == text
                }
                best = max(best, same, key=len)
    for place, text in wanted.items():
        share.add(f"cell {place}: {text}", right=place in best)


def _texts(grid: Grid) -> dict[tuple[int, int], str]:
    """Return the text of each cell that has words, by its first place."""
    first: dict[int, tuple[int, int]] = {}
    for place, number in sorted(grid.places.items()):
        first.setdefault(number, place)
    return {
        place: grid.cells[number].text for number, place in first.items() if grid.cells[number].text
    }


def _judge_starts(truth: Sequence[Words], found: Sequence[Words], share: Share) -> None:
    left = Counter(words[:_SAME_START] for words in found)
    for words in truth:
        start = words[:_SAME_START]
        share.add(" ".join(words[:8]), right=left[start] > 0)
        left[start] -= 1


def _judge_formulas(figures: BookFigures, verdict: Verdict) -> None:
    for pair in figures.pairs:
        if not pair.source:
            verdict.extra_formulas.append(pair.output)
            continue
        share = verdict.display if pair.display else verdict.inline
        share.add(f"{pair.source}  ->  {pair.output} ({pair.kind})", right=pair.equal)
