"""What the attacks have in common: a rep with a password, `psql`, and the source of offhook at hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

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
AT = "2026-03-02T10:00:00+00:00"
"""A time."""


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
    [answer] = one(wire, "SELECT apply(%s)", (Jsonb([body]),))
    return dict(answer)


# --- what a cache sends


def pull(wire: Wire, since: str | None, held: list[str]) -> dict[str, Any]:
    """What the feed tells of some books since a place in it."""
    told: dict[str, Any] = one(wire, "SELECT pull(%s, %s::uuid[])", (since, held))
    return told


def pushed(
    wire: Wire, bodies: list[dict[str, Any]], *, client: str = "", acked: int = 0, start: int = 1
) -> list[Any]:
    """What the server answers to a batch that is numbered from `start` on."""
    batch = [{"seq": start + n, **body} for n, body in enumerate(bodies)]
    return list(one(wire, "SELECT apply(%s, %s, %s)", (client or new_id(), acked, Jsonb(batch))))


def statuses(answers: list[dict[str, Any]]) -> list[str]:
    """What became of each changeset."""
    return [answer["status"] for answer in answers]


def put(
    table: str, record: str, values: dict[str, Any], base: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A change of a row, as a changeset has it."""
    return {"table": table, "id": record, "op": "update", "set": values, "base": base or {}}


def added(table: str, values: dict[str, Any], record: str = "") -> dict[str, Any]:
    """A new row, as a changeset has it."""
    row = {"id": record or new_id(), **values}
    return {"table": table, "id": row["id"], "op": "insert", "set": row, "base": {}}


def note(floor: Floor, login: str, **more: Any) -> dict[str, Any]:
    """A new entry in somebody's book with everything that a client writes."""
    values = {
        "book_id": floor.book(login), "kind": "note", "subject": "", "body": "told", "occurred_at": AT, "direction": "",
        "outcome": "", "user_id": floor.user(login), "data": {}, "retracted": False, "contact_id": None, "deal_id": None,
        "company_id": None, "revises": None, "duration_s": None, "deleted_at": None,
    }  # fmt: skip
    return added("activities", {**values, **more})


def todo(floor: Floor, login: str, record: str = "", **more: Any) -> dict[str, Any]:
    """A new task of somebody's with everything that a client writes."""
    values = {
        "book_id": floor.book(login), "kind": "todo", "subject": "Do it", "body": "", "due_at": AT, "all_day": False,
        "done_at": None, "assignee_id": floor.user(login), "contact_id": None, "deal_id": None, "company_id": None,
        "deleted_at": None,
    }  # fmt: skip
    return added("tasks", {**values, **more}, record)


def fillers(floor: Floor, login: str, count: int = 5) -> list[dict[str, Any]]:
    """Changesets that are good, so that a batch goes in waves."""
    return [forged(login, note(floor, login, deal_id=floor.deal(login))) for _ in range(count)]
