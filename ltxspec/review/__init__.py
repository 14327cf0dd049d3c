"""What changed between two revisions of a repository, as data: specs, takes and money on both sides."""
