"""Tells a font by its name: what its characters mean, and its weight and shape."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

__all__ = ["Face", "FontFamily", "face_of"]


class FontFamily(StrEnum):
    """The family of a font, by what its characters mean."""

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
    NAMELESS = "nameless"  # bitmap fonts: their characters have no names


# Patterns of a font's name, in lower case and without the prefix of its subset, that begin where no
# letter is before: "Century Gothic" is no "ygoth", and CMTEX10 no "mtex". The first family whose
# pattern matches counts.
_FAMILIES: tuple[tuple[str, FontFamily], ...] = (
    (
        r"""
        l?cmmib? cmbmi lmmi lmmathit .*mathitalic r?[tp]xb?mi(?!a) r?mtmi eurm eurb r?ntxb?mi
        new[tp]xb?mi zplmi fourier-math-letters .*mathmi mdugmmi mdbchmi mdputmi stixmi xccmmi ccmi
        iwonami kpmi kp--m-it pazomath-it arevmi antpmi hvmathmi
        """,
        FontFamily.MATH_ITALIC,
    ),
    (
        r"""
        l?cmex lmex .*mathextension txex pxex mtex(?!tra) euex newtxex .*mathex ntxex kpex
        (?:ss)?esint yhmath yhcmex nxlmex fourier-math-ext kp--m-ex
        """,
        FontFamily.EXTENSION,
    ),
    (
        r"""
        l?cmb?sy lmsy lmmathsy .*mathsymbols txsy$ txsys pxsy$ mtsy ntxsy$ txbsy$ newtxsy$
        kpsy fourier-math-sym nxlsy kp--m-sy- txsys txsyc kp--m-syc katex_calig mathjax_calig
        """,
        FontFamily.MATH_SYMBOLS,
    ),
    (
        r"""
        (?:l|ss)?msam txsya pxsya ntxsya mtsa
        """,
        FontFamily.AMS_A,
    ),
    (
        r"""
        (?:l|ss)?msbm txsyb pxsyb ntxsyb mtsb kp--m-syb
        """,
        FontFamily.AMS_B,
    ),
    (
        r"""
        rsfs eusm eusb cmscr boondox.*(calligra|script) st?xscr txscr pzc mtscr
        callig(?!raphy) .*calligraphic .*math-?cal katex_script mathjax_script
        """,
        FontFamily.SCRIPT,
    ),
    (
        r"""
        eufm eufb [tp]xb?mia ygoth yfrak yswab boondox.*frak fraktur
        """,
        FontFamily.FRAKTUR,
    ),
    (
        r"""
        bbm(?!e) dsrom dsss bbold boondox.*double doublestroke .*math-?blackboard katex_ams
        mathjax_ams
        """,
        FontFamily.BLACKBOARD,
    ),
    (
        r"""
        .*(?<!pazo)math(?!ild) asana katex_size
        """,
        FontFamily.UNICODE_MATH,
    ),
    (
        r"""
        .*symbol stdsym standardsym psyr .*pazomath
        """,
        FontFamily.SYMBOL,
    ),
)
_KNOWN = tuple(
    (re.compile(rf"(?<![a-z])(?:{'|'.join(names.split())})"), family) for names, family in _FAMILIES
)
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


_NOT_MATHEMATICS = frozenset({FontFamily.TEXT, FontFamily.NAMELESS})


@dataclass(frozen=True, slots=True)
class Face:
    """A font as far as the reader needs it.

    `unicode` tells whether the file's own map gives its characters, `in_formula` that a letter of
    text is of a font for formulas: "if", "Var". `is_math` and `is_text` follow from the family: a
    font of mathematics alone, a font of text.
    """

    family: FontFamily
    bold: bool = False
    italic: bool = False
    mono: bool = False
    sans: bool = False
    small_caps: bool = False
    unicode: bool = False
    in_formula: bool = False
    is_math: bool = field(init=False, repr=False, compare=False)
    is_text: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out once what is asked of every character."""
        object.__setattr__(self, "is_math", self.family not in _NOT_MATHEMATICS)
        object.__setattr__(self, "is_text", self.family is FontFamily.TEXT)


@lru_cache(maxsize=2048)
def face_of(
    name: str, flags: int = 0, *, unicode: bool = False, family: FontFamily | None = None
) -> Face:
    """Return the face of a font by its name and PyMuPDF's span flags.

    `family` is what is known of its family from elsewhere; without it the name tells.
    """
    bare = _SUBSET.sub("", name)
    lowered = bare.lower()
    if _NAMELESS.match(lowered):
        return Face(FontFamily.NAMELESS)
    if family is None:
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
