"""Words into index terms.

words   markdown with LaTeX to words
terms   words to terms: stemmed in the book's language
"""
