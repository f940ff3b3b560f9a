"""Skips commands that print nothing, with their arguments.

Kinds of arguments: o optional, m mandatory, s a star, d a dimension or number, v a register with
`by`, b a box register with its content. In mathematics, phantoms and rules are skipped too: they
leave nothing on the page.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.eval.tex.lexer import EQUALS, OPEN, SPACE
from tests.eval.tex.stream import Stream

__all__ = ["is_assignment", "read_dimension", "read_ignored", "read_word"]

_IGNORED = {
    **dict.fromkeys(
        """thispagestyle pagestyle pagenumbering vspace hspace phantom hphantom vphantom vskip
        hypersetup index label thispagestyle bibliographystyle hyphenation
        geometry graphicspath glossary phantomlabel markright usetikzlibrary
        MakeShortVerb fontsize fontfamily fontseries fontshape fontencoding setstretch
        linespread enlargethispage needspace color definecolorset
        captionsetup theoremstyle newtoks newcount newdimen newlength newsavebox
        newcolumntype lstset sisetup allowdisplaybreaks hfuzz includeonly""".split(),
        "sm",
    ),
    **dict.fromkeys(
        """setlength addtolength settowidth settoheight settodepth markboth addcontentsline
        DeclareMathSizes fontsize setmainfont setcounter addtocontents selectlanguage
        pdfbookmark DeclareOption numberwithin sbox savebox setboolean href@drop
        definecolor""".split(),
        "omm",
    ),
    "addcontentsline": "mmm", "DeclareMathAlphabet": "mmmmm", "SetMathAlphabet": "mmmmmm",
    "DeclareSymbolFont": "mmmmm", "DeclareMathSymbol": "mmmm", "DeclareFontFamily": "mmm",
    "DeclareFontShape": "mmmmmm", "DeclareFontEncoding": "mmm", "DeclareTextFontCommand": "mm",
    "rule": "omm", "includegraphics": "som", "documentclass": "omo", "RequirePackage": "omo",
    "DeclareMathSizes": "mmmm", "color": "om", "textcolor": "om", "hyperref": "o", "href": "m",
    "PassOptionsToPackage": "mm", "definecolor": "mmm", "multicolumn": "mm", "multirow": "omom",
    "cline": "m", "cmidrule": "om", "fancyhead": "om", "fancyfoot": "om", "fancyhf": "om",
    "lhead": "om", "rhead": "om", "chead": "om", "lfoot": "om", "rfoot": "om", "cfoot": "om",
    "hyphenation": "m", "newcolumntype": "moom", "colorbox": "m", "fcolorbox": "mm",
    "linebreak@": "o", "pagebreak": "o", "nopagebreak": "o", "linebreak": "o", "nolinebreak": "o",
    "scalebox": "om", "rotatebox": "om", "resizebox": "mm", "hypertarget": "m", "hyperlink": "m",
    "raisebox": "moo", "title@": "m", "hbox@": "", "newfont": "mm", "titleformat": "somoommmo",
    "titlespacing": "smmmmo", "setlist": "om", "newlist": "mmm", "thispagestyle": "m",
    "phantomsection": "", "vspace": "sm", "hspace": "sm", "label": "m", "DeclareCaptionFont": "mm",
    "DeclareGraphicsExtensions": "m", "DeclareGraphicsRule": "mmmm", "special": "m", "pdfinfo": "m",
    "setbox": "b", "AtEndDocument": "m", "IfFileExists": "mm", "write": "m",
    "typeout": "m", "message": "m", "PackageWarning": "mm", "immediate": "", "setkeys": "mm",
    "pdfbookmark": "omm", "footnotemark": "o", "lstinputlisting": "om",
    "providecolor": "mmm", "hangindent": "d", "hangafter": "d", "hskip": "d", "vskip": "d",
    "kern": "d", "mskip": "d", "mkern": "d", "raise": "d", "lower": "d", "moveleft": "d",
    "looseness": "d", "penalty": "d", "baselineskip": "d", "parskip": "d", "parindent": "d",
    "tabcolsep": "d", "arraycolsep": "d", "leftskip": "d", "rightskip": "d", "parfillskip": "d",
    "spaceskip": "d", "tolerance": "d", "pretolerance": "d", "emergencystretch": "d",
    "abovedisplayskip": "d", "belowdisplayskip": "d", "hsize": "d", "vsize": "d", "topskip": "d",
    "textwidth": "d", "textheight": "d", "oddsidemargin": "d", "evensidemargin": "d",
    "topmargin": "d", "headsep": "d", "headheight": "d", "footskip": "d", "columnsep": "d",
    "jot": "d", "lineskip": "d", "lineskiplimit": "d", "advance": "v", "multiply": "v",
    "divide": "v", "overfullrule": "d", "hbadness": "d", "vbadness": "d", "clubpenalty": "d",
    "widowpenalty": "d", "hoffset": "d", "voffset": "d", "prehyphenation": "d", "topsep": "d",
    "itemsep": "d", "parsep": "d", "labelsep": "d", "leftmargin": "d", "itemindent": "d",
    "unitlength": "d", "mathsurround": "d", "fboxsep": "d", "fboxrule": "d", "pdfoutput": "d",
    "renewcommand@": "", "shorthandoff": "m", "shorthandon": "m", "SetTracking": "omm",
    "hspace*": "m", "vspace*": "m",
    "addvspace": "m", "protected@write": "", "interdisplaylinepenalty": "d",
    "DeclareUrlCommand": "mm", "urlstyle": "m", "bibitem": "om", "listfiles": "",
}  # fmt: skip


def read_ignored(token: str, tex: Stream) -> bool:
    """Skip a command that prints nothing, with its arguments; return whether it is one."""
    kinds = _IGNORED.get(token[1:] if token[:1] == "\\" else "")
    if kinds is None:
        return False
    for kind in kinds:
        if kind == "v":
            tex.raw()
            read_word(tex, "by")
        _READERS[kind](tex)
    return True


def is_assignment(name: str, tex: Stream) -> bool:
    """Skip `= value` after a register's name; return whether there was one."""
    if not name.isalpha():
        return False
    token = tex.raw()
    if token == EQUALS:
        read_dimension(tex)
        return True
    if token is not None:
        tex.push([token])
    return False


def read_word(tex: Stream, word: str) -> bool:
    """Skip a word if it comes next; return whether it did."""
    read: list[str] = []
    token = tex.skip_spaces()
    while token is not None and len(read) < len(word) and token == word[len(read)]:
        read.append(token)
        token = tex.raw()
    rest = [token] if token is not None else []
    if len(read) == len(word):
        tex.push(rest)
        return True
    tex.push([*read, *rest])
    return False


def read_dimension(tex: Stream) -> None:
    """Skip a number or dimension with its plus and minus."""
    token = tex.skip_spaces()
    while token is not None and token in _BEFORE:
        token = tex.raw()
    if token is None or token[0] == "\\":  # a register
        return
    digits = 0
    while token is not None and (token.isdigit() or token in _POINTS):
        digits += 1
        token = tex.raw()
    while digits and token == SPACE:
        token = tex.raw()
    if token is not None and token not in _REGISTERS:
        tex.push([token])
    if digits and (token is None or token[0] != "\\"):
        read_word(tex, "true")
        any(read_word(tex, unit) for unit in _UNITS)
        for word in ("plus", "minus"):
            if read_word(tex, word):
                read_dimension(tex)


def _box_register(tex: Stream) -> None:
    r"""Skip a register and the `=\\hbox{...}` after it."""
    tokens: list[str] = []
    while len(tokens) < _BOX_BEGINS and (token := tex.raw()) is not None:
        if token == OPEN:
            tex.rest_of_group()
            return
        tokens.append(token)
    tex.push(tokens)


_BOX_BEGINS = 12  # tokens, at most, before the brace of `0=\hbox to 12.5pt{`
_BEFORE, _POINTS = frozenset("=-+ "), frozenset(".,")
_UNITS = "pt em ex in cm mm pc bp dd cc sp mu filll fill fil".split()
_REGISTERS = ("\\baselineskip", "\\textwidth", "\\linewidth", "\\parindent", "\\hsize")
_READERS: dict[str, Callable[[Stream], object]] = {
    "s": lambda tex: tex.star(),
    "o": lambda tex: tex.optional(),
    "m": lambda tex: tex.argument(),
    "d": read_dimension,
    "v": read_dimension,
    "b": _box_register,
}
