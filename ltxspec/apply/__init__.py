"""Doing what the plan says: the one place where money moves. The world is reached only through `apply/ports.py`."""
