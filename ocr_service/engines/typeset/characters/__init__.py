"""A page's characters and what they stand for.

unicode_maps    what a font's ToUnicode map yields
symbol_tables   the characters of mathematical fonts: data only
extension       the extension font (cmex and its kin)
symbols         a character of a font: its LaTeX, kind and face
glyphs          a page's characters with their ink, in drawing order, and its rules
variables       variables set in the italic of the text font, told from words
nodes           the parts of a formula, each with ink box and baseline
"""
