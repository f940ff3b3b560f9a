r"""Finds lines of a program that a model labelled as text, and puts them between fences.

Without fences `# Parameters:` is a first-level heading, and `a*b*c` is partly in italics. Such
lines come in one region or, line by line, in many. Two or more in a row are code if one of them
can be nothing else, or if there is a comment and a statement that ends in a semicolon. Lines with
LaTeX are not code. A single line such as `# Parameters:` is code if it is a text region of its
own: the model labels headings as such.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import IntEnum
from itertools import groupby
from typing import NamedTuple

from ocr_service.common.boxes import hull
from ocr_service.library.pages import Region

__all__ = ["fenced", "with_code_fenced"]


class _Kind(IntEnum):
    """What a line may be, from unlikely code to certain code."""

    OTHER = 0
    PERHAPS = 1  # an assignment that could be mathematics, a lone bracket
    COMMENT = 2
    LABEL = 3  # a comment that is its own region and ends in a colon: "# Parameters:"
    STATEMENT = 4  # with a semicolon; two formulas in a line can look like it
    CODE = 5


class _Line(NamedTuple):
    """A line, the index of its region, and its kind."""

    region: int
    text: str
    kind: _Kind


_LONGEST_LINE = 300  # characters of a line of code
_STRING = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")
_COMMENT = re.compile(r"\s*#(?!#)\s*[^\s#].*")
_LATEX = re.compile(r"\\[A-Za-z(\[]|\$|</?t[dr]>")
_PROSE = re.compile(r"(?:[^\W\d_]{3,} ){2}[^\W\d_]{3,}")
_NAME = r"[A-Za-z_][\w.]*(?:\[[^\[\]]*\])?"
_SURE = re.compile(
    rf"""\s*(?:
      (?:import|from)\ [\w.]+(?:\ (?:import|as)\ [\w.,\ *]+)?;?
    | (?:def\ \w+\(.*\)|class\ \w+(?:\(.*\))?|else|try|finally)\s*:.*
    | (?:for\ [\w,\ ]+\ in\ .*[\w)\]]|(?:if|elif|while)\ .*[=<>(].*)\s*:.*
    | (?:{_NAME}\s*=\s*)?\w+\.[\w.]+\(.*\)   # a method call
    | (?:print|disp|plot|printf|cat)\s?\(.*\)
    )\s*""",
    re.VERBOSE,
)
_STATEMENT = re.compile(
    r"(?:\s*(?:[\w.\[\],]+\s?[-+*/]?=[^=;][^;]*|[\w.]+\([^;]*\)|return\b[^;]*);)+.*"
)
_PERHAPS = re.compile(
    rf"\s*(?:{_NAME}(?:\s*,\s*{_NAME})*\s*[-+*/]?=[^=].*|[)\]}}]+[;,]?|return\b.*)"
)


def fenced(code: str) -> str:
    """Return code between fences, with backtick fences inside replaced by quotes."""
    return f"```\n{code.replace('```', chr(39) * 3)}\n```"


def with_code_fenced(regions: Sequence[Region]) -> list[Region]:
    """Return regions with the code of text regions as regions of their own.

    A code region has the bounding box of all regions that its lines come from.
    """
    lines = [line for place, region in enumerate(regions) for line in _lines(place, region)]
    result: list[Region] = []
    for is_code, run in _runs(lines):
        if is_code:
            result.append(_code_region(regions, run))
            continue
        for place, own in groupby(run, key=lambda line: line.region):
            texts = [line.text for line in own]
            whole = regions[place]
            text = "\n".join(texts).strip("\n")
            untouched = len(texts) == whole.text.count("\n") + 1
            if untouched or text:
                label, box = whole.label, whole.box
                result.append(whole if untouched else Region(label, box, text))
    return result


def _lines(place: int, region: Region) -> Iterator[_Line]:
    """Yield a region's lines; only those of plain text can be code without fences."""
    texts = region.text.split("\n")
    plain = region.label in {"text", "code"} and "```" not in region.text
    for text in texts:
        kind = _kind(text) if plain else _Kind.OTHER
        if kind is _Kind.COMMENT and len(texts) == 1 and text.endswith(":"):
            kind = _Kind.LABEL
        yield _Line(place, text, kind)


def _kind(text: str) -> _Kind:
    """Return the kind of a single line."""
    if len(text) > _LONGEST_LINE or _LATEX.search(text):
        return _Kind.OTHER
    if _COMMENT.fullmatch(text):
        return _Kind.COMMENT
    bare = re.sub(r"\s#.*", "", _STRING.sub('""', text))
    if not bare.strip() or _PROSE.search(bare):
        return _Kind.OTHER
    if _SURE.fullmatch(bare):
        return _Kind.CODE
    if _STATEMENT.fullmatch(bare):
        return _Kind.STATEMENT
    return _Kind.PERHAPS if _PERHAPS.fullmatch(bare) else _Kind.OTHER


def _runs(lines: Sequence[_Line]) -> Iterator[tuple[bool, list[_Line]]]:
    """Split lines into alternating runs of code (True) and other lines (False)."""
    others: list[_Line] = []
    for possible, group in groupby(lines, key=lambda line: line.kind is not _Kind.OTHER):
        run = list(group)
        if not possible or not _is_code([line.kind for line in run]):
            others += run
            continue
        yield False, others
        yield True, run
        others = []
    yield False, others


def _is_code(kinds: Sequence[_Kind]) -> bool:
    """Return whether consecutive lines are code."""
    sure, statements = kinds.count(_Kind.CODE), kinds.count(_Kind.STATEMENT)
    comments = kinds.count(_Kind.COMMENT)
    if _Kind.LABEL in kinds:
        return True
    return sure + statements + comments >= 2 and (sure > 0 or (statements > 0 and comments > 0))


def _code_region(regions: Sequence[Region], run: Sequence[_Line]) -> Region:
    boxes = [regions[place].box for place in sorted({line.region for line in run})]
    return Region("code", hull(boxes), fenced("\n".join(line.text for line in run)))
