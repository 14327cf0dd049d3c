"""Adapters for render services: each package implements `apply.ports.Provider`; `registry.py` lists them."""
