"""Formulas into index terms.

find            finds the formulas of a page
latex_symbols   equivalent spellings in LaTeX: data only
latex_tokens    LaTeX to tokens
latex           LaTeX to the subset that the parser accepts
layout          LaTeX to a symbol layout tree
terms           the tree to pairs of symbols with the path between them
"""
