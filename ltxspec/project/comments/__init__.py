"""The comment on a pull request: its text, its pictures and where they are put."""
