"""From wishes to requests: Jinja resolved, defaults merged, parameters validated, fingerprinted."""
