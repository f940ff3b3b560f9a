"""The types that engines, the OCR service and its client share.

engine   a batch engine: page images in, one result per page out
wire     the same over HTTP, as JSON types that both sides check
"""
