"""The difference between the spec and what is recorded, as data. Pure: no network, no disk, no clock."""
