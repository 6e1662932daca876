"""Who is about to call whom: a contact is reserved for a while, so that no two people dial it at once."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core.workspace import Reservation
from storage.codec import from_micros, to_micros

LONGEST_SECONDS = 86_400
"""A reservation ends by itself after a day at the latest."""


def reserve(
    connection: Any, org_id: str, contact_id: str, user_id: str, *, now: dt.datetime, seconds: int
) -> Reservation:
    """Reserves a contact unless somebody else has it; see `core.workspace.Workspace.reserve`. `by` is the user's id.

    Args:
        connection: the writer, in a transaction.
        org_id: the tenant.
        contact_id: the contact.
        user_id: for whom.
        now: the store's clock.
        seconds: how long, from now.
    """
    until = now + dt.timedelta(seconds=min(max(seconds, 1), LONGEST_SECONDS))
    connection.execute("DELETE FROM reservations WHERE org_id = ? AND until <= ?", (org_id, to_micros(now)))
    connection.execute(
        "INSERT INTO reservations (org_id, contact_id, user_id, until) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (org_id, contact_id) DO UPDATE SET until = excluded.until WHERE user_id = excluded.user_id",
        (org_id, contact_id, user_id, to_micros(until)),
    )
    holder, ends = connection.execute(
        "SELECT user_id, until FROM reservations WHERE org_id = ? AND contact_id = ?", (org_id, contact_id)
    ).fetchone()
    return Reservation(holder == user_id, holder, from_micros(ends))


def release(connection: Any, org_id: str, contact_id: str, user_id: str) -> None:
    """Ends a reservation of the user; somebody else's stays."""
    connection.execute(
        "DELETE FROM reservations WHERE org_id = ? AND contact_id = ? AND user_id = ?",
        (org_id, contact_id, user_id),
    )
