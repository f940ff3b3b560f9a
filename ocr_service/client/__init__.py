"""The OCR service's client.

options           where the service is, and the credentials
records           a page to send, and the record of its outcome
errors            the ways a request fails
replies           what a reply means
upload_throttle   limits simultaneous uploads on a slow line
http              one request, and the redirects to its answer
octavo_protocol   Octavo's own protocol: several pages a request
chat_wire         the messages of OpenAI's chat protocol
image_fit         scales a page to what a model reads
openai_protocol   OpenAI's protocol: one page a request
service           finds the protocol, and waits until the model is loaded
stats             pages, time and cost so far
settings          how books are read, for the parts below
outcomes          collects finished pages until the reader takes them
batches           renders pages ahead and groups them
concurrency       how many pages are in flight
retry_policy      how long to pause after a failure, and when to give up
batch_sender      sends a batch, retries, splits what fails
session           one book: runs the parts above in an event loop
reader            what the pipeline sees
"""
