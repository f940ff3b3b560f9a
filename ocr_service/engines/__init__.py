"""Engines: each turns one page into text and regions; none knows where pages are kept.

layout        a page's own text, by its layout or block by block
typeset       LaTeX from the fonts and positions of a typeset PDF
check         a reading against the words of the page's own text
choose        which reader of a page's own text comes first
combine       formulas of the typeset reader in the boxes of the layout
text_readers  reads a page's own text, checks it, keeps the best
scan          OCR on the CPU
local         chooses for each page between its own text and OCR
vision        OCR models by transformers, on a GPU or a CPU
vllm          OCR models by vLLM, for throughput
"""
