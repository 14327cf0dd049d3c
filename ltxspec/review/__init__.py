"""The changes between two revisions of a repository, as data: specs, takes and costs on both sides."""
