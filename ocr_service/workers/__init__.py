"""Reads and renders pages in worker processes with limits on time and memory.

limits        limits on the memory and the processor time of one page
tasks         what a worker does: inspects a file, reads one page
page_images   renders a page for an OCR service
pool          the worker processes
"""
