"""Pure functions about text. Standard library only.

invisible      removes characters that nobody sees
page_label     decides whether a text is a page label
ideographs     joins lines and finds runs of letters without spaces
languages      detects the language of a text
numerals       decimal and roman page numbers
text_quality   tells readable text from noise
"""
