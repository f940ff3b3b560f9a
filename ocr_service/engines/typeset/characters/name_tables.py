"""Lists the glyph names of mathematical fonts that have no Unicode character of their own: data.

Each entry is "name LaTeX kind", entries separated by semicolons, as in `symbol_tables`. Names that
stand for one size of a sign ("parenleftBig", "summationdisplay") are listed without the size.
"""

from __future__ import annotations

__all__ = ["BY_CODE", "NAMES", "PIECE_NAMES"]

NAMES = r"""
parenleft ( (; parenright ) ); bracketleft [ (; bracketright ] ); braceleft \{ (; braceright \} );
floorleft \lfloor (; floorright \rfloor ); ceilingleft \lceil (; ceilingright \rceil );
angbracketleft \langle (; angbracketright \rangle ); angleleft \langle (; angleright \rangle );
langle \langle (; rangle \rangle ); bracketdoubleleft [\![ (; bracketdoubleright ]\!] );
dblbracketleft [\![ (; dblbracketright ]\!] ); openbracketleft [\![ (; openbracketright ]\!] ); bar
| |; bardbl \| |; parallel \| |; parallel1 \| |; barAlt | |; bardblAlt \| |; slash / o; backslash
\backslash o; radical \sqrt s; radicallow \sqrt s; summation \sum O; product \prod O; coproduct
\coprod O; union \cup b; uniondisplay \bigcup O; uniontext \bigcup O; intersection \cap b;
intersectiondisplay \bigcap O; intersectiontext \bigcap O; unionmulti \uplus b; unionsq \sqcup b;
unionmultidisplay \biguplus O; unionmultitext \biguplus O; unionsqdisplay \bigsqcup O; unionsqtext
\bigsqcup O; intersectionsq \sqcap b; intersectionsqdisplay \bigsqcap O; intersectionsqtext
\bigsqcap O; logicalanddisplay \bigwedge O; logicalandtext \bigwedge O; logicalordisplay \bigvee O;
logicalortext \bigvee O; circledotdisplay \bigodot O; circledottext \bigodot O; circleplusdisplay
\bigoplus O; circleplustext \bigoplus O; circlemultiplydisplay \bigotimes O; circlemultiplytext
\bigotimes O; integral \int I; contintegral \oint I; iinteg \iint I; iiinteg \iiint I; iiiinteg
\iiiint I; dblcontinteg \oiint I; tplcontinteg \oiiint I; contdblintegral \oiint I;
conttripleintegral \oiiint I; integraldisplaydouble \iint I; integraltextdouble \iint I;
integraldisplaytriple \iiint I; integraltexttriple \iiint I; cintegraldisplaydouble \oiint I;
cintegraltextdouble \oiint I; cintegraldisplaytriple \oiiint I; cintegraltexttriple \oiiint I;
hatwide \widehat a; hatwider \widehat a; hatwidest \widehat a; hatultime \widehat a; tildewide
\widetilde a; tildewider \widetilde a; tildewidest \widetilde a; tildeultime \widetilde a; vector
\vec a; vec \vec a; lvec \overleftarrow a; harpoonacc \overrightharpoon a; dotacc \dot a; ddotacc
\ddot a; dddotacc \dddot a; ddddotacc \ddddot a; circumflex \hat a; tilde \tilde a; macron \bar a;
breve \breve a; caron \check a; dieresis \ddot a; dotaccent \dot a; ring \mathring a; acute \acute
a; grave \grave a; planckover2pi \hbar o; planckover2pi1 \hbar o; hbar \hbar o; hslash \hbar o;
lscript \ell o; ell \ell o; emptysetstress \emptyset o; emptysetAlt \emptyset o; varemptyset
\varnothing o; emptyset \emptyset o; digamma \digamma o; equal = r; mapstochar \mapstochar m; mapsto
\mapstochar m; mapsfromchar \mapsfromchar m; hookleftchar \lhook o; hookrightchar \rhook o;
arrowhookleft \lhook o; arrowhookright \rhook o; negationslash \not n; nequal \ne r; nelement \notin
r; nowner \not\ni r; nequivalence \not\equiv r; nsimilar \nsim r; nsimilarequal \not\simeq r;
npropersubset \not\subset r; npropersuperset \not\supset r; nexists \nexists o; notexists \nexists
o; nparallel \nparallel r; napproxequal \not\approx r; notcongruent \ncong r; colonequal := r;
equalcolon =: r; doteq \doteq r; simequal \simeq r; similarequal \simeq r; perpendicular \perp r;
Perpendicular \perp r; leqslant \leqslant r; geqslant \geqslant r; lessorequalslant \leqslant r;
greaterorequalslant \geqslant r; notleqslant \nleqslant r; notgeqslant \ngeqslant r;
notlessorequalslant \nleqslant r; notgreaterorequalslant \ngeqslant r; smallsetminus \smallsetminus
b; bigcircle \bigcirc b; medcircle \circ b; medbullet \bullet b; openbullet \circ b; leadsto
\leadsto r; bigstar \bigstar o; triangledown \triangledown o; triangleup \triangle o;
blacktriangleleft \blacktriangleleft r; blacktriangleright \blacktriangleright r; vartriangleleft
\lhd b; vartriangleright \rhd b; vDash \vDash r; notvDash \nvDash r; leftleftarrows \leftleftarrows
r; rightrightarrows \rightrightarrows r; curvearrowleft \curvearrowleft r; curvearrowright
\curvearrowright r; varsubsetneq \varsubsetneq r; subsetneqq \subsetneqq r; subsetornoteql
\subsetneq r; supersetornoteql \supsetneq r; thicksimilar \sim r; thickapproxequal \approx r;
circledash \circleddash b; circlecirc \circledcirc b; cupdot \dot\cup b; gradient \nabla o; nabla
\nabla o; upnabla \nabla o; universalAlt \forall o; existentialAlt \exists o; transpose \intercal b;
strict \strictif r; asteriskmath * b; bowtie \bowtie r; suppress \not n; partialup \partial o;
partialit \partial o; phiup \varphi o
"""

# Pieces of tall signs and of braces along a formula: "name LaTeX part".
PIECE_NAMES = r"""
parenlefttp ( top; parenleftex ( repeat; parenleftbt ( bottom; parenrighttp ) top; parenrightex )
repeat; parenrightbt ) bottom; bracketlefttp [ top; bracketleftex [ repeat; bracketleftbt [ bottom;
bracketrighttp ] top; bracketrightex ] repeat; bracketrightbt ] bottom; bracelefttp \{ top;
braceleftmid \{ middle; braceleftbt \{ bottom; bracerighttp \} top; bracerightmid \} middle;
bracerightbt \} bottom; braceex \{ repeat; braceleftex \{ repeat; bracerightex \} repeat;
radicaltp \sqrt top; radicalvertex \sqrt repeat; radicalbt \sqrt bottom; vextendsingle | repeat;
vextenddouble \| repeat; barex | repeat; bardblex \| repeat; bracehtipdownleft brace left-down;
bracehtipdownright brace right-down; bracehtipupleft brace left-up; bracehtipupright brace right-up;
bracehext brace repeat
"""

# Names that Computer Modern and its kin use for a sign other than the one that the name says, or
# for two: there the code of the font's encoding decides.
BY_CODE = frozenset(
    "epsilon epsilon1 phi phi1 theta1 rho1 sigma1 omega1 pi1 upsilon1 mapsto backslash coproduct "
    "arrowhookleft arrowhookright openbullet bar bardbl parallel star triangle triangleinv "
    "perpendicular tie slurabove slurbelow logicalnot club diamond heart spade asteriskmath "
    "union intersection radical radicallow emptyset dagger daggerdbl section paragraph".split()
)
