"""What was bought for which request (lockfile), and what is being bought now (journal)."""
