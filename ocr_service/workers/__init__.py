"""Reads and renders pages in worker processes with limits on time and memory.

tasks         what a worker does: inspect a file, read one page
page_images   pages as images for an OCR service
pool          the processes
"""
