"""Verdicts on inputs that were once read wrongly: `python -m tests.eval.cases`.

- shelf: a library that a case builds with the commands, as a user would
- user: inputs that people have
- reading: pages that readers got wrong
"""
