"""The sample team: a sales floor on a PostgreSQL of its own, to see several people at work on one set of data."""
