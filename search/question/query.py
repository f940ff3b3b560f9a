"""Parses a question. Any text is accepted; there are no syntax errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from indexer.passages.math_spans import find_math
from indexer.words.words import searchable
from ocr_service.common.errors import QueryError
from search.question.bare_math import bare_formulas
from search.question.broken_latex import broken_text, fault_of
from search.question.pasted_mathml import mathml_as_latex
from search.question.references import statement_kind

__all__ = ["Clause", "Query", "parse_query"]

_MAX_CHARACTERS = 4_000
_MAX_WORDS = 64
_MAX_FORMULAS = 16  # each is a search of its own
_PART = re.compile(
    r'(?P<sign>(?<!\S)[+-](?="|[^\W\d_]{2}))?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))'
)
# Typographic quotes, of Chinese and Japanese too, become "; halves of surrogate pairs are not text.
_PLAIN = {
    **dict.fromkeys(map(ord, "“”„‟«»「」『』＂"), '"'),
    **dict.fromkeys(range(0xD800, 0xE000), " "),
}
# A filter is a whole token. Phrases are matched so that nothing in them is taken for a filter.
_TOKEN = re.compile(
    r'(?<!\S)(?P<kind>book|author|kind):(?:"(?P<quoted>[^"]+)"|(?P<name>[^\s"]+))(?!\S)'
    r"|(?<!\S)pages?:(?P<first>\d{1,7})(?:[-–](?P<last>\d{1,7}))?(?!\S)"
    r'|"[^"]*"|[^\s"]+'
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A word or a phrase of the question; `sign` is "+" for required, "-" for excluded, or empty.

    `place` counts the clauses from 0; `latex` marks a word from within a formula.
    """

    text: str
    phrase: bool
    sign: str
    place: int = 0
    latex: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed question.

    `text` is the question as typed, without filters, with straight quotes, and truncated if it is
    very long (`cut`). `meaning` is the text to encode: without quotation marks and excluded words.
    `latex` holds its formulas; `bare` those among them that were typed without dollars, each as
    typed and as LaTeX, and `broken` LaTeX that is none, with its fault. `books`, `authors` and
    `pages` are its filters: names of books and of authors, and the first and last 1-based page.
    `kinds` are the kinds of statements asked for.
    """

    text: str
    clauses: tuple[Clause, ...]
    latex: tuple[str, ...]
    cut: bool
    meaning: str = ""
    books: tuple[str, ...] = ()
    pages: tuple[int, int] | None = None
    authors: tuple[str, ...] = ()
    bare: tuple[tuple[str, str], ...] = ()
    broken: tuple[tuple[str, str], ...] = ()
    kinds: tuple[str, ...] = ()

    @property
    def signed(self) -> bool:
        """Whether a word is required or excluded."""
        return any(clause.sign for clause in self.clauses)

    @property
    def requires(self) -> bool:
        """Whether a word or a phrase is required."""
        return any(clause.sign == "+" for clause in self.clauses)

    @property
    def has_words(self) -> bool:
        """Whether it has a word besides its formulas."""
        typed = {part for formula, _ in self.bare for part in formula.split()}
        return any(
            len(one.text) > 1 and one.text.isalpha() and one.text not in typed
            for one in self.clauses
            if not one.latex
        )

    def relaxed(self) -> Query:
        """Return the question without its requirements; excluded words stay excluded."""
        kept = (replace(one, sign=one.sign.replace("+", "")) for one in self.clauses)
        return replace(self, clauses=tuple(kept))


# Of a question about TeX itself, such as "how is \\binom set": nothing but words and commands.
_MORE_THAN_NAMES = re.compile(r"[^\w\s\\?.,'’-]|[\d_]")
_PLAIN_WORD = re.compile(r"(?<![\\\w])[^\W\d_]{3}")


def parse_query(text: str) -> Query:
    """Parse a question.

    Each word counts separately. "Words in quotes", as a phrase, and +word are required, -word is
    excluded. book:NAME, author:NAME, kind:theorem and pages:N-M restrict the search. LaTeX between
    dollars or backslash brackets is also searched as a formula, and so are MathML and mathematics
    as `bare_formulas` finds it. Text that only looks like one of these is read as words: pages:9-3,
    the signs of x -y, a filter within quotes, and -word if nothing else is asked.

    Raises:
        QueryError: the question has no letter, digit or formula, or its LaTeX is broken.
    """
    text = mathml_as_latex(text)
    cut = len(text) > _MAX_CHARACTERS
    text, names, pages = _take_filters(text[:_MAX_CHARACTERS].translate(_PLAIN))
    latex = tuple(dict.fromkeys(span.latex for span in find_math(text)))
    bare: tuple[tuple[str, str], ...] = ()
    if not latex and re.search(r"\\[A-Za-z]+", text):
        latex = (text,)
    elif not latex:
        found = bare_formulas(text)
        bare = tuple((text[one.start : one.end], one.latex) for one in found[:_MAX_FORMULAS])
        latex = tuple(dict.fromkeys(formula for _, formula in bare))
    broken = tuple((one, fault) for one in latex if (fault := fault_of(one)))
    latex = tuple(one for one in latex if not fault_of(one))
    clauses = [replace(clause, place=place) for place, clause in enumerate(_clauses(text))]
    if broken and not latex:
        clauses = [clause for clause in clauses if not clause.latex]
        if not clauses and _PLAIN_WORD.search(text) and not _MORE_THAN_NAMES.search(text):
            plain = enumerate(_clauses(text.replace("\\", " ")))
            clauses, broken = [replace(clause, place=place) for place, clause in plain], ()
        if not clauses:
            raise QueryError(broken_text(*broken[0]))
    if all(clause.sign == "-" for clause in clauses):
        clauses = [replace(clause, sign="") for clause in clauses]
        meaning = text
    else:
        meaning = _meaning(text) if '"' in text or any(c.sign for c in clauses) else text
    if len(clauses) > _MAX_WORDS or len(latex) > _MAX_FORMULAS:
        clauses, latex, cut = clauses[:_MAX_WORDS], latex[:_MAX_FORMULAS], True
    kinds = tuple(dict.fromkeys(map(statement_kind, names.get("kind", ()))))
    if not clauses and not latex and not kinds:
        shown = text if len(text) <= 40 else f"{text[:40]}…"
        raise QueryError(
            f"the query '{shown}' has no word and no formula; ask with words, "
            "or with LaTeX such as '$\\theta^2$'"
        )
    books, authors = (tuple(names.get(kind, ())) for kind in ("book", "author"))
    return Query(
        text, tuple(clauses), latex, cut, meaning, books, pages, authors, bare, broken, kinds
    )


def _take_filters(text: str) -> tuple[str, dict[str, list[str]], tuple[int, int] | None]:
    """Return the text without its filters, the names by "book" or "author", and the pages.

    Nothing is a filter within quotes or a formula. Of several ranges, the last counts.
    """
    names: dict[str, list[str]] = {}
    pages = None
    rest, place = "", 0
    for match in _TOKEN.finditer(_without_formulas(text)):
        if match["first"]:
            first, last = int(match["first"]), int(match["last"] or match["first"])
            if not 1 <= first <= last:
                continue
            pages = (first, last)
        elif match["kind"] == "kind" and not statement_kind(match["quoted"] or match["name"]):
            continue
        elif match["quoted"] or match["name"]:
            start, end = match.span("quoted" if match["quoted"] else "name")
            names.setdefault(match["kind"], []).append(text[start:end])
        else:
            continue
        rest += f"{text[place : match.start()]} "
        place = match.end()
    return (rest + text[place:]).strip(), names, pages


def _without_formulas(text: str) -> str:
    """Return a text of the same length in which each formula is one word."""
    for span in find_math(text):
        length = span.end - span.start
        text = f"{text[: span.start]}{'x' * length}{text[span.end :]}"
    return text


def _clauses(text: str) -> Iterator[Clause]:
    """Yield words and phrases. Within formulas, signs and quotes are mathematics."""
    spans = [(span.start, span.end) for span in find_math(text)]
    if not spans and re.search(r"\\[A-Za-z]+", text):
        spans = [(0, len(text))]
    place = 0
    for start, end in [*spans, (len(text), len(text))]:
        for match in _PART.finditer(text[place:start]):
            phrase = match["phrase"]
            words = _searchable(phrase if phrase is not None else match["word"])
            if _is_searchable(words):
                sign = match["sign"] or ("+" if phrase is not None else "")
                yield Clause(words, phrase is not None, sign)
        for word in searchable(text[start:end]).split():
            if _is_searchable(word):
                yield Clause(word, phrase=False, sign="", latex=True)
        place = end


def _searchable(text: str) -> str:
    r"""Return a word or phrase as it is looked for; of "\0", which is no command, the digit."""
    found = searchable(text).strip()
    return found if _is_searchable(found) else text.replace("\\", " ").strip()


def _is_searchable(words: str) -> bool:
    return any(letter.isalnum() for letter in words)


def _meaning(text: str) -> str:
    """Return the question as a sentence, without excluded words, signs and quotes."""

    def plain(match: re.Match[str]) -> str:
        if match["sign"] == "-":
            return ""
        return match["phrase"] if match["phrase"] is not None else match["word"]

    return " ".join(_PART.sub(plain, text).split())
