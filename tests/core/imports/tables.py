"""Tables of a few rows, as an import has seen them, and the set-up that they come into."""

from __future__ import annotations

import datetime as dt

from core.catalog import Catalog
from core.entities import CustomField, Organization, User
from core.imports.columns import ColumnWatch
from core.imports.guess import Proposal, guess
from core.imports.shapes import Column

_AT = {
    "org_id": "o",
    "version": 1,
    "created_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    "updated_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
}


def set_up(*fields: tuple[str, str, str]) -> Catalog:
    """A catalog with custom fields: (entity, key, label)."""
    return Catalog(
        me=User(id="u", name="Ann", role="admin", **_AT),
        organization=Organization(id="o", name="Acme", currency="EUR", **_AT),
        custom_fields=tuple(
            CustomField(id=key, entity=entity, key=key, label=label, kind="text", **_AT)
            for entity, key, label in fields
        ),
    )


def seen(headers: list[str], *rows: list[str]) -> list[Column]:
    """The columns of a table as an import sees them."""
    columns = []
    for place, header in enumerate(headers):
        watch = ColumnWatch()
        for row in rows:
            watch.see(row[place])
        columns.append(watch.column(header))
    return columns


def proposed(
    headers: str | list[str],
    *rows: list[str],
    name: str = "export.csv",
    catalog: Catalog | None = None,
    **said,
) -> Proposal:
    """What is proposed for a table; headers may be given as a line of a file."""
    split = headers.split(",") if isinstance(headers, str) else headers
    return guess(name, seen(split, *rows), split, catalog or set_up(), **said)


def mapped(proposal: Proposal) -> dict[str, str]:
    """The columns that go somewhere, with where."""
    return {guess.header: guess.target for guess in proposal.guesses if guess.target}
