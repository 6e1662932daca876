"""Bringing other systems' data in: what a column means, what a value says, which record is meant. Pure; see `importing`."""
