"""Keeps an index in Qdrant, so that it may be larger than one machine.

codes           the codes that stand for terms in an engine
bm25            the weights that make an engine's dot product BM25
engine          the few operations that an engine must have
records         what both kinds of engine answer with, page by page
client_engine   a Qdrant server, or the client's local mode
client_models   points and selections in the client's words
edge_engine     Qdrant Edge: the same engine, within this process
spread          several engines as one
address         opens the engine that an address names
points          turns passages, formulas, items and words into points
state           what a whole collection has in common
numbers         gives numbers to editions
editions        the states of books: being written, live, retired
book_names      the codes by which books are found
leases          which builder reads which book
stored_books    reads books from the index of a library
push            stores the books of a library in a collection
pull            makes the index of a library from a collection
"""
