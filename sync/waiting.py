"""What a person has logged stays in their timeline, also while the work that it came with waits for a decision."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Iterator, Sequence
from typing import Any

from core.changes import TOLD_KINDS, Row
from core.commands.base import title_of
from core.entities import RECORDS, Activity
from core.parked import Parked
from core.schema import fields_of
from core.text import begins_words
from core.workspace import Callee, CallStats, Entry, Subject
from storage.load import Loaded

WAITS = "waits"
"""In the data of such an entry: the id of what waits (`core.parked.Parked`)."""
_LINKS = {"contacts": "contact_id", "deals": "deal_id", "companies": "company_id"}
_Place = tuple[dt.datetime, str]


def among(
    shown: Sequence[Entry],
    waiting: Sequence[Parked],
    connection: Any,
    org_id: str,
    subject: Subject,
    *,
    kinds: Sequence[str] = (),
    before: _Place | None = None,
    limit: int = 200,
    text: str = "",
) -> list[Entry]:
    """A page of a timeline with what waits in its places.

    Args:
        shown: the page as it is without.
        waiting: what waits.
        connection: a reader, for names.
        org_id: the tenant.
        subject: what the timeline is about.
        kinds: as `core.workspace.Workspace.timeline` was asked, and so are the next two.
        before: only older ones.
        limit: the most to return.
        text: words to be found in it, each the beginning of one.
    """
    entries = _entries(waiting, connection, org_id, subject)
    found = [
        entry
        for entry in entries
        if (not kinds or entry.activity.kind in kinds)
        and (before is None or _place(entry) < before)
        and (not text or _says(entry.activity, text))
    ]
    if not found:
        return list(shown)
    found.sort(key=_place, reverse=True)
    return list(heapq.merge(shown, found, key=_place, reverse=True))[:limit]


def calls(waiting: Sequence[Parked]) -> list[Row]:
    """The calls out among what waits, as they were logged, the first one first: they were made, whatever becomes of them."""
    logged = (
        change.set
        for parked in waiting
        for change in (parked.changeset.changes if parked.kind != "duplicate" else ())
        if change.table == "activities" and change.insert
    )
    made = (dict(v) for v in logged if v["kind"] == "call" and v["direction"] != "in" and not v["revises"])
    return sorted(made, key=lambda values: values["occurred_at"])


def with_calls(callee: Callee, made: Sequence[Row], now: dt.datetime) -> Callee:
    """A contact with the calls to them that wait.

    Where it is not known whether somebody has reached them since, a call counts as an attempt: rather one too few is made.
    """
    from storage.reads.calls import DAY

    own = [values for values in made if values["contact_id"] == callee.id]
    for values in own:
        at = int(values["occurred_at"].timestamp())
        later = max(callee.last_attempt_at or at, at)
        today = {at} if values["occurred_at"] > now - DAY else set()
        attempts = callee.attempts
        if not values["data"].get("connected"):
            attempts += 1
        elif later == at:
            attempts = 0
        callee = callee._replace(
            last_call_at=max(callee.last_call_at or at, at),
            calls_today=tuple(sorted((*callee.calls_today, *today), reverse=True)),
            attempts=attempts,
            last_attempt_at=later,
        )
    return callee


def with_stats(
    stats: CallStats, made: Sequence[Row], since: dt.datetime, until: dt.datetime, block: str
) -> CallStats:
    """The figures with one's own calls that wait; see `core.workspace.Workspace.call_stats`."""
    from storage.reads.calls import CONVERSATION_SECONDS

    for values in made:
        data, occurred_at = values["data"], values["occurred_at"]
        if not since <= occurred_at < until or (block and data.get("block") != block):
            continue
        at = int(occurred_at.timestamp())
        talked = (values["duration_s"] or 0) if data.get("connected") else 0
        stats = CallStats(
            stats.dials + 1,
            stats.connects + bool(data.get("connected")),
            stats.conversations + (talked > CONVERSATION_SECONDS),
            stats.meetings + bool(data.get("meeting")),
            stats.talk_s + talked,
            min(stats.first_at or at, at),
            max(stats.last_at or at, at),
        )
    return stats


def _place(entry: Entry) -> _Place:
    return entry.activity.occurred_at, entry.activity.id


def _entries(waiting: Sequence[Parked], connection: Any, org_id: str, subject: Subject) -> Iterator[Entry]:
    """What was logged about the subject and waits; corrections of what is there are not among it."""
    link, held = _LINKS[subject.table], Loaded(connection, org_id)
    for parked in waiting:
        # A duplicate took effect: what it logged is there.
        for change in parked.changeset.changes if parked.kind != "duplicate" else ():
            logged = change.table == "activities" and change.insert and change.set["kind"] in TOLD_KINDS
            if not logged or change.set["revises"] or change.set[link] != subject.id:
                continue
            blank = dict.fromkeys(fields_of(Activity))
            data = {**change.set["data"], WAITS: parked.id}
            row = {**blank, **change.set, "org_id": org_id, "version": 1, "superseded": False, "search": ""}
            activity = Activity(**{**row, "data": data})
            names = [_name(held, table, getattr(activity, _LINKS[table])) for table in ("contacts", "deals")]
            yield Entry(activity, False, *names)


def _name(held: Loaded, table: str, record_id: str | None) -> str:
    row = held.row(table, record_id) if record_id else None
    return title_of(RECORDS[table](**row)) if row is not None and row["deleted_at"] is None else ""


def _says(activity: Activity, text: str) -> bool:
    return begins_words(f"{activity.subject} {activity.body} {activity.outcome}", text)
