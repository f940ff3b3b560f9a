"""The OCR service's client.

options           where the service is, and the credentials
records           a page to send, and the record of its outcome
errors            the ways a request fails
http              one request
upload_throttle   limits simultaneous uploads on a slow line
concurrency       how many pages are in flight
retry_policy      when to give up
session           one book: renders ahead, sends, retries, splits failed batches
stats             pages, time and cost so far
reader            what the pipeline sees
"""
