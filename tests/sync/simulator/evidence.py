"""What lies in a cache and on the server at a moment, read past the program that is tried."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg

from core.changes import Row
from core.entities import RECORDS
from core.workspace import Subject
from storage.codec import codec
from storage.local import LocalWorkspace
from storage.postgres.codec import codec as json_codec

Rows = Mapping[str, Mapping[str, Row]]
"""Rows by table and id."""

IN_BOOKS = ("companies", "contacts", "deals", "activities", "tasks")
SEARCHED = ("companies", "contacts", "deals", "activities")


@dataclass(frozen=True)
class Waiting:
    """A line of the cache's table of parked work."""

    id: str
    kind: str
    reason: str
    body: Mapping[str, Any]
    answer: Mapping[str, Any]
    settled: bool
    how: str

    @property
    def text(self) -> str:
        """All of the changeset as text."""
        return json.dumps(self.body, ensure_ascii=False)


@dataclass(frozen=True)
class CacheView:
    """What lies in a client's file.

    Attributes:
        name: the client.
        login: whose cache it is.
        rows: all records.
        points: contact, kind and value of every number and address; record, table and id of what is known elsewhere.
        base: by row what is kept of the server's version; None: the server has none.
        outbox: id, state and body of what was not sent yet, or sent and not seen again.
        parked: what waits for a person, and what was decided.
        history: the bodies of the changesets by id.
        traces: table and id of every record that the history tells of.
        words: by table the words in the full-text index.
        index_faults: what SQLite says of full-text indexes that do not fit their rows.
        told: by contact the calls in their timeline: the entry's id, and what it waits in (empty: it does not).
        drafts: what is being typed, by its key.
    """

    name: str
    login: str
    rows: Rows
    points: frozenset[tuple[str, str, str]] = frozenset()
    base: Mapping[tuple[str, str], Mapping[str, Any] | None] = field(default_factory=dict)
    outbox: tuple[tuple[str, str, Mapping[str, Any]], ...] = ()
    parked: tuple[Waiting, ...] = ()
    history: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    traces: frozenset[tuple[str, str]] = frozenset()
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)
    index_faults: tuple[str, ...] = ()
    told: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    drafts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """An entry of the server's audit."""

    changeset: str
    table: str
    row: str
    op: str
    diff: Mapping[str, Any] | None


@dataclass(frozen=True)
class ServerView:
    """What lies on the server.

    Attributes:
        seen: by login the records that the login sees.
        points: by login the numbers, addresses and ids of elsewhere that it sees.
        history: by id the bodies of applied changesets.
        twice: ids that are in the history more than once.
        audit: its entries in their order.
        said: the texts of logged entries that revise nothing, with how often each is there.
        handed_in: how many entries were handed in by those who had lost the record.
    """

    seen: Mapping[str, Rows]
    points: Mapping[str, frozenset[tuple[str, str, str]]] = field(default_factory=dict)
    history: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    twice: frozenset[str] = frozenset()
    audit: tuple[Entry, ...] = ()
    said: Mapping[str, int] = field(default_factory=dict)
    handed_in: int = 0


# --- a cache -------------------------------------------------------------------------------------------------------


def read_cache(connection: Any, name: str, login: str) -> CacheView:
    """All that is in a cache.

    Args:
        connection: its writer, in no transaction: SQLite checks an index by what looks like a write.
        name: the client's.
        login: whose it is.
    """
    run = connection.execute
    return CacheView(
        name=name,
        login=login,
        rows={table: _cached(connection, table) for table in RECORDS},
        points=frozenset(
            run(
                "SELECT contact_id, kind, value FROM contact_points"
                " UNION ALL SELECT row_id, table_name, value FROM record_keys"
            )
        ),
        base={
            (table, row): json.loads(body) if body is not None else None
            for table, row, body in run("SELECT table_name, row_id, body FROM base")
        },
        outbox=tuple(
            (changeset_id, state, json.loads(body))
            for changeset_id, state, body in run("SELECT changeset_id, state, body FROM outbox ORDER BY seq")
        ),
        parked=tuple(
            Waiting(id_, kind, reason, json.loads(body), json.loads(answer), settled is not None, how)
            for id_, kind, reason, body, answer, settled, how in run(
                "SELECT id, kind, reason, body, answer, settled_at, how FROM parked ORDER BY seq, id"
            )
        ),
        history={id_: json.loads(body) for id_, body in run("SELECT id, body FROM changesets")},
        traces=frozenset(run("SELECT DISTINCT table_name, row_id FROM changeset_rows")),
        words={table: _words(connection, table) for table in SEARCHED},
        index_faults=tuple(_index_faults(connection)),
    )


def look(workspace: LocalWorkspace, name: str, login: str, contacts: Iterable[str]) -> CacheView:
    """All that is in a cache, as it lies in the file and as its user sees it.

    Args:
        workspace: the open cache.
        name: the client's.
        login: whose it is.
        contacts: whose timelines are looked at.
    """
    with workspace.database.exclusive_writer() as connection:
        view = read_cache(connection, name, login)
    told: dict[str, Sequence[tuple[str, str]]] = {}
    for contact in contacts:
        shown = workspace.timeline(Subject("contacts", contact), kinds=("call",), limit=1_000)
        told[contact] = [(entry.activity.id, entry.activity.data.get("waits", "")) for entry in shown]
    return replace(view, told=told, drafts=workspace.drafts())


def _cached(connection: Any, table: str) -> dict[str, Row]:
    form = codec(table)
    rows = [form.decode(values) for values in connection.execute(f"SELECT {form.columns} FROM {table}")]
    return {row["id"]: row for row in rows}


def _words(connection: Any, table: str) -> frozenset[str]:
    connection.execute(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.words_{table} USING fts5vocab(main, {table}_fts, row)"
    )
    return frozenset(word for (word,) in connection.execute(f"SELECT term FROM temp.words_{table}"))


def _index_faults(connection: Any) -> list[str]:
    faults = []
    for table in SEARCHED:
        try:
            connection.execute(f"INSERT INTO {table}_fts ({table}_fts, rank) VALUES ('integrity-check', 1)")
        except Exception as error:  # noqa: BLE001 (of whichever SQLite it is)
            faults.append(f"{table}: {error}")
    return faults


def ids_in_cache(connection: Any) -> set[tuple[str, str]]:
    """Table and id of every record with a book that a cache shows."""
    asked = " UNION ALL ".join(f"SELECT '{table}', id FROM {table}" for table in IN_BOOKS)
    return set(connection.execute(asked))


# --- the server ----------------------------------------------------------------------------------------------------


def seen_by(wire: psycopg.Connection[Any]) -> tuple[Rows, frozenset[tuple[str, str, str]]]:
    """The records, numbers and addresses that a login sees.

    Args:
        wire: the login's connection.
    """
    seen: dict[str, dict[str, Row]] = {}
    for table in RECORDS:
        form = json_codec(table)
        where = " WHERE t.book_id = ANY((SELECT visible_books())::uuid[])" if table in IN_BOOKS else ""
        found = wire.execute(
            f"SELECT coalesce(json_agg({form.selected('t')}), '[]') FROM {table} t{where}"
        ).fetchone()
        assert found is not None, "an aggregate is a row"
        seen[table] = {row["id"]: row for row in map(form.decode, found[0])}
    points = wire.execute(
        "SELECT contact_id::text, kind, value FROM contact_points WHERE book_id = ANY((SELECT visible_books())::uuid[])"
        " UNION ALL SELECT row_id::text, table_name, value FROM record_keys"
        " WHERE book_id = ANY((SELECT visible_books())::uuid[])"
    ).fetchall()
    return seen, frozenset(points)


def ids_seen_by(wire: psycopg.Connection[Any]) -> set[tuple[str, str]]:
    """Table and id of every record with a book that a login sees."""
    asked = " UNION ALL ".join(
        f"SELECT '{table}', id::text FROM {table} WHERE book_id = ANY((SELECT visible_books())::uuid[])"
        for table in IN_BOOKS
    )
    return set(wire.execute(asked).fetchall())


def read_server(
    superuser: psycopg.Connection[Any], wires: Mapping[str, psycopg.Connection[Any]]
) -> ServerView:
    """All that is on the server.

    Args:
        superuser: a connection that sees everything.
        wires: by login a connection of its own.
    """
    views = {login: seen_by(wire) for login, wire in wires.items()}
    history = superuser.execute("SELECT id::text, body FROM offhook.changesets").fetchall()
    audit = superuser.execute(
        "SELECT coalesce(changeset_id::text, ''), table_name, coalesce(row_id::text, ''), op, diff FROM offhook.audit ORDER BY seq"
    ).fetchall()
    said = superuser.execute(
        "SELECT body, count(*) FROM offhook.activities WHERE revises IS NULL AND body <> ''"
        " AND kind IN ('call', 'email', 'meeting', 'note') AND NOT data @> '{\"handed_in\": true}' GROUP BY body"
    ).fetchall()
    (handed_in,) = superuser.execute(
        "SELECT count(*) FROM offhook.activities WHERE data @> '{\"handed_in\": true}'"
    ).fetchone() or (0,)
    ids = [id_ for id_, _ in history]
    return ServerView(
        seen={login: rows for login, (rows, _) in views.items()},
        points={login: points for login, (_, points) in views.items()},
        history=dict(history),
        twice=frozenset(id_ for id_ in ids if ids.count(id_) > 1)
        if len(set(ids)) != len(ids)
        else frozenset(),
        audit=tuple(Entry(*entry) for entry in audit),
        said=dict(said),
        handed_in=handed_in,
    )
