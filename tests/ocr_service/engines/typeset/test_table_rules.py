"""Rules of tables and frames are no bars of fractions."""

from __future__ import annotations

import time

from ocr_service.engines.typeset.characters.faces import face_of
from ocr_service.engines.typeset.characters.kinds import RELATION
from ocr_service.engines.typeset.characters.nodes import Glyph, Rule
from ocr_service.engines.typeset.rows.table_rules import without_frames


def rule(y: float, left: float = 0.0, right: float = 100.0) -> Rule:
    return Rule(left, y - 0.2, right, y + 0.2)


def test_stacked_rules_of_one_length_are_a_table_s() -> None:
    table = [rule(10), rule(30), rule(50)]
    bar = rule(70, 0, 60)
    assert without_frames([*table, bar], []) == [bar]
    assert without_frames(table[:2], []) == table[:2]


def test_a_rule_beside_an_equals_sign_is_a_bar() -> None:
    rules = [rule(10), rule(30), rule(50)]
    equals = Glyph(105, 26, 112, 33, 34, 10, "=", "=", RELATION, face_of("CMR10"))
    assert without_frames(rules, [equals]) == [rules[1]]


def test_thousands_of_rules_take_no_square_of_the_time() -> None:
    """Comparing each of these with all others and all characters takes minutes."""
    rules = [rule(0.04 * n) for n in range(20_000)]
    face = face_of("CMR10")
    glyphs = [
        Glyph(300, 0.026 * n, 305, 0.026 * n + 6, 0, 10, "x", "x", RELATION, face)
        for n in range(30_000)
    ]
    start = time.process_time()
    assert without_frames(rules, glyphs) == []
    assert time.process_time() - start < 60
