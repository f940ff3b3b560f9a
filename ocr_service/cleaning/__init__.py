"""Turns the text of an OCR model into a page of markdown and regions. Pure functions.

outputs        turns the output of other makers' models into tagged text
model_boxes    parses the boxes of tagged output, whole or damaged
tag_stream     parses tagged output: text, label, boxes
loop           defines a loop
endless        finds hollow tables, runs and derivations that no page has
loops          finds these and repetition loops
loop_cuts      cuts them
open_ends      closes formulas and tables of a truncated page
formula_commands   lists the commands that KaTeX typesets (katex_commands.txt)
formula_structure  balances the groups and environments of a formula
formula_repair     repairs a formula
formula_check      tells what KaTeX cannot typeset
latex_repair   repairs common errors in LaTeX and markdown
code_lines     puts program listings between fences
clean          all of these in order
"""
