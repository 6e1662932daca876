"""Sends the outbox of a workspace with a cache, batch by batch: in order, exactly once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg import errors

from core.catalog import Catalog
from core.changes import FieldConflict, Status, from_json
from core.commands.base import title_of
from core.entities import RECORDS
from storage.derive import Rows
from storage.postgres.apply import UNREADABLE, answers_to, applied
from storage.postgres.codec import codec
from storage.postgres.connection import Wire

Item = tuple[int, str]
"""A changeset of the outbox: its number, and `core.changes.to_json` of it as JSON."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """What came of a changeset of the outbox.

    Attributes:
        seq: its number in the outbox.
        status: ok, merged, conflict, gone or rejected.
        revision: its place in the server's history; 0 where it was not applied.
        reason: why not, in the user's words; empty where it was applied.
        conflicts: the fields that two people changed.
        taken_by: the name of who has a record now that the changeset wanted; empty where nobody took one.
        fields: the reason field by field, where it is about values that cannot be kept.
        about: table and id of the record that the refusal is about, where it is about one.
        title: what a person calls that record, as far as the server has told; empty where it has not.
        row: table and id of the row over which it was refused, where it was one and nobody has changed the same.
        raw: the server's answer as it came.
    """

    seq: int
    status: Status
    revision: int = 0
    reason: str = ""
    conflicts: tuple[FieldConflict, ...] = ()
    taken_by: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    about: tuple[str, str] | None = None
    title: str = ""
    row: tuple[str, str] | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)


def push(
    wire: Wire,
    client_id: str,
    acked: int,
    items: Sequence[Item],
    *,
    catalog: Catalog | None = None,
    seen: Rows | None = None,
) -> list[Pushed]:
    """Applies a batch of an outbox in its order. What the server knows gets the answer that it had.

    What the server cannot take in one go is sent in halves.

    Args:
        wire: the user's connection, in autocommit mode.
        client_id: the cache's id, the same for ever.
        acked: the number up to which all answers are settled in the cache; the server forgets those.
        items: what to apply, by ascending number; the server takes a thousand in one go.
        catalog: names for the reasons.
        seen: the rows as they were when it was decided, for what a record is called that is out of sight by now.

    Returns:
        An answer for each, in their order.

    Raises:
        psycopg.Error: the server could not say; a part may have been applied, or it is not known. The same items can be
            sent again.
    """
    answers = _answers(wire, client_id, acked, items) if items else []
    return [
        _pushed(seq, body, answer, catalog, seen) for (seq, body), answer in zip(items, answers, strict=True)
    ]


def _answers(wire: Wire, client_id: str, acked: int, items: Sequence[Item]) -> list[Mapping[str, Any]]:
    try:
        return _call(wire, client_id, acked, items)
    except errors.DataError:
        # What is no JSON for PostgreSQL (NUL, half a character, NaN) is refused before the function has seen any of it.
        if len(items) == 1:
            return [{**UNREADABLE, "seq": items[0][0]}]
    except errors.QueryCanceled:
        # More than the server does in the time that it gives a statement.
        if len(items) == 1:
            raise
    middle = len(items) // 2
    return [
        *_answers(wire, client_id, acked, items[:middle]),
        *_answers(wire, client_id, acked, items[middle:]),
    ]


def _call(wire: Wire, client_id: str, acked: int, items: Sequence[Item]) -> list[Mapping[str, Any]]:
    # The bodies are JSON already: nothing is read and written again on the way.
    text = "[" + ",".join(f'{{"seq":{seq},{body.lstrip()[1:]}' for seq, body in items) + "]"
    return answers_to(wire, "SELECT offhook.apply(%s, %s, %s)", (client_id, acked, text))


def _pushed(
    seq: int, body: str, answer: Mapping[str, Any], catalog: Catalog | None, seen: Rows | None
) -> Pushed:
    status = Status(answer["status"])
    if status in (Status.OK, Status.MERGED):
        return Pushed(seq, status, answer["revision"], raw=answer)
    said = applied(from_json(json.loads(body)), answer, catalog, seen)
    about, title = _about(answer)
    row = answer.get("row")
    return Pushed(
        seq, status, said.revision, said.reason, said.conflicts, said.taken_by, said.fields, about, title,
        (row["table"], row["id"]) if row else None, answer,
    )  # fmt: skip


def _about(answer: Mapping[str, Any]) -> tuple[tuple[str, str] | None, str]:
    """The record that a refusal is about, and its name."""
    for told in answer["rows"]:
        row = codec(told["table"]).decode_named(told["row"])
        return (told["table"], row["id"]), title_of(RECORDS[told["table"]](**row))
    about = answer["about"]
    return ((about["table"], about["id"]), "") if about else (None, "")
