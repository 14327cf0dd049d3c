"""The Runware service: `codes.py`, `wire.py` and `classify.py` are pure, `client.py` sends, `provider.py` is the port.

Around them: `reads.py` repeats what is free to repeat, `polling.py` looks at many tasks at once, `download.py` brings
videos home. Orders are sent by `provider.py` alone, once per call, and nothing here ever repeats one.
"""
