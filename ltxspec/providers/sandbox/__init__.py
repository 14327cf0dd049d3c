"""The free stand-in for the paid service: a real server with real videos, and faults on demand.

settings.py    what a sandbox is made from; nothing here reads the environment
scenario.py    how it shall behave, and which faults it shall play
app.py         the ASGI application: POST /v1, GET /video/…, /media/…, /sandbox/…
exchange.py    one call: every task of the list gets its answer
orders.py      videoInference: checked, priced, accepted
states.py      what becomes of an accepted task as time passes
lookups.py     getResponse and getTaskDetails
uploads.py     mediaStorage and imageUpload
account.py     accountManagement
problems.py    errors in the provider's form and vocabulary
tasks.py       everything it remembers, in SQLite
films.py       one result's video: what it shows, made when first fetched
downloads.py   serving videos, whole, in ranges, or broken on purpose
deliveries.py  webhooks and uploads to presigned URLs
faults.py      replies that get lost, cut, delayed or replaced
transport.py   the real client's way in, without a port
serve.py       a port, for any client

It speaks the provider's protocol from its own reading of it and never uses the client's encoder: the two would agree
on the same mistake.
"""
