"""Pure functions about text. Standard library only.

file_names     reads titles, authors and years from the names of files
imprint        reads authors and the year from the text of the first pages
invisible      removes characters that nobody sees
page_label     decides whether a text is a page label
ideographs     joins lines and finds runs of letters without spaces
languages      detects the language of a text
numerals       decimal and roman page numbers
slugs          makes ids in ASCII, and folds case and accents
title_words    tells titles from stamps, placeholders and headings of parts
text_quality   tells readable text from noise
"""
