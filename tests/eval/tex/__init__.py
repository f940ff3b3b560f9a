"""Reading LaTeX source as TeX would: tokens, macros, text, mathematics."""
