"""Checks a page that was read from its own text against the words of that text. Pure.

words          words of plain text and of markdown, made comparable
mathematics    does a page have mathematics, and which formulas are none
fidelity       which words are lost, glued, invented or out of order
reading        is a reading good enough to keep, and which of several is the best
"""
