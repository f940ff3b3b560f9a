"""Shows answers in a terminal.

citation      cites pages by their printed labels
text          shows hits and pages
listing       lists hits by book, for pipes and agents
sureness      says how sure an answer is
index_lines   shows what indexes and contents of books say
coverage      says which share can be found by meaning
status        shows the books and the state of a library
index_status  shows those of an index outside the library
label_ranges  names the labels that a book has
"""
