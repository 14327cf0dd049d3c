"""The difference between what is wanted and what is owned, as data. Pure: no network, no disk, no clock."""
