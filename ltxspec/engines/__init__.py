"""Shards of one run on somebody else's scheduler. The engines are imported where they are used."""
