"""Maps TeX's text commands to the characters and accents they print."""

from __future__ import annotations

import unicodedata

__all__ = ["ACCENTS", "CHARACTERS", "LIGATURES", "accented"]

LIGATURES = (
    ("---", "—"),
    ("--", "–"),
    ("``", "“"),
    ("''", "”"),
    (",,", "„"),
    ("`", "‘"),
    ("'", "’"),
)

CHARACTERS = {
    "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł",
    "aa": "å", "AA": "Å", "i": "ı", "j": "ȷ", "S": "§", "P": "¶", "dag": "†", "ddag": "‡",
    "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ",
    "copyright": "©", "pounds": "£", "ldots": "…", "dots": "…", "textellipsis": "…",
    "textdegree": "°", "textperiodcentered": "·", "textbullet": "•", "textbar": "|",
    "textendash": "–", "textemdash": "—", "textquoteleft": "‘", "textquoteright": "’",
    "textquotedblleft": "“", "textquotedblright": "”", "textasciitilde": "~",
    "textasciicircum": "^", "textbackslash": "\\", "textless": "<", "textgreater": ">",
    "textunderscore": "_", "textbraceleft": "{", "textbraceright": "}", "textdollar": "$",
    "texttrademark": "™", "textregistered": "®", "textsection": "§", "textquotesingle": "'",
    "textasteriskcentered": "*", "textmu": "µ", "euro": "€", "texteuro": "€",
    "&": "&", "%": "%", "$": "$", "#": "#", "_": "_", "{": "{", "}": "}", " ": " ", "\n": " ",
    "TeX": "TeX", "LaTeX": "LaTeX", "LaTeXe": "LaTeX2ε", "quad": " ", "qquad": " ", "space": " ",
    ",": " ", ";": " ", ":": " ", "enspace": " ", "hfill": " ", "hfil": " ", "thinspace": " ",
    "enskip": " ", "nobreakspace": " ", "lq": "‘", "rq": "’", "lbrack": "[", "rbrack": "]",
    "slash": "/", "guillemotleft": "«", "guillemotright": "»", "og": "« ", "fg": " »",
    "dotfill": " ", "bigskip": "\n\n", "medskip": "\n\n", "smallskip": "\n\n", "vfill": "\n\n",
    "newpage": "\n\n", "clearpage": "\n\n", "cleardoublepage": "\n\n", "pagebreak": " ",
    "checkmark": "✓", "textonehalf": "½", "textonequarter": "¼", "-": "", "/": "", "!": "",
    "indent": "\n\n", "noindent": "\n\n", "appendixname": "Appendix", "chaptername": "Chapter",
}  # fmt: skip

ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "r": "\u030a",
    "k": "\u0328", "d": "\u0323", "b": "\u0331", "t": "\u0361",
}  # fmt: skip


def accented(name: str, letter: str) -> str:
    """Return a letter with TeX's accent `name`, composed."""
    letter = {"ı": "i", "ȷ": "j"}.get(letter, letter)
    if not letter:
        return {"~": "~", "^": "^"}.get(name, "")
    return unicodedata.normalize("NFC", letter[0] + ACCENTS[name]) + letter[1:]
