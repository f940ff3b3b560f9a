r"""Tables of commands and glyphs that look alike on the page, for `canonical_spelling`.

Commands are written without their backslash.
"""

from __future__ import annotations

__all__ = [
    "ALIASES", "DROPPED", "DROPPED_WITH_ARGUMENT", "GLYPHS", "NEGATED", "NEGATED_NAMES",
    "SWITCHES", "TRANSPARENT", "UPRIGHT",
]  # fmt: skip

GLYPHS = {
    "⋯": "…", "⋰": "⋰", "−": "-", "–": "-", "‐": "-", "∗": "*", "⋆": "⋆", "∣": "|", "ǀ": "|",
    "❘": "|", "∥": "‖", "⟨": "⟨", "〈": "⟨", "⟩": "⟩", "〉": "⟩", "·": "⋅", "∙": "∙", "⁄": "/",
    "∕": "/", "ϵ": "ϵ", "ɛ": "ε", "µ": "μ",
    "Ω": "Ω", "∆": "Δ", "′": "′", "'": "′", "’": "′", "°": "∘",
    "⟶": "→", "⟵": "←", "⟹": "⇒", "⟸": "⇐", "⟺": "⇔", "⟷": "↔", "⟼": "↦", "≔": "≔", "∖": "\\",
    "⧵": "\\", "⩽": "⩽", "✻": "*", "\u2061": "", "\u2062": "", "\u2063": "",
    "\u200b": "", "\u2009": "", "⟋": "/", "∶": ":", "﹕": ":", "⁎": "*", "⌣": "⌣", "—": "-",
    "△": "△",
}  # fmt: skip  # fmt: skip
ALIASES = {
    "dfrac": "frac", "tfrac": "frac", "cfrac": "frac", "nicefrac": "frac", "sfrac": "frac",
    "xfrac": "frac", "dbinom": "binom", "tbinom": "binom", "leq": "le", "geq": "ge", "neq": "ne",
    "rightarrow": "to", "longrightarrow": "to", "leftarrow": "gets", "longleftarrow": "gets",
    "lvert": "vert", "rvert": "vert", "mid": "vert", "lVert": "|", "rVert": "|", "Vert": "|",
    "parallel": "|", "lbrace": "{", "rbrace": "}", "lbrack": "[", "rbrack": "]", "land": "wedge",
    "lor": "vee", "lnot": "neg", "owns": "ni", "ldots": "dots", "cdots": "dots", "dotsb": "dots",
    "dotsc": "dots", "dotsm": "dots", "dotsi": "dots", "dotso": "dots", "hdots": "dots",
    "textellipsis": "dots", "mathellipsis": "dots", "colon": ":", "ast": "*", "vcentcolon": ":",
    "widehat": "hat", "widetilde": "tilde", "overrightarrow": "vec", "overline": "bar",
    "Longrightarrow": "Rightarrow", "implies": "Rightarrow", "impliedby": "Leftarrow",
    "Longleftarrow": "Leftarrow", "iff": "Leftrightarrow", "Longleftrightarrow": "Leftrightarrow",
    "longleftrightarrow": "leftrightarrow", "longmapsto": "mapsto", "smallsetminus": "setminus",
    "backslash": "setminus", "centerdot": "cdot", "cdotp": "cdot", "lgroup": "(", "rgroup": ")",
    "mathbold": "boldsymbol", "bm": "boldsymbol", "pmb": "boldsymbol", "symbf": "mathbf",
    "Bbb": "mathbb", "mathscr": "mathcal", "mathds": "mathbb", "symbb": "mathbb",
    "symcal": "mathcal",
    "symfrak": "mathfrak", "symup": "mathrm", "frak": "mathfrak", "EuScript": "mathcal",
    "textstyle": "", "triangle": "bigtriangleup", "vartriangle": "bigtriangleup", "tbond": "equiv",
    "upmu": "mu", "degree": "circ", "dag": "dagger", "ddag": "ddagger", "S": "S",
    "doteqdot": "Doteq",
    "restriction": "upharpoonright", "lhd": "triangleleft", "rhd": "triangleright",
    "oldstylenums": "mathrm", "textdegree": "circ", "thickapprox": "approx", "thicksim": "sim",
    "varpropto": "propto", "Cup": "Cup", "doublecap": "Cap", "doublecup": "Cup", "square": "Box",
    "qedsymbol": "Box", "shortmid": "vert", "shortparallel": "|", "bigl": "", "smallint": "int",
    "upharpoonright": "restriction", "hslash": "hbar", "dasharrow": "dashrightarrow",
    "overbar": "bar", "mathbar": "bar", "grave": "grave", "leadsto": "rightsquigarrow",
    "textgoth": "mathfrak", "textfrak": "mathfrak", "textswab": "mathfrak",
}  # fmt: skip  # fmt: skip
DROPPED = frozenset(
    """left right middle big Big bigg Bigg bigl bigr bigm Bigl Bigr Bigm biggl biggr biggm Biggl
    Biggr Biggm quad qquad enspace enskip thinspace medspace thickspace negthinspace negmedspace
    negthickspace nobreak displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits
    displaylimits nonumber notag strut mathstrut null hfill hfil allowbreak break noindent
    centering tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge relax
    hline toprule midrule bottomrule mathord protect linebreak nolinebreak nobreakspace space
    bigskip medskip smallskip newline upright selectfont normalfont it par xspace
    mathop@ boldmath@""".split()
) | set(",;:!> ~/-")  # `\,` and so on
TRANSPARENT = frozenset(
    "mathrel mathbin mathord mathopen mathclose mathpunct mathinner emph mathit mathnormal "
    "rlap llap mathrlap mathllap mathclap clap mathstrut hphantom@ ensuremath".split()
)
UPRIGHT = frozenset(
    """text textrm textnormal textup mbox hbox mathrm operatorname textsc textmd
    fbox@ mathup symrm intertext textit textsl""".split()
)
SWITCHES = {
    "rm": "mathrm", "bf": "mathbf", "cal": "mathcal", "sf": "mathsf", "tt": "mathtt",
    "mit": "mathit", "scr": "mathcal", "bfseries": "mathbf", "boldmath": "boldsymbol",
    "gothfamily": "mathfrak", "frakfamily": "mathfrak",
}  # fmt: skip  # fmt: skip
DROPPED_WITH_ARGUMENT = frozenset(
    "hspace vspace phantom hphantom vphantom mspace label mskip kern mkern hskip color".split()
)
NEGATED = {
    "=": "\\ne", "<": "\\nless", ">": "\\ngtr", "\\in": "\\notin", "\\le": "\\nleq",
    "\\ge": "\\ngeq", "\\subset": "⊄", "\\supset": "⊅", "\\subseteq": "⊈", "\\supseteq": "⊉",
    "\\equiv": "≢", "\\sim": "≁", "\\simeq": "≄", "\\cong": "≇", "\\approx": "≉", "\\ni": "∌",
    "\\exists": "∄", "\\vert": "∤", "|": "∤", "\\|": "∦", "\\prec": "⊀", "\\succ": "⊁", "\\to": "↛",
    "\\gets": "↚", "\\Rightarrow": "⇏", "\\Leftarrow": "⇍", "\\leftrightarrow": "↮",
    "\\Leftrightarrow": "⇎", "\\vdash": "⊬", "\\models": "⊭", "\\vDash": "⊭", "\\asymp": "≭",
    "\\parallel": "∦", "\\trianglelefteq": "⋬", "\\perp": "⊥̸",
}  # fmt: skip  # fmt: skip
NEGATED_NAMES = {
    "nsubseteq": "⊈", "nsupseteq": "⊉", "nsim": "≁", "ncong": "≇", "nmid": "∤", "nparallel": "∦",
    "nprec": "⊀", "nsucc": "⊁", "nrightarrow": "↛", "nleftarrow": "↚", "nRightarrow": "⇏",
    "nLeftarrow": "⇍", "nleftrightarrow": "↮", "nLeftrightarrow": "⇎", "nvdash": "⊬", "nvDash": "⊭",
    "nexists": "∄", "nless": "≮", "ngtr": "≯", "nleq": "≰", "ngeq": "≱", "notin": "∉", "ne": "≠",
    "nequiv": "≢", "nleqslant": "≰", "ngeqslant": "≱", "ntrianglelefteq": "⋬",
}  # fmt: skip  # fmt: skip
