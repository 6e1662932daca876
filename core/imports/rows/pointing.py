"""Whom Salesforce's ids point to: one column (`WhatId`, `Related To ID`) holds ids of deals, companies and other things."""

from __future__ import annotations

from core.imports.rows.state import Row
from core.imports.shapes import Entity

_PREFIXES: dict[str, Entity] = {"001": "companies", "003": "contacts", "00Q": "contacts", "006": "deals"}
"""What an id is one of, by its first three characters."""


def point_by_prefix(row: Row) -> None:
    """Has ids of an entry's or task's row point to what they are ids of; those of other things are kept in its text."""
    bag = row.bags.get("deals")
    if not bag or not row.bags.keys() & {"activities", "tasks"}:
        return
    main: Entity = "tasks" if "tasks" in row.bags else "activities"
    for said in bag.pop("external_id", ()):
        entity = _PREFIXES.get(said.value[0][:3])
        if entity is None:
            row.keep(main, said)
        else:
            others = row.bags.setdefault(entity, {}).setdefault("external_id", [])
            if all(other.value != said.value for other in others):
                others.append(said)
    if not bag:
        del row.bags["deals"]
