"""Words into index terms.

words   turns markdown with LaTeX into words
terms   turns words into terms, stemmed in the book's language
"""
