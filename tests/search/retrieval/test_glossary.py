"""Questions in another language are translated by a bilingual glossary, where a book has one."""

from __future__ import annotations

from pathlib import Path

from search import Searcher
from search.output.sureness import certainty_notes
from tests.conftest import call_octavo
from tests.support.helpers import make_document

GLOSSARY = """# German-English glossary

Element: element

Gruppe: group

neutrales Element: identity element

Ring: ring"""
PAGES = [
    "# Groups\n\nA group has a product. The identity element of a group changes nothing.",
    "# Rings\n\nA ring has a sum and a product of its elements.",
    GLOSSARY,
]


def test_a_foreign_question_is_translated(tmp_path: Path, encoder_cache: Path) -> None:
    assert encoder_cache.is_dir()
    library = tmp_path / "library"
    book = make_document(tmp_path / "algebra.mmd", PAGES)
    assert call_octavo("build", book, "--library", library).returncode == 0
    searcher = Searcher.open(library)
    for question in ("neutrales Element einer Gruppe", "Was ist eine Gruppe?"):
        answer = searcher.ask(question, mode="keyword")
        assert answer.hits[0].source.page == 1
        assert not answer.hits[0].near
        assert certainty_notes(answer.certainty, answer.hits) == [
            "the question is in German, no book searched is: translated by the glossary of algebra"
        ]
    # A question in English is not, nor one whose words no glossary has.
    assert searcher.ask("identity element of a group", mode="keyword").certainty.language is None
    assert searcher.ask("Was ist ein Winkel?", mode="keyword").certainty.glossary is None
