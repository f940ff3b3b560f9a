"""Lists the characters of the tests' typesetter: their fonts, and dimensions in ems.

Those of Knuth's Computer Modern at ten points: advance width, ink above the baseline, ink below.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["CHARACTERS", "TEXT_FONTS", "Character", "Metric"]

Metric = tuple[float, float, float]


class Character(NamedTuple):
    """A character of mathematics: `atom` is its kind in TeX."""

    font: str
    character: str
    metric: Metric
    atom: str = "ord"


_X, _UP, _CAP = (0.431, 0.0), (0.694, 0.0), (0.683, 0.0)
_DOWN, _BOTH = (0.431, 0.194), (0.694, 0.194)

_ITALIC: dict[str, tuple[float, tuple[float, float]]] = {
    "a": (0.529, _X), "b": (0.429, _UP), "c": (0.433, _X), "d": (0.521, _UP), "e": (0.466, _X),
    "f": (0.490, _BOTH), "g": (0.477, _DOWN), "h": (0.576, _UP), "k": (0.521, _UP),
    "m": (0.878, _X), "n": (0.600, _X), "p": (0.503, _DOWN), "q": (0.446, _DOWN),
    "r": (0.451, _X), "s": (0.469, _X), "t": (0.361, (0.615, 0.0)), "u": (0.573, _X),
    "v": (0.485, _X), "x": (0.572, _X), "y": (0.490, _DOWN), "z": (0.465, _X),
    "i": (0.345, (0.660, 0.0)), "j": (0.412, (0.660, 0.194)),
    "A": (0.750, _CAP), "B": (0.759, _CAP), "M": (0.970, _CAP), "N": (0.803, _CAP),
    "P": (0.642, _CAP), "X": (0.829, _CAP), "Y": (0.581, _CAP),
}  # fmt: skip
_GREEK: dict[str, tuple[str, float, tuple[float, float]]] = {
    r"\alpha": ("α", 0.640, _X), r"\beta": ("β", 0.566, _BOTH), r"\gamma": ("γ", 0.518, _DOWN),
    r"\theta": ("θ", 0.469, _UP), r"\lambda": ("λ", 0.583, _UP), r"\mu": ("µ", 0.603, _DOWN),
    r"\pi": ("π", 0.570, _X), r"\varphi": ("ϕ", 0.654, _DOWN),
}  # fmt: skip

CHARACTERS: dict[str, Character] = {
    r"\le": Character("CMSY10", "≤", (0.778, 0.636, 0.137), "rel"),
    r"\in": Character("CMSY10", "∈", (0.667, 0.540, 0.040), "rel"),
    r"\to": Character("CMSY10", "→", (1.0, 0.511, 0.011), "rel"),
    r"\sim": Character("CMSY10", "∼", (0.778, 0.367, -0.133), "rel"),
    r"\approx": Character("CMSY10", "≈", (0.778, 0.483, -0.056), "rel"),
    r"\subset": Character("CMSY10", "⊂", (0.778, 0.540, 0.040), "rel"),
    "=": Character("CMR10", "=", (0.778, 0.367, -0.133), "rel"),
    "<": Character("CMMI10", "<", (0.778, 0.540, 0.040), "rel"),
    ":": Character("CMR10", ":", (0.278, 0.431, 0.0), "rel"),
    "+": Character("CMR10", "+", (0.778, 0.583, 0.083), "bin"),
    "-": Character("CMSY10", "−", (0.778, 0.270, -0.230), "bin"),
    r"\times": Character("CMSY10", "×", (0.778, 0.491, -0.009), "bin"),
    r"\cdot": Character("CMSY10", "·", (0.278, 0.310, -0.190), "bin"),
    r"\bullet": Character("CMSY10", "•", (0.5, 0.444, -0.055), "bin"),
    r"\pm": Character("CMSY10", "±", (0.778, 0.666, 0.0), "bin"),
    r"\cup": Character("CMSY10", "∪", (0.667, 0.598, 0.022), "bin"),
    "/": Character("CMMI10", "/", (0.5, 0.75, 0.25)),
    "!": Character("CMR10", "!", (0.278, 0.716, 0.0), "close"),
    r"\infty": Character("CMSY10", "∞", (1.0, 0.442, 0.011)),
    r"\circ": Character("CMSY10", "◦", (0.5, 0.444, -0.055)),
    r"\prime": Character("CMSY10", "\u2032", (0.275, 0.560, -0.043)),
    ",": Character("CMMI10", ",", (0.278, 0.106, 0.194), "punct"),
    "(": Character("CMR10", "(", (0.389, 0.75, 0.25), "open"),
    ")": Character("CMR10", ")", (0.389, 0.75, 0.25), "close"),
    "[": Character("CMR10", "[", (0.278, 0.75, 0.25), "open"),
    "]": Character("CMR10", "]", (0.278, 0.75, 0.25), "close"),
    r"\{": Character("CMSY10", "{", (0.5, 0.75, 0.25), "open"),
    r"\}": Character("CMSY10", "}", (0.5, 0.75, 0.25), "close"),
    r"\mathbb{R}": Character("MSBM10", "R", (0.722, 0.683, 0.0)),
    r"\mathcal{A}": Character("CMSY10", "A", (0.798, 0.722, 0.050)),
    r"\mathfrak{g}": Character("EUFM10", "g", (0.502, 0.472, 0.208)),
    r"\hat": Character("CMR10", "ˆ", (0.5, 0.694, -0.531)),
    r"\bar": Character("CMR10", "¯", (0.5, 0.590, -0.544)),
    r"\tilde": Character("CMR10", "˜", (0.5, 0.668, -0.565)),
    r"\dot": Character("CMR10", "˙", (0.278, 0.668, -0.563)),
    r"\vec": Character("CMMI10", "\u20d7", (0.5, 0.714, -0.518)),
}
for _digit in "0123456789":
    CHARACTERS[_digit] = Character("CMR10", _digit, (0.5, 0.666, 0.022))
for _letter, (_width, _ink) in _ITALIC.items():
    CHARACTERS[_letter] = Character("CMMI10", _letter, (_width, *_ink))
for _command, (_character, _width, _ink) in _GREEK.items():
    CHARACTERS[_command] = Character("CMMI10", _character, (_width, *_ink))

_ROMAN = """
a .500 b .556 c .444 d .556 e .444 f .306 g .500 h .556 i .278 j .306 k .528 l .278 m .833 n .556
o .500 p .556 q .528 r .392 s .394 t .389 u .556 v .528 w .722 x .528 y .528 z .444
A .750 B .708 C .722 D .764 E .681 F .653 G .785 H .750 I .361 J .514 K .778 L .625 M .917 N .750
O .778 P .681 Q .778 R .736 S .556 T .722 U .750 V .750 W 1.028 X .750 Y .750 Z .611
. .278 , .278 : .278 ; .278 ! .278 ? .472 - .333 – .500 ’ .278 “ .500 ” .500 $ .500 % .833 / .500
( .389 ) .389 [ .278 ] .278 = .778 + .778 & .778 * .500
0 .500 1 .500 2 .500 3 .500 4 .500 5 .500 6 .500 7 .500 8 .500 9 .500
""".split()
_INK: dict[str, tuple[float, float]] = {
    ".": (0.106, 0.0), ",": (0.106, 0.193), ":": (0.431, 0.0), ";": (0.431, 0.193),
    "-": (0.245, -0.187), "–": (0.277, -0.255), "’": (0.694, -0.394), "“": (0.694, -0.394),
    "”": (0.694, -0.394), "(": (0.75, 0.25), ")": (0.75, 0.25), "[": (0.75, 0.25),
    "]": (0.75, 0.25), "=": (0.367, -0.133), "+": (0.583, 0.083), "/": (0.75, 0.25),
    "%": (0.75, 0.056), "$": (0.75, 0.056), "*": (0.75, -0.320),
}  # fmt: skip


def _ink(character: str) -> tuple[float, float]:
    if character in _INK:
        return _INK[character]
    if character in "gpqy":
        return _DOWN
    return _X if character in "acemnorsuvwxz" else _UP


TEXT_FONTS: dict[str, Metric] = {
    character: (float(width), *_ink(character))
    for character, width in zip(_ROMAN[::2], _ROMAN[1::2], strict=True)
}
