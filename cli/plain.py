"""Records as plain data for `--json`, with the names that their ids stand for."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.catalog import Catalog
from core.changes import Answer, encode_value
from core.entities import Contact, Deal
from core.money import exponent
from core.schema import Kind, Record, fields_of
from core.workspace import Entry

if TYPE_CHECKING:
    from cli.session import Sent

_LEFT_OUT = frozenset({"org_id", "deleted_at", "sort_key", "search", "position", "superseded"})


def record_data(record: Record, catalog: Catalog) -> dict[str, Any]:
    """A record's fields by name; times in UTC (ISO 8601), money in minor units and as a decimal number in a text."""
    out: dict[str, Any] = {
        name: _value(spec.kind, getattr(record, name))
        for name, spec in fields_of(type(record)).items()
        if name not in _LEFT_OUT
    }
    if hasattr(record, "book_id"):
        out["owner"] = catalog.owner_name(record.book_id)
    if isinstance(record, Contact):
        out["name"] = record.name
    if isinstance(record, Deal):
        stage = catalog.stage_by_id.get(record.stage_id)
        pipeline = catalog.pipeline_by_id.get(record.pipeline_id)
        out["stage"] = stage.name if stage else None
        out["pipeline"] = pipeline.name if pipeline else None
        out["value"] = decimal_amount(record.value_minor, record.currency)
    return out


def _value(kind: Kind, value: Any) -> Any:
    return time_text(value) if kind is Kind.TIME and value is not None else encode_value(kind, value)


def time_text(when: dt.datetime) -> str:
    """A time for programs: UTC, to the second."""
    return when.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def decimal_amount(minor: int | None, currency: str) -> str | None:
    """`1250050` euro cents → `12500.50`: for programs, with neither symbol nor separators."""
    return None if minor is None else f"{Decimal(minor).scaleb(-exponent(currency)):f}"


def entry_data(entry: Entry, catalog: Catalog) -> dict[str, Any]:
    """An entry of a timeline."""
    out = record_data(entry.activity, catalog)
    for name in ("revises", "retracted", "book_id", "owner"):
        out.pop(name, None)
    return out | {
        "user": catalog.user_name(entry.activity.user_id) if entry.activity.user_id else None,
        "contact": entry.contact or None,
        "deal": entry.deal or None,
        "edited": entry.edited,
    }


def answer_data(answer: Answer, sent: Sent) -> dict[str, Any]:
    """What a workspace said to a command that took effect, and what of it the server does not have."""
    changeset = answer.changeset
    return {
        "status": answer.status.value,
        "summary": changeset.summary if changeset else "",
        "changeset_id": changeset.id if changeset else None,
        "revision": answer.revision,
        "unsent": sent.unsent,
        "parked": [each.id for each in sent.parked],
    }
