"""Joins the pieces of a rule that is drawn in several: an underline, syllable by syllable."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.engines.typeset.characters.nodes import Rule

__all__ = ["join_broken_rules"]

_SAME = 0.05  # points: pieces are at one height and equally thick
# Pieces overlap, so that no gap is seen; bars beside each other, as over two letters, only touch.
_OVERLAP = 0.2


def join_broken_rules(rules: Sequence[Rule]) -> list[Rule]:
    """Return a page's rules, in their order, level ones that overlap end to end as one."""
    done: list[Rule] = []
    for rule in rules:
        last = done[-1] if done else None
        if last is not None and _goes_on(last, rule):
            done[-1] = Rule(last.left, last.top, rule.right, last.bottom)
        else:
            done.append(rule)
    return done


def _goes_on(last: Rule, rule: Rule) -> bool:
    """Tell whether a rule is the next piece, to the right, of the one drawn before it."""
    level = abs(last.top - rule.top) < _SAME and abs(last.bottom - rule.bottom) < _SAME
    return level and last.left < rule.left < last.right - _OVERLAP and rule.right > last.right
