"""Pages into passages.

math_spans   finds the mathematics in markdown
blocks       cuts markdown into headings, paragraphs, lists, tables, formulas, code
sentences    finds where a long paragraph may be cut
statements   finds theorems, definitions, figures and equations by their numbers
wrapper      recognises pages that are no part of the book
split        cuts pages into passages with their section paths
"""
