"""Puts a question's best passages into a block of quotations within a budget of tokens.

excerpts     decides where a quotation begins and ends
candidates   widens hits to excerpts; merges overlapping ones
quotations   writes quotations and their sources as markdown
tokens       counts tokens
context      selects what fits into the budget
"""
