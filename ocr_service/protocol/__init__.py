"""The types that engines, the OCR service and its client share.

engine   a batch engine: page images in, one result per page out
model_output  notes the form of an output beside it; reads it again
wire     the same over HTTP, as JSON types that both sides check
"""
