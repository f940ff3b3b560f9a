"""What was asked.

query        a typed string to words, phrases, formulas and filters
filters      which books and pages to search
stop_words   words that distinguish no passage
"""
