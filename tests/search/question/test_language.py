"""The language of a question is told by a few words, or not at all."""

from __future__ import annotations

import json

import pytest

from search.question.language import question_language, short_foreign_language
from search.question.stop_words import stop_words_of
from tests.conftest import ROOT


def test_questions_in_other_languages_are_told_from_english_ones() -> None:
    lines = (ROOT / "tests" / "eval" / "crosslingual.jsonl").read_text(encoding="utf-8")
    for row in map(json.loads, lines.splitlines()):
        assert question_language(row["query"]) == row["language"], row["query"]
    lines = (ROOT / "tests" / "eval" / "certainty.jsonl").read_text(encoding="utf-8")
    for row in map(json.loads, lines.splitlines()):
        known = question_language(row["query"])
        assert known in (None, "en") or "é" in row["query"] or "avec" in row["query"], row["query"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Was ist eine Gruppe?", "de"),
        ("Qu'est-ce que la dérivée d'une fonction ?", "fr"),
        ("¿Qué es una integral?", "es"),
        ("最小二乗法とは", "ja"),
        ("Was it Saccheri who first doubted the axiom?", "en"),
        ("Gudermannsche Funktion", None),
        ("die rolling", None),
        ("beta distribution as a prior", None),
        (r"\sin\Pi(x) = \frac{1}{\cos ix},\quad \tan\Pi(x)", None),
    ],
)
def test_a_question(text: str, language: str | None) -> None:
    assert question_language(text) == language


@pytest.mark.parametrize(
    ("text", "unknown", "language"),
    [
        ("neutrales Element einer Gruppe", ["neutrales", "einer", "Gruppe"], "de"),
        ("Stetigkeit", ["Stetigkeit"], "de"),
        ("Gudermannsche Funktion", ["Gudermannsche", "Funktion"], "de"),
        ("Nietzsche", ["Nietzsche"], None),
        ("série convergente quelconque dans un anneau", ["quelconque", "anneau"], "fr"),
        ("valeur absolue avec unicité", ["valeur", "absolue", "unicité"], "fr"),
        ("demostración del teorema", ["demostración", "teorema"], "es"),
        ("van der Waerden number", ["Waerden"], None),
        ("von Neumann algebra", ["Neumann"], None),
        ("Young diagram", ["Young"], None),
        ("the Satz einer Gruppe", ["Satz", "einer", "Gruppe"], None),
        ("einer", ["einer"], None),
        ("element einer group", [], None),
    ],
)
def test_a_few_foreign_words(text: str, unknown: list[str], language: str | None) -> None:
    assert short_foreign_language(text, unknown) == language


def test_foreign_stop_words_are_not_looked_for() -> None:
    words = "wie groß ist die winkelsumme im dreieck".split()
    stops = stop_words_of(words, ["en"])
    assert {"wie", "ist", "die", "im"} <= stops
    assert not {"winkelsumme", "dreieck"} & stops
    assert "die" not in stop_words_of("probability that a die shows six".split(), ["en"])
