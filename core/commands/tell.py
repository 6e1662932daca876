"""How an edit tells of itself in the timeline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from core.catalog import Catalog
from core.changes import Change
from core.commands.base import Context, link, told
from core.entities import RECORDS
from core.money import format_money
from core.schema import LINE_LIMIT, Field, Kind, Record, fields_of
from core.text import clean_line

_UNTOLD = frozenset({"position", "currency"})


def edit_entry(
    context: Context, record: Record, change: Change, names: Mapping[str, str] | None = None
) -> Change:
    """The timeline entry of an edit: `Value: €10,000.00 → €12,000.00`, one line a field.

    Args:
        context: who edits, and when.
        record: the record before it.
        change: what changes.
        names: what records are called that fields point to, by id.
    """
    lines: list[str] = []
    data: dict[str, Any] = {}
    specs = fields_of(type(record))
    for name, new in change.set.items():
        old = change.base[name]
        spec = specs[name.partition(".")[0]]
        label = label_of(record.TABLE, name, context.catalog)
        if spec.kind is Kind.SET:
            lines.append(f"{label}: {_list_edit(old, new)}")
        elif name not in _UNTOLD or len(change.set) == 1:
            before = shown(name, spec, old, change.base, names or {})
            after = shown(name, spec, new, {**change.base, **change.set}, names or {})
            lines.append(f"{label}: {before} → {after}")
        data[name] = [plain(spec.kind, old), plain(spec.kind, new)]
    for name in sorted({*change.add, *change.remove}):
        old, new = change.remove.get(name, ()), change.add.get(name, ())
        lines.append(f"{specs[name].label}: {_list_edit(old, new)}")
        data[name] = [list(old), list(new)]
    subject = lines[0] if len(lines) == 1 else f"Edited {len(lines)} fields"
    body = "" if len(lines) == 1 else "\n".join(lines)
    return told(
        context, kind="edited", subject=subject, body=body, book_id=record.book_id,  # type: ignore[attr-defined]
        data={"fields": data}, **link(record),
    )  # fmt: skip


def label_of(table: str, name: str, catalog: Catalog | None) -> str:
    """What people call a field, custom ones (`custom.KEY`) too."""
    head, _, key = name.partition(".")
    for custom in catalog.fields_for(table) if catalog and key else ():
        if custom.key == key:
            return clean_line(custom.label)
    return key or fields_of(RECORDS[table])[head].label


def plain(kind: Kind, value: Any) -> Any:
    """A field's value as the data of an entry holds it."""
    if kind in (Kind.DATE, Kind.TIME) and value is not None:
        return value.isoformat()
    if kind is Kind.SET:
        return list(value)
    # The changeset holds long texts whole; here they would be kept a second time.
    return _cut(value, LINE_LIMIT) if kind is Kind.TEXT else value


def _list_edit(old: Sequence[Any], new: Sequence[Any]) -> str:
    removed = [f"-{_item(item)}" for item in old if item not in new]
    added = [f"+{_item(item)}" for item in new if item not in old]
    return " ".join([*added, *removed]) or ", ".join(_item(item) for item in new)


def _item(item: Any) -> str:
    if not isinstance(item, Mapping):
        return str(item)
    about = ", ".join(filter(None, [item.get("label"), item.get("bad")]))
    return f"{item['value']} ({about})" if about else str(item["value"])


def shown(name: str, spec: Field, value: Any, values: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """A field's value as the timeline tells it.

    Args:
        name: the field.
        spec: its declaration.
        value: the value.
        values: the row's other values, for the currency of an amount.
        names: what is meant by the ids in it.
    """
    if value in (None, "", ()):
        return "–"
    if name == "value_minor":
        return format_money(value, values["currency"])
    if spec.kind is Kind.REF:
        return names.get(value, "another")
    if isinstance(value, (list, tuple)):
        return _cut(", ".join(_item(item) for item in value), 80)
    if name == "probability":
        return f"{value} %"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _cut(
        clean_line(value.isoformat() if isinstance(value, (dt.date, dt.datetime)) else str(value)), 80
    )


def _cut(value: str, limit: int) -> str:
    return value if len(value) <= limit else value[: limit - 1] + "…"
