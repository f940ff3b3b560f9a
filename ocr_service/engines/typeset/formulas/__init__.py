"""A row of type to a tree of formula nodes, and the tree to LaTeX.

accents             characters over or into one another: negations, composed arrows, dots
accented_letters    accents with what they are over
long_arrows         arrows stretched to their labels
braces_of_one       braces along a list that are one character
delimiters          delimiters, braces and arrows assembled from pieces
arrays              matrices, cases, binomials
bars                fractions, roots, overlines and underlines
slashed_fractions   small figures at a slanted stroke
function_names      "sin", "lim sup", "arg max" as one node each
arrow_limits        limits written with an arrow or a rule
modulo              "mod" of congruences
scripts             superscripts, subscripts, limits, prescripts
baseline            all of these together: nodes from left to right on one baseline
upright             words of text and names within formulas, to LaTeX
latex               the tree to LaTeX
soundness           how well a row was parsed
"""
