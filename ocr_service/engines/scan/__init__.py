"""Reads scanned pages on the CPU.

recognise         decides how a page image is read, and by which reader
blank             decides from its pixels whether a page is blank; strengthens faint print
rapidocr_reader   finds and reads the lines of a page image (PP-OCRv6)
scanned_page      what a reader of page images returns
tesseract         runs Tesseract, parses its hOCR
tesseract_languages  finds languages by name or code
tesseract_reader  reads page images with Tesseract alone
second_reader     asks Tesseract about pages that seem empty
ocr_models        loads PP-OCRv6
line_model        reads the image of a line with one model
line_reader       reads plain words with a quick model, all else with the exact one
unread_ink        finds letters outside the lines, to look at again
line_images       places of lines on the image, and cutting them out
wide_gaps         cuts lines at the white between columns
line_texts        judges and tidies the texts of lines
entries           joins entries of contents and indexes with their pages
tables            finds tables among the lines
formulas/         finds and reads displayed formulas
line_geometry     boxes of words to printed lines and columns
paragraphs        lines to regions, in reading order
"""
