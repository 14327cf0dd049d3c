"""Carries out a plan: the only package that spends money. All outside access goes through `apply/ports.py`."""
