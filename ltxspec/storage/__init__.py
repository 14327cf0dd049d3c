"""Adapters to the disk: project files, configuration, lockfiles and journals, the archive, the clock."""
