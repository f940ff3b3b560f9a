"""What retrievers ask of an index, and the indexes that answer.

asked      says which passages and statements are asked for, without an engine's query language
ranked     rows with their scores
protocol   the questions: an index of passages, of formulas, of items, of vectors
outside    opens an index outside the library
local/     answers from the files of one generation in the library's folder
qdrant/    answers from a collection in Qdrant
"""
