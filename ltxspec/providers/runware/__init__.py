"""The Runware service: `codes.py`, `wire.py` and `classify.py` are pure, `client.py` sends, `provider.py` is the port.

In addition, `reads.py` repeats free requests, `polling.py` polls many tasks at once, and `download.py` downloads
videos. Orders are sent only by `provider.py`, once per call; nothing in this package ever repeats one.
"""
