"""The only Jinja environment: closed, metered, and the same on every machine."""
