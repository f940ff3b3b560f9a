"""A page's characters and what they stand for.

unicode_maps    the characters that a font's ToUnicode map gives
faces           a font by its name: its family, weight and shape
encodings       the glyph names of a font by code
compact_fonts   the same from a font in Compact Font Format
kinds           the kinds of characters: letter, relation, delimiter
symbol_tables   the characters of mathematical fonts: data only
extension       the extension font (cmex and its kin)
symbols         a character of a font: its LaTeX, text and kind
name_tables     the names of glyphs: data only
glyph_names     what a glyph stands for by its name
font_signs      a font's family and characters by its glyphs' names
page_fonts      what a page's fonts tell: Unicode maps and glyph names
nodes           characters and the parts of formulas, each with ink box and baseline
actual_text     signs drawn in pieces and told as one character
drawn_signs     roots and tall brackets that browsers draw as paths
type_order      formulas of KaTeX and MathJax, in the order in which TeX draws them
letters_of_ligatures  each letter of a ligature with its share of the width
glyphs          a page's characters with their ink, in drawing order, and its rules
broken_rules    rules that are drawn in pieces
displaced       letters of text that TeX draws off the line: logos, German quotes
vectors         where the arrows of vectors stand
hanging_signs   large signs of bitmap fonts without names, by shape
braces          braces along a formula, of pieces with one Unicode character
variables       variables set in the italic of the text font
"""
