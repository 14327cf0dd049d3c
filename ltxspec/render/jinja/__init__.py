"""The one Jinja environment: closed, metered, and the same on every machine."""
