"""Other programs that say what would be done, on the same work: one module for each kind, `peer_speed.py` runs them."""
