"""Reports of `watch`: what each edit does to the plan."""
