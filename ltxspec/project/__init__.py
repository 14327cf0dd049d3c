"""The use cases, independent of the terminal: all access to a project on disk goes through here, under its locks."""
