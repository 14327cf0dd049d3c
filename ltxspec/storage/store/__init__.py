"""Object stores: the videos of a team by content hash, in S3, Azure, Google Cloud, or a folder."""
