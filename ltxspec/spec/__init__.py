"""What the user wants: spec files read, checked and expanded into instances."""
