"""How an edit tells of itself in the timeline."""

from __future__ import annotations

from typing import Any

from core.changes import Change
from core.commands.base import Context, link, told
from core.money import format_money
from core.schema import Kind, Record, fields_of

_UNTOLD = frozenset({"position", "currency"})


def edit_entry(context: Context, record: Record, change: Change) -> Change:
    """The timeline entry of an edit: `Value: €10,000.00 → €12,000.00`, one line a field."""
    lines: list[str] = []
    data: dict[str, Any] = {}
    specs = fields_of(type(record))
    labels = {f"custom.{f.key}": f.label for f in context.catalog.fields_for(record.TABLE)}
    for name, new in change.set.items():
        old = change.base[name]
        label = labels.get(name) or specs[name.partition(".")[0]].label
        if name not in _UNTOLD or len(change.set) == 1:
            lines.append(
                f"{label}: {_shown(context, record, change, name, old)} → {_shown(context, record, change, name, new)}"
            )
        kind = specs[name.partition(".")[0]].kind
        data[name] = [_plain(kind, old), _plain(kind, new)]
    for name in {**change.add, **change.remove}:
        added = [f"+{_item(item)}" for item in change.add.get(name, ())]
        removed = [f"-{_item(item)}" for item in change.remove.get(name, ())]
        lines.append(f"{specs[name].label}: {' '.join([*added, *removed])}")
        data[name] = [list(change.remove.get(name, ())), list(change.add.get(name, ()))]
    subject = lines[0] if len(lines) == 1 else f"Edited {len(lines)} fields"
    body = "" if len(lines) == 1 else "\n".join(lines)
    return told(
        context, kind="edited", subject=subject, body=body, book_id=record.book_id,  # type: ignore[attr-defined]
        data={"fields": data}, **link(record),
    )  # fmt: skip


def _plain(kind: Kind, value: Any) -> Any:
    return value.isoformat() if kind in (Kind.DATE, Kind.TIME) and value is not None else value


def _item(item: Any) -> str:
    return str(item["value"]) if isinstance(item, dict) else str(item)


def _shown(context: Context, record: Record, change: Change, name: str, value: Any) -> str:
    if value in (None, "", ()):
        return "–"
    if name == "value_minor":
        values = change.set if value is change.set.get(name) else change.base
        return format_money(value, str(values.get("currency") or getattr(record, "currency", "")))
    if name == "book_id":
        return context.catalog.owner_name(value)
    if name.endswith("_id"):
        return "another" if value == change.set.get(name) else "one"
    if name == "probability":
        return f"{value} %"
    if isinstance(value, bool):
        return "yes" if value else "no"
    shown = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return shown if len(shown) <= 80 else shown[:79] + "…"
