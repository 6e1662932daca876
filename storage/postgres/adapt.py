"""How psycopg reads what the server sends: as the rest of offhook knows it."""

from __future__ import annotations

from typing import Any

from psycopg import Connection
from psycopg.types.string import TextLoader


def adapt(connection: Connection[Any]) -> Connection[Any]:
    """Has a connection give ids as text, as core keeps them, instead of UUID objects.

    Args:
        connection: a fresh one.
    """
    connection.adapters.register_loader("uuid", TextLoader)
    return connection
