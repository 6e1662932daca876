"""What the attacks have in common: a rep with a password, `psql`, and the source of offhook at hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
import pytest

from core.ids import new_id
from tests.postgres.floor import PEOPLE, Floor

Wire = psycopg.Connection[Any]
DENIED = "42501"
"""PostgreSQL: insufficient privilege, or refused by a policy."""

DEAL = (
    "INSERT INTO deals (id, book_id, title, pipeline_id, stage_id, company_id, contact_id, currency, outcome, lost_reason,"
    " stage_since, position, next_step, source, description, tags, custom, closed_at)"
    " VALUES (%(id)s, %(book)s, 'New', %(pipeline)s, %(stage)s, %(company)s, %(contact)s, 'EUR', %(outcome)s, '', now(),"
    " '', '', '', '', '[]', '{}', %(closed)s)"
)
"""A deal with everything that a client writes."""


def refused(
    wire: Wire, statement: str, values: Any = None, *, by: str | Sequence[str] = DENIED
) -> psycopg.Error:
    """A statement fails, with one of these states, and leaves nothing behind.

    Args:
        wire: who tries.
        statement: what.
        values: its parameters.
        by: SQLSTATEs.
    """
    with pytest.raises(psycopg.Error) as caught, wire.transaction():
        wire.execute(statement, values)
    assert caught.value.sqlstate in ((by,) if isinstance(by, str) else by), caught.value
    return caught.value


def one(wire: Wire, query: str, values: Any = None) -> Any:
    """The only value that a query gives."""
    row = wire.execute(query, values).fetchone()
    assert row is not None
    return row[0]


def truth(floor: Floor, query: str, values: Any = None) -> Any:
    """What a superuser sees of it."""
    return one(floor.database.superuser(), query, values)


def forged(login: str, *changes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A changeset as offhook sends it, with anything in it."""
    person = PEOPLE[login]
    return {
        "id": new_id(), "org_id": person.org_id, "user_id": person.id, "at": "2026-03-02T09:00:00.000000Z",
        "command": "forged", "summary": "Forged", "event": "", "undoes": None, "changes": list(changes), **more,
    }  # fmt: skip


def applied(wire: Wire, body: dict[str, Any]) -> dict[str, Any]:
    """What the server answers to a changeset."""
    [answer] = one(wire, "SELECT apply(%s)", (psycopg.types.json.Jsonb([body]),))
    return dict(answer)
