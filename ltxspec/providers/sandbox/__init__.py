"""The free simulation of the paid service: a real server with real videos, and faults on demand.

settings.py    what a sandbox is built from; nothing here reads the environment
scenario.py    its behaviour, and the faults it plays
app.py         the ASGI application: POST /v1, GET /video/…, /media/…, /sandbox/…
exchange.py    one call: every task of the list gets its answer
orders.py      videoInference and its kin: checked, priced, accepted
states.py      the state of an accepted task as time passes
lookups.py     getResponse and getTaskDetails
uploads.py     mediaStorage and imageUpload
account.py     accountManagement
problems.py    errors in the provider's form and vocabulary
tasks.py       its persistent state, in SQLite
films.py       one result's video: its content, made when first fetched
downloads.py   serves videos, whole, in ranges, or broken on purpose
deliveries.py  webhooks and uploads to presigned URLs
faults.py      replies that are lost, cut, delayed or replaced
transport.py   access for the real client, without a port
serve.py       a port, for any client

It implements the provider's protocol independently and never uses the client's encoder: sharing it would hide mistakes.
"""
