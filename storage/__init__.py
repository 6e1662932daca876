"""How a workspace is kept: tables, queries and the workspaces over SQLite and PostgreSQL. Imports core."""
