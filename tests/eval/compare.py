"""Compares an aligned source and output: counts right formulas and errors in the prose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from tests.eval.align import Alignment, align
from tests.eval.compare_prose import count_prose
from tests.eval.distance import similarity
from tests.eval.error_kinds import kind_of
from tests.eval.figures import LEAST_SYMBOLS, BookFigures, FormulaPair
from tests.eval.joined_parts import IndexPair, Joined, joined_parts
from tests.eval.tokens import Token

__all__ = ["compare", "crop"]


def crop(source: Sequence[Token], output: Sequence[Token]) -> Sequence[Token]:
    """Return the part of the source that some pages of the book are of."""
    places: dict[tuple[str, ...], int] = {}
    for index in range(len(source) - 3):
        run = tuple(token.key for token in source[index : index + 4])
        places[run] = -1 if run in places else index
    found: list[int] = []
    for index in range(len(output) - 3):
        place = places.get(tuple(token.key for token in output[index : index + 4]), -1)
        if place >= 0:
            found.append(place)
    if not found:
        return source[:0]
    found.sort()
    reach = int(len(output) * 1.3) + 200
    best = max(
        range(len(found)), key=lambda i: sum(found[i] <= one < found[i] + reach for one in found)
    )
    inside = [one for one in found if found[best] <= one < found[best] + reach]
    return source[inside[0] : inside[-1] + 4]


def compare(source: Sequence[Token], output: Sequence[Token], pages: int) -> BookFigures:
    """Align the two streams and count right formulas and errors."""
    alignment = align(source, output)
    result = BookFigures(pages=pages)
    count_prose(source, output, alignment, result)
    result.unparsed = sum(token.form is not None and not token.form.parsed for token in output)
    page = next((token.page for token in output), 0)
    for group in _groups(source, output, alignment):
        page = _count_group(source, output, group, page, result)
    return result


def _groups(
    source: Sequence[Token], output: Sequence[Token], alignment: Alignment
) -> Iterator[list[IndexPair]]:
    """Yield stretches of pairs between those that are equal, and each equal pair alone."""
    group: list[IndexPair] = []
    for i, j in alignment.pairs:
        if i is not None and j is not None and source[i].key == output[j].key:
            if group:
                yield group
                group = []
            yield [(i, j)]
        else:
            group.append((i, j))
    if group:
        yield group


def _count_group(
    source: Sequence[Token],
    output: Sequence[Token],
    group: list[IndexPair],
    page: int,
    result: BookFigures,
) -> int:
    """Count the formulas of one stretch; return the page where it ends."""
    split, merged = joined_parts(source, output, group)
    loose = _letters(
        output[j].text for i, j in group if j is not None and i is None and not output[j].form
    )
    missing = _letters(
        source[i].text for i, j in group if i is not None and j is None and not source[i].form
    )
    used = {j for parts in split.values() for j in parts.parts}
    for i, j in group:
        page = output[j].page or page if j is not None else page
        if i is not None and _is_formula(source[i]):
            joined = split.get(i) or merged.get(i)
            found = output[j] if j is not None else None
            if found is None and joined is not None:
                found = output[joined.parts[0]]
            pair = _pair(source[i], found, page, loose)
            if joined is not None:
                _note_joined(pair, joined, output)
            _count(pair, result)
        elif i is None and j is not None and j not in used and _is_formula(output[j]):
            result.pairs.append(_without_source(output[j], missing, result))
    return page


def _is_formula(token: Token) -> bool:
    return token.form is not None and not token.aside


def _letters(texts: Iterable[str]) -> str:
    return re.sub(r"\W", "", "".join(texts)).casefold()


def _own_letters(token: Token) -> str:
    assert token.form is not None
    return _letters(mark.rpartition(":")[2] for mark in token.form.line if mark[0] != "<")


def _without_source(token: Token, missing: str, result: BookFigures) -> FormulaPair:
    """Count a formula that the source does not have; false if it is prose of the source."""
    own = _own_letters(token)
    false = bool(own) and own in missing
    result.false_formulas += false
    result.extra_formulas += not false
    kind = "text taken for mathematics" if false else "formula without source"
    assert token.piece is not None
    assert token.form is not None
    return FormulaPair(
        token.page, token.piece.display, "", token.piece.latex, False, 0.0, 0, kind, "",
        " ".join(token.form.line), None, token.piece.number,
    )  # fmt: skip


def _pair(
    ours: Token,
    found: Token | None,
    page: int,
    loose: str,
) -> FormulaPair:
    """Return how one formula of the source was read."""
    assert ours.form is not None
    assert ours.piece is not None
    equal = found is not None and ours.key == found.key
    pair = FormulaPair(
        page, ours.piece.display, ours.piece.latex, "", equal, 0.0, ours.form.count, "",
        " ".join(ours.form.line), "", ours.piece.number,
    )  # fmt: skip
    if found is not None and found.form is not None and found.piece is not None:
        pair.output, pair.output_line = found.piece.latex, " ".join(found.form.line)
        pair.output_number = found.piece.number
        pair.similarity = similarity(ours.form.line, found.form.line)
        pair.kind = "" if equal else kind_of(ours.form.line, found.form.line)
    elif not equal:
        own = _own_letters(ours)
        pair.kind = "formula left as text" if own and own in loose else "formula lost"
    return pair


def _note_joined(pair: FormulaPair, joined: Joined, output: Sequence[Token]) -> None:
    """Say of a pair that its formula came out in parts, or in one with its neighbours."""
    pair.equal, pair.similarity, pair.kind = False, joined.similarity, joined.kind
    if joined.kind == "split":
        texts = (output[part] for part in joined.parts)
        pair.output = " ⏐ ".join(one.piece.latex if one.piece else one.text for one in texts)


def _count(pair: FormulaPair, result: BookFigures) -> None:
    result.pairs.append(pair)
    if pair.number is not None and pair.display:
        result.numbers += 1
        result.numbers_right += _bare(pair.number) == _bare(pair.output_number)
    if pair.symbols < LEAST_SYMBOLS:
        result.short.add(pair)
    else:
        (result.display if pair.display else result.inline).add(pair)


def _bare(number: str | None) -> str:
    return re.sub(
        r"[\s(){}\\]|text|math[a-z]{2}|ast", lambda m: "*" if m[0] == "ast" else "", number or ""
    )
