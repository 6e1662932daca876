"""Tells people, in a sentence or two, why a changeset was not applied: what somebody else has changed, or taken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from core.catalog import Catalog
from core.changes import FieldConflict, Row
from core.commands.base import title_of
from core.commands.tell import label_of
from core.conflicts import MOVING, asked
from core.entities import RECORDS
from core.money import format_money
from storage.derive import Rows


def explain(conflicts: Sequence[FieldConflict], rows: Rows, catalog: Catalog | None) -> str:
    """One sentence for each field that somebody else changed. Fields that only hang together with it are not named.

    Args:
        conflicts: the fields that two people changed.
        rows: where the rows are looked up, as they are now.
        catalog: names for the messages.
    """
    # Whoever leads a group may be as it was while what hangs together with it is not.
    telling = asked([c for c in conflicts if c.theirs != c.base]) or asked(conflicts)
    deleted = {(c.table, c.id) for c in conflicts if c.field == "deleted_at" and c.mine is not None}
    sentences = [
        _sentence(conflict, (conflict.table, conflict.id) in deleted, rows, catalog)
        for conflict in telling[:3]
    ]
    more = len(telling) - len(sentences)
    if more > 0:
        sentences.append(f"{more} more fields were changed, too.")
    return " ".join([*dict.fromkeys(sentences), "Look at it again, then decide."])


def _sentence(conflict: FieldConflict, deleted: bool, rows: Rows, catalog: Catalog | None) -> str:
    row = rows.row(conflict.table, conflict.id) or {}
    name, who = title_of(RECORDS[conflict.table](**row)), _who(conflict, catalog)
    if conflict.field == "deleted_at":
        return f"{who} {'restored' if conflict.theirs is None else 'deleted'} {name} meanwhile."
    if conflict.table == "deals" and conflict.field in MOVING - {"stage_id"} and not deleted:
        # It came back to where it was: nobody knows the fields that tell so.
        return f"{who} moved {name} meanwhile."
    label = _label(conflict, catalog)
    if deleted:
        return f"{who} changed {label} of {name} meanwhile, while you deleted it."
    theirs = _shown(conflict, conflict.theirs, row, catalog)
    now = f": it is {theirs} now" if theirs else ""
    return f"{who} changed {label} of {name} meanwhile{now}."


def _label(conflict: FieldConflict, catalog: Catalog | None) -> str:
    if not (isinstance(conflict.base, dict) and isinstance(conflict.theirs, dict)):
        return label_of(conflict.table, conflict.field, catalog)
    # A mapping of custom fields: people know those, and not what holds them.
    keys = sorted(conflict.base.keys() | conflict.theirs.keys())
    return " and ".join(
        label_of(conflict.table, f"{conflict.field}.{key}", catalog)
        for key in keys
        if conflict.base.get(key) != conflict.theirs.get(key)
    )


def is_elsewhere(owner: str, name: str) -> str:
    """What somebody is told whose record has left their sight meanwhile.

    Args:
        owner: who has it now.
        name: what the record is called.
    """
    return f"{name[:1].upper()}{name[1:]} lies with {owner} now, so you cannot change it any more."


def _who(conflict: FieldConflict, catalog: Catalog | None) -> str:
    if catalog is None or conflict.who is None:
        return "Somebody"
    return "You yourself" if conflict.who == catalog.me.id else catalog.user_name(conflict.who)


def _shown(conflict: FieldConflict, value: Any, row: Row, catalog: Catalog | None) -> str:
    if value in (None, "", ()):
        return "empty"
    if conflict.field == "value_minor":
        return format_money(value, row["currency"])
    if conflict.field == "deleted_at":
        return "deleted"
    if catalog is not None and conflict.field == "stage_id":
        stage = catalog.stage_by_id.get(value)
        return stage.name if stage else ""
    if catalog is not None and conflict.field == "book_id":
        return catalog.owner_name(value)
    if conflict.field.endswith("_id") or isinstance(value, (dt.datetime, tuple, list, dict)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    shown = value.isoformat() if isinstance(value, dt.date) else str(value)
    return f"“{shown if len(shown) <= 60 else shown[:59] + '…'}”"
