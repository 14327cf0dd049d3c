"""What commands answer to `--format json`: one versioned document each, declared once."""
