"""Loads what commands need to see, and the set-up."""

# ruff: noqa: S608 (table and column names come from the declarations in core, values are always bound)
from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from core.catalog import Catalog, by_position
from core.changes import Changeset, Row, from_json
from core.commands.base import SUBJECTS, Get, GetChangeset, Need, Where
from core.entities import (
    RECORDS,
    Book,
    CallingRule,
    CustomField,
    Import,
    Membership,
    Organization,
    Outcome,
    Pipeline,
    Script,
    Share,
    SmartView,
    Stage,
    Team,
    User,
)
from core.errors import NotFound, Unavailable
from core.schema import Record, fields_of
from core.text import fold
from storage.codec import codec, codec_of

R = TypeVar("R", bound=Record)

CATALOG_TABLES = frozenset(
    record.TABLE
    for record in (
        Organization, Team, User, Membership, Book, Share, Pipeline, Stage, CustomField, SmartView, Outcome, Script,
        CallingRule, Import,
    )
)  # fmt: skip
"""The tables of the set-up: a change in one of them makes a new catalog."""


class Held:
    """What has been loaded, as commands ask for it, wherever it was loaded from. See `core.commands.base.Seen`."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], Row | None] = {}
        self._found: dict[tuple[str, str], list[str]] = {}
        self._changesets: dict[str, tuple[Changeset, str | None] | None] = {}

    def get(self, record: type[R], record_id: str) -> R:
        """See `core.commands.base.Seen.get`."""
        row = self._rows[record.TABLE, record_id]
        if row is None:
            raise NotFound(f"That {record.LABEL} is not there.")
        if row["deleted_at"] is not None:
            raise NotFound(f"That {record.LABEL} was deleted.")
        return record(**row)

    def where(self, record: type[R], **values: Any) -> list[R]:
        """See `core.commands.base.Seen.where`."""
        found = self._found[record.TABLE, signature(values)]
        return [record(**row) for key in found if (row := self._rows[record.TABLE, key]) is not None]

    def changeset(self, changeset_id: str) -> tuple[Changeset, str | None]:
        """See `core.commands.base.Seen.changeset`."""
        found = self._changesets[changeset_id]
        if found is None:
            raise NotFound("That change is not in the history.")
        return found


class Loaded(Held):
    """What was loaded for one command, inside its transaction. Implements `core.commands.base.Seen`.

    Args:
        connection: the writer, in its transaction.
        org_id: the tenant.
    """

    def __init__(self, connection: Any, org_id: str) -> None:
        super().__init__()
        self._connection = connection
        self._org_id = org_id

    def load(self, needs: Iterable[Need]) -> None:
        """Loads the needs of a command."""
        ids: dict[str, list[str]] = {}
        for need in needs:
            match need:
                case Get(table, record_id):
                    if table not in RECORDS:
                        raise NotFound(f"There is no “{table}” to look in.")
                    ids.setdefault(table, []).append(record_id)
                case Where(table, values, limit):
                    self._load_where(table, values, limit)
                case GetChangeset(changeset_id):
                    self._load_changeset(changeset_id)
        for table, wanted in ids.items():
            self.rows(table, wanted)

    # --- what applying asks

    def row(self, table: str, record_id: str) -> Row | None:
        """A row as it is, deleted or not; None where there is none."""
        key = (table, record_id)
        if key not in self._rows:
            form = codec(table)
            found = self._connection.execute(
                f"SELECT {form.columns} FROM {table} WHERE org_id = ? AND id = ?", (self._org_id, record_id)
            ).fetchone()
            self._rows[key] = None if found is None else form.decode(found)
        return self._rows[key]

    def exists(self, table: str, record_id: str) -> bool:
        """Whether there is a row, deleted or not; from the index alone."""
        if (table, record_id) in self._rows:
            return self._rows[table, record_id] is not None
        found = self._connection.execute(
            f"SELECT 1 FROM {table} WHERE org_id = ? AND id = ?", (self._org_id, record_id)
        ).fetchone()
        return found is not None

    def is_pointed_to(self, table: str, record_id: str) -> bool:
        """Whether one of the loaded rows points to a row, which need not be in sight itself."""
        return any(
            row[name] == record_id
            for (held_in, _), row in self._rows.items()
            if row is not None
            for name, spec in fields_of(RECORDS[held_in]).items()
            if spec.ref == table
        )

    def rows(self, table: str, ids: Sequence[str]) -> None:
        """Loads many rows at once."""
        missing = [record_id for record_id in dict.fromkeys(ids) if (table, record_id) not in self._rows]
        if len(missing) < 3:
            for record_id in missing:
                self.row(table, record_id)
            return
        form = codec(table)
        self._rows.update({(table, record_id): None for record_id in missing})
        found = self._connection.execute(
            f"SELECT {form.columns} FROM {table} WHERE org_id = ? AND id IN (SELECT value FROM json_each(?))",
            (self._org_id, json.dumps(missing)),
        )
        for values in found:
            row = form.decode(values)
            self._rows[table, row["id"]] = row

    def put(self, table: str, record_id: str, row: Row) -> None:
        """Remembers a row as it has just been written."""
        self._rows[table, record_id] = row

    def _load_where(self, table: str, values: Mapping[str, Any], limit: int) -> None:
        form, specs = codec(table), fields_of(RECORDS[table])
        if unknown := set(values) - set(specs):
            raise ValueError(f"{table} has no field {', '.join(sorted(unknown))}")
        # What belongs to one record is little. The plus keeps SQLite from an index that has more of the fields, and leads to
        # far more rows: all open tasks of a person.
        about = {name for name, value in values.items() if value is not None and specs[name].ref in SUBJECTS}
        # `IS ?` would fit both, but keeps SQLite from its partial indexes.
        # A flag is said as the indexes of a timeline say it, which have only entries that stand.
        tests = "".join(
            f" AND {name if value else f'NOT {name}'}"
            if isinstance(value, bool)
            else f" AND {'+' if about and name not in about else ''}{name} {'IS NULL' if value is None else '= ?'}"
            for name, value in values.items()
        )
        bound = [
            fold(value) if name == "sort_key" else form.encode(name, value)
            for name, value in values.items()
            if value is not None and not isinstance(value, bool)
        ]
        found = self._connection.execute(
            f"SELECT {form.columns} FROM {table} WHERE org_id = ? AND deleted_at IS NULL{tests} LIMIT ?",
            (self._org_id, *bound, limit),
        ).fetchall()
        ids = self._found[table, signature(values)] = []
        for each in found:
            row = form.decode(each)
            self._rows.setdefault((table, row["id"]), row)
            ids.append(row["id"])

    def _load_changeset(self, changeset_id: str) -> None:
        found = self._connection.execute(
            "SELECT body, undone_by FROM changesets WHERE org_id = ? AND id = ? AND status IN ('ok', 'merged')",
            (self._org_id, changeset_id),
        ).fetchone()
        self._changesets[changeset_id] = (
            None if found is None else (from_json(json.loads(found[0])), found[1])
        )


def signature(values: Mapping[str, Any]) -> str:
    """What the rows that a need by these values has found are kept under."""
    return repr(sorted(values.items()))


def catalog(connection: Any, org_id: str, user_id: str) -> Catalog:
    """The set-up as a user sees it.

    Raises:
        Unavailable: the organization or the user is not in the file.
    """

    def all_of(record: type[R]) -> list[R]:
        form = codec_of(record)
        found = connection.execute(
            f"SELECT {form.columns} FROM {form.table} WHERE org_id = ? AND deleted_at IS NULL", (org_id,)
        )
        return [form.entity(values) for values in found]

    found = assemble(user_id, all_of)
    if found is None:
        raise Unavailable(
            "This workspace has lost its beginning: the organization or its user is missing."
            " Bring a backup back with `offhook restore`."
        )
    return found


class AllOf(Protocol):
    """Gives all records of a class that are not deleted."""

    def __call__(self, record: type[R], /) -> list[R]: ...


def assemble(user_id: str, all_of: AllOf) -> Catalog | None:
    """The set-up as a user sees it, in the order in which people see it; None without the organization or the user.

    Args:
        user_id: who looks at it.
        all_of: gives the records of one organization.
    """
    users = all_of(User)
    me = next((user for user in users if user.id == user_id), None)
    organization = next(iter(all_of(Organization)), None)
    if me is None or organization is None:
        return None
    return Catalog(
        me=me,
        organization=organization,
        teams=tuple(sorted(all_of(Team), key=lambda team: fold(team.name))),
        users=tuple(sorted(users, key=lambda user: fold(user.name))),
        memberships=tuple(all_of(Membership)),
        books=tuple(sorted(all_of(Book), key=lambda book: (book.kind, fold(book.name)))),
        shares=tuple(all_of(Share)),
        pipelines=by_position(all_of(Pipeline)),
        stages=by_position(all_of(Stage)),
        custom_fields=by_position(all_of(CustomField)),
        smart_views=by_position(v for v in all_of(SmartView) if v.shared or v.user_id == user_id),
        outcomes=by_position(all_of(Outcome)),
        scripts=by_position(s for s in all_of(Script) if s.shared or s.user_id == user_id),
        calling_rules=tuple(sorted(all_of(CallingRule), key=lambda rule: (rule.region, rule.id))),
        imports=tuple(sorted(all_of(Import), key=lambda one: (one.started_at, one.id), reverse=True)),
    )


def catalog_revision(connection: Any) -> int:
    """A number that is another one whenever the set-up has changed; it only ever grows."""
    return int(read_meta(connection, "catalog_revision") or 0)


def note_new_catalog(connection: Any) -> None:
    """Says, in the transaction that does it, that the set-up changes."""
    write_meta(connection, "catalog_revision", str(catalog_revision(connection) + 1))


def last_revision(connection: Any) -> int:
    """The place of the latest changeset in the history."""
    return int(connection.execute("SELECT coalesce(max(seq), 0) FROM changesets").fetchone()[0])


def read_meta(connection: Any, key: str) -> str:
    """A value of the `meta` table; empty where there is none."""
    found = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return str(found[0]) if found else ""


def write_meta(connection: Any, key: str, value: str) -> None:
    """Sets a value of the `meta` table."""
    connection.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, value),
    )
