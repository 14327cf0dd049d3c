"""The difference between the spec and what is owned, as data. Pure: no network, no disk, no clock."""
