"""Disk adapters: project files, configuration, lockfiles and journals, the archive, the clock."""
