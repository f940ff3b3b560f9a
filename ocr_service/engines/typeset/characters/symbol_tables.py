"""Lists what the characters of mathematical fonts stand for: data only.

Each entry is "place LaTeX kind", entries separated by semicolons; the place is a code of the font's
encoding or a Unicode character, in hexadecimal. The kind is a value of `GlyphKind`. The encodings
are those of Knuth's Computer Modern Typefaces (1986) and of the AMS fonts; the Unicode names are
those of the unicode-math package, where LaTeX or amssymb has the command.
"""

from __future__ import annotations

__all__ = ["AMS_A", "AMS_B", "MATH_ITALIC", "MATH_SYMBOLS", "UNICODE", "UNICODE_MORE"]

# OML: cmmi and its kin. Latin letters stand for themselves.
MATH_ITALIC = r"""
0B \alpha o; 0C \beta o; 0D \gamma o; 0E \delta o; 0F \epsilon o; 10 \zeta o; 11 \eta o; 12
\theta o; 13 \iota o; 14 \kappa o; 15 \lambda o; 16 \mu o; 17 \nu o; 18 \xi o; 19 \pi o; 1A \rho
o; 1B \sigma o; 1C \tau o; 1D \upsilon o; 1E \phi o; 1F \chi o; 20 \psi o; 21 \omega o; 22
\varepsilon o; 23 \vartheta o; 24 \varpi o; 25 \varrho o; 26 \varsigma o; 27 \varphi o; 28
\leftharpoonup r; 29 \leftharpoondown r; 2A \rightharpoonup r; 2B \rightharpoondown r; 2C \lhook
o; 2D \rhook o; 2E \triangleright b; 2F \triangleleft b; 3A . o; 3B , ,; 3C < r; 3D / o; 3E > r;
3F \star b; 40 \partial o; 5B \flat o; 5C \natural o; 5D \sharp o; 5E \smile r; 5F \frown r; 60
\ell o; 7B \imath o; 7C \jmath o; 7D \wp o; 7E \vec a; 7F \frown a
"""

# OMS: cmsy and its kin. Capital letters are calligraphic.
MATH_SYMBOLS = r"""
00 - b; 01 \cdot b; 02 \times b; 03 * b; 04 \div b; 05 \diamond b; 06 \pm b; 07 \mp b; 08 \oplus
b; 09 \ominus b; 0A \otimes b; 0B \oslash b; 0C \odot b; 0D \bigcirc b; 0E \circ b; 0F \bullet
b; 10 \asymp r; 11 \equiv r; 12 \subseteq r; 13 \supseteq r; 14 \le r; 15 \ge r; 16 \preceq r;
17 \succeq r; 18 \sim r; 19 \approx r; 1A \subset r; 1B \supset r; 1C \ll r; 1D \gg r; 1E \prec
r; 1F \succ r; 20 \leftarrow r; 21 \to r; 22 \uparrow r; 23 \downarrow r; 24 \leftrightarrow r;
25 \nearrow r; 26 \searrow r; 27 \simeq r; 28 \Leftarrow r; 29 \Rightarrow r; 2A \Uparrow r; 2B
\Downarrow r; 2C \Leftrightarrow r; 2D \nwarrow r; 2E \swarrow r; 2F \propto r; 30 \prime p; 31
\infty o; 32 \in r; 33 \ni r; 34 \triangle o; 35 \bigtriangledown b; 36 \not n; 37 \mapstochar
m; 38 \forall o; 39 \exists o; 3A \neg o; 3B \emptyset o; 3C \Re o; 3D \Im o; 3E \top o; 3F
\perp r; 40 \aleph o; 5B \cup b; 5C \cap b; 5D \uplus b; 5E \wedge b; 5F \vee b; 60 \vdash r; 61
\dashv r; 62 \lfloor (; 63 \rfloor ); 64 \lceil (; 65 \rceil ); 66 \{ (; 67 \} ); 68 \langle (;
69 \rangle ); 6A | |; 6B \| |; 6C \updownarrow r; 6D \Updownarrow r; 6E \setminus b; 6F \wr b;
70 \surd s; 71 \amalg b; 72 \nabla o; 73 \smallint O; 74 \sqcup b; 75 \sqcap b; 76 \sqsubseteq
r; 77 \sqsupseteq r; 78 \S o; 79 \dagger b; 7A \ddagger b; 7B \P o; 7C \clubsuit o; 7D
\diamondsuit o; 7E \heartsuit o; 7F \spadesuit o
"""

# The first font of AMS symbols, msam.
AMS_A = r"""
00 \boxdot b; 01 \boxplus b; 02 \boxtimes b; 03 \square o; 04 \blacksquare o; 05 \centerdot b;
06 \lozenge o; 07 \blacklozenge o; 08 \circlearrowright r; 09 \circlearrowleft r; 0A
\rightleftharpoons r; 0B \leftrightharpoons r; 0C \boxminus b; 0D \Vdash r; 0E \Vvdash r; 0F
\vDash r; 10 \twoheadrightarrow r; 11 \twoheadleftarrow r; 12 \leftleftarrows r; 13
\rightrightarrows r; 14 \upuparrows r; 15 \downdownarrows r; 16 \upharpoonright r; 17
\downharpoonright r; 18 \upharpoonleft r; 19 \downharpoonleft r; 1A \rightarrowtail r; 1B
\leftarrowtail r; 1C \leftrightarrows r; 1D \rightleftarrows r; 1E \Lsh r; 1F \Rsh r; 20
\rightsquigarrow r; 21 \leftrightsquigarrow r; 22 \looparrowleft r; 23 \looparrowright r; 24
\circeq r; 25 \succsim r; 26 \gtrsim r; 27 \gtrapprox r; 28 \multimap r; 29 \therefore r; 2A
\because r; 2B \doteqdot r; 2C \triangleq r; 2D \precsim r; 2E \lesssim r; 2F \lessapprox r; 30
\eqslantless r; 31 \eqslantgtr r; 32 \curlyeqprec r; 33 \curlyeqsucc r; 34 \preccurlyeq r; 35
\leqq r; 36 \leqslant r; 37 \lessgtr r; 38 \backprime o; 39 \dashrightarrow r; 3A \risingdotseq
r; 3B \fallingdotseq r; 3C \succcurlyeq r; 3D \geqq r; 3E \geqslant r; 3F \gtrless r; 40
\sqsubset r; 41 \sqsupset r; 42 \rhd b; 43 \lhd b; 44 \unrhd b; 45 \unlhd b; 46 \bigstar o; 47
\between r; 48 \blacktriangledown o; 49 \blacktriangleright r; 4A \blacktriangleleft r; 4B
\dabar o; 4C \dabar o; 4D \vartriangle r; 4E \blacktriangle o; 4F \triangledown o; 50 \eqcirc r;
51 \lesseqgtr r; 52 \gtreqless r; 53 \lesseqqgtr r; 54 \gtreqqless r; 55 \yen o; 56 \Rrightarrow
r; 57 \Lleftarrow r; 58 \checkmark o; 59 \veebar b; 5A \barwedge b; 5B \doublebarwedge b; 5C
\angle o; 5D \measuredangle o; 5E \sphericalangle o; 5F \varpropto r; 60 \smallsmile r; 61
\smallfrown r; 62 \Subset r; 63 \Supset r; 64 \Cup b; 65 \Cap b; 66 \curlywedge b; 67 \curlyvee
b; 68 \leftthreetimes b; 69 \rightthreetimes b; 6A \subseteqq r; 6B \supseteqq r; 6C \bumpeq r;
6D \Bumpeq r; 6E \lll r; 6F \ggg r; 70 \ulcorner (; 71 \urcorner ); 72 \circledR o; 73 \circledS
o; 74 \pitchfork r; 75 \dotplus b; 76 \backsim r; 77 \backsimeq r; 78 \llcorner (; 79 \lrcorner
); 7A \maltese o; 7B \complement o; 7C \intercal b; 7D \circledcirc b; 7E \circledast b; 7F
\circleddash b
"""

# The second, msbm. Capital letters are those of the blackboard.
AMS_B = r"""
00 \lvertneqq r; 01 \gvertneqq r; 02 \nleq r; 03 \ngeq r; 04 \nless r; 05 \ngtr r; 06 \nprec r;
07 \nsucc r; 08 \lneqq r; 09 \gneqq r; 0A \nleqslant r; 0B \ngeqslant r; 0C \lneq r; 0D \gneq r;
0E \npreceq r; 0F \nsucceq r; 10 \precnsim r; 11 \succnsim r; 12 \lnsim r; 13 \gnsim r; 14
\nleqq r; 15 \ngeqq r; 16 \precneqq r; 17 \succneqq r; 18 \precnapprox r; 19 \succnapprox r; 1A
\lnapprox r; 1B \gnapprox r; 1C \nsim r; 1D \ncong r; 1E \diagup o; 1F \diagdown o; 20
\varsubsetneq r; 21 \varsupsetneq r; 22 \nsubseteqq r; 23 \nsupseteqq r; 24 \subsetneqq r; 25
\supsetneqq r; 26 \varsubsetneqq r; 27 \varsupsetneqq r; 28 \subsetneq r; 29 \supsetneq r; 2A
\nsubseteq r; 2B \nsupseteq r; 2C \nparallel r; 2D \nmid r; 2E \nshortmid r; 2F \nshortparallel
r; 30 \nvdash r; 31 \nVdash r; 32 \nvDash r; 33 \nVDash r; 34 \ntrianglerighteq r; 35
\ntrianglelefteq r; 36 \ntriangleleft r; 37 \ntriangleright r; 38 \nleftarrow r; 39 \nrightarrow
r; 3A \nLeftarrow r; 3B \nRightarrow r; 3C \nLeftrightarrow r; 3D \nleftrightarrow r; 3E
\divideontimes b; 3F \varnothing o; 40 \nexists o; 60 \Finv o; 61 \Game o; 66 \mho o; 67 \eth o;
68 \eqsim r; 69 \beth o; 6A \gimel o; 6B \daleth o; 6C \lessdot b; 6D \gtrdot b; 6E \ltimes b;
6F \rtimes b; 70 \shortmid r; 71 \shortparallel r; 72 \smallsetminus b; 73 \thicksim r; 74
\thickapprox r; 75 \approxeq r; 76 \succapprox r; 77 \precapprox r; 78 \curvearrowleft r; 79
\curvearrowright r; 7A \digamma o; 7B \varkappa o; 7C \Bbbk o; 7D \hslash o; 7E \hbar o; 7F
\backepsilon r
"""

# Characters by Unicode.
UNICODE = r"""
0021 ! ); 0023 \# o; 0024 \$ o; 0025 \% o; 0026 \& o; 0028 ( (; 0029 ) ); 002A * b; 002B + b;
002C , ,; 002E . o; 002F / o; 003A : r; 003B ; ,; 003C < r; 003D = r; 003E > r; 003F ? ); 005B [
(; 005C \backslash o; 005D ] ); 005E \hat a; 005F \_ o; 0060 \grave a; 007B \{ (; 007C | |; 007D
\} ); 007E \sim r; 00A7 \S o; 00A8 \ddot a; 00AC \neg o; 00AF \bar a; 00B0 ^\circ o; 00B1 \pm b;
00B4 \acute a; 00B5 \mu o; 00B6 \P o; 00B7 \cdot b; 00D7 \times b; 00F0 \eth o; 00F7 \div b;
0131 \imath o; 0237 \jmath o; 02C6 \hat a; 02C7 \check a; 02C9 \bar a; 02CB \grave a; 02D8
\breve a; 02D9 \dot a; 02DA \mathring a; 02DC \tilde a; 0300 \grave a; 0301 \acute a; 0302 \hat
a; 0303 \tilde a; 0304 \bar a; 0305 \overline a; 0306 \breve a; 0307 \dot a; 0308 \ddot a; 030A
\mathring a; 030C \check a; 0338 \not n; 0393 \Gamma o; 0394 \Delta o; 0398 \Theta o; 039B
\Lambda o; 039E \Xi o; 03A0 \Pi o; 03A3 \Sigma o; 03A5 \Upsilon o; 03A6 \Phi o; 03A8 \Psi o;
03A9 \Omega o; 03B1 \alpha o; 03B2 \beta o; 03B3 \gamma o; 03B4 \delta o; 03B5 \varepsilon o;
03B6 \zeta o; 03B7 \eta o; 03B8 \theta o; 03B9 \iota o; 03BA \kappa o; 03BB \lambda o; 03BC \mu
o; 03BD \nu o; 03BE \xi o; 03BF o o; 03C0 \pi o; 03C1 \rho o; 03C2 \varsigma o; 03C3 \sigma o;
03C4 \tau o; 03C5 \upsilon o; 03C6 \varphi o; 03C7 \chi o; 03C8 \psi o; 03C9 \omega o; 03D1
\vartheta o; 03D2 \Upsilon o; 03D5 \phi o; 03D6 \varpi o; 03DD \digamma o; 03F0 \varkappa o;
03F1 \varrho o; 03F5 \epsilon o; 2016 \| |; 2020 \dagger b; 2021 \ddagger b; 2022 \bullet b;
02C9 \bar a; 2026 \ldots o; 203E \bar a; 2032 \prime p; 2033 \prime\prime p; 2035 \backprime o;
20D7 \vec a; 210F \hbar o; E020 \not n;
2111 \Im o; 2113 \ell o; 2118 \wp o; 211C \Re o; 2126 \Omega o; 2127 \mho o; 2132 \Finv o; 2135
\aleph o; 2136 \beth o; 2137 \gimel o; 2138 \daleth o; 2141 \Game o; 2146 d o; 2190 \leftarrow
r; 2191 \uparrow r; 2193 \downarrow r; 2195 \updownarrow r; 21D1 \Uparrow r; 21D3 \Downarrow r;
21D5 \Updownarrow r; 2192 \to r; 2194 \leftrightarrow r; 2196 \nwarrow r; 2197 \nearrow r; 2198
\searrow r; 2199 \swarrow r; 219A \nleftarrow r; 219B \nrightarrow r; 219E \twoheadleftarrow r;
21A0 \twoheadrightarrow r; 21A2 \leftarrowtail r; 21A3 \rightarrowtail r; 21A6 \mapsto r; 21AB
\looparrowleft r; 21AC \looparrowright r; 21AD \leftrightsquigarrow r; 21AE \nleftrightarrow r;
21B0 \Lsh r; 21B1 \Rsh r; 21B6 \curvearrowleft r; 21B7 \curvearrowright r; 21BA \circlearrowleft
r; 21BB \circlearrowright r; 21BC \leftharpoonup r; 21BD \leftharpoondown r; 21BE
\upharpoonright r; 21BF \upharpoonleft r; 21C0 \rightharpoonup r; 21C1 \rightharpoondown r; 21C2
\downharpoonright r; 21C3 \downharpoonleft r; 21C4 \rightleftarrows r; 21C6 \leftrightarrows r;
21C7 \leftleftarrows r; 21C8 \upuparrows r; 21C9 \rightrightarrows r; 21CA \downdownarrows r;
21CB \leftrightharpoons r; 21CC \rightleftharpoons r; 21CD \nLeftarrow r; 21CE \nLeftrightarrow
r; 21CF \nRightarrow r; 21D0 \Leftarrow r; 21D2 \Rightarrow r; 21D4 \Leftrightarrow r; 21DA
\Lleftarrow r; 21DB \Rrightarrow r; 21DD \rightsquigarrow r; 2200 \forall o; 2201 \complement o;
2202 \partial o; 2203 \exists o; 2204 \nexists o; 2205 \emptyset o; 2206 \Delta o; 2207 \nabla
o; 2208 \in r; 220B \ni r; 220E \blacksquare o; 220F \prod O; 2210 \coprod O; 2211 \sum O; 2212
- b; 2213 \mp b; 2214 \dotplus b; 2216 \setminus b; 2217 * b; 2218 \circ b; 221A \sqrt s; 221D
\propto r; 221E \infty o; 2220 \angle o; 2221 \measuredangle o; 2222 \sphericalangle o; 2223
\mid r; 2224 \nmid r; 2225 \| |; 2226 \nparallel r; 2227 \wedge b; 2228 \vee b; 2229 \cap b;
222A \cup b; 222B \int I; 222C \iint I; 222D \iiint I; 222E \oint I; 2234 \therefore r; 2235
\because r; 2236 : r; 223C \sim r; 223D \backsim r; 2240 \wr b; 2241 \nsim r; 2242 \eqsim r;
2243 \simeq r; 2247 \ncong r; 2248 \approx r; 224A \approxeq r; 224D \asymp r; 224E \Bumpeq r;
224F \bumpeq r; 2251 \doteqdot r; 2252 \fallingdotseq r; 2253 \risingdotseq r; 2254 := r; 2255
=: r; 2256 \eqcirc r; 2257 \circeq r; 225C \triangleq r; 2260 \ne r; 2261 \equiv r; 2264 \le r;
2265 \ge r; 2266 \leqq r; 2267 \geqq r; 2268 \lneqq r; 2269 \gneqq r; 226A \ll r; 226B \gg r;
226C \between r; 226E \nless r; 226F \ngtr r; 2270 \nleq r; 2271 \ngeq r; 2272 \lesssim r; 2273
\gtrsim r; 2276 \lessgtr r; 2277 \gtrless r; 227A \prec r; 227B \succ r; 227C \preccurlyeq r;
227D \succcurlyeq r; 227E \precsim r; 227F \succsim r; 2280 \nprec r; 2281 \nsucc r; 2282
\subset r; 2283 \supset r; 2286 \subseteq r; 2287 \supseteq r; 2288 \nsubseteq r; 2289
\nsupseteq r; 228A \subsetneq r; 228B \supsetneq r; 228E \uplus b; 228F \sqsubset r; 2290
\sqsupset r; 2291 \sqsubseteq r; 2292 \sqsupseteq r; 2293 \sqcap b; 2294 \sqcup b; 2295 \oplus
b; 2296 \ominus b; 2297 \otimes b; 2298 \oslash b; 2299 \odot b; 229A \circledcirc b; 229B
\circledast b; 229D \circleddash b; 229E \boxplus b; 229F \boxminus b; 22A0 \boxtimes b; 22A1
\boxdot b; 22A2 \vdash r; 22A3 \dashv r; 22A4 \top o; 22A5 \perp r; 22A8 \vDash r; 22A9 \Vdash
r; 22AA \Vvdash r; 22AC \nvdash r; 22AD \nvDash r; 22AE \nVdash r; 22AF \nVDash r; 22B2 \lhd b;
22B3 \rhd b; 22B4 \unlhd b; 22B5 \unrhd b; 22B8 \multimap r; 22BA \intercal b; 22BB \veebar b;
22BC \barwedge b; 22C0 \bigwedge O; 22C1 \bigvee O; 22C2 \bigcap O; 22C3 \bigcup O; 22C4
\diamond b; 22C5 \cdot b; 22C6 \star b; 22C7 \divideontimes b; 22C9 \ltimes b; 22CA \rtimes b;
22CB \leftthreetimes b; 22CC \rightthreetimes b; 22CD \backsimeq r; 22CE \curlyvee b; 22CF
\curlywedge b; 22D0 \Subset r; 22D1 \Supset r; 22D2 \Cap b; 22D3 \Cup b; 22D4 \pitchfork r; 22D6
\lessdot b; 22D7 \gtrdot b; 22D8 \lll r; 22D9 \ggg r; 22DA \lesseqgtr r; 22DB \gtreqless r; 22DE
\curlyeqprec r; 22DF \curlyeqsucc r; 22E6 \lnsim r; 22E7 \gnsim r; 22E8 \precnsim r; 22E9
\succnsim r; 22EC \ntrianglelefteq r; 22ED \ntrianglerighteq r; 22EE \vdots o; 22EF \cdots o;
22F1 \ddots o; 2308 \lceil (; 2309 \rceil ); 230A \lfloor (; 230B \rfloor ); 2322 \frown r; 2323
\smile r; 23DE \overbrace a; 23DF \underbrace u; 24C8 \circledS o; 25A0 \blacksquare o; 25A1
\square o; 25B3 \triangle o; 25B4 \blacktriangle o; 25B5 \vartriangle r; 25B6
\blacktriangleright r; 25B7 \triangleright b; 25BD \bigtriangledown b; 25BE \blacktriangledown
o; 25BF \triangledown o; 25C0 \blacktriangleleft r; 25C1 \triangleleft b; 25CA \lozenge o; 25E6
\circ b; 25EF \bigcirc b; 25FB \square o; 2605 \bigstar o; 2660 \spadesuit o; 2661 \heartsuit o;
2662 \diamondsuit o; 2663 \clubsuit o; 266D \flat o; 266E \natural o; 266F \sharp o; 27E6 [\![
(; 27E7 ]\!] ); 27E8 \langle (; 27E9 \rangle ); 29F5 \setminus b; 2A00 \bigodot O; 2A01
\bigoplus O; 2A02 \bigotimes O; 2A04 \biguplus O; 2A06 \bigsqcup O; 2A3F \amalg b; 2A5E
\doublebarwedge b; 2A7D \leqslant r; 2A7E \geqslant r; 2A85 \lessapprox r; 2A86 \gtrapprox r;
2A87 \lneq r; 2A88 \gneq r; 2A89 \lnapprox r; 2A8A \gnapprox r; 2A8B \lesseqqgtr r; 2A8C
\gtreqqless r; 2A95 \eqslantless r; 2A96 \eqslantgtr r; 2AAF \preceq r; 2AB0 \succeq r; 2AB5
\precneqq r; 2AB6 \succneqq r; 2AB7 \precapprox r; 2AB8 \succapprox r; 2AB9 \precnapprox r; 2ABA
\succnapprox r; 2AC5 \subseteqq r; 2AC6 \supseteqq r; 2ACB \subsetneqq r; 2ACC \supsetneqq r;
3008 \langle (; 3009 \rangle ); 1D4C1 \ell o; 1D55C \Bbbk o; 1D6A4 \imath o; 1D6A5 \jmath o
"""

# Characters with another name in unicode-math, or that OpenType fonts have as one character.
UNICODE_MORE = r"""
2209 \notin r; 2215 / o; 2216 \setminus b; 2245 \cong r; 2250 \doteq r; 2262 \not\equiv r; 2284
\not\subset r; 2285 \not\supset r; 22A8 \models r; 22C6 \star b; 25C7 \diamond b; 21A9
\hookleftarrow r; 21AA \hookrightarrow r; 27F5 \longleftarrow r; 27F6 \longrightarrow r; 27F7
\longleftrightarrow r; 27F8 \Longleftarrow r; 27F9 \Longrightarrow r; 27FA \iff r; 27FC
\longmapsto r; 27C2 \perp r; 29F5 \setminus b; 2044 / o; 2241 \not\sim r; 2249 \not\approx r;
2244 \not\simeq r; 2260 \ne r; 2208 \in r; 2194 \leftrightarrow r; 21D0 \Leftarrow r; 21D2
\Rightarrow r; 21D4 \Leftrightarrow r; 2248 \approx r; 2261 \equiv r; 2297 \otimes b; 2295
\oplus b; 2282 \subset r; 2286 \subseteq r; 2287 \supseteq r; 2283 \supset r; 2229 \cap b; 222A
\cup b; 226A \ll r; 226B \gg r; 2203 \exists o; 2204 \nexists o; 211C \Re o; 2111 \Im o; 2135
\aleph o; 22A4 \top o
"""
