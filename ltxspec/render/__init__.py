"""Turns specs into requests: templates rendered, defaults merged, parameters validated, fingerprinted."""
