"""The one Jinja environment: sandboxed, metered, and the same on every machine."""
