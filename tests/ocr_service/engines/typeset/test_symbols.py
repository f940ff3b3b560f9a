"""What characters stand for, by font name and code and by Unicode; nothing is guessed."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_service.engines.typeset.characters.faces import FontFamily, face_of
from ocr_service.engines.typeset.characters.kinds import PIECE, UNKNOWN, GlyphKind
from ocr_service.engines.typeset.characters.symbols import symbol
from ocr_service.engines.typeset.characters.unicode_maps import unicode_map_targets

FAMILIES = [
    ("CMR10", FontFamily.TEXT),
    ("ABCDEF+CMR7", FontFamily.TEXT),
    ("CMMI10", FontFamily.MATH_ITALIC),
    ("XYZABC+CMMI5", FontFamily.MATH_ITALIC),
    ("CMMIB10", FontFamily.MATH_ITALIC),
    ("CMSY10", FontFamily.MATH_SYMBOLS),
    ("CMBSY10", FontFamily.MATH_SYMBOLS),
    ("CMEX10", FontFamily.EXTENSION),
    ("MSAM10", FontFamily.AMS_A),
    ("MSBM7", FontFamily.AMS_B),
    ("LMRoman10-Regular", FontFamily.TEXT),
    ("LMMathItalic10-Regular", FontFamily.MATH_ITALIC),
    ("LMMathSymbols10-Regular", FontFamily.MATH_SYMBOLS),
    ("LMMathExtension10-Regular", FontFamily.EXTENSION),
    ("SFRM1095", FontFamily.TEXT),
    ("SFBX1200", FontFamily.TEXT),
    ("EUFM10", FontFamily.FRAKTUR),
    ("EUSM10", FontFamily.SCRIPT),
    ("EURM10", FontFamily.MATH_ITALIC),
    ("EUEX10", FontFamily.EXTENSION),
    ("RSFS10", FontFamily.SCRIPT),
    ("NewTXMI", FontFamily.MATH_ITALIC),
    ("txsys", FontFamily.MATH_SYMBOLS),
    ("txex", FontFamily.EXTENSION),
    ("MTMI", FontFamily.MATH_ITALIC),
    ("MTSY", FontFamily.MATH_SYMBOLS),
    ("MTEX", FontFamily.EXTENSION),
    ("NimbusRomNo9L-Regu", FontFamily.TEXT),
    ("TimesNewRomanPSMT", FontFamily.TEXT),
    ("LatinModernMath-Regular", FontFamily.UNICODE_MATH),
    ("STIXTwoMath-Regular", FontFamily.UNICODE_MATH),
    ("XITSMath", FontFamily.UNICODE_MATH),
    ("CambriaMath", FontFamily.UNICODE_MATH),
    ("LibertinusMath-Regular", FontFamily.UNICODE_MATH),
    ("AsanaMath", FontFamily.UNICODE_MATH),
    ("KaTeX_Size2-Regular", FontFamily.UNICODE_MATH),
    ("Symbol", FontFamily.SYMBOL),
    ("StandardSymbolsPS", FontFamily.SYMBOL),
    ("DSROM10", FontFamily.BLACKBOARD),
    ("BBM10", FontFamily.BLACKBOARD),
    ("T3_1", FontFamily.NAMELESS),
    ("F12", FontFamily.NAMELESS),
    ("", FontFamily.NAMELESS),
]


@pytest.mark.parametrize(("name", "family"), FAMILIES)
def test_families_by_name(name: str, family: FontFamily) -> None:
    assert face_of(name).family is family
    assert face_of(name).is_math == (family not in {FontFamily.TEXT, FontFamily.NAMELESS})


def test_weights_and_shapes_by_name_or_flags() -> None:
    for name in ("CMBX12", "SFBX1095", "LMRoman10-Bold", "NimbusRomNo9L-Medi", "Times-Bold"):
        assert face_of(name).bold, name
    for name in ("CMTI10", "SFTI1000", "LMRoman10-Italic", "Times-Italic", "CMSL10"):
        assert face_of(name).italic, name
    for name in ("CMTT10", "SFTT1000", "LMMono10-Regular", "Courier", "Inconsolata-Regular"):
        assert face_of(name).mono, name
    assert face_of("CMSS10").sans
    assert face_of("CMCSC10").small_caps
    plain = face_of("Garamond")
    assert (plain.bold, plain.italic, plain.mono) == (False, False, False)
    assert face_of("Garamond", 16).bold
    assert face_of("Garamond", 2).italic
    assert face_of("Garamond", 8).mono


SYMBOLS = [
    ("CMMI10", "\x0b", r"\alpha", "o"),
    ("CMMI10", "α", r"\alpha", "o"),
    ("CMMI10", "\x22", r"\varepsilon", "o"),
    ("CMMI10", "ϵ", r"\epsilon", "o"),
    ("CMMI10", "φ", r"\phi", "o"),
    ("CMMI10", "ϕ", r"\varphi", "o"),
    ("CMMI10", "x", "x", "l"),
    ("CMMI10", "7", "7", "d"),
    ("CMMI10", ",", ",", ","),
    ("CMMI10", "<", "<", "r"),
    ("CMMIB10", "x", r"\boldsymbol{x}", "l"),
    ("CMSY10", "\x00", "-", "b"),
    ("CMSY10", "−", "-", "b"),
    ("CMSY10", "\x14", r"\le", "r"),
    ("CMSY10", "L", r"\mathcal{L}", "l"),
    ("CMSY10", "∞", r"\infty", "o"),
    ("CMSY10", "{", r"\{", "("),
    ("CMSY10", "\u2032", r"\prime", "p"),
    ("CMEX10", "\x58", r"\sum", "O"),
    ("CMEX10", "\x5a", r"\int", "I"),
    ("CMEX10", "\x12", "(", "("),
    ("CMEX10", "\x13", ")", ")"),
    ("CMEX10", "\x70", r"\sqrt", "s"),
    ("CMEX10", "\x62", r"\widehat", "a"),
    ("MSBM10", "R", r"\mathbb{R}", "l"),
    ("MSBM10", "\x3f", r"\varnothing", "o"),
    ("MSBM10", "\x28", r"\subsetneq", "r"),
    ("MSAM10", "\x36", r"\leqslant", "r"),
    ("MSAM10", "\x03", r"\square", "o"),
    ("EUFM10", "g", r"\mathfrak{g}", "l"),
    ("RSFS10", "F", r"\mathscr{F}", "l"),
    ("DSROM10", "1", r"\mathbb{1}", "d"),
    ("LMMathItalic10-Regular", "θ", r"\theta", "o"),
    ("LatinModernMath-Regular", "\U0001d465", "x", "l"),
    ("LatinModernMath-Regular", "\U0001d6fc", r"\alpha", "l"),
    ("STIXTwoMath-Regular", "\U0001d431", r"\mathbf{x}", "l"),
    ("XITSMath", "\U0001d4db", r"\mathcal{L}", "l"),
    ("CambriaMath", "ℝ", r"\mathbb{R}", "l"),
    ("CambriaMath", "ℎ", "h", "l"),
    ("LibertinusMath-Regular", "∑", r"\sum", "O"),
    ("LibertinusMath-Regular", "⟨", r"\langle", "("),
    ("LibertinusMath-Regular", "≠", r"\ne", "r"),
    ("Symbol", "α", r"\alpha", "o"),
    ("CMR10", "=", "=", "r"),
    ("CMR10", "Γ", r"\Gamma", "o"),
    ("CMR10", "é", "é", "l"),
    ("CMR10", "$", r"\$", "t"),
]


@pytest.mark.parametrize(("font", "character", "latex", "kind"), SYMBOLS)
def test_symbols_by_font_and_character(font: str, character: str, latex: str, kind: str) -> None:
    found = symbol(face_of(font), character)
    assert (found.latex, found.kind) == (latex, GlyphKind(kind))


def test_pieces_of_delimiters_say_whose_they_are() -> None:
    by_code = symbol(face_of("CMEX10"), "\x30")
    by_adobe = symbol(face_of("CMEX10"), "\uf8eb")
    by_unicode = symbol(face_of("LatinModernMath-Regular"), "\u239b")
    for found in (by_code, by_adobe, by_unicode):
        assert (found.latex, found.kind, found.piece) == ("(", PIECE, "top")


def test_a_map_s_character_is_no_code() -> None:
    """An ordinary "C" is a letter of script in CMSY; one that a map gives is still that letter."""
    assert symbol(face_of("CMEX10", unicode=True), "X").latex != r"\sum"
    assert symbol(face_of("CMMI10", unicode=True), "\u222b").latex == r"\int"


NOT_KNOWN = [
    ("T3_1", "a"),
    ("F7", "∑"),
    ("", "x"),
    ("CMR10", "\ufffd"),
    ("CMMI10", "\ufffd"),
    ("CMEX10", "\ufffd"),
    ("CMR10", "\ue123"),
    ("Garamond", "\U000f0001"),
    ("CMSY10", "\ue010"),
    ("LatinModernMath-Regular", "\ue010"),
    ("CMEX10", "é"),
    ("CMR10", "\x07"),
    ("STIXTwoMath-Regular", "\ufe00"),
]


@pytest.mark.parametrize(("font", "character"), NOT_KNOWN)
def test_what_is_not_known_is_not_guessed(font: str, character: str) -> None:
    found = symbol(face_of(font), character)
    assert (found.kind, found.latex) == (UNKNOWN, "")


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(max_size=40), st.characters(), st.integers(0, 31), st.booleans())
def test_any_name_and_character_give_a_symbol(
    name: str, character: str, flags: int, unicode: bool
) -> None:  # fmt: skip
    found = symbol(face_of(name, flags, unicode=unicode), character)
    assert isinstance(found.kind, GlyphKind)
    of_arev = "\uebe1" <= character <= "\uebfa"
    nameless = unicodedata.category(character) in {"Co", "Cn"} and character < "\uf700"
    if nameless and not of_arev:
        assert found.kind is UNKNOWN


def cmap(*sections: str) -> bytes:
    return "\n".join(["/CIDInit /ProcSet findresource begin", *sections, "end"]).encode("latin-1")


def test_maps_are_read() -> None:
    chars = "2 beginbfchar\n<01> <03B1>\n<02> <D835DC65>\nendbfchar"
    assert unicode_map_targets(cmap(chars)) == {"α", "\U0001d465"}
    ligature = "1 beginbfchar <1b> <00660066> endbfchar"
    assert unicode_map_targets(cmap(ligature)) == {"f"}
    span = "1 beginbfrange <41> <43> <0061> endbfrange"
    assert unicode_map_targets(cmap(span)) == {"a", "b", "c"}
    listed = "1 beginbfrange <41> <43> [<0078> <0079> <2211>] endbfrange"
    assert unicode_map_targets(cmap(listed)) == {"x", "y", "∑"}
    assert unicode_map_targets(cmap(chars, span)) == {"α", "\U0001d465", "a", "b", "c"}


MALFORMED = [
    b"",
    b"\x00\xff" * 500,
    cmap("beginbfchar <01> <03B1>"),
    cmap("beginbfchar <01> endbfchar"),
    cmap("beginbfchar <zz> <0061> endbfchar"),
    cmap("beginbfchar <01> <D835> endbfchar"),
    cmap("beginbfrange <43> <41> <0061> endbfrange"),
    cmap("beginbfrange <00> <01> <> endbfrange"),
    cmap("beginbfrange <00> <02> [ endbfrange"),
    cmap("beginbfchar <01> <0061> endbfrange"),
]


@pytest.mark.parametrize("data", MALFORMED)
def test_malformed_maps_give_nothing(data: bytes) -> None:
    assert unicode_map_targets(data) == frozenset()


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from("beginbfchar endbfchar beginbfrange endbfrange <01> <0061> <FFFF> "
                                "<D835DC65> [ ] < > <0".split()), max_size=30))  # fmt: skip
def test_scraps_of_maps_do_no_harm(scraps: list[str]) -> None:
    found = unicode_map_targets(" ".join(scraps).encode())
    assert all(len(character) == 1 for character in found)


HUGE = {
    "ranges": b"beginbfrange\n" + b"<0000> <FFFF> <0000>\n" * 95_000 + b"endbfrange",
    "lists": b"beginbfrange\n" + b"<00> <01> [" * 180_000 + b"endbfrange",
    "sections without an end": b"beginbfchar " * 160_000,
    "one long target": b"beginbfchar <01> <" + b"0061" * 480_000 + b"> endbfchar",
    "one open target": b"beginbfchar <01> <" + b"0061" * 480_000 + b" endbfchar",
    "blanks": b"beginbfchar <" + b" " * 1_900_000 + b"> endbfchar",
    "far ends": b"beginbfrange <00> <" + b"F" * 1_900_000 + b"> <0061> endbfrange",
    "megabytes of nothing": b"x" * 40_000_000,
}


@pytest.mark.timeout(6)
@pytest.mark.parametrize("data", [pytest.param(data, id=name) for name, data in HUGE.items()])
def test_huge_maps_are_bounded(data: bytes) -> None:
    start = time.process_time()
    found = unicode_map_targets(data)
    assert time.process_time() - start < 3
    assert len(found) <= 0x110000
