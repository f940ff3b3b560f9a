"""Finds and ranks passages and formulas.

keyword              ranks passages by BM25
spelling             finds the nearest known words for unknown ones
semantic             ranks passages by the cosine of their vectors
formula              ranks formulas: BM25 over symbol pairs, then unification
formula_match        says whether a formula is equal, renamed, contained or similar
relation             names what one formula is to another
formula_similarity   measures the share of symbol pairs that agree
fusion               merges ranked lists into one
languages            tells the languages of books
deduplicate          keeps the best passage of each page, and one of equal passages
unspaced             treats Chinese, Japanese and Korean words as one
named_pages          finds the pages that entries name for a question
list_evidence        lifts these pages, and lowers the pages of the lists
entry_hits           answers what indexes and contents say
statement_hits       makes hits of statements asked for by kind or number
snippets             cuts the excerpt that shows why a passage was found
hits                 defines what a search returns
passages             asks these retrievers for passages and makes hits
formula_hits         makes hits of formulas
rerank               orders the best hits with a cross-encoder
asked_words          tells which passages have each word of a question
certainty            tells how sure an answer is
absence              tells whether the shelf surely has nothing on a question
glossary             translates a question by the bilingual glossaries of the books
continuation         tells on which page a passage continues
answer               answers a question by all of these
"""
