"""The page of a review: its pictures, its takes, and the server that records what is decided on it."""
