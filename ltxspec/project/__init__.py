"""The use cases, without a terminal: whatever reads or changes a project on disk goes through here, under its locks."""
