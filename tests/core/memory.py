"""A workspace in plain dictionaries: the rules of core and nothing else.

It does what a store has to do with a command (load what it needs, decide, merge, keep the history) in the plainest way
there is, so that what these tests say of core holds of core alone.
"""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, field
from typing import Any

from core.catalog import Catalog, by_position
from core.changes import (
    TOLD_KINDS,
    Answer,
    Changeset,
    Merge,
    Row,
    Status,
    from_json,
    is_gone,
    merge,
    to_json,
)
from core.commands.base import Command, Context, Get, GetChangeset, Where, changeset, load_needs
from core.commands.undo import Undo
from core.entities import (
    RECORDS,
    Book,
    CallingRule,
    CustomField,
    Import,
    Membership,
    Outcome,
    Pipeline,
    Script,
    Share,
    SmartView,
    Stage,
    Team,
    User,
)
from core.errors import NotFound
from core.schema import Kind, Role, fields_of
from core.text import fold

START = dt.datetime(2026, 11, 18, 9, 30, tzinfo=dt.UTC)


@dataclass
class Store:
    """What everybody's workspaces have in common: rows by table and id, the history, and a clock that tests turn."""

    org_id: str = ""
    rows: dict[str, dict[str, Row]] = field(default_factory=lambda: {table: {} for table in RECORDS})
    history: dict[str, Changeset] = field(default_factory=dict)
    undone: dict[str, str] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    now: dt.datetime = START

    def live(self, record: Any) -> list[Any]:
        return [record(**row) for row in self.rows[record.TABLE].values() if row["deleted_at"] is None]

    def get(self, record: Any, record_id: str) -> Any:
        """A record, deleted or not."""
        return record(**self.rows[record.TABLE][record_id])


class Loaded:
    """Answers nothing but what was asked for: a command that forgets a need fails here."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.asked: list[Any] = []

    def get(self, record: Any, record_id: str) -> Any:
        if Get(record.TABLE, record_id) not in self.asked:
            raise KeyError(f"{record.TABLE} {record_id} was not needed")
        row = self.store.rows[record.TABLE].get(record_id)
        if row is None or row["deleted_at"] is not None:
            raise NotFound(f"That {record.LABEL} is not there.")
        return record(**row)

    def where(self, record: Any, **values: Any) -> list[Any]:
        need = next(
            (n for n in self.asked if isinstance(n, Where) and (n.table, n.values) == (record.TABLE, values)),
            None,
        )
        if need is None:
            raise KeyError(f"{record.TABLE} where {values} was not needed")
        found = (
            one
            for one in self.store.live(record)
            if all(getattr(one, name) == value for name, value in values.items())
        )
        return list(itertools.islice(found, need.limit))

    def changeset(self, changeset_id: str) -> tuple[Changeset, str | None]:
        if GetChangeset(changeset_id) not in self.asked:
            raise KeyError(changeset_id)
        if changeset_id not in self.store.history:
            raise NotFound("That change is not in the history.")
        return self.store.history[changeset_id], self.store.undone.get(changeset_id)


@dataclass
class Memory:
    """A user's workspace over a store."""

    store: Store
    user_id: str

    def catalog(self) -> Catalog:
        store = self.store
        views = [v for v in store.live(SmartView) if v.shared or v.user_id == self.user_id]
        return Catalog(
            me=store.get(User, self.user_id),
            organization=store.get(RECORDS["organizations"], store.org_id),
            teams=tuple(store.live(Team)),
            users=tuple(store.live(User)),
            memberships=tuple(store.live(Membership)),
            books=tuple(store.live(Book)),
            shares=tuple(store.live(Share)),
            pipelines=by_position(store.live(Pipeline)),
            stages=by_position(store.live(Stage)),
            custom_fields=by_position(store.live(CustomField)),
            smart_views=by_position(views),
            outcomes=by_position(store.live(Outcome)),
            scripts=by_position(s for s in store.live(Script) if s.shared or s.user_id == self.user_id),
            calling_rules=tuple(store.live(CallingRule)),
            imports=tuple(sorted(store.live(Import), key=lambda one: (one.started_at, one.id), reverse=True)),
        )

    def decide(self, command: Command) -> Changeset:
        """What the command comes to, not applied yet: as on a laptop without a network."""
        catalog, seen = self.catalog(), Loaded(self.store)
        load_needs(command, seen, catalog, seen.asked.extend)
        context = Context(catalog, self.store.now)
        return changeset(command, command.decide(seen, context), context)

    def execute(self, command: Command) -> Answer:
        if command.id in self.store.answers:
            return self.store.answers[command.id]
        answer = self.apply(self.decide(command))
        self.store.answers[command.id] = answer
        return answer

    def run(self, command: Command) -> Changeset:
        """Executes a command that must take effect."""
        answer = self.execute(command)
        assert answer.applied, (answer.status, answer.conflicts)
        assert answer.changeset is not None
        return answer.changeset

    def undo(self, done: Changeset) -> Changeset:
        return self.run(Undo(changeset_id=done.id))

    def apply(self, done: Changeset) -> Answer:
        """Applies a changeset whole or not at all, as it comes out of its JSON."""
        done = from_json(to_json(done))
        rows: dict[tuple[str, str], Row] = {}
        merges: list[Merge] = []
        for change in done.changes:
            key = (change.table, change.id)
            held = rows.get(key) or self.store.rows[change.table].get(change.id)
            if change.insert:
                assert held is None, f"{key} is there already"
                rows[key] = self._blank(change.table) | change.set
                continue
            if held is None or is_gone(held, change):
                return Answer(Status.GONE, done)
            merges.append(merge(held, change))
            rows[key] = held | merges[-1].write
        conflicts = tuple(conflict for each in merges for conflict in each.conflicts)
        if conflicts:
            return Answer(Status.CONFLICT, done, conflicts=conflicts)
        for (table, record_id), row in rows.items():
            row |= {"version": row["version"] + 1, "updated_at": self.store.now, "updated_by": done.user_id}
            if table == "companies":
                row["sort_key"] = fold(row["name"])
            if table == "activities" and row["revises"]:
                self.store.rows[table][row["revises"]]["superseded"] = True
            self.store.rows[table][record_id] = row
        self.store.history[done.id] = done
        if done.undoes:
            self.store.undone[done.undoes] = done.id
        return Answer(Status.MERGED if any(m.merged for m in merges) else Status.OK, done)

    def _blank(self, table: str) -> Row:
        row: Row = {
            name: None if spec.nullable else {Kind.BOOL: False, Kind.INT: 0}.get(spec.kind, "")
            for name, spec in fields_of(RECORDS[table]).items()
            if spec.role is not Role.DATA
        }
        return row | {"org_id": self.store.org_id, "created_at": self.store.now}

    # --- what tests look at

    def get(self, record: Any, record_id: str) -> Any:
        return self.store.get(record, record_id)

    def timeline(self, **about: str) -> list[Any]:
        """The standing entries about something, the oldest first."""
        return [
            entry
            for entry in self.store.live(RECORDS["activities"])
            if not entry.superseded
            and not entry.retracted
            and all(getattr(entry, name) == value for name, value in about.items())
        ]

    def told(self, **about: str) -> list[str]:
        """What the timeline says, line by line."""
        return [entry.subject for entry in self.timeline(**about)]

    def everything(self) -> dict[str, Any]:
        """What users see of all live records, and what people have logged; for telling whether anything differs."""
        out: dict[str, Any] = {}
        for table, record in RECORDS.items():
            names = [name for name, spec in fields_of(record).items() if spec.role is Role.DATA]
            for one in self.store.live(record) if table != "activities" else ():
                values = {name: getattr(one, name) for name in names}
                # A set has no order; contact points do.
                for name in ("tags", "next_stage_ids"):
                    if name in values:
                        values[name] = sorted(values[name])
                out[f"{table} {one.id}"] = values
        hidden = ("id", "revises")
        said = [
            {
                name: getattr(entry, name)
                for name, spec in fields_of(type(entry)).items()
                if spec.role is Role.DATA and name not in hidden
            }
            for entry in self.timeline()
            if entry.kind in TOLD_KINDS
        ]
        out["said"] = sorted(said, key=repr)
        return out
