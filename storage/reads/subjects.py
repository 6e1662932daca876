"""What belongs to a contact, a deal or a company: its own entries and tasks, and those of what belongs to it."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from core.errors import NotFound


class Tie(NamedTuple):
    """A way in which an entry or task belongs to a subject: a column of `t`, and what it must be."""

    column: str
    condition: str


def _children(table: str, column: str) -> str:
    return (
        f"in (select child.id from {table} child where child.org_id = :org and child.deleted_at is null"
        f" and child.{column} = :subject)"
    )


_TIES: Mapping[str, Sequence[Tie]] = {
    "deals": (Tie("deal_id", "= :subject"),),
    "contacts": (Tie("contact_id", "= :subject"), Tie("deal_id", _children("deals", "contact_id"))),
    "companies": (
        Tie("company_id", "= :subject"),
        Tie("contact_id", _children("contacts", "company_id")),
        Tie("deal_id", _children("deals", "company_id")),
    ),
}


def ties(table: str) -> Sequence[Tie]:
    """How entries and tasks belong to a record of the table; the parameter `subject` holds its id.

    Raises:
        NotFound: nothing belongs to such records.
    """
    try:
        return _TIES[table]
    except KeyError:
        raise NotFound(f"There is no page for “{table}”, only for contacts, deals and companies.") from None
