"""The version, for use inside the package: the root has the public names, which nothing below it imports."""

__version__ = "0.1.0"
