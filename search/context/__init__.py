"""A question's best passages as quotations within a budget of tokens.

tokens       counts tokens
candidates   hits to quotable places, overlaps merged
excerpts     where a quotation begins and ends
quotations   quotations with their sources
context      the block of markdown
"""
