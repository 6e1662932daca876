"""Commands by which files are brought in, batch by batch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, ClassVar

from core.catalog import Catalog
from core.changes import TOLD_KINDS, Change
from core.commands.base import (
    Command,
    Context,
    Decision,
    Get,
    Need,
    Seen,
    changes_nothing,
    effective,
    insert,
    title_of,
    told,
    update,
)
from core.commands.tell import edit_entry
from core.entities import RECORDS, Deal, Import
from core.errors import Invalid, Refused
from core.imports.shapes import Entity
from core.money import MAX_MINOR
from core.permissions import require_import, require_role, require_write
from core.pipelines import require_move
from core.schema import LINE_LIMIT, Kind, Role, fields_of
from core.text import clean_line

_IDENTITY = ("first_name", "last_name", "emails", "phones")
_CLOCK_SKEW = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Added:
    """A record that is to be new.

    Attributes:
        table: companies, contacts, deals, activities or tasks.
        id: its id.
        values: all that is known of it, cleaned; `custom.KEY` for custom fields.
    """

    table: Entity
    id: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Edited:
    """A record that is there, and gets values.

    Attributes:
        table: companies, contacts or deals.
        id: its id.
        values: the new values by field; lists whole.
        expected: for each of them the value that was there when this was decided.
    """

    table: Entity
    id: str
    values: Mapping[str, Any]
    expected: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ImportRows(Command):
    """Brings a batch of rows in, all of it or nothing.

    Entries of the timeline tell of edits. New records have none that say that they are new: of a hundred thousand of
    them that would be half of the work, and the history knows.

    Attributes:
        import_id: the import.
        file: the file's name, for people.
        first, last: the rows.
        added: new records, those that others point to first.
        edited: what changes in those that are there.
        linked: the (table, id) of records that rows point to and that were there before the import.
        names: what records are called that fields point to, by id, for the timeline.
    """

    NAME: ClassVar[str] = "import_rows"
    MANY: ClassVar[bool] = True
    import_id: str
    file: str
    first: int
    last: int
    added: tuple[Added, ...] = ()
    edited: tuple[Edited, ...] = ()
    linked: tuple[tuple[str, str], ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return [*(Get(one.table, one.id) for one in self.edited), *(Get(*link) for link in self.linked)]

    def decide(self, seen: Seen, context: Context) -> Decision:
        require_import(context.catalog)
        if not (self.added or self.edited):
            raise Refused("There is nothing to bring in.")
        for table, record_id in self.linked:
            seen.get(RECORDS[table], record_id)
        changes = list(_inserts(self.added, context))
        for one in self.edited:
            changes += self._edit(seen, context, one)
        parts = [("new", len(self.added)), ("updated", len(self.edited))]
        what = ", ".join(f"{number:,} {word}" for word, number in parts if number)
        rows = f"row {self.first:,}" if self.first == self.last else f"rows {self.first:,}–{self.last:,}"
        return Decision(f"Imported {rows} of {self.file}: {what}", tuple(changes), "imported")

    def _edit(self, seen: Seen, context: Context, one: Edited) -> Iterator[Change]:
        record: Any = seen.get(RECORDS[one.table], one.id)
        require_write(context.catalog, record.book_id, title_of(record))
        check_values(one.table, one.values)
        values = dict(one.values)
        if values.get("stage_id", getattr(record, "stage_id", None)) != getattr(record, "stage_id", None):
            values.setdefault("stage_since", context.now)
        change = update(record, values, one.expected)
        if changes_nothing(change):
            return
        yield change
        if one.table == "tasks":
            return
        moves = one.table == "deals" and "stage_id" in change.set
        if moves:
            check_deal({name: change.set.get(name, getattr(record, name)) for name in _DEAL}, context.catalog)
            yield _moved(context, record, change)
        # What somebody is found by the next time is nothing for people to read.
        shown = {n: v for n, v in change.add.items() if n != "external_ids" or not all(map(_is_mark, v))}
        kept = {n: v for n, v in change.set.items() if not (moves and n in _MOVED)}
        rest = replace(change, set=kept, add=shown)
        if not changes_nothing(rest):
            yield _by_import(edit_entry(context, record, rest, self.names), self.import_id, self.file)


def _is_mark(external_id: str) -> bool:
    return external_id.startswith("called>")


_MOVED = frozenset({"pipeline_id", "stage_id", "outcome", "lost_reason", "closed_at", "stage_since"})
_DEAL = ("title", "pipeline_id", "stage_id", "outcome", "closed_at", "value_minor")


def _inserts(added: Sequence[Added], context: Context) -> Iterator[Change]:
    catalog = context.catalog
    allowed: set[str] = set()
    for one in added:
        values = one.values
        book_id = values["book_id"]
        if book_id not in allowed:
            require_write(catalog, book_id, f"The new {RECORDS[one.table].LABEL}")
            allowed.add(book_id)
        check_values(one.table, values)
        match one.table:
            case "contacts":
                if not any(values.get(name) for name in _IDENTITY):
                    raise Invalid({"first_name": "A contact needs a name, an e-mail or a phone number."})
            case "companies":
                if not values.get("name"):
                    raise Invalid({"name": "A company needs a name."})
            case "deals":
                check_deal(values, catalog)
            case "activities":
                _check_entry(values, context)
            case "tasks":
                if not values.get("subject"):
                    raise Invalid({"subject": "What is to be done?"})
        yield insert(RECORDS[one.table], one.id, values)


@cache
def _limits(table: str) -> Mapping[str, int]:
    return {
        name: spec.limit
        for name, spec in fields_of(RECORDS[table]).items()
        if spec.role is Role.DATA and spec.kind in (Kind.LINE, Kind.TEXT)
    }


def check_values(table: str, values: Mapping[str, Any]) -> None:
    """What a value that was cleaned before can still be: too long for its field.

    Raises:
        Invalid: it is.
    """
    limits = _limits(table)
    for name, value in values.items():
        if type(value) is str and name in limits and len(value) > limits[name]:
            label = fields_of(RECORDS[table])[name].label
            sentence = f"{label} has {len(value):,} characters; the most is {limits[name]:,}."
            raise Invalid({name: sentence})


def check_deal(values: Mapping[str, Any], catalog: Catalog) -> None:
    """Where a deal lies, and what that says of it.

    Raises:
        Invalid, Refused: it does not fit together.
        NotFound: the stage is not there any more.
    """
    if not values.get("title"):
        raise Invalid({"title": "A deal needs a title."})
    value = values.get("value_minor")
    if value is not None and not 0 <= value <= MAX_MINOR:
        raise Invalid({"value_minor": "The value must be zero or more, and at most about 90 trillion."})
    stage = catalog.stage(values["stage_id"])
    if stage.pipeline_id != values["pipeline_id"]:
        raise Refused(f"{stage.name} is a stage of another pipeline.")
    outcome = values["outcome"]
    if stage.kind != ("lost" if outcome == "abandoned" else outcome):
        raise Refused(f"A deal in {stage.name} is {stage.kind}; it cannot be {outcome}.")
    if (outcome == "open") != (values.get("closed_at") is None):
        raise Refused("A closed deal has the time when it was closed, an open one has none.")


def _check_entry(values: Mapping[str, Any], context: Context) -> None:
    if values["kind"] not in TOLD_KINDS:
        raise Refused("What is brought into a timeline is a call, an e-mail, a meeting or a note.")
    if values["occurred_at"] > context.now + _CLOCK_SKEW:
        sentence = "That is in the future. Make it a task, or log it when it has happened."
        raise Invalid({"occurred_at": sentence})


@dataclass(frozen=True, kw_only=True)
class BeginImport(Command):
    """Says that an import is under way, so that others see it.

    Attributes:
        import_id: its id.
        name: the names of the files.
        source: the system that they come from.
        changes: what of the set-up it needs and makes: pipelines, stages, fields.
    """

    NAME: ClassVar[str] = "begin_import"
    import_id: str
    name: str
    source: str
    changes: tuple[Change, ...] = ()

    def decide(self, seen: Seen, context: Context) -> Decision:
        catalog = context.catalog
        require_import(catalog)
        if self.changes:
            require_role(catalog, "admin", "manager")
        values = {
            "name": clean_line(self.name)[:LINE_LIMIT],
            "source": self.source,
            "user_id": catalog.me.id,
            "state": "running",
            "started_at": context.now,
        }
        begun = insert(Import, self.import_id, values)
        return Decision(f"Began to import {values['name']}", (*self.changes, begun), "import.begun")


@dataclass(frozen=True, kw_only=True)
class EndImport(Command):
    """Says what came of an import.

    Attributes:
        import_id: its id.
        state: done, stopped or undone.
        counts: rows, imported, updated, unchanged, skipped, refused; nothing where they stay.
        mapping: what its columns were taken for, to be proposed next time.
    """

    NAME: ClassVar[str] = "end_import"
    import_id: str
    state: str
    counts: Mapping[str, int] = field(default_factory=dict)
    mapping: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return [Get("imports", self.import_id)]

    def decide(self, seen: Seen, context: Context) -> Decision:
        begun = seen.get(Import, self.import_id)
        if begun.user_id != context.catalog.me.id:
            raise Refused(
                f"{context.catalog.user_name(begun.user_id)} did that import; only they can end it."
            )
        values: dict[str, Any] = {"state": self.state, "ended_at": context.now, **self.counts}
        if self.mapping:
            values["mapping"] = {key: dict(value) for key, value in self.mapping.items()}
        words = {"done": "Imported", "stopped": "Stopped importing", "undone": "Took back the import of"}
        change = update(begun, values)
        return Decision(f"{words[self.state]} {begun.name}", effective(change), f"import.{self.state}")


def _moved(context: Context, deal: Deal, change: Change) -> Change:
    """The entry that tells of a deal that the import moves, as `core.commands.deals.MoveDeal` tells of one.

    Raises:
        Refused: no way leads there.
    """
    catalog = context.catalog
    origin, target = catalog.stage(deal.stage_id), catalog.stage(change.set["stage_id"])
    outcome = change.set.get("outcome", deal.outcome)
    if catalog.me.role != "admin":
        require_move(catalog, origin, target)
    return told(
        context, kind="stage_change", subject=f"{origin.name} → {target.name}", book_id=deal.book_id,
        body=change.set.get("lost_reason", ""), deal_id=deal.id, contact_id=deal.contact_id,
        company_id=deal.company_id,
        data={
            "from": origin.id, "from_name": origin.name, "to": target.id, "to_name": target.name,
            "from_outcome": deal.outcome, "outcome": outcome, "reason": change.set.get("lost_reason", ""),
            "seconds": max(0, int((context.now - deal.stage_since).total_seconds())),
        },
    )  # fmt: skip


def _by_import(entry: Change, import_id: str, file: str) -> Change:
    said = {**entry.set}
    said["body"] = "\n".join(filter(None, [said["body"], f"By the import of {file}"]))
    said["data"] = {**said["data"], "import": import_id}
    return replace(entry, set=said)
