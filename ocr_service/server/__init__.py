"""The OCR service over HTTP.

listen       the socket; no public address without a token
http_guard   limits connections and the time of headers
token_gate   refuses requests without the token
refusal      the error of a refused request
memory       limits the memory of all requests together
multipart    uploads as page images, within limits
batching     merges requests into full batches
service      an engine behind the queue
app          the FastAPI app
cli          `octavo serve-ocr`

The MCP server and the reader use the first three, which load no web framework.
"""
