"""A row to text with formulas in it.

spacing     gaps between nodes, relations, operators
marks       the marks of nodes: mathematics, text, either
classify    marks each node
words       decides on words of upright letters
logos       logos are text
literals    addresses and attributes are text
text_brackets  brackets and backslashes that are text
points      upright capitals as symbols
math_runs   how far each formula extends
trim        returns punctuation and parentheses of the sentence to the text
segments    the row as segments of text and formula
"""
