"""What a character of a font stands for: its LaTeX, its kind, and the face it is set in."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache

from ocr_service.engines.typeset.characters import symbol_tables
from ocr_service.engines.typeset.characters.extension import EXTENSION, PIECES

__all__ = ["Face", "FontFamily", "GlyphSymbol", "face_of", "symbol"]


class FontFamily(StrEnum):
    """Kinds of fonts, by what their characters mean."""

    TEXT = "text"
    MATH_ITALIC = "math italic"  # OML
    MATH_SYMBOLS = "math symbols"  # OMS
    EXTENSION = "math extension"  # OMX
    AMS_A = "AMS symbols A"
    AMS_B = "AMS symbols B"
    SCRIPT = "script"
    FRAKTUR = "fraktur"
    BLACKBOARD = "blackboard"
    UNICODE_MATH = "OpenType mathematics"
    SYMBOL = "symbol"  # Adobe's Symbol and its clones, by Unicode
    NAMELESS = "nameless"  # bitmap fonts: nothing is known of their characters


# Patterns looked for in a font's name, in lower case and without its subset's prefix; the first
# family that fits.
_FAMILIES: tuple[tuple[str, FontFamily], ...] = (
    (
        r"""
        cmmi cmbmi cmmib lmmi lmmathit mathitalic txmi pxmi txbmi mtmi rmtmi eurm eurb ntxmi
        zplmi fourier-math-letters newtxmi mathmi mdugmmi mdbchmi mdputmi stixmi xccmmi ccmi
        iwonami kpmi kp--m-it txmia pazomath-it arevmi antpmi hvmathmi
        """,
        FontFamily.MATH_ITALIC,
    ),
    (
        r"""
        cmex lmex mathextension txex pxex mtex euex newtxex mathex ntxex kpex esint yhmath
        yhcmex nxlmex fourier-math-ext kp--m-ex txexs txexas
        """,
        FontFamily.EXTENSION,
    ),
    (
        r"""
        cmsy cmbsy lmsy lmmathsy mathsymbols txsy$ txsys pxsy$ mtsy ntxsy$ txbsy$ newtxsy$
        kpsy fourier-math-sym nxlsy kp--m-sy- txsys txsyc kp--m-syc
        """,
        FontFamily.MATH_SYMBOLS,
    ),
    (
        r"""
        msam txsya pxsya ntxsya mtsa
        """,
        FontFamily.AMS_A,
    ),
    (
        r"""
        msbm txsyb pxsyb ntxsyb mtsb kp--m-syb
        """,
        FontFamily.AMS_B,
    ),
    (
        r"""
        rsfs eusm eusb cmscr boondox.*(calligra|script) txscr pzc mtscr callig
        """,
        FontFamily.SCRIPT,
    ),
    (
        r"""
        eufm eufb ygoth yfrak yswab boondox.*frak fraktur
        """,
        FontFamily.FRAKTUR,
    ),
    (
        r"""
        bbm dsrom dsss bbold boondox.*double doublestroke mathblackboard math-blackboard
        """,
        FontFamily.BLACKBOARD,
    ),
    (
        r"""
        (?<!pazo)math(?!ilda) stixtwo.*math asana euler-?math
        """,
        FontFamily.UNICODE_MATH,
    ),
    (
        r"""
        symbol stdsym standardsym psyr pazomath
        """,
        FontFamily.SYMBOL,
    ),
)
_KNOWN = tuple((re.compile("|".join(names.split())), family) for names, family in _FAMILIES)
_NAMELESS = re.compile(r"^(?:t3(?:font)?_?\d*|f\d{1,4}|[a-z]|type3.*|unnamed.*|)$")
_SUBSET = re.compile(r"^[A-Z]{6}\+")

_BOLD = re.compile(
    r"bold|cmbx|cmb\d|cmmib|cmbsy|cmbmi|sfbx|sfbi|sfxc|ebf|black|heavy|demi|medi\b|"
    r"(?:-|_)b(?:i|it)?$|eufb|eusb|eurb"
)
_ITALIC = re.compile(r"ital|obli|slant|cmti|cmsl|cmbxti|sfti|sfsl|sfbi|sfbl|(?:-|_)b?it?$|cmu\d")
_MONO = re.compile(
    r"mono|cmtt|sftt|sfitt?|typewriter|courier|consol|cmsltt|inconsolata|"
    r"cmitt|code|nimbusmon|lmtt|txtt|luximono|beramono"
)
_SANS = re.compile(r"sans|cmss|sfss|helvet|arial|nimbussan|lmss|biolinum|frutiger|univers")
_CAPS = re.compile(r"cmcsc|sfcc|caps|smallcap|-sc\b|csc")


@dataclass(frozen=True, slots=True)
class Face:
    """A font as far as reading needs it. `unicode`: its characters come by the file's own map."""

    family: FontFamily
    bold: bool = False
    italic: bool = False
    mono: bool = False
    sans: bool = False
    small_caps: bool = False
    unicode: bool = False

    @property
    def is_math(self) -> bool:
        """Whether the font is one of mathematics alone."""
        return self.family not in {FontFamily.TEXT, FontFamily.NAMELESS}


@dataclass(frozen=True, slots=True)
class GlyphSymbol:
    """What a character stands for: LaTeX in mathematics, plain text, and a kind.

    Kinds are those of `symbol_tables`; besides: "d" digit, "l" letter, "P" a piece of a delimiter,
    "?" nothing known. `piece` tells which delimiter a piece belongs to.
    """

    latex: str
    text: str
    kind: str
    piece: str = ""


@lru_cache(maxsize=2048)
def face_of(name: str, flags: int = 0, *, unicode: bool = False) -> Face:
    """Return the face of a font by its name and PyMuPDF's span flags."""
    bare = _SUBSET.sub("", name)
    lowered = bare.lower()
    if _NAMELESS.match(lowered):
        return Face(FontFamily.NAMELESS)
    family = next((kind for found, kind in _KNOWN if found.search(lowered)), FontFamily.TEXT)
    bold = bool(_BOLD.search(lowered)) or bool(flags & 16)
    if family is not FontFamily.TEXT:
        return Face(family, bold=bold, unicode=unicode)
    mono = bool(_MONO.search(lowered)) or bool(flags & 8)
    return Face(
        family,
        bold=bold,
        italic=bool(_ITALIC.search(lowered)) or bool(flags & 2),
        mono=mono,
        sans=bool(_SANS.search(lowered)),
        small_caps=bool(_CAPS.search(lowered)),
        unicode=unicode,
    )


@cache
def _table(name: str) -> dict[str, GlyphSymbol]:
    """Return a table of `symbol_tables` by character."""
    text = getattr(symbol_tables, name)
    if name == "UNICODE":
        text = f"{symbol_tables.UNICODE_MORE.rstrip()};{text}"
    entries = re.findall(r"([0-9A-F]{2,5})\s+(\S+)\s+(\S)(?=;|\s*$)", text)
    return {
        chr(int(place, 16)): GlyphSymbol(latex, chr(int(place, 16)), kind)
        for place, latex, kind in entries
    }


_CODED = {
    FontFamily.MATH_ITALIC: "MATH_ITALIC",
    FontFamily.MATH_SYMBOLS: "MATH_SYMBOLS",
    FontFamily.AMS_A: "AMS_A",
    FontFamily.AMS_B: "AMS_B",
}
_ALPHABETS = {
    FontFamily.MATH_SYMBOLS: "mathcal",
    FontFamily.AMS_B: "mathbb",
    FontFamily.SCRIPT: "mathscr",
    FontFamily.FRAKTUR: "mathfrak",
    FontFamily.BLACKBOARD: "mathbb",
}
# Glyph names make these of the phis of Computer Modern; Unicode has them the other way round.
# PyMuPDF takes the lunate epsilon of some of its fonts for an o with an ogonek.
_TEX_NAMES = {"φ": r"\phi", "ϕ": r"\varphi", "ǫ": r"\epsilon"}


@lru_cache(maxsize=8192)
def symbol(face: Face, character: str) -> GlyphSymbol:
    """Return what a character of a face stands for."""
    if "\ufe00" <= character <= "\ufe0f":  # variation selectors: maps of large signs give them
        return GlyphSymbol("", character, "?")
    if "\uf730" <= character <= "\uf739":  # old style figures, by Adobe's private characters
        character = chr(ord(character) - 0xF700)
    if face.family is FontFamily.NAMELESS or character == "\ufffd":
        return GlyphSymbol("", character, "?")
    if character in PIECES:
        return _piece(*PIECES[character], character)
    if face.family is FontFamily.EXTENSION and not face.unicode and character in EXTENSION:
        latex, kind, part = EXTENSION[character]
        if kind == "P":
            return _piece(latex, part, character)
        return GlyphSymbol(latex, _plain(latex, character), kind)
    if face.family in _CODED and not face.unicode:
        found = _coded(face, character)
        if found is not None:
            return found
    return _by_unicode(face, character)


def _piece(latex: str, part: str, character: str) -> GlyphSymbol:
    return GlyphSymbol(latex, character, "P", part)


def _coded(face: Face, character: str) -> GlyphSymbol | None:
    """Look a character up that may be a code of the font's encoding, its name being unknown."""
    code = ord(character)
    upper = "A" <= character <= "Z"
    if upper and face.family in _ALPHABETS:
        return _letter(face, character)
    if face.family is FontFamily.MATH_ITALIC:
        if character.isalnum() and code < 128:
            return _letter(face, character)
        if character in _TEX_NAMES:
            return GlyphSymbol(_bolded(face, _TEX_NAMES[character]), character, "o")
        if (code < 0x2E and character != ",") or character == "\x7f":
            found = _table("MATH_ITALIC").get(character)
            return found and _readable(found)
        return None
    if code >= 128 or character in "{}|\\§":
        return None
    found = _table(_CODED[face.family]).get(character)
    return found and _readable(found)


def _readable(found: GlyphSymbol) -> GlyphSymbol:
    return GlyphSymbol(found.latex, _plain(found.latex, found.text), found.kind)


@cache
def _texts() -> dict[str, str]:
    """Return the Unicode character of each command."""
    texts: dict[str, str] = {}
    for character, known in _table("UNICODE").items():
        texts.setdefault(known.latex, character)
    return texts


def _plain(latex: str, character: str) -> str:
    return _texts().get(latex, character if character.isprintable() else "\ufffd")


def _by_unicode(face: Face, character: str) -> GlyphSymbol:
    """Read a character by its Unicode meaning."""
    if face.family in {FontFamily.TEXT} and (character.isascii() or character.isalpha()):
        return _text_character(character)
    if character.isascii() and character.isalnum():
        return _letter(face, character)
    known = _table("UNICODE").get(character)
    if known is not None:
        latex = _bolded(face, known.latex) if known.kind == "o" else known.latex
        return GlyphSymbol(latex, character, known.kind)
    styled = _styled(character)
    if styled is not None:
        return styled
    if face.family is FontFamily.EXTENSION:
        return GlyphSymbol("", character, "?")
    if character.isalpha() or character.isdigit():
        return GlyphSymbol(character, character, "l" if character.isalpha() else "d")
    kind = "?" if unicodedata.category(character) in {"Co", "Cn", "Cc"} else "t"
    return GlyphSymbol(character if kind == "t" else "", character, kind)


_TEXT_KINDS = {"(": "(", "[": "(", ")": ")", "]": ")", ",": ",", ";": ",", "=": "r", "+": "b"}
_TEXT_KINDS |= {"<": "r", ">": "r", "|": "|", "/": "o", "*": "b", ":": ":"}
_TEXT_LATEX = {"%": r"\%", "#": r"\#", "&": r"\&", "$": r"\$", "_": r"\_", "{": r"\{", "}": r"\}"}
_TEXT_LATEX |= {"~": r"\sim", "^": r"\hat{}", "\\": r"\backslash"}
_UPRIGHT_GREEK = {"\u2126": "\u03a9", "\u2206": "\u0394", "\u00b5": "\u03bc"}


def _text_character(character: str) -> GlyphSymbol:
    """Read a character of a text font."""
    if unicodedata.category(character) == "Cc":
        return GlyphSymbol("", character, "?")
    character = _UPRIGHT_GREEK.get(character, character)
    if character in "¨´`ˆ˜ˇ˘˙¯˚" or (character == "^"):
        return GlyphSymbol(_table("UNICODE")[character].latex, character, "a")
    if "\u0391" <= character <= "\u03a9":
        return (
            GlyphSymbol(_table("UNICODE")[character].latex, character, "o")
            if (character in _table("UNICODE"))
            else GlyphSymbol(character, character, "l")
        )
    if character.isdigit():
        return GlyphSymbol(character, character, "d")
    if character.isalpha():
        return GlyphSymbol(character, character, "l")
    latex = _TEXT_LATEX.get(character, character)
    return GlyphSymbol(latex, character, _TEXT_KINDS.get(character, "t"))


def _letter(face: Face, character: str) -> GlyphSymbol:
    """Return a letter or digit of a mathematical alphabet."""
    kind = "d" if character.isdigit() else "l"
    alphabet = _ALPHABETS.get(face.family)
    if alphabet:
        return GlyphSymbol(rf"\{alphabet}{{{character}}}", character, kind)
    if face.family is FontFamily.MATH_ITALIC and character.isdigit():
        return GlyphSymbol(character, character, kind)  # old style figures
    return GlyphSymbol(_bolded(face, character), character, kind)


def _bolded(face: Face, latex: str) -> str:
    bold = face.bold and face.family in {
        FontFamily.MATH_ITALIC,
        FontFamily.UNICODE_MATH,
        FontFamily.SYMBOL,
    }
    return rf"\boldsymbol{{{latex}}}" if bold else latex


_STYLES = (
    ("BOLD ITALIC", r"\boldsymbol{%s}"), ("SANS-SERIF BOLD", r"\mathsf{%s}"),
    ("BOLD SCRIPT", r"\mathcal{%s}"), ("BOLD FRAKTUR", r"\mathfrak{%s}"),
    ("SANS-SERIF", r"\mathsf{%s}"), ("MONOSPACE", r"\mathtt{%s}"),
    ("DOUBLE-STRUCK", r"\mathbb{%s}"), ("SCRIPT", r"\mathcal{%s}"),
    ("FRAKTUR", r"\mathfrak{%s}"), ("BLACK-LETTER", r"\mathfrak{%s}"),
    ("BOLD", r"\mathbf{%s}"), ("ITALIC", "%s"),
)  # fmt: skip


def _styled(character: str) -> GlyphSymbol | None:
    """Return a letter of Unicode's mathematical alphabets, such as U+1D44E or U+211D."""
    name = unicodedata.name(character, "")
    if "MATHEMATICAL" not in name and not ("\u2100" <= character <= "\u214f"):
        return None
    # One step only: a second would make the lunate epsilon an ordinary one.
    steps = unicodedata.decomposition(character).split()
    if len(steps) != 2:
        return None
    base = chr(int(steps[1], 16))
    known = _table("UNICODE").get(base)
    pattern = next((latex for style, latex in _STYLES if style in name), "%s")
    inner = known.latex if known else base
    if known and pattern == r"\mathbf{%s}":
        pattern = r"\boldsymbol{%s}"
    return GlyphSymbol(pattern % inner, base, "d" if base.isdigit() else "l")
