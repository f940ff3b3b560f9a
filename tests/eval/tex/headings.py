"""Reads headings, theorems and lists with the numbers that LaTeX gives them."""

from __future__ import annotations

from pathlib import Path

from tests.eval.tex.lexer import untokenise
from tests.eval.tex.mathematics import MathWalk

__all__ = ["LISTS", "SECTIONS", "HeadingWalk"]

SECTIONS = ("part", "chapter", "section", "subsection", "subsubsection", "paragraph")
LISTS = frozenset("itemize enumerate description list trivlist".split())


class HeadingWalk(MathWalk):
    """A walk that numbers what LaTeX numbers."""

    def __init__(self, text: str, folder: Path, labels: dict[str, str]) -> None:
        """Begin at a text's start; `labels` are the numbers that an earlier pass found."""
        super().__init__(text, folder, labels)
        self._lists: list[tuple[str, int]] = []
        self._appendix = False
        self._numbered = True

    def _section(self, name: str) -> None:
        tex = self._tex
        star = tex.star()
        tex.optional()
        title = tex.argument()
        self._paragraph()
        if not star and self._body and name in SECTIONS[: 4 if not self._book else 3]:
            number = self._section_number(name) if self._numbered else ""
            if number:
                chapter = "Appendix" if self._appendix else "Chapter"
                self._print(f"{chapter} {number}\n\n" if name == "chapter" else f"{number} ")
        self._inside(title)
        self._print("\n\n")

    def _section_number(self, name: str) -> str:
        counters = self._tex.counters
        place = SECTIONS.index(name)
        self._tex.step(name)
        for deeper in SECTIONS[place + 1 :]:
            if name != "part":
                counters[deeper] = 0
        if name == "part":
            return ""
        own = f"\\the{name}"
        if self._tex.defined(own):
            number = untokenise(self._tex.expanded([own])).strip()
        else:
            first = 1 if self._book else 2
            values = [str(counters.get(level, 0)) for level in SECTIONS[first : place + 1]]
            if self._appendix:
                values[0] = chr(64 + max(1, int(values[0])) % 27)
            number = ".".join(values)
        if name == "chapter":
            counters["equation"] = 0
            self._tex.parents.setdefault("equation", "chapter")
        self._last_number = number
        return number

    def _theorem(self, name: str) -> None:
        tex = self._tex
        note = tex.optional()
        title, counter = tex.theorems.get(name, ("Proof", None))
        number = ""
        if counter is not None:
            tex.step(counter)
            number = self._last_number = tex.number(counter)
        self._inside(list(title))
        if number:
            self._print(f" {number}")
        if note:
            self._print(" (")
            self._inside(note)
            self._print(")")
        self._print(". ")

    def _item(self) -> None:
        label = self._tex.optional()
        self._print("\n\n")
        if label is not None:
            self._inside(label)
            self._print(" ")
        elif self._lists and self._lists[-1][0] == "enumerate":
            count = self._lists[-1][1] + 1
            self._lists[-1] = ("enumerate", count)
            depth = sum(kind == "enumerate" for kind, _ in self._lists)
            self._last_number = str(count)
            letters = f"({chr(96 + min(count, 26))})"
            self._print(f"{count}. " if depth == 1 else f"{letters} " if depth == 2 else "")

    def _begin_appendix(self) -> None:
        self._appendix = True
        self._tex.counters["chapter"] = self._tex.counters["section"] = 0
