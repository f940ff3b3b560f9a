"""Pages into passages.

math_spans   finds the mathematics in markdown
blocks       headings, paragraphs, lists, tables, formulas, code
sentences    where a long paragraph may be divided
split        passages with their section paths
"""
