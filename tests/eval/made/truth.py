"""Takes from a source what its page shows: words and formulas in order, headings, tables, notes.

pandoc reads the source, whatever its format, and gives its tree as JSON.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.eval.displays import display_pieces, is_grid
from tests.eval.markdown_grids import Cell, Grid
from tests.eval.pieces import FormulaPiece, Piece, ProsePiece
from tests.eval.tokens import tokens_of

__all__ = ["Heading", "Shown", "Words", "read_truth", "words_of"]

Words = tuple[str, ...]
Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its level, 1 is the outermost, and its words."""

    level: int
    words: Words


@dataclass(slots=True)
class Shown:
    """What a document shows, by its source or by the markdown that was read of it.

    `items` and `notes` are the words of list items and of footnotes, `code` the lines of listings
    with their indentation. Notes are in `pieces` too, marked as such.
    """

    pieces: list[Piece] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    tables: list[Grid] = field(default_factory=list)
    items: list[Words] = field(default_factory=list)
    notes: list[Words] = field(default_factory=list)
    code: list[str] = field(default_factory=list)


def words_of(pieces: Sequence[Piece]) -> Words:
    """Return the words and numbers of the prose in some pieces."""
    tokens = tokens_of(pieces)
    return tuple(one.key for one in tokens if one.form is None and any(map(str.isalnum, one.key)))


def read_truth(path: Path, form: str) -> Shown:
    """Return what a source shows that is in the format with pandoc's name `form`.

    Raises:
        subprocess.CalledProcessError: pandoc cannot read it.
    """
    command = ["pandoc", f"--from={form}", "--to=json", str(path)]
    done = subprocess.run(command, check=True, capture_output=True)
    tree = json.loads(done.stdout)
    walk = _Walk()
    # The title of a web page's head is not on the page.
    for key in () if form == "html" else ("title", "subtitle", "author", "date"):
        walk.add_field(key, tree["meta"].get(key))
    walk.blocks(tree["blocks"])
    walk.shown.notes += [words_of(note) for note in walk.notes]
    return walk.shown


class _Walk:
    """Walks through pandoc's tree."""

    def __init__(self) -> None:
        self.shown = Shown()
        self.notes: list[list[Piece]] = []
        self._depth = 0  # of notes

    def add_field(self, key: str, value: Node | None) -> None:
        """Add the title, or another field of the source's head."""
        if value is None:
            return
        for one in value["c"] if value["t"] == "MetaList" else [value]:
            if one["t"] != "MetaInlines":
                continue
            pieces = list(self._inlines(one["c"]))
            if key == "title":
                self.shown.headings.append(Heading(0, words_of(pieces)))
            self._add(pieces)

    def blocks(self, nodes: Sequence[Node]) -> None:
        """Add some blocks, in order."""
        for node in nodes:
            add = getattr(self, f"_{node['t'].lower()}", None)
            if add is not None:
                add(node.get("c"))

    def _add(self, pieces: Sequence[Piece]) -> None:
        """Add a paragraph, and its notes behind it."""
        self.shown.pieces += [*pieces, ProsePiece("\n\n")]

    def _para(self, content: list[Node]) -> None:
        before = len(self.notes)
        pieces = list(self._inlines(content))
        self._add(pieces)
        for note in self.notes[before:]:
            self.shown.pieces += [*note, ProsePiece("\n\n", note=True)]

    _plain = _para

    def _header(self, content: list[Any]) -> None:
        level, _, inlines = content
        pieces = list(self._inlines(inlines))
        self.shown.headings.append(Heading(level, words_of(pieces)))
        self._add(pieces)

    def _div(self, content: list[Any]) -> None:
        if "unseen" not in content[0][1]:
            self.blocks(content[1])

    def _blockquote(self, content: list[Node]) -> None:
        self.blocks(content)

    def _lineblock(self, content: list[list[Node]]) -> None:
        for line in content:
            self._para(line)

    def _codeblock(self, content: list[Any]) -> None:
        self.shown.code += content[1].split("\n")
        self._add([ProsePiece(content[1])])

    def _bulletlist(self, content: list[list[Node]]) -> None:
        for item in content:
            start = len(self.shown.pieces)
            place = len(self.shown.items)
            self.blocks(item)
            self.shown.items.insert(place, words_of(self.shown.pieces[start:]))

    def _orderedlist(self, content: list[Any]) -> None:
        self._bulletlist(content[1])

    def _definitionlist(self, content: list[Any]) -> None:
        for term, definitions in content:
            self._para(term)
            for definition in definitions:
                self.blocks(definition)

    def _table(self, content: list[Any]) -> None:
        _, caption, _, head, bodies, foot = content
        self.blocks(caption[1])
        rows = [(row, True) for row in head[1]]
        for body in bodies:
            rows += [(row, True) for row in body[2]] + [(row, False) for row in body[3]]
        rows += [(row, False) for row in foot[1]]
        cells = [[self._cell(cell, is_head=is_head) for cell in row[1]] for row, is_head in rows]
        if cells:
            self.shown.tables.append(Grid.of(cells))

    def _cell(self, content: list[Any], *, is_head: bool) -> Cell:
        start = len(self.shown.pieces)
        self.blocks(content[4])
        words = words_of(self.shown.pieces[start:])
        return Cell(" ".join(words), content[2], content[3], is_head)

    def _inlines(self, nodes: Sequence[Node]) -> Iterator[Piece]:
        for node in nodes:
            yield from self._inline(node["t"], node.get("c"))

    def _inline(self, kind: str, content: Any) -> Iterator[Piece]:
        note = self._depth > 0
        if kind == "Str":
            yield ProsePiece(content, note=note)
        elif kind in {"Space", "SoftBreak", "LineBreak"}:
            yield ProsePiece(" ", note=note)
        elif kind == "Code":
            yield ProsePiece(content[1], note=note)
        elif kind == "Math":
            yield from self._formula(content[1], display=content[0]["t"] == "DisplayMath")
        elif kind == "Note":
            self._note(content)
        elif kind == "Quoted":
            yield ProsePiece('"', note=note)
            yield from self._inlines(content[1])
            yield ProsePiece('"', note=note)
        elif kind in {"Link", "Span", "Cite"}:
            yield from self._inlines(content[1])
        elif isinstance(content, list) and kind not in {"Image", "RawInline"}:
            yield from self._inlines(content)

    def _formula(self, latex: str, *, display: bool) -> Iterator[Piece]:
        note = self._depth > 0
        if display or is_grid(latex):
            yield from display_pieces(latex)
        else:
            yield FormulaPiece(latex, display=False, note=note)

    def _note(self, content: list[Node]) -> None:
        self._depth += 1
        pieces: list[Piece] = []
        for block in content:
            if block["t"] in {"Para", "Plain"}:
                pieces += [*self._inlines(block["c"]), ProsePiece(" ", note=True)]
        self._depth -= 1
        self.notes.append(pieces)
