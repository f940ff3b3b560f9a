"""Asks fourteen kinds of questions as an agent does, and counts its calls and tokens.

    python tests/eval/agent_questions.py LIBRARY [--print]

LIBRARY was built from data/shelf and the three books of the development corpora. Each question is a
few calls of the MCP tools, as an agent makes them that follows the instructions; the right answer
is here, taken from the print. A question is answered if the text that the calls return cites the
page and has the words that answer, or says of an absent topic that it is not on the shelf. Tokens
are the encoder's, of the answers' text.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from mcp_types import CallToolResult, TextContent

from search import Searcher
from search.context.tokens import token_counter
from search.live.live_library import LiveLibrary
from search.live.page_views import PageViews
from search.mcp.page_tools import PageTools
from search.mcp.tools import LibraryTools

Call = tuple[str, dict[str, Any]]
CALCULUS, HILBERT, MANNING = (
    "calculus-made-easy-2nd-edition",
    "the-foundations-of-geometry",
    "non-euclidean-geometry",
)
PRIMER, ALGEBRA = "statistics-primer", "linear-algebra-notes"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the calls that answer it, and what their text must have."""

    kind: str
    question: str
    calls: tuple[Call, ...]
    answer: tuple[str, ...]


QUESTIONS = (
    Asked(
        "definition",
        "What is the angle of parallelism?",
        (
            ("search", {"query": "angle of parallelism definition", "limit": 3}),
            ("read_pages", {"book": MANNING, "label": "25"}),
        ),
        (f"[{MANNING} p. 25 (PDF page 29)]", "is called the angle of parallelism"),
    ),
    Asked(
        "named theorem",
        "What does the theorem of Cayley and Hamilton say?",
        (("search", {"query": "Cayley-Hamilton theorem", "limit": 2}),),
        (f"[{ALGEBRA} p. 9]", "Cayley-Hamilton"),
    ),
    Asked(
        "proof",
        "How does Hilbert prove Pascal's theorem?",
        (
            ("search", {"query": "demonstration of Pascal's theorem", "books": ["hilbert"]}),
            ("read_pages", {"book": "hilbert", "pages": "30-31"}),
        ),
        (f"[{HILBERT} p. 24 (PDF page 30)]", "DEMONSTRATION OF PASCAL"),
    ),
    Asked(
        "exercise",
        "Which exercise cuts a string into four parts to make a rectangle?",
        (("search", {"query": "exercise: line cut up into 4 parts, rectangle of largest area"}),),
        (f"[{CALCULUS} p. 107 (PDF page 118)]", "cut up into 4 parts"),
    ),
    Asked(
        "equation by number",
        "What is equation (6.1) of the linear algebra notes?",
        (("find_formula", {"query": "(6.1)", "books": ["linear"], "limit": 1}),),
        (f"[{ALGEBRA} p. 11]", "number (6.1)", "Sigma"),
    ),
    Asked(
        "equation by look",
        "Where is the law of cosines?",
        (("find_formula", {"query": r"b^2 + c^2 - 2bc\cos A = a^2", "limit": 2}),),
        (f"[{MANNING} p. 50 (PDF page 54)]", "equal in another order"),
    ),
    Asked(
        "formula in plain text",
        "Where is dy/dx = n x^(n-1)?",
        (("search", {"query": "dy/dx = n x^(n-1)", "mode": "keyword", "limit": 3}),),
        (f"[{CALCULUS} p. ", "nx^{n - 1}"),
    ),
    Asked(
        "history",
        "Who first wrote against the axiom of parallels, and when?",
        (("search", {"query": "Saccheri 1733", "limit": 2}),),
        (f"[{MANNING} p. 80 (PDF page 84)]", "1733"),
    ),
    Asked(
        "two books compared",
        "How do Hilbert and Manning state the axiom of parallels?",
        (
            ("search", {"query": "axiom of parallels", "books": ["hilbert"], "limit": 2}),
            ("search", {"query": "axiom of parallels", "books": ["manning"], "limit": 2}),
        ),
        (f"[{HILBERT} p. ", f"[{MANNING} p. "),
    ),
    Asked(
        "absent topic",
        "What does Sylow's theorem say?",
        (("search", {"query": "Sylow's theorem", "limit": 3}),),
        ("not on this shelf: Sylow", "nothing on this shelf says this"),
    ),
    Asked(
        "absent phrase",
        "What is the Black-Scholes formula?",
        (("search", {"query": '"Black-Scholes" formula', "limit": 3}),),
        ('not on this shelf: "Black-Scholes"', "nothing on this shelf says this"),
    ),
    Asked(
        "question in German",
        "Wie lautet der Satz von Pascal?",
        (
            ("search", {"query": "Wie lautet der Satz von Pascal?", "limit": 1}),
            ("search", {"query": "Pascal's theorem", "limit": 2}),
        ),
        ("the question is in German", f"[{HILBERT} p. "),
    ),
    Asked(
        "author",
        "Which book is by Hilbert, and of what year?",
        (("list_books", {"book": "hilbert"}),),
        (HILBERT, "1950", "David Hilbert", "labels 1 to 87"),
    ),
    Asked(
        "several pages by their labels",
        "What stands on the pages v and 4 to 5 of the primer?",
        (
            ("read_pages", {"book": "primer of stat", "label": "v"}),
            ("read_pages", {"book": "primer of stat", "label": "4-5"}),
        ),
        (f"[{PRIMER} p. v (PDF page 5)]", f"[{PRIMER} p. 5 (PDF page 10)]"),
    ),
)


def text_of(result: CallToolResult) -> str:
    """Return the text of an answer."""
    return "".join(part.text for part in result.content if isinstance(part, TextContent))


def main() -> None:
    """Print a line for each question, and the sums."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("library", type=Path)
    parser.add_argument("--print", action="store_true", dest="shown", help="print the answers")
    arguments = parser.parse_args()
    live = LiveLibrary(arguments.library)
    searcher = Searcher.open(arguments.library)
    count = token_counter(searcher.library.index_path / "encoders" / searcher.manifest.encoder_key)
    tools, views = LibraryTools(live), PageViews()
    pages = PageTools(live, views)
    known: dict[str, Callable[..., CallToolResult]] = {
        "search": tools.search,
        "find_formula": tools.find_formula,
        "list_books": tools.list_books,
        "read_pages": pages.read_pages,
    }
    right = calls = tokens = 0
    print("kind                            calls  tokens  answered")
    for asked in QUESTIONS:
        texts = [text_of(known[tool](**given)) for tool, given in asked.calls]
        size = sum(map(count, texts))
        lacking = [part for part in asked.answer if not any(part in text for text in texts)]
        right, calls, tokens = right + (not lacking), calls + len(texts), tokens + size
        told = "yes" if not lacking else f"no, without {lacking}"
        print(f"{asked.kind:32}{len(texts):5}{size:8}  {told}")
        if arguments.shown:
            print("\n".join(texts), end="\n\n")
    print(f"{'all':32}{calls:5}{tokens:8}  {right}/{len(QUESTIONS)}")
    views.close()


if __name__ == "__main__":
    main()
