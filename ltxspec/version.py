"""The version, for everything inside the package: its root has the public names, and nothing below loads those."""

__version__ = "0.1.0"
