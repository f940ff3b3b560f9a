"""Engines: each turns one page into text and regions; none knows where pages are kept.

typeset   LaTeX from the fonts and positions of a typeset PDF
layout    the plain text layer, in reading order
scan      OCR on the CPU
local     chooses between these three for each page
vision    OCR models by transformers, on a GPU or a CPU
vllm      OCR models by vLLM, for throughput
"""
