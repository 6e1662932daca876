"""What a row changes in a record that is there: what is empty is filled, or all that the row says is taken over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.changes import get_path, same_value
from core.entities import RECORDS
from core.imports.keys import email_key, phone_key
from core.schema import Kind, fields_of
from core.text import fold

_NEVER = frozenset({"book_id", "position"})
"""What an import does not change: whose a record is changes by assigning it, where its card lies by hand."""
_STAGE = frozenset({"pipeline_id", "stage_id", "outcome", "lost_reason", "closed_at", "stage_since"})
_AMOUNT = frozenset({"value_minor", "currency"})
_ADDRESS = frozenset({"address", "postal_code", "city", "region", "country"})
_NAME = frozenset({"first_name", "last_name"})


def merged(table: str, row: Mapping[str, Any], said: Mapping[str, Any], *, overwrite: bool) -> dict[str, Any]:
    """The values that change in a record; nothing where it says all of it already.

    Args:
        table: what it is.
        row: its values.
        said: what the row of the file says, by field; `custom.KEY` for custom fields.
        overwrite: take over all that is said; otherwise only what is empty is filled. Lists get what is new in either case,
            and nothing is ever emptied.
    """
    out: dict[str, Any] = {}
    specs = fields_of(RECORDS[table])
    held = _groups_held(table, row, said, overwrite)
    for name, value in said.items():
        if name in _NEVER or name in held or _is_empty(value):
            continue
        if specs[name.partition(".")[0]].kind is Kind.SET:
            both = joined(name, row[name], value)
            if len(both) > len(row[name]):
                out[name] = both
            continue
        now = get_path(row, name)
        if (overwrite or _is_empty(now)) and not same_value(now, value):
            out[name] = value
    if table == "deals" and overwrite:
        _move(row, said, out)
    return out


def joined(name: str, held: Sequence[Any], new: Sequence[Any]) -> tuple[Any, ...]:
    """A list with what is new in another one behind it."""
    if not new:
        return tuple(held)
    known = {_item_key(name, item) for item in held}
    out = list(held)
    for item in new:
        key = _item_key(name, item)
        if key not in known:
            known.add(key)
            out.append(item)
    return tuple(out)


def _item_key(name: str, item: Any) -> str:
    if isinstance(item, Mapping):
        return email_key(item["value"]) if name == "emails" else phone_key(item["value"])
    return str(item)


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or value == () or value == [] or value is False


def _groups_held(
    table: str, row: Mapping[str, Any], said: Mapping[str, Any], overwrite: bool
) -> frozenset[str]:
    """The fields that stay as they are because the others that they only make sense with do."""
    held: frozenset[str] = frozenset()
    if table == "deals":
        if not overwrite:
            held |= _STAGE
            if row["value_minor"] is not None:
                held |= _AMOUNT
        # An amount without its currency, or the other way round, is another amount.
        if said.get("value_minor") is None:
            held |= _AMOUNT
    elif not overwrite:
        if any(row[name] and fold(row[name]) != fold(said.get(name) or "") for name in _ADDRESS):
            # Halves of two addresses are no address.
            held |= _ADDRESS
        if table == "contacts" and not _completes(row, said):
            held |= _NAME
    return held


def _completes(row: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
    """Whether the name that is said is the one that is there, or more of it."""
    return all(not row[name] or fold(row[name]) == fold(said.get(name) or "") for name in _NAME)


def _move(row: Mapping[str, Any], said: Mapping[str, Any], out: dict[str, Any]) -> None:
    """Of where a deal lies all changes together: how long it has been there starts anew only where it moves."""
    if said.get("stage_id", row["stage_id"]) == row["stage_id"]:
        out.pop("stage_since", None)
    if "stage_id" in out:
        for name in _STAGE & said.keys():
            if not same_value(row[name], said[name]):
                out[name] = said[name]
