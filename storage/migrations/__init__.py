"""Alembic's migrations, for both dialects."""
