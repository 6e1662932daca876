"""Somebody at their desk: decides commands by what they see, and sends them to the server."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import psycopg

from core.catalog import Catalog
from core.changes import Change, Changeset, Row, to_json
from core.commands.base import Command, Context, changeset, load_needs
from core.ids import new_id
from core.schema import Record
from storage.postgres.apply import Applied, apply
from storage.postgres.codec import codec_of
from storage.postgres.load import Loaded, catalog
from tests.postgres.floor import Floor

R = TypeVar("R", bound=Record)
NOW = dt.datetime(2026, 3, 3, 10, 0, tzinfo=dt.UTC)


@dataclass
class Decided:
    """A changeset, and what was seen when it was decided."""

    changeset: Changeset
    catalog: Catalog
    seen: Loaded


@dataclass
class Desk:
    """One person's connection."""

    floor: Floor
    login: str
    connection: psycopg.Connection[Any] = field(init=False)

    def __post_init__(self) -> None:
        self.connection = self.floor.connect(self.login)

    @property
    def catalog(self) -> Catalog:
        return catalog(self.connection)

    def decide(self, command: Command, now: dt.datetime = NOW) -> Decided:
        """What the command comes to by what there is to be seen at the moment."""
        setup = self.catalog
        seen = Loaded(self.connection, setup.organization.id)
        load_needs(command, seen, setup, seen.load)
        context = Context(setup, now)
        return Decided(changeset(command, command.decide(seen, context), context), setup, seen)

    def send(self, decided: Decided) -> Applied:
        """Sends what was decided before."""
        [applied] = apply(self.connection, [decided.changeset], catalog=decided.catalog, seen=decided.seen)
        return applied

    def run(self, command: Command) -> Applied:
        """Decides and sends."""
        return self.send(self.decide(command))

    def do(self, command: Command) -> Applied:
        """Decides and sends what must be fine."""
        applied = self.run(command)
        assert applied.status.value in ("ok", "merged"), applied.reason
        return applied

    def changes(self, *changes: Change, **more: Any) -> Changeset:
        """A changeset of one's own that no command has decided."""
        values: dict[str, Any] = {"command": "test", "summary": "Tested", "at": NOW} | more
        user = self.floor.user(self.login)
        return Changeset(
            id=new_id(), org_id=self.floor.org(_org(self.login)), user_id=user, changes=changes, **values
        )

    def put(self, *changes: Change, **more: Any) -> Applied:
        """Sends a changeset that no command has decided."""
        [applied] = apply(self.connection, [self.changes(*changes, **more)], catalog=self.catalog)
        return applied

    def raw(self, body: Mapping[str, Any] | Any) -> dict[str, Any]:
        """Sends whatever it is, and gives the answer as the server does."""
        from psycopg.types.json import Jsonb

        row = self.connection.execute("SELECT offhook.apply(%s)", (Jsonb([body]),)).fetchone()
        assert row is not None
        answer: dict[str, Any] = row[0][0]
        return answer

    def body(self, *changes: Change, **more: Any) -> dict[str, Any]:
        """A changeset of one's own as it travels."""
        return to_json(self.changes(*changes, **more))

    def find(self, record: type[R], record_id: str) -> R | None:
        """A record as this person sees it, deleted or not."""
        form = codec_of(record)
        row = self.connection.execute(
            f"SELECT {form.selected('t')} FROM {form.table} t WHERE id = %s", (record_id,)
        ).fetchone()
        return None if row is None else form.entity(row[0])

    def get(self, record: type[R], record_id: str) -> R:
        """A record that this person sees."""
        found = self.find(record, record_id)
        assert found is not None
        return found

    def row(self, record: type[Record], record_id: str) -> Row:
        """A record's fields, as this person sees it."""
        found = self.get(record, record_id)
        return {name: getattr(found, name) for name in codec_of(record).names}


def _org(login: str) -> str:
    from tests.postgres.floor import PEOPLE

    return PEOPLE[login].org
