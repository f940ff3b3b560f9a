"""Fonts told by the names of their glyphs, where neither font name nor Unicode map says enough."""

from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_service.engines.typeset.characters.encodings import glyph_names_of, program_encoding
from ocr_service.engines.typeset.characters.faces import FontFamily, face_of
from ocr_service.engines.typeset.characters.font_signs import font_signs, merge_signs
from ocr_service.engines.typeset.characters.glyph_names import named_symbol
from ocr_service.engines.typeset.characters.glyphs import read_sheet
from ocr_service.engines.typeset.characters.kinds import GlyphKind
from ocr_service.engines.typeset.characters.symbols import symbol
from ocr_service.pdf.document import Document

# Glyph name, LaTeX, kind, part: names of txfonts, newtx, MathDesign, Fourier, STIX and Iwona.
NAMED = [
    ("parenleftBig", "(", "(", ""),
    ("bracketrightbig6", "]", ")", ""),
    ("braceleft.s3", r"\{", "(", ""),
    ("angleleft", r"\langle", "(", ""),
    ("summationdisplay", r"\sum", "O", ""),
    ("uni2211.s1", r"\sum", "O", ""),
    ("circleplusdisplay.1", r"\bigoplus", "O", ""),
    ("union", r"\cup", "b", ""),
    ("uniondisplay", r"\bigcup", "O", ""),
    ("integraldisplaydouble", r"\iint", "I", ""),
    ("uni222B.dsp", r"\int", "I", ""),
    ("radicalBigg", r"\sqrt", "s", ""),
    ("radicaltp", r"\sqrt", "P", "top"),
    ("parenlefttpA", "(", "P", "top"),
    ("bracehtipdownleft", "brace", "P", "left down"),
    ("vextenddouble", r"\|", "P", "repeat"),
    ("hatwidest", r"\widehat", "a", ""),
    ("vec", r"\vec", "a", ""),
    ("Rbbb", r"\mathbb{R}", "l", ""),
    ("Fcal", r"\mathcal{F}", "l", ""),
    ("uniE232", r"\mathcal{F}", "l", ""),
    ("u1D524", r"\mathfrak{g}", "l", ""),
    ("u1D6FC", r"\alpha", "l", ""),
    ("uni21A6.endl", r"\mapstochar", "m", ""),
    ("planckover2pi1", r"\hbar", "o", ""),
    ("similarequal", r"\simeq", "r", ""),
]


@pytest.mark.parametrize(("name", "latex", "kind", "piece"), NAMED)
def test_a_glyph_s_name_says_what_it_is(name: str, latex: str, kind: str, piece: str) -> None:
    found = named_symbol(name)
    assert found is not None
    assert (found.latex, found.kind, found.piece) == (latex, GlyphKind(kind), piece)


@pytest.mark.parametrize("name", ["a", "seven", "a12", "C0_1", "", "foo", "summations", "uniE2ZZ"])
def test_letters_and_names_without_meaning_are_left_out(name: str) -> None:
    assert named_symbol(name) is None


SYMBOLS = {0: "minus", 2: "multiply", 0x21: "arrowright", 0x5B: "union", 0x6E: "backslash"}
ITALIC = {11: "alpha", 12: "beta", 15: "epsilon1", 30: "phi", 39: "phi1", 64: "partialdiff"}


def test_the_encoding_is_told_by_names_whatever_the_font_is_called() -> None:
    signs = font_signs({**SYMBOLS, 0xB9: "parenleft", 0x41: "A"}, {}, "HFBRSY10")
    assert {sign.family for sign in signs.values()} == {FontFamily.MATH_SYMBOLS}
    assert signs["("].symbol is not None
    assert signs["("].symbol.latex == "("  # at code 0x28 of this encoding is \\Leftarrow
    assert signs["A"].symbol is None  # a letter: its family says that it is a calligraphic one
    assert signs["\\"].symbol is not None
    assert signs["\\"].symbol.latex == r"\setminus"


def test_names_that_computer_modern_uses_for_another_sign_go_by_code() -> None:
    signs = font_signs(ITALIC, {}, "HFBRMI10")
    latex = {name: sign.symbol.latex for name, sign in signs.items() if sign.symbol}
    assert latex["ϵ"] == r"\epsilon"
    assert (latex["φ"], latex["ϕ"]) == (r"\phi", r"\varphi")


def test_signs_stand_at_the_characters_that_a_map_gives() -> None:
    signs = font_signs(ITALIC, {30: "ϕ", 39: "φ"}, "HFBRMI10")
    latex = {name: sign.symbol.latex for name, sign in signs.items() if sign.symbol}
    assert (latex["ϕ"], latex["φ"]) == (r"\phi", r"\varphi")


def test_a_font_of_text_stays_one() -> None:
    text = {40: "parenleft", 60: "less", 62: "greater", 97: "a", 98: "b", 103: "g", 43: "plus"}
    assert all(sign.family is None for sign in font_signs(text, {}, "SomeSans").values())
    assert all(sign.symbol is None for sign in font_signs(text, {}, "SomeSans").values())


def test_one_blackboard_sign_tells_a_font_without_small_letters() -> None:
    letters = {67: "C", 82: "R", 0x7E: "planckover2pi1"}
    assert font_signs(letters, {}, "HFBRBS10")["R"].family is FontFamily.AMS_B


def test_text_and_brackets_of_one_font_name_are_both_kept() -> None:
    """Iwona has all its encodings under one font name."""
    signs = font_signs({104: "h", 110: "n"}, {}, "Iwona-Regular")
    brackets = {16: "parenleftBig", 104: "bracketleftBig", 88: "summationdisplay"}
    merge_signs(signs, font_signs(brackets, {}, "Iwona-Regular"))
    assert signs["n"].family is None
    assert signs["h"].family is None
    assert signs["X"].symbol is not None
    assert signs["X"].symbol.latex == r"\sum"


TYPE_1 = b"""%!PS-AdobeFont-1.0: txsys
/Encoding 256 array 0 1 255 {1 index exch /.notdef put} for
dup 40/arrowdblleft put
dup 185 /parenleft put
readonly def currentfile eexec dup 7/secret put"""


def test_the_encoding_of_a_type_1_program() -> None:
    assert program_encoding(TYPE_1) == {40: "arrowdblleft", 185: "parenleft"}


def _index(*members: bytes) -> bytes:
    offsets, place = [1], 1
    for member in members:
        place += len(member)
        offsets.append(place)
    return len(members).to_bytes(2, "big") + b"\x01" + bytes(offsets) + b"".join(members)


def compact_font(codes: list[int], strings: list[int], names: list[bytes]) -> bytes:
    """Return a font in Compact Font Format as far as its encoding: codes, string numbers, names."""
    head = b"\x01\x00\x04\x01" + _index(b"Font")
    charset = b"\x00" + b"".join(number.to_bytes(2, "big") for number in strings)
    encoding = bytes([0, len(codes), *codes])

    def whole(place: int) -> bytes:
        top = b"".join(
            b"\x1d" + (place + off).to_bytes(4, "big") + bytes([operator])
            for off, operator in ((0, 15), (len(charset), 16))
        )
        return head + _index(top) + _index(*names) + _index()

    return whole(len(whole(0))) + charset + encoding


def test_the_encoding_of_a_compact_font() -> None:
    data = compact_font([185, 16, 2], [9, 391, 168], [b"parenleftBig"])
    assert program_encoding(data) == {185: "uni0028", 16: "parenleftBig", 2: "multiply"}


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.binary(max_size=60), st.integers(0, 60))
def test_malformed_compact_fonts_do_no_harm(noise: bytes, place: int) -> None:
    data = compact_font([185, 16], [9, 391], [b"parenleftBig"])
    for broken in (b"\x01" + noise, data[:place] + noise + data[place:], data[:place]):
        assert all(0 <= code < 256 for code in program_encoding(broken))


def test_the_signs_of_a_page(tmp_path: Path) -> None:
    r"""A font of TeX's symbols with "(" at its own code, as newtx has it, is no \Leftarrow."""
    path = tmp_path / "signs.pdf"
    names = " ".join(f"{code} /{name}" for code, name in {**SYMBOLS, 0xB9: "parenleft"}.items())
    with pymupdf.open() as made:
        page = made.new_page()
        page.insert_text((72, 72), "x")
        font = made.get_page_fonts(0)[0][0]
        encoding = f"<</Type/Encoding/Differences[{names}]>>"
        named = f"/BaseFont/ABCDEF+MathDesign-CH-Regular-Symbol-10/Encoding{encoding}"
        made.update_object(font, f"<</Type/Font/Subtype/Type1{named}>>")
        stream = b"BT /helv 12 Tf 72 700 Td <B95B2100> Tj ET"
        made.update_stream(page.get_contents()[0], stream)
        made.save(path)
    with Document.open(path) as document:
        sheet = read_sheet(document, 0)
    assert [glyph.latex for glyph in sheet.glyphs] == ["(", r"\cup", r"\to", "-"]
    assert {glyph.face.family for glyph in sheet.glyphs} == {FontFamily.MATH_SYMBOLS}


NOT_MATHEMATICS = "CenturyGothic CMTEX10 XYZsymbBold LucidaCalligraphy FreeSerifbBold".split()


@pytest.mark.parametrize("font", [*NOT_MATHEMATICS, "CenturyGothic-Bold", "UnifrakturMaguntia"])
def test_parts_of_words_in_a_font_s_name_say_nothing(font: str) -> None:
    assert face_of(font).family is FontFamily.TEXT


def test_a_sign_that_no_text_has_is_one_in_a_font_of_text() -> None:
    names = {65: "A", 97: "a", 98: "b", 99: "c", 1: "bbN", 2: "universalAlt", 40: "parenleft"}
    signs = font_signs(names, {}, "zsfmia-reg")
    assert signs["a"].family is None
    assert [signs[c].symbol.latex for c in "\1\2" if signs[c].symbol] == [r"\mathbb{N}", r"\forall"]
    assert signs["("].symbol is None


def test_the_lower_half_of_a_long_character_is_known_too() -> None:
    """MuPDF keeps 16 bits of what a glyph's name says where the file has no map."""
    sign = font_signs({48: "u1D44E", 49: "u1D44F"}, {}, "NewTXMI")[chr(0xD44E)]
    assert sign.symbol is not None
    assert sign.symbol.latex == "a"


def test_rules_that_are_drawn_as_images_are_rules(tmp_path: Path) -> None:
    path = tmp_path / "rules.pdf"
    pixel = pymupdf.Pixmap(pymupdf.csGRAY, pymupdf.IRect(0, 0, 1, 1))
    with pymupdf.open() as made:
        page = made.new_page()
        page.insert_image(pymupdf.Rect(72, 100, 172, 100.4), pixmap=pixel, keep_proportion=False)
        page.insert_image(pymupdf.Rect(72, 200, 172, 260), pixmap=pixel, keep_proportion=False)
        made.save(path)
    with Document.open(path) as document:
        sheet = read_sheet(document, 0)
    assert [round(rule.width) for rule in sheet.rules] == [100]
    assert [[round(edge) for edge in box] for box in sheet.images] == [[72, 200, 172, 260]]


def test_codes_of_a_standard_encoding_count_only_if_they_have_a_width(tmp_path: Path) -> None:
    path = tmp_path / "widths.pdf"
    with pymupdf.open() as made:
        made.new_page().insert_text((72, 72), "x")
        font = made.get_page_fonts(0)[0][0]
        encoding = "/Encoding<</BaseEncoding/WinAnsiEncoding/Differences[3/alpha]>>"
        widths = "/FirstChar 66/LastChar 68/Widths[500 0 278.5]"
        made.update_object(font, f"<</Type/Font/Subtype/Type1/BaseFont/X{encoding}{widths}>>")
        made.save(path)
    with Document.open(path) as document:
        assert glyph_names_of(document, font) == {3: "alpha", 66: "uni0042", 68: "uni0044"}


def test_private_letters_of_a_font_and_the_f_of_functions() -> None:
    arev = face_of("ArevSans-Oblique")
    assert symbol(arev, "\uebf8").latex == "x"
    assert symbol(arev, "ƒ").latex == "f"
