"""Brings model files and their prices up to date."""
