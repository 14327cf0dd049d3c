"""The shots as a timeline for editing programs, and their videos beside it."""
