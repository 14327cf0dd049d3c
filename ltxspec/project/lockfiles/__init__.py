"""Changes and checks of lockfiles that no run makes: edits, merges, joins and searches for lost tasks."""
