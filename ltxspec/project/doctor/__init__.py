"""What `doctor` checks: the project, its records, this machine and, on request, the network."""
