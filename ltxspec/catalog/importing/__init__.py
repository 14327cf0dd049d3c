"""Turns schemas that a provider publishes into model files.

published.py   the forms they come in: a bundle, one request schema, an OpenAPI page
sdk_types.py   the generated types of the provider's Python SDK
normal.py      one schema in the dialect of model files
media.py       where images, sound and videos are
document.py    the model file
carrying.py    what an existing file keeps, so that no fingerprint changes
comparing.py   what differs between two files
"""
