"""What `status` finds out: the state of each shot and, with `--check`, of what is outside."""
