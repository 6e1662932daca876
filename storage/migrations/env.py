"""How Alembic runs here: on a connection that it is handed (`storage.upgrade`), or offline for its SQL."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context

from storage.tables import NAMING

connection = context.config.attributes.get("connection")
target = sa.MetaData(naming_convention=NAMING)

if connection is None:
    context.configure(
        dialect_name=context.config.get_main_option("dialect", "postgresql"),
        target_metadata=target,
        literal_binds=True,
        # Whoever runs it has begun a transaction of their own (`storage.postgres.install`).
        transactional_ddl=False,
    )
else:
    # SQLite can roll back DDL like everything else; Alembic only doubts the driver, which is told to stay out of it.
    context.configure(connection=connection, target_metadata=target, transactional_ddl=True)

with context.begin_transaction():
    context.run_migrations()
