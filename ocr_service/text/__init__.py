"""Pure functions about text. Standard library only.

invisible      removes characters that nobody sees
page_label     decides whether a text is a page label
languages      detects the language of a text
numerals       decimal and roman page numbers
text_quality   tells readable text from noise
"""
