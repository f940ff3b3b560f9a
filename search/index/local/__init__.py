"""Answers from the files of one generation in the library's folder: the default.

queries       builds tantivy queries and returns ranked rows
passages      finds passages
formulas      finds formulas
items         finds entries and statements
vectors       finds the nearest vectors
local_index   opens them all
"""
