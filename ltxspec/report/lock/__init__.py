"""Lockfiles as readable text."""
