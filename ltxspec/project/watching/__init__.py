"""Plans again after each save, and shows previews of what is dirty."""
