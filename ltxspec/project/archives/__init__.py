"""The archive as a whole: what is fetched into it, sent from it, checked and deleted."""
