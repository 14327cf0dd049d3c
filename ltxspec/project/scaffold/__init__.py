"""What `init` writes into a new project."""
