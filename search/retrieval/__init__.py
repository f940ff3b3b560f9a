"""Ranking.

hits                 what a search returns
keyword              BM25 over passages
spelling             nearest known words for unknown ones
semantic             nearest passages by vector
formula              BM25 over symbol pairs, then unification
formula_match        equal, renamed, contained or similar
formula_similarity   the share of symbol pairs that agree
fusion               ranked lists to one
deduplicate          passages that say the same to one hit
rerank               a cross-encoder over the best hits
snippets             the excerpt that shows why a passage was found
"""
