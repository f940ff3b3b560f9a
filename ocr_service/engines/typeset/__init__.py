"""Reads the mathematics of typeset PDFs from fonts and positions: no recognition, no model.

characters    glyphs (a page's characters and rules, in the order drawn), unicode_maps, symbols,
              symbol_tables, extension (what a character of a font stands for), variables
rows          row, rows, row_joins (characters to rows of type), frames (rules of tables)
formulas      items (the parts of a formula), overlay (accents, negations), fences, arrays, rules
              (fractions, roots, bars), solidus, names, scripts, structure (all of these together),
              latex, soundness (how well that went)
text          neighbours, marks, stretches, trimming, inline (a row to text with formulas in it)
pages         lines, layout, displays, tables, figures, regions, page (the door)
"""
