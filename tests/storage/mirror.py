"""The same questions to both stores: what a workspace holds on SQLite, told by a PostgreSQL that holds the same rows.

Commands run on SQLite, whose store derives texts and times; the rows are copied over, and what is read is read from
PostgreSQL as a person who sees all of the organization.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from psycopg import sql

from core.catalog import Catalog
from core.changes import encode_value
from core.entities import RECORDS
from core.schema import fields_of
from storage.codec import codec, from_micros
from storage.database import connect
from storage.derive import KEYED
from storage.postgres import reads as team
from storage.postgres.install import init
from storage.reads.sqlite import prepare
from storage.solo import SoloWorkspace
from tests.server import Cluster, Database, clone, template

LOGIN = "reader"
PASSWORD = "reader-secret-1"

_READS: dict[str, str] = {
    "board": "board", "cards": "board", "companies": "companies", "contacts": "contacts", "count_contacts": "contacts",
    "contact_ids": "contacts", "callees": "calls", "call_stats": "calls", "agenda": "agenda", "likely_duplicates": "duplicates", "export": "export", "history": "history",
    "undoable": "history", "page": "page", "record": "record", "search": "search", "tags": "tags", "tasks": "tasks",
    "timeline": "timeline",
}  # fmt: skip
"""The questions, and the module of either store that answers each."""


class Asked:
    """The read queries of one store, on one connection.

    Args:
        catalog: the set-up.
        connection: a reader of SQLite, or of PostgreSQL.
        on_postgres: which of the two.
    """

    def __init__(self, catalog: Catalog, connection: Any, *, on_postgres: bool) -> None:
        self._catalog = catalog
        self._connection = connection
        self._on_postgres = on_postgres

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return functools.partial(self._module(name), self._connection, self._catalog)

    def _module(self, name: str) -> Callable[..., Any]:
        package = team.__name__ if self._on_postgres else "storage.reads"
        function: Callable[..., Any] = getattr(importlib.import_module(f"{package}.{_READS[name]}"), name)
        return function


class MirroredWorkspace:
    """A solo workspace of which everything is read from PostgreSQL.

    Args:
        solo: where commands run.
        mirror: where its rows are copied to.
    """

    def __init__(self, solo: SoloWorkspace, mirror: Mirror) -> None:
        self._solo = solo
        self._mirror = mirror
        self._copied: Any = None
        # A connection of its own, which notices every commit of the others.
        self._watch = connect(solo.path, solo.key.hex)
        prepare(self._watch)

    def __getattr__(self, name: str) -> Any:
        if name in _READS:
            version = self._watch.execute("PRAGMA data_version").fetchone()
            if version != self._copied:
                self._mirror.copy(self._watch, self._solo)
                self._copied = version
            return getattr(self._mirror.asked(self._solo.catalog()), name)
        return getattr(self._solo, name)

    @contextlib.contextmanager
    def reading(self, connection: Any) -> Iterator[Asked]:
        """The reads of what a connection to SQLite sees, committed or not."""
        self._mirror.copy(connection, self._solo)
        self._copied = None
        yield self._mirror.asked(self._solo.catalog())

    def close(self) -> None:
        self._watch.close()
        self._solo.close()


class Mirror:
    """A PostgreSQL database that takes over the rows of SQLite files, one after the other."""

    def __init__(self, database: Database) -> None:
        self._superuser = database.superuser()
        # Rows come as they are: no trigger looks at them, and references may lead nowhere, as in tests they do.
        for (table,) in self._superuser.execute(
            "select relname from pg_class where relnamespace = 'offhook'::regnamespace and relkind = 'r'"
        ).fetchall():
            self._superuser.execute(
                sql.SQL("alter table {} disable trigger all").format(sql.Identifier(table))
            )
        self._reader = database.connect(LOGIN, PASSWORD)

    def asked(self, catalog: Catalog) -> Asked:
        """The reads, as a person who sees all."""
        return Asked(catalog, self._reader, on_postgres=True)

    def copy(self, source: Any, solo: SoloWorkspace) -> None:
        """Puts the rows that a connection to SQLite sees in the place of those here."""
        with self._superuser.transaction():
            tables = (
                *RECORDS,
                "changesets",
                "changeset_rows",
                "contact_points",
                "record_keys",
                "reservations",
            )
            self._superuser.execute(
                sql.SQL("; ").join(sql.SQL("delete from {}").format(sql.Identifier(t)) for t in tables)
            )
            for table, record in RECORDS.items():
                self._fill(table, [*fields_of(record)], list(_records(source, table)))
            self._fill("changesets", *_history(source))
            self._fill("changeset_rows", *_plain(source, "changeset_rows"))
            self._fill("contact_points", *_points(source))
            self._fill("record_keys", *_keys(source))
            self._fill("reservations", *_reservations(source))
            self._superuser.execute("update users set login = %s where id = %s", (LOGIN, solo.user_id))
            self._superuser.execute(_MISSING_BOOKS)

    def _fill(self, table: str, columns: list[str], rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        also = sql.SQL("lexemes") if "search" in columns else None
        self._superuser.execute(
            sql.SQL(
                "insert into {table} ({into}) overriding system value"
                " select {values} from jsonb_populate_recordset(null::{table}, %s)"
            ).format(
                table=sql.Identifier(table),
                into=names if also is None else names + sql.SQL(", ") + also,
                values=names if also is None else names + sql.SQL(", offhook.lexemes(search)"),
            ),
            (json.dumps(rows),),
        )


_MISSING_BOOKS = """
    insert into books (org_id, id, kind, name, version, created_at, updated_at)
    select distinct org_id, book_id, 'shared', '', 1, now(), now() from (
        select org_id, book_id from companies union select org_id, book_id from contacts union select org_id, book_id from deals
        union select org_id, book_id from activities union select org_id, book_id from tasks
    ) lies where not exists (select from books where books.org_id = lies.org_id and books.id = lies.book_id)
"""
"""Tests put records into books that nobody has made."""


def _records(source: Any, table: str) -> Iterator[dict[str, Any]]:
    form = codec(table)
    kinds = {name: spec.kind for name, spec in fields_of(form.record).items()}
    for values in source.execute(f"SELECT {form.columns} FROM {table} ORDER BY n"):
        row = form.decode(values)
        yield {name: encode_value(kinds[name], value) for name, value in row.items()}


def _plain(source: Any, table: str) -> tuple[list[str], list[dict[str, Any]]]:
    found = source.execute(f"SELECT * FROM {table}")
    names = [column[0] for column in found.description]
    return names, [dict(zip(names, values, strict=True)) for values in found]


def _history(source: Any) -> tuple[list[str], list[dict[str, Any]]]:
    names, rows = _plain(source, "changesets")
    for row in rows:
        row["at"] = from_micros(row["at"]).isoformat()
        row["body"] = json.loads(row["body"])
    return names, rows


def _points(source: Any) -> tuple[list[str], list[dict[str, Any]]]:
    names, rows = _plain(source, "contact_points")
    books = dict(source.execute("SELECT id, book_id FROM contacts"))
    return [*names, "book_id"], [{**row, "book_id": books[row["contact_id"]]} for row in rows]


def _keys(source: Any) -> tuple[list[str], list[dict[str, Any]]]:
    names, rows = _plain(source, "record_keys")
    books = {
        (table, row_id): book
        for table in KEYED
        for row_id, book in source.execute(f"SELECT id, book_id FROM {table}")
    }
    return [*names, "book_id"], [{**row, "book_id": books[row["table_name"], row["row_id"]]} for row in rows]


def _reservations(source: Any) -> tuple[list[str], list[dict[str, Any]]]:
    names, rows = _plain(source, "reservations")
    return names, [{**row, "until": from_micros(row["until"]).isoformat()} for row in rows]


def installed(cluster: Cluster) -> Iterator[Mirror]:
    """A mirror in a database of its own."""
    of = template(cluster, "installed", init)
    with cluster.superuser() as connection:
        _make_reader(connection)
        connection.execute(f"grant offhook_admin to {LOGIN}")
    with clone(cluster, of) as database:
        yield Mirror(database)


def _make_reader(connection: psycopg.Connection[Any]) -> None:
    # Another worker may have made it.
    with contextlib.suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
        connection.execute(f"create role {LOGIN} login password '{PASSWORD}'")
