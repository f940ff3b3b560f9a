"""Answers from a collection in Qdrant.

visible        which editions of books readers see
books          looks up books when they are asked for
scores         scores points with phrases
word_search    finds and scores points by their terms
passages       finds passages
formulas       finds formulas
items          finds entries and statements
vectors        finds the nearest vectors
qdrant_index   opens them all
"""
