"""Turns books into an index: words, formulas and vectors.

In the order of the data:

passages   pages into passages
words      words into index terms
formulas   formulas into index terms
encoder    passages into vectors
stores     the index on disk, in generations
building   the incremental build
cli        `octavo build`, `reclean`, `remove`
"""
