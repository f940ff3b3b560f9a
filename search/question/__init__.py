"""Reads what was asked.

options      how to search and how much to return, checked
query        parses a typed string into words, phrases, formulas and filters
bare_math    finds mathematics that is typed without dollars
references   reads references to statements, such as "Theorem 4.2"
kind         recognises the kind of a question
filters      restricts a search to books and pages
stop_words   lists words that distinguish no passage
options       how to search and how much to return, checked
query         parses a typed string into words, phrases, formulas and filters
bare_math     finds mathematics that is typed without dollars
kind          recognises the kind of a question
filters       restricts a search to books and pages
stop_words    lists words that distinguish no passage
page_list     parses lists of pages
language      tells the language of a question
broken_latex  tells LaTeX that is broken
"""
