"""Reads LaTeX source as TeX does: tokens, macros, text, mathematics."""
