"""What was bought and for which request (lockfile), and what is being bought right now (journal)."""
