"""Turns books into an index: words, formulas and vectors.

In the order of the data:

passages   pages into passages
words      words into index terms
formulas   formulas into index terms
listings   pages into what a book lists and states: its index, contents, theorems
encoder    passages into vectors
stores     the index on disk, in generations
qdrant     the index in Qdrant, so that it may be larger than one machine
building   plans and carries out a build, incrementally
commands   `octavo build`, `reclean`, `remove`, `index push` and `pull`
modal_build  builds one shelf on many of Modal's machines
"""
