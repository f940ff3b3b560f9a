"""Turns the output of other makers' models into tagged text, which the rest of the cleaning reads.

parts         writes one part of a page with its tags
dollars       formulas between dollars, put between the delimiters that Octavo uses
blocks        markdown: paragraphs, headings, tables, displays, pictures
front_matter  YAML front matter and markdown
layout_json   a JSON list of layout elements
grounded      markdown with a label and a box before each block
forms         all forms by name
"""
