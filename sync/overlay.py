"""Local work over the server's rows, and how the server's rows come out from under it again.

A cache is what the server has, with the changesets that wait to be sent laid over it. Whatever local work writes into a
row for the first time, directly or by deriving, a trigger puts the row aside as it was (table `base`). So the server's
version can be brought back exactly, whatever was written over it, and the work laid over again on what came meanwhile.
"""

# ruff: noqa: S608 (table and column names come from the declarations in core, values are always bound)
from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any

from core.entities import RECORDS
from core.schema import Kind, Role, fields_of
from storage import derive, words
from storage.codec import Encoded, codec
from storage.load import read_meta, write_meta

Key = tuple[str, str]
"""A row, as (table, id)."""
Keys = set[Key]

BOOKED = ("companies", "contacts", "deals", "activities", "tasks")
"""The tables whose rows lie in books."""
SWITCH = "sync.overlay"
"""The key in `meta`: 1 while what is written is local work, 0 while it is what the server has."""
LEFT = "sync.scrub"
"""The key in `meta`: `soon` or `now` where words have left the search index that still lie in its file, `begun` while they
are being cleaned out. Whoever dies at that leaves the note behind."""
BEGUN = "begun"
POINTED = "sync.pointed"
"""The key in `meta` of the contact up to which all contacts, by their ids, have their points."""


# --- the triggers ---------------------------------------------------------------------------------------------------


def install(connection: Any) -> bool:
    """Makes the triggers unless they are there, as they should be. Whether any was made.

    Args:
        connection: the writer, in a transaction or not.
    """
    there = dict(
        connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%\\_overlay\\_%' ESCAPE '\\'"
        ).fetchall()
    )
    made = False
    for name, sql in _triggers():
        if there.get(name) != sql:
            connection.execute(f"DROP TRIGGER IF EXISTS {name}")
            connection.execute(sql)
            made = True
    return made


def uninstall(connection: Any) -> None:
    """Takes the triggers away, for what rewrites tables without meaning a change (an upgrade)."""
    for name, _ in _triggers():
        connection.execute(f"DROP TRIGGER IF EXISTS {name}")


@cache
def _triggers() -> tuple[tuple[str, str], ...]:
    out = []
    for table in RECORDS:
        image = ", ".join(f"'{name}', old.{name}" for name in codec(table).names)
        for event, moment, row, body in (
            ("update", "BEFORE UPDATE", "old", f"json_object({image})"),
            ("insert", "AFTER INSERT", "new", "NULL"),
            ("delete", "BEFORE DELETE", "old", f"json_object({image})"),
        ):
            name = f"{table}_overlay_{event}"
            sql = (
                f"CREATE TRIGGER {name} {moment} ON {table}"
                f" WHEN (SELECT value FROM meta WHERE key = '{SWITCH}') = '1'"
                f" AND NOT EXISTS (SELECT 1 FROM base WHERE table_name = '{table}' AND row_id = {row}.id)"
                f" BEGIN INSERT INTO base (table_name, row_id, body) VALUES ('{table}', {row}.id, {body}); END"
            )
            out.append((name, sql))
    return tuple(out)


def switch(connection: Any, *, local: bool) -> None:
    """Says whether what is written from here on is local work."""
    write_meta(connection, SWITCH, "1" if local else "0")


# --- rows as the server has them ------------------------------------------------------------------------------------


def put(connection: Any, org_id: str, table: str, rows: Sequence[Encoded], *, fresh: bool = False) -> None:
    """Writes rows of the server, whole, and notes the contact points.

    Args:
        connection: the writer, in a transaction, switched to the server's side.
        org_id: the tenant.
        table: the rows' table.
        rows: their values.
        fresh: none of them is there yet.
    """
    if fresh:
        put_rows(connection, table, rows)
        changed = rows
    else:
        changed = _put_over(connection, org_id, table, rows)
    if table == "contacts" and changed:
        put_points(connection, org_id, changed, fresh=fresh)


def _put_over(connection: Any, org_id: str, table: str, rows: Sequence[Encoded]) -> list[Encoded]:
    """Writes where rows differ from what is there: an index is touched only where one of its columns has changed.

    Returns:
        The rows that are new, or are looked up by something else than before.
    """
    own = place(table, "id")
    new = {row[own]: row for row in rows}
    held = images(connection, org_id, table, new)
    looked_up = _point_places(table)
    pointed: list[Encoded] = []
    changed: dict[tuple[int, ...], list[Encoded]] = {}
    for row_id, row in new.items():
        old = held.get(row_id)
        if old is None:
            pointed.append(row)
            continue
        pairs = enumerate(zip(row, old, strict=True))
        places = tuple(where for where, (value, before) in pairs if value != before)
        if places:
            changed.setdefault(places, []).append(row)
            if not looked_up.isdisjoint(places):
                pointed.append(row)
    put_rows(connection, table, [row for row_id, row in new.items() if row_id not in held])
    for places, some in changed.items():
        connection.executemany(
            _change_sql(table, places),
            [[*(row[where] for where in places), org_id, row[own]] for row in some],
        )
    return pointed


def put_rows(connection: Any, table: str, rows: Sequence[Encoded]) -> None:
    """Writes rows of the server and nothing else; the arguments as for `put`."""
    connection.executemany(_put_sql(table), rows)


def put_bare(connection: Any, org_id: str, table: str, rows: Sequence[Encoded]) -> None:
    """Writes rows of the server without their words and their points, which `sync.filling` adds; otherwise as `put`."""
    with words.left_out(connection):
        put_rows(connection, table, rows)
    if table == "contacts":
        connection.execute("DELETE FROM meta WHERE key = ?", (POINTED,))
        own = place(table, "id")
        # Those that were here before have points, which may be others by now.
        pointed = {
            contact
            for (contact,) in connection.execute(
                "DELETE FROM contact_points WHERE org_id = ? AND contact_id IN (SELECT value FROM json_each(?))"
                " RETURNING contact_id",
                (org_id, json.dumps([row[own] for row in rows])),
            ).fetchall()
        }
        if pointed:
            put_points(connection, org_id, [row for row in rows if row[own] in pointed], fresh=True)


def remove(connection: Any, org_id: str, table: str, ids: Collection[str]) -> None:
    """Removes rows and their contact points."""
    found = json.dumps(list(ids))
    connection.execute(
        f"DELETE FROM {table} WHERE org_id = ? AND id IN (SELECT value FROM json_each(?))", (org_id, found)
    )
    if table == "contacts":
        for other in ("contact_points", "reservations"):
            connection.execute(
                f"DELETE FROM {other} WHERE org_id = ? AND contact_id IN (SELECT value FROM json_each(?))",
                (org_id, found),
            )


def note_left(connection: Any, *, now: bool) -> None:
    """Notes that words have left the search index, for `sync.scrubbing`.

    Args:
        connection: the writer, in the transaction in which they leave.
        now: it must not wait for its turn.
    """
    if now or read_meta(connection, LEFT) in ("", BEGUN):
        write_meta(connection, LEFT, "now" if now else "soon")


def images(connection: Any, org_id: str, table: str, ids: Iterable[str]) -> dict[str, Encoded]:
    """The rows as they are, by id; what is not there is left out."""
    where = place(table, "id")
    found = connection.execute(
        f"SELECT {codec(table).columns} FROM {table} WHERE org_id = ? AND id IN (SELECT value FROM json_each(?))",
        (org_id, json.dumps(list(ids))),
    )
    return {row[where]: row for row in found}


def restore(connection: Any, org_id: str, *, but: Collection[Key] = ()) -> None:
    """Brings every row back that local work has changed, as the server has it.

    Args:
        connection: the writer, in a transaction, switched to the server's side.
        org_id: the tenant.
        but: rows that are to be put in the same transaction, whole: those need not be brought back first.
    """
    held: dict[str, list[tuple[str, str | None]]] = {}
    for table, row_id, body in connection.execute("SELECT table_name, row_id, body FROM base"):
        if (table, row_id) not in but:
            held.setdefault(table, []).append((row_id, body))
    for table, found in held.items():
        gone = [row_id for row_id, body in found if body is None]
        if gone:
            remove(connection, org_id, table, gone)
        bodies = {row_id: json.loads(body) for row_id, body in found if body is not None}
        for row in [*bodies]:
            if len(bodies[row]) < len(codec(table).names):
                bodies[row] = _completed(connection, org_id, table, row, bodies[row])
        names = codec(table).names
        put(connection, org_id, table, [[body[name] for name in names] for body in bodies.values()])
    connection.execute("DELETE FROM base")


def _completed(connection: Any, org_id: str, table: str, row_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """A row that was put aside before an upgrade has added columns: those are as the upgrade has filled them."""
    now = images(connection, org_id, table, [row_id])[row_id]
    return {**dict(zip(codec(table).names, now, strict=True)), **body}


@cache
def _put_sql(table: str) -> str:
    form = codec(table)
    new = ", ".join(f"{name} = excluded.{name}" for name in form.names if name not in ("org_id", "id"))
    return (
        f"INSERT INTO {table} ({form.columns}) VALUES ({', '.join('?' * len(form.names))})"
        f" ON CONFLICT (org_id, id) DO UPDATE SET {new}"
    )


@cache
def _change_sql(table: str, places: tuple[int, ...]) -> str:
    names = codec(table).names
    new = ", ".join(f"{names[where]} = ?" for where in places)
    return f"UPDATE {table} SET {new} WHERE org_id = ? AND id = ?"


@cache
def _point_places(table: str) -> frozenset[int]:
    """The columns that a row's contact points are made from."""
    names = ("emails", "phones", "deleted_at") if table == "contacts" else ()
    return frozenset(place(table, name) for name in names)


def put_points(connection: Any, org_id: str, rows: Sequence[Encoded], *, fresh: bool) -> None:
    """Notes by what contacts are looked up; the arguments as for `put`."""
    own, emails, phones, deleted = (
        place("contacts", name) for name in ("id", "emails", "phones", "deleted_at")
    )
    if not fresh:
        connection.execute(
            "DELETE FROM contact_points WHERE org_id = ? AND contact_id IN (SELECT value FROM json_each(?))",
            (org_id, json.dumps([row[own] for row in rows])),
        )
    connection.executemany(
        "INSERT INTO contact_points (org_id, contact_id, kind, value) VALUES (?, ?, ?, ?)",
        [
            (org_id, row[own], kind, value)
            for row in rows
            if row[deleted] is None and (row[emails] != "[]" or row[phones] != "[]")
            for kind, value in derive.points_of(
                {
                    "deleted_at": None,
                    "emails": json.loads(row[emails]),
                    "phones": json.loads(row[phones]),
                }
            )
        ],
    )


@cache
def place(table: str, name: str) -> int:
    """Where a column stands in a row's values."""
    return codec(table).names.index(name)


# --- what hangs on what ---------------------------------------------------------------------------------------------


@cache
def reference_places(table: str) -> tuple[tuple[int, str], ...]:
    """The columns that point to rows in books, as (place in the codec's order, table)."""
    specs = fields_of(RECORDS[table])
    return tuple(
        (where, spec.ref)
        for where, spec in enumerate(specs.values())
        if spec.kind is Kind.REF and spec.role is Role.DATA and spec.ref in BOOKED
    )


@cache
def data_places(table: str) -> tuple[int, ...]:
    """The places of the columns that commands set."""
    specs = fields_of(RECORDS[table])
    return tuple(where for where, spec in enumerate(specs.values()) if spec.role is Role.DATA)


def is_same(one: Any, other: Any) -> bool:
    """Whether two values of a column mean the same: a server spells what it keeps as JSON in its own way."""
    if one == other:
        return True
    if isinstance(one, str) and isinstance(other, str) and one[:1] == other[:1] and one[:1] in ("[", "{"):
        try:
            return bool(json.loads(one) == json.loads(other))
        except ValueError:
            return False
    return False
