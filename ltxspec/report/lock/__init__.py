"""Lockfiles, as people read them."""
