"""Formulas into index terms.

find            finds the formulas of a page
latex_symbols   tables of LaTeX commands and characters
latex_tokens    cuts LaTeX into tokens, each in one spelling
latex           rewrites LaTeX as the subset that the parser accepts
layout          parses LaTeX to a symbol layout tree
notation        rewrites the tree in one notation, so that a/b meets a fraction
products        writes the factors and arguments in it in one notation
unit_fractions  puts the factors behind 1/b above its bar
order           puts sums and equations in one order
terms           turns the tree into pairs of symbols with the path between them
"""
