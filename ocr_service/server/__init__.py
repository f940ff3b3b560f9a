"""The OCR service over HTTP.

multipart   uploads as page images, within limits
batching    merges requests into full batches
service     an engine behind the queue
app         the FastAPI app
cli         `octavo serve-ocr`
"""
