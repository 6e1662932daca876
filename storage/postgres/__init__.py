"""The central PostgreSQL of a team: its schema as code, and the workspace over it."""
