"""Reads what was asked.

options       how to search and how much to return, checked
query         parses a typed string into words, phrases, formulas and filters
bare_math     finds mathematics that is typed without dollars
pasted_mathml reads MathML in a question
broken_latex  tells LaTeX that is broken
references    reads references to statements, such as "Theorem 4.2"
kind          recognises the kind of a question
language      tells the language of a question
filters       restricts a search to books and pages
page_list     parses lists of pages
stop_words    lists words that distinguish no passage
"""
