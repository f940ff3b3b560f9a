r"""Tables of LaTeX commands and characters by what they mean. Data only.

Every command is written without its backslash.
"""

from __future__ import annotations

__all__ = [
    "ALIASES",
    "DROPPED",
    "DROPPED_WITH_ARGUMENT",
    "FUNCTIONS",
    "ONE_ARGUMENT",
    "PLAIN_ENVIRONMENTS",
    "TEXT",
    "UNICODE",
    "VARIABLES",
    "WRAPPERS",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in text.split())


# Spacing, sizes, styles: presentation only.
DROPPED = _words(
    """
    left right middle big Big bigg Bigg bigl bigr bigm Bigl Bigr Bigm biggl biggr biggm Biggl
    Biggr Biggm quad qquad space enspace enskip thinspace medspace thickspace negthinspace nobreak
    displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits nonumber notag strut
    hskip kern mkern mskip mathstrut null hfill hfil hline rm bf it sf tt
    sl cal scr mit tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge
    allowbreak break displaylimits noindent centering toprule midrule bottomrule , ; : ! > ~ / -
    """
) | {" ", "\n", "\t"}  # `\ ` is a space

DROPPED_WITH_ARGUMENT = _words(
    """
    tag label hspace vspace mspace color textcolor phantom hphantom vphantom ref eqref
    cite rule style class require href
    """
)

# Commands that are replaced by their argument.
WRAPPERS = _words(
    """
    boldsymbol bm pmb mathbf mathit mathsf mathtt mathnormal boxed fbox smash mathop mathrel
    mathbin mathord mathopen mathclose mathpunct mathinner substack ensuremath cancel
    uppercase lowercase
    """
)

# Commands whose argument is words or the name of a function.
TEXT = _words(
    """
    text textrm textit textbf textsf texttt textnormal textup emph mbox hbox intertext mathrm
    operatorname operatornamewithlimits
    """
)

ONE_ARGUMENT = _words(
    """
    hat bar vec tilde dot ddot check breve acute grave overline underline overrightarrow
    overleftarrow overbrace underbrace mathbb mathcal mathfrak mathscr xrightarrow xleftarrow
    mathring not
    """
)

# Environments that only lay out lines; others (matrix, cases, array) have structure.
PLAIN_ENVIRONMENTS = _words(
    """
    align aligned alignat alignedat gather gathered equation eqnarray multline split flalign math
    displaymath subequations document center
    """
)

FUNCTIONS = _words(
    """
    sin cos tan cot sec csc sinh cosh tanh coth arcsin arccos arctan log ln lg exp lim sup inf max
    min det dim ker deg gcd lcm arg hom mod limsup liminf tr rank sgn sign grad div curl rot span
    diag
    """
)

# Commands that are letters: variables, which a formula may rename and stay the same formula.
VARIABLES = _words(
    """
    alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma
    tau upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega
    ell hbar imath jmath aleph beth digamma eth wp
    """
)

ALIASES = _pairs(
    r"""
    dfrac=frac tfrac=frac cfrac=frac sfrac=frac dbinom=binom tbinom=binom le=leq leqslant=leq
    leqq=leq ge=geq geqslant=geq geqq=geq ne=neq to=rightarrow longrightarrow=rightarrow
    gets=leftarrow longleftarrow=leftarrow implies=Rightarrow Longrightarrow=Rightarrow
    impliedby=Leftarrow Longleftarrow=Leftarrow iff=Leftrightarrow Longleftrightarrow=Leftrightarrow
    longmapsto=mapsto lnot=neg land=wedge lor=vee dots=ldots dotsc=ldots dotsb=ldots dotsm=ldots
    dotsi=ldots dotso=ldots cdots=ldots hdots=ldots varepsilon=epsilon varphi=phi vartheta=theta
    varrho=rho varsigma=sigma varpi=pi varkappa=kappa emptyset=varnothing Bbb=mathbb frak=mathfrak
    bold=mathbf widehat=hat widetilde=tilde overset=overset stackrel=overset
    owns=ni smallsetminus=setminus backslash=setminus intop=int smallint=int pmod=mod bmod=mod
    pod=mod tg=tan ctg=cot arctg=arctan sh=sinh ch=cosh th=tanh cosec=csc arcsinh=arsinh
    varlimsup=limsup varliminf=liminf
    hslash=hbar lbrack=[ rbrack=]
    lbrace={ rbrace=} lt=< gt=> lvert=| rvert=| vert=| mid=| lVert=‖ rVert=‖ Vert=‖ |=‖ parallel=‖
    colon=: ast=* lparen=( rparen=) sp=^ sb=_ lgroup=( rgroup=) dag=dagger
    """
)

# Characters -> LaTeX. Other characters are replaced by their compatibility form (a mathematical
# italic x by x).
UNICODE = _pairs(
    r"""
    −=- –=- —=- ‐=- ‑=-
    ×=\times ÷=\div ·=\cdot ⋅=\cdot ∙=\cdot •=\cdot ∗=* ±=\pm ∓=\mp ≤=\leq ⩽=\leq
    ≦=\leq ≥=\geq ⩾=\geq ≧=\geq ≠=\neq ≈=\approx ≡=\equiv ≅=\cong ≃=\simeq ∼=\sim ∝=\propto
    ∑=\sum ∏=\prod ∫=\int ∬=\iint ∭=\iiint ∮=\oint √=\sqrt ∞=\infty ∂=\partial ∇=\nabla ∆=\Delta
    ∈=\in ∉=\notin ∋=\ni ⊂=\subset ⊆=\subseteq ⊃=\supset ⊇=\supseteq ∪=\cup ∩=\cap ⋃=\bigcup
    ⋂=\bigcap ∅=\varnothing ∖=\setminus ∀=\forall ∃=\exists ¬=\neg ∧=\wedge ∨=\vee ⊕=\oplus
    ⊗=\otimes ∘=\circ °=^{\circ} →=\rightarrow ⟶=\rightarrow ←=\leftarrow ⟵=\leftarrow
    ↔=\leftrightarrow ⇒=\Rightarrow ⟹=\Rightarrow ⇐=\Leftarrow ⇔=\Leftrightarrow ⟺=\Leftrightarrow
    ↦=\mapsto ⟼=\mapsto ↑=\uparrow ↓=\downarrow ⟨=\langle ⟩=\rangle 〈=\langle 〉=\rangle ⌊=\lfloor
    ⌋=\rfloor ⌈=\lceil ⌉=\rceil ∣=| ∥=\| ‖=\| ∠=\angle ⊥=\perp △=\triangle ∴=\therefore ∵=\because
    …=\ldots ⋯=\ldots ⋮=\vdots ⋱=\ddots ′=' ″='' ‴=''' ’=' ℝ=\mathbb{R} ℂ=\mathbb{C} ℕ=\mathbb{N}
    ℤ=\mathbb{Z} ℚ=\mathbb{Q} ℙ=\mathbb{P} 𝔽=\mathbb{F} 𝔼=\mathbb{E} ℵ=\aleph ℏ=\hbar ℓ=\ell ℜ=\Re
    ℑ=\Im ²=^{2} ³=^{3} ¹=^{1} ⁰=^{0} ⁴=^{4} ⁵=^{5} ⁶=^{6} ⁷=^{7} ⁸=^{8} ⁹=^{9} ⁿ=^{n} ⁻=^{-}
    ₀=_{0} ₁=_{1} ₂=_{2} ₃=_{3} ₄=_{4} ₅=_{5} ₆=_{6} ₇=_{7} ₈=_{8} ₉=_{9} ₙ=_{n} ½=\frac{1}{2}
    ¼=\frac{1}{4} ¾=\frac{3}{4} ⅓=\frac{1}{3} ⅔=\frac{2}{3} ⅕=\frac{1}{5} ⅙=\frac{1}{6}
    ⅛=\frac{1}{8} ⅜=\frac{3}{8} ⅝=\frac{5}{8} ⅞=\frac{7}{8} †=\dagger
    α=\alpha β=\beta γ=\gamma δ=\delta ε=\epsilon ϵ=\epsilon ζ=\zeta η=\eta θ=\theta ϑ=\theta
    ι=\iota κ=\kappa λ=\lambda μ=\mu µ=\mu ν=\nu ξ=\xi π=\pi ρ=\rho ϱ=\rho σ=\sigma ς=\sigma τ=\tau
    υ=\upsilon φ=\phi ϕ=\phi χ=\chi ψ=\psi ω=\omega Γ=\Gamma Δ=\Delta Θ=\Theta Λ=\Lambda Ξ=\Xi
    Π=\Pi Σ=\Sigma Υ=\Upsilon Φ=\Phi Ψ=\Psi Ω=\Omega
    """
)
