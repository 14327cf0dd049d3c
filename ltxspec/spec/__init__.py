"""Specs: files read, checked and expanded into instances."""
