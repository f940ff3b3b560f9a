"""Which words of a page a reading has lost, glued, invented or put out of order."""

from __future__ import annotations

import pytest

from ocr_service.engines.check.fidelity import Fidelity, fidelity, page_words
from ocr_service.engines.check.reading import Checked


def compared(lines: list[str], markdown: str, formulas: str = "") -> Fidelity:
    return fidelity(page_words([lines], formulas, with_numbers=not formulas), markdown)


@pytest.mark.parametrize(
    ("lines", "markdown"),
    [
        (["The order of a", "subgroup divides"], "# The order of a subgroup **divides**"),
        (["an associa-", "tive law"], "an associative law"),
        (["two self-", "contained parts"], "two self-contained parts"),
        (["the re-", "lation holds"], "the relation holds"),  # a short part before the hyphen
        (["the ﬁnal eﬃcient Möbius"], "the final efficient Möbius"),
        (["the theorem of M ¨obius"], "the theorem of Möbius"),  # accents of TeX's old fonts
        (
            ["chybı´ anglicka´ verze, kterou´", "jenzˇe nynı´."],
            "chybí anglická verze, kteroú jenže nyní.",
        ),
        (["soft\u00adware"], "software"),
        (["the sin of x and log y"], r"the \(\sin\) of x and \(\log y\)"),
        (["arc sin, arctan, lim sup"], r"\(\arcsin\), \(\operatorname{arc\,tan}\), \(\limsup\)"),
        (["chrysanthemi.12 and fungi.345"], "chrysanthemi.¹² and fungi.³⁴⁵"),
        (["mail someone@example.org now"], "mail <someone@example.org> now"),
        (["cells one two"], "<table><tr><td>cells</td><td>one</td><td>two</td></tr></table>"),
        (["似然 函数"], "似然函数"),
    ],
)
def test_nothing_is_lost_where_only_the_spelling_differs(lines: list[str], markdown: str) -> None:
    found = compared(lines, markdown)
    assert (found.lost, found.invented) == ((), ())
    assert found.recall == 1


def test_lost_words_are_counted_with_their_repetitions() -> None:
    found = compared(["paid paid paid in full, 1950 of 1950"], "paid in 1950")
    assert found.lost == ("paid", "paid", "full", "1950")
    assert found.recall == pytest.approx(1 - 4 / 6)


def test_glued_words_are_told_from_invented_ones() -> None:
    found = compared(["Quarterly results of the division"], "Quarterlyresults of the divisian")
    assert found.glued == ("quarterlyresults",)
    assert found.invented == ("divisian",)


def test_letters_dropped_from_doubled_ones_are_lost_words() -> None:
    found = compared(["millions of bills"], "mil ions of bil s")
    assert found.lost == ("millions", "bills")


def test_symbols_of_formulas_are_neither_lost_nor_invented() -> None:
    page = ["the triangle     is right"]  # its symbols are in a font of mathematics
    found = compared(page, r"the triangle \(ABC\) is right \(\alpha\beta\)", formulas="ABC αβ")
    assert (found.lost, found.invented) == ((), ())
    assert compared(page, r"the triangle \(XYZ\) is right", formulas="ABC").invented == ("xyz",)


def test_columns_woven_into_each_other_are_out_of_order() -> None:
    left = [f"left column goes down here number {word} again" for word in "one two three".split()]
    right = [f"other words stand beside there {word} once more" for word in "four five six".split()]
    words = page_words([left * 2, right * 2])
    straight = " ".join(left * 2 + right * 2)
    woven = " ".join(f"{one} {other}" for one, other in zip(left * 2, right * 2, strict=True))
    assert fidelity(words, straight).order == 1
    assert fidelity(words, woven).order < 0.3
    assert fidelity(words, woven).lost == ()


def test_faults_name_the_words_and_leave_out_what_is_allowed() -> None:
    lines = [f"word{letter}{other}" for letter in "abcdefghij" for other in "abcdefghij"]
    lines = [line for line in lines if not line.startswith("wordaa")]
    words = page_words([lines], with_numbers=False)
    whole = Checked(fidelity(words, " ".join(lines)), 0)
    assert whole.faults == ()
    assert Checked(fidelity(words, " ".join(lines[2:])), 0).faults == ()
    (fault,) = Checked(fidelity(words, " ".join(lines[3:])), 0, least_recall=0.985).faults
    assert fault == "3 words (wordab, wordac, wordad) of 99 lost"
    assert Checked(fidelity(words, " ".join(lines[3:])), 0, least_recall=0.96).faults == ()
    (fault,) = Checked(fidelity(words, " ".join(lines[10:])), 0).faults
    assert fault.startswith("10 words (wordab, wordac,")
    assert fault.endswith("...) of 99 lost")
    assert Checked(whole.fidelity, 2).faults == ("2 formulas that are none",)


def test_a_formula_is_worth_a_word_when_readings_are_compared() -> None:
    words = page_words([[f"wordnumber{letter}" for letter in "abcdefghij"]], with_numbers=False)
    flat = Checked(fidelity(words, " ".join(words.counts)), 0)
    most = fidelity(words, " ".join(list(words.counts)[2:]))
    assert Checked(most, 0, formulas=3).score > flat.score > Checked(most, 0, formulas=1).score


def test_commands_outside_formulas_are_words() -> None:
    """A text about LaTeX, or a listing of it, has its commands as words; a formula has not."""
    page = page_words([["Write \\begin{proof} and end with \\qed there"]])
    assert not fidelity(page, "```\nWrite \\begin{proof} and end with \\qed there\n```").lost
    assert fidelity(page, r"Write \(\begin{proof}\) and end with \(\qed\) there").lost


def test_a_raised_number_is_not_lost() -> None:
    words = page_words([["was shown by others.12 Later work"]])
    assert fidelity(words, "was shown by others.¹² Later work").lost == ()
