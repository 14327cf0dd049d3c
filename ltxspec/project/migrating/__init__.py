"""`init --from`: specs and takes from what was ordered before, or from a table of shots."""
