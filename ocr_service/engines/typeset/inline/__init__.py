"""A row to text with formulas in it.

spacing     gaps between nodes, relations, operators
classify    marks each node as mathematics, text or either
math_runs   how far each formula extends
trim        returns punctuation and parentheses of the sentence to the text
segments    the row as segments of text and formula
"""
