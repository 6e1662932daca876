"""Tries every right that there is as anybody, in one session: who a superuser says to be, PostgreSQL takes them for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from core.changes import encode_value
from core.entities import RECORDS
from core.ids import new_id
from core.schema import Role, fields_of
from storage.postgres.install import GROUPS
from tests.postgres.floor import PEOPLE, Floor
from tests.postgres.model import IN_BOOKS, STORE, Person, Row, World

_THEN = "2001-01-01 00:00:00+00"
MARKS: dict[str, tuple[str, Any]] = {
    "organizations": ("name", "Marked"), "teams": ("name", "Marked"), "users": ("name", "Marked"),
    "memberships": ("deleted_at", _THEN), "books": ("name", "Marked"), "shares": ("deleted_at", _THEN),
    "pipelines": ("name", "Marked"), "stages": ("name", "Marked"), "custom_fields": ("label", "Marked"),
    "smart_views": ("name", "Marked"), "outcomes": ("name", "Marked"), "scripts": ("body", "Marked"),
    "calling_rules": ("notice", "Marked"), "companies": ("city", "Marked"), "contacts": ("title", "Marked"),
    "deals": ("next_step", "Marked"), "activities": ("body", "Marked"), "tasks": ("body", "Marked"),
    "imports": ("name", "Marked"), "record_keys": ("value", "Marked"),
    "contact_points": ("value", "Marked"), "reservations": ("until", _THEN), "exits": ("at", _THEN),
    "channels": ("name", "Marked"), "changesets": ("summary", "Marked"), "changeset_rows": ("seq", -1),
    "meta": ("value", "Marked"), "fields": ("kind", "Marked"), "audit": ("login", "Marked"),
    "audit_seals": ("entries", -1), "clients": ("acked", -1), "answers": ("seq", -1), "alembic_version": ("version_num", "Marked"),
}  # fmt: skip
"""By table: a column and a value that nothing has, to see which rows an UPDATE reaches."""

Keys = frozenset[str]


class Bench:
    """One superuser's session on a floor, in a transaction that is taken back.

    Args:
        floor: on whose copy it works.
    """

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.boss = floor.database.superuser()
        self._keys = {
            table: sql.SQL(keys)
            for table, keys in self.boss.execute(
                "SELECT c.relname, 'concat_ws(''/'', ' || string_agg(quote_ident(a.attname), ', ') || ')'"
                " FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
                " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)"
                " WHERE i.indisprimary AND c.relnamespace = 'offhook'::regnamespace GROUP BY c.relname"
            )
        }
        self._rows: dict[str, dict[str, Row]] = {}
        self._person: dict[str, Person] = {}

    @property
    def tables(self) -> Keys:
        """Every table that there is."""
        return frozenset(self._keys)

    @contextmanager
    def arranged(self) -> Iterator[None]:
        """In here rows may be written past every rule; they are taken back, and so is everything that is tried."""
        with self.boss.transaction(force_rollback=True):
            # No foreign keys, which have no say in who may do what: the triggers of offhook fire all the same.
            self.boss.execute("SET LOCAL session_replication_role = replica")
            self.forget()
            yield
        self.forget()

    def forget(self) -> None:
        """Look anew at the rows: they were changed."""
        self._rows.clear()
        self._person.clear()

    def put(self, table: str, **values: Any) -> None:
        """Writes a row past every policy."""
        _insert(self.boss, table, values)
        self.forget()

    # --- what there is

    def rows(self, table: str) -> dict[str, Row]:
        """All rows by their keys."""
        if table not in self._rows:
            told = self.boss.execute(
                sql.SQL("SELECT {}, to_jsonb(t) FROM offhook.{} t").format(
                    self._keys[table], sql.Identifier(table)
                )
            )
            self._rows[table] = dict(told.fetchall())
        return self._rows[table]

    def person(self, login: str) -> Person:
        """What the model says of a login."""
        if login not in self._person:
            parts = {
                name: tuple(self.rows(name).values()) for name in ("users", "memberships", "books", "shares")
            }
            self._person[login] = Person(World(**parts), login)
        return self._person[login]

    # --- what is tried

    def seen(self, login: str, table: str) -> Keys:
        """The rows that a SELECT gives."""
        with self._as(login):
            try:
                return self.selected(self.boss, table)
            except psycopg.errors.InsufficientPrivilege:
                return frozenset()

    def selected(self, connection: psycopg.Connection[Any], table: str) -> Keys:
        """The keys of the rows that a connection sees."""
        query = sql.SQL("SELECT {} FROM offhook.{}").format(self._keys[table], sql.Identifier(table))
        return frozenset(key for (key,) in connection.execute(query))

    def pulled(self, login: str) -> dict[str, Keys]:
        """By table the ids of the rows that the feed gives to who asks from its beginning, for all books that there are."""
        with self._as(login):
            try:
                with self.boss.transaction():
                    found = self.boss.execute(
                        "SELECT offhook.pull('3:3:', %s::uuid[])", (list(self._ids("books")),)
                    ).fetchone()
            except (psycopg.errors.InsufficientPrivilege, psycopg.DatabaseError) as error:
                if error.sqlstate not in ("42501", "OH001"):
                    raise
                return {}
        assert found is not None
        told = found[0]
        assert not told["more"]
        out = {
            table: frozenset(row["id"] for row in rows)
            for table, rows in (told["rows"] | told["setup"]).items()
        }
        return out | {"exits": frozenset(row for _, row, _, _ in told["exits"])}

    def hands_in(self, login: str, table: str, row: Row) -> bool:
        """Whether something about a record is taken in."""
        with self._as(login):
            try:
                with self.boss.transaction(force_rollback=True):
                    self.boss.execute("SELECT offhook.hand_in(%s, %s, 'x')", (table, row["id"]))
            except psycopg.DatabaseError as error:
                if error.sqlstate not in ("42501", "OH001", "OH002"):
                    raise
                return False
            return True

    def _ids(self, table: str) -> Keys:
        return frozenset(row["id"] for row in self.rows(table).values())

    def changed(self, login: str, table: str) -> Keys:
        """The rows that an UPDATE reaches which looks at nothing, so that no right to see narrows it."""
        column, value = MARKS[table]
        names = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
        update = sql.SQL("UPDATE offhook.{table} SET {column} = {value}").format(
            **names, value=sql.Literal(value)
        )
        look = sql.SQL("SELECT {key} FROM offhook.{table} WHERE {column} = {value}").format(
            **names, key=self._keys[table], value=sql.Literal(value)
        )
        with self._as(login):
            if not self._does(update):
                return frozenset()
            self.boss.execute("RESET SESSION AUTHORIZATION")
            return frozenset(key for (key,) in self.boss.execute(look))

    def removed(self, login: str, table: str) -> Keys:
        """The rows that are gone after a DELETE which looks at nothing."""
        before = frozenset(self.rows(table))
        with self._as(login):
            if not self._does(sql.SQL("DELETE FROM offhook.{}").format(sql.Identifier(table))):
                return frozenset()
            self.boss.execute("RESET SESSION AUTHORIZATION")
            return before - self.selected(self.boss, table)

    def adds(self, login: str, table: str, row: Row, *, whole: bool = False) -> bool:
        """Whether an INSERT is let through: of what a client writes, or of all that there is in a row."""
        with self._as(login):
            try:
                _insert(self.boss, table, row if whole else _data(table, row))
            except psycopg.errors.InsufficientPrivilege:
                return False
            except psycopg.Error as error:
                # Who is shut out has no organization, so a rule or the missing value may be the first to say no.
                by_rule = (error.sqlstate or "").startswith("OH") or error.diag.column_name == "org_id"
                if whole or not by_rule or self.person(login).is_active:
                    raise
                return False
            return True

    def leave_to_policies(self) -> None:
        """Lets everybody write every column of new rows, without triggers, so that nothing but policies decides."""
        groups = sql.SQL(", ").join(map(sql.Identifier, GROUPS.values()))
        for table in self.tables:
            name = sql.Identifier("offhook", table)
            self.boss.execute(sql.SQL("GRANT INSERT ON {} TO {}").format(name, groups))
            self.boss.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(name))

    @contextmanager
    def _as(self, login: str) -> Iterator[None]:
        with self.boss.transaction(force_rollback=True):
            self.boss.execute(sql.SQL("SET LOCAL SESSION AUTHORIZATION {}").format(sql.Identifier(login)))
            yield

    def _does(self, statement: sql.Composed) -> bool:
        try:
            with self.boss.transaction():
                self.boss.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            return False
        return True

    # --- rows to add

    def candidates(self, table: str, login: str) -> list[Row]:
        """Rows that a login might want to add: for every book, for themselves and for others, in every organization."""
        user = next((u for u in self.rows("users").values() if u["login"] == login), None)
        me = self.floor.user("ann") if user is None else user["id"]
        org = self.floor.org() if user is None else user["org_id"]
        if table in STORE:
            return self._of_the_store(table, org, me)
        if table == "users":
            return [_new("users", org, name="New", role="rep", login="newcomer")]
        if table == "organizations":
            return [_new("organizations", org, name="New", currency="EUR")]
        home = [b for b in self.rows("books").values() if b["org_id"] == org]
        teams = [t["id"] for t in self.rows("teams").values() if t["org_id"] == org]
        others = [u["id"] for u in self.rows("users").values() if u["org_id"] == org and u["id"] != me]
        stage = next(
            s for s in self.rows("stages").values()
            if s["org_id"] == org and s["kind"] == "open" and s["deleted_at"] is None
        )  # fmt: skip
        if table in IN_BOOKS:
            more: dict[str, Any] = {
                "companies": {"name": "New"},
                "contacts": {"first_name": "New"},
                "deals": {
                    "title": "New", "pipeline_id": stage["pipeline_id"], "stage_id": stage["id"], "currency": "EUR",
                    "outcome": "open", "stage_since": _now(),
                },
                "activities": {"kind": "note", "occurred_at": _now(), "user_id": me},
                "tasks": {"kind": "todo", "subject": "New", "due_at": _now(), "assignee_id": me},
            }[table]  # fmt: skip
            return [_new(table, org, book_id=book["id"], **more) for book in self.rows("books").values()]
        made: dict[str, list[Mapping[str, Any]]] = {
            "teams": [{"name": "New"}],
            "memberships": [{"team_id": teams[0], "user_id": me}],
            "books": [
                {"kind": "shared", "name": "New"},
                {"kind": "own", "name": "New", "user_id": me},
                {"kind": "own", "name": "New", "user_id": others[0]},
                *({"kind": "pool", "name": "New", "team_id": team} for team in teams),
            ],
            "shares": [
                {"book_id": b["id"], "user_id": u, "can_write": True} for b in home for u in (me, others[0])
            ],
            "pipelines": [{"name": "New", "position": "Z"}],
            "stages": [{"pipeline_id": stage["pipeline_id"], "name": "New", "kind": "open"}],
            "custom_fields": [{"entity": "deals", "key": "new", "label": "New", "kind": "text"}],
            "smart_views": [{"entity": "deals", "name": "New", "user_id": u} for u in (me, others[0])],
            "outcomes": [{"key": "new", "name": "New", "line": "answered"}],
            "scripts": [{"name": "New", "user_id": u} for u in (me, others[0])],
            "calling_rules": [{"region": "FR"}],
            "imports": [
                {"name": "New", "user_id": u, "state": "running", "started_at": _now()}
                for u in (me, others[0])
            ],
        }
        return [_new(table, org, **values) for values in made[table]]

    def _of_the_store(self, table: str, org: str, me: str) -> list[Row]:
        if table == "changesets":
            others = [u["id"] for u in self.rows("users").values() if u["id"] != me]
            body = {"command": "x", "summary": "x", "body": {}, "status": "ok", "at": _now().isoformat()}
            return [{"org_id": org, "id": new_id(), "user_id": user, **body} for user in (me, *others[:2])]
        # A copy of one that is there, which a key might refuse, but a policy does so before.
        rows = [r for r in self.rows(table).values() if r.get("org_id", org) == org]
        return [{k: v for k, v in row.items() if not (table == "audit" and k == "seq")} for row in rows[:1]]


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _new(table: str, org: str, **values: Any) -> Row:
    """A whole new record."""
    record = RECORDS[table](
        id=new_id(), org_id=org, version=1, created_at=_now(), updated_at=_now(), **values
    )
    row = {
        name: encode_value(spec.kind, getattr(record, name))
        for name, spec in fields_of(RECORDS[table]).items()
    }
    return {**row, "sync_xid": "5", **({"lexemes": ""} if "search" in row else {})}


def _data(table: str, row: Row) -> Row:
    """What of a new row a client writes."""
    if table not in RECORDS:
        return row
    specs = fields_of(RECORDS[table])
    return {k: v for k, v in row.items() if k == "id" or (k in specs and specs[k].role is Role.DATA)}


def _insert(connection: psycopg.Connection[Any], table: str, row: Mapping[str, Any]) -> None:
    connection.execute(
        sql.SQL(
            "INSERT INTO offhook.{table} ({columns})"
            " SELECT {columns} FROM jsonb_populate_record(null::offhook.{table}, %s)"
        ).format(table=sql.Identifier(table), columns=sql.SQL(", ").join(map(sql.Identifier, row))),
        (Jsonb(row),),
    )


LOGINS = tuple(PEOPLE)
