"""Deciding what waits for a person: the work is done again, against what is there now."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, ClassVar

from core.calling.follow_up import RETRY_PRIORITY
from core.catalog import Catalog
from core.changes import TOLD_KINDS, Change, Changeset, FieldConflict, same_value
from core.commands.base import (
    LOSS,
    SUBJECTS,
    Command,
    Context,
    Decision,
    Get,
    Need,
    R,
    Seen,
    Where,
    cleaned,
    title_of,
)
from core.commands.calls import LogCall, replanned
from core.commands.companies import EditCompany
from core.commands.contacts import DeleteContacts, EditContact
from core.commands.deals import DeleteDeals, EditDeal, MoveDeal, SwitchPipeline
from core.commands.import_undo import UndoBatch
from core.commands.imports import ImportRows
from core.commands.losses import losses, needs_names, unheard
from core.commands.records import Assign, Claim, TagRecords
from core.commands.tasks import EditTask
from core.commands.tell import label_of
from core.commands.undo import Undo
from core.conflicts import (
    MOVING,
    Choice,
    Edited,
    asked,
    choice_of,
    contested,
    decided_value,
    is_typed,
    key_of,
    offered_for,
    resolve,
)
from core.entities import RECORDS, Contact, Deal, Task
from core.errors import NotFound, Refused
from core.parked import Parked
from core.permissions import require_can_change, require_hand_over, require_write
from core.schema import Record, fields_of

_EDITS: Mapping[str, tuple[Any, str]] = {
    "contacts": (EditContact, "contact_id"),
    "deals": (EditDeal, "deal_id"),
    "companies": (EditCompany, "company_id"),
    "tasks": (EditTask, "task_id"),
}
_EACH = frozenset({TagRecords.NAME, Claim.NAME, Assign.NAME, DeleteContacts.NAME, DeleteDeals.NAME})
"""Commands that do the same to each of many records, where each stands by itself."""
_FROM_FILES = frozenset({ImportRows.NAME, UndoBatch.NAME})
"""Commands that do something else to each of many records, of which nothing was typed here."""
_EDIT = tuple(edit for edit, _ in _EDITS.values())
_ABOUT = {"deal_id": "deals", "contact_id": "contacts", "company_id": "companies"}
"""What an entry or a task is about, the nearest first."""
_RETOLD = frozenset({"edited", "stage_change"})
"""Entries that tell values: they are told anew, with those that were decided."""

Key = tuple[str, str]
"""A row: its table and id."""


@dataclass(frozen=True, kw_only=True)
class SendAgain(Command):
    """Does again what waits for a person, as they decided about each field.

    It expects what they were shown as *theirs*: whoever changes that meanwhile makes it a conflict again. What nobody
    else touched goes along as it was, notes and tasks too; a move goes by the rules from the stage that the deal is in
    now. A value that loses is told in the timeline, where everybody can read it.

    It may come to no change at all, where everything is theirs already; what waited is settled all the same.

    Attributes:
        parked: what waits.
        choices: what was decided about the `asked` ones of `core.conflicts.contested`, by `core.conflicts.key_of`.
            Where the work was refused, and nobody changed the same, what is left out is done as it was.
    """

    NAME: ClassVar[str] = "settle"
    parked: Parked
    choices: Mapping[str, Choice] = field(default_factory=dict)

    @property
    def settles(self) -> str:
        """The id of what waits."""
        return self.parked.id

    @property
    def _done(self) -> Changeset:
        return self.parked.changeset

    @property
    def _updates(self) -> list[Change]:
        return [change for change in self._done.changes if not change.insert]

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        needs: list[Need] = [Get(change.table, change.id) for change in self._done.changes]
        needs += [Get(*parent) for change in self._done.changes for parent in _parents(change)]
        if self._done.command == LogCall.NAME:
            inserts = [change.set for change in self._done.changes if change.insert]
            needs += [Get("contacts", values["contact_id"]) for values in inserts if values.get("contact_id")]
            needs += [
                Where("tasks", tried) for change in self._done.changes if (tried := _tried_again(change))
            ]
        needs += needs_names(contested(self.parked), self.choices)
        return needs + [need for command in self._commands() for need in command.needs(catalog)]

    def also_needs(self, seen: Seen, catalog: Catalog) -> Sequence[Need]:
        beside = _Beside(seen, self._new)
        needs: list[Need] = []
        for command in self._commands():
            # What is not there any more is told when it is decided.
            with suppress(NotFound):
                needs += command.also_needs(beside, catalog)
        return needs

    def decide(self, seen: Seen, context: Context) -> Decision:
        require_can_change(context.catalog)
        self._check_choices()
        if self.parked.kind == "duplicate" or (self._done.command == Undo.NAME and self.parked.conflicts):
            return Decision(self._summary(context.catalog), ())
        beside = _Beside(seen, self._new)
        changes: list[Change] = []
        events: list[str] = []
        fallen: set[Key] = set()
        gone: dict[Key, NotFound] = {}
        for change in self._updates:
            try:
                record = self._there(seen, change)
            except NotFound as error:
                if not self._spares(change):
                    raise
                gone[change.table, change.id] = error
                continue
            left = change
            for decided in self._again(change):
                again = _for_where_it_goes(decided, change, context.catalog)
                edits = isinstance(again, _EDIT)
                part = (_with_lists(again, change, record) if edits else again).decide(beside, context)
                left = _without_lists(change) if edits else left
                changes += self._as_told(part, again, change, beside, context)
                events.append(part.event)
            if _has_rest(left):
                rest = self._rest(left, record, context)
                if rest is None:
                    fallen.add((change.table, change.id))
                else:
                    changes.append(rest)
        fallen |= gone.keys()
        changes = [change for change in changes if not _falls(change, seen, fallen)]
        if self._done.command == LogCall.NAME:
            changes += replanned(self._done, gone, context)
        elif gone and not changes:
            raise next(iter(gone.values()))
        changes = [*self._added(seen, context.catalog, fallen), *changes]
        event = self._done.event if changes else ""
        if self.parked.conflicts:
            event = next(filter(None, events), event)
        changes += losses(self.parked, self._chosen(self.parked.conflicts), seen, context)
        summary = self._summary(context.catalog)
        if gone:
            summary = f"{summary}, without what is not there any more"
        return Decision(summary, tuple(changes), event, self._done.undoes)

    # --- what was decided -----------------------------------------------------------------------------------------

    def _check_choices(self) -> None:
        """Raises `ValueError` where something was not decided, or cannot be decided like that."""
        ways = offered_for(self.parked)
        for name, choice in self.choices.items():
            way = "edited" if isinstance(choice, Edited) else choice
            if way not in ways:
                raise ValueError(f"{name} cannot be decided as {way}")
        self._chosen(self.parked.conflicts)

    def _choice(self, conflict: FieldConflict) -> Choice:
        try:
            return choice_of(conflict, contested(self.parked), self.choices)
        except ValueError:
            if self.parked.conflicts:
                raise
            return "mine"

    def _chosen(self, conflicts: Sequence[FieldConflict]) -> dict[str, Choice]:
        """The decisions, by the names that they have among these conflicts."""
        return {key_of(conflict, conflicts): self._choice(conflict) for conflict in conflicts}

    # --- updates --------------------------------------------------------------------------------------------------

    def _commands(self) -> Iterator[Command]:
        for change in self._updates:
            yield from self._again(change)

    def _again(self, change: Change) -> Iterator[Command]:
        """The commands that do what was typed into a row, and the move of it, as it was decided."""
        if self._done.command == Undo.NAME:
            return
        own = [one for one in contested(self.parked) if (one.table, one.id) == (change.table, change.id)]
        for command, conflicts in _as_done(change, own):
            again = resolve(command, conflicts, self._chosen(conflicts)) if conflicts else command
            if again is not None:
                yield again

    def _as_told(
        self, part: Decision, again: Command, change: Change, beside: Seen, context: Context
    ) -> Iterator[Change]:
        """What doing a part again comes to, told once; and what was typed for it that has come to nothing."""
        yield from (one for one in part.changes if not self._tells_again(one, change))
        if isinstance(again, MoveDeal) and not part.changes:
            yield from unheard(beside.get(Deal, again.deal_id), again.reason, context)

    def _tells_again(self, told: Change, change: Change) -> bool:
        """Whether an entry would tell what the call tells: what it did to a row is told by itself where it was contested."""
        if self._done.command != LogCall.NAME or told.table != "activities" or told.set["kind"] != "edited":
            return False
        own = [one for one in contested(self.parked) if (one.table, one.id) == (change.table, change.id)]
        return not self.parked.conflicts and all(self._choice(one) == "mine" for one in own)

    def _rest(self, change: Change, record: Record, context: Context) -> Change | None:
        """The part of an update that no form has: taken, ticked off, deleted, tagged, set up. None where it falls."""
        if self._done.command == Undo.NAME:
            return change
        values = {name: change.set[name] for name in change.set if not _redone(change, name)}
        base = {name: value for name, value in change.base.items() if not _redone(change, name)}
        for conflict in self.parked.conflicts:
            name = conflict.field
            if (conflict.table, conflict.id) != (change.table, change.id) or _redone(change, name):
                continue
            choice = self._choice(conflict)
            base[name] = conflict.theirs
            if name not in values and choice != "mine":
                # It relied on what is different now.
                return None
            if name in values:
                values[name] = decided_value(conflict, choice)
                if same_value(values[name], conflict.theirs):
                    del values[name]
        if not values and not change.add and not change.remove:
            return None
        book_id = getattr(record, "book_id", "")
        if change.table in SUBJECTS:
            require_write(context.catalog, book_id, title_of(record))
            if "book_id" in values:
                require_hand_over(context.catalog, book_id, title_of(record))
        return dataclasses.replace(change, set=values, base=base)

    def _spares(self, change: Change) -> bool:
        """Whether the rest is not kept waiting by a row that is gone: one of many, with nothing typed into it here.

        A call to somebody who is there is not held up by anything that was to follow from it.
        """
        if self._done.command == LogCall.NAME:
            return change.table != "contacts"
        if self._done.command in _FROM_FILES:
            return True
        return self._done.command in _EACH and not any(_redone(change, name) for name in change.set)

    def _there(self, seen: Seen, change: Change) -> Record:
        try:
            return seen.get(RECORDS[change.table], change.id)
        except NotFound:
            label, who = RECORDS[change.table].LABEL, self.parked.taken_by
            raise NotFound(
                f"The {label} that this changes is not there any more, or out of your sight."
                + (f" {who} has it now." if who else "")
            ) from None

    # --- new rows -------------------------------------------------------------------------------------------------

    @property
    def _new(self) -> dict[Key, Change]:
        """The new records."""
        return {
            (change.table, change.id): change
            for change in self._done.changes
            if change.insert and change.table != "activities"
        }

    def _added(self, seen: Seen, catalog: Catalog, fallen: set[Key]) -> Iterator[Change]:
        """The new rows, without entries that would tell what is not so."""
        retold = {(change.table, change.id) for change in self._updates if self._done.command != Undo.NAME}
        for change in self._done.changes:
            if not change.insert or _is_there(seen, change):
                continue
            tried = _tried_again(change) if self._done.command == LogCall.NAME else None
            if tried and any(task.priority == RETRY_PRIORITY for task in seen.where(Task, **tried)):
                # Another call has planned it while this one waited.
                continue
            if change.table == "activities" and change.set["kind"] not in TOLD_KINDS:
                kind, about = change.set["kind"], _about(change.set)
                if kind == LOSS and any((one.table, one.id) == about for one in self.parked.conflicts):
                    # What was decided before, and came to nothing: it is decided anew.
                    continue
                ticked = ("tasks", change.set["data"].get("task_id", ""))
                if (kind in _RETOLD and about in retold) or about in fallen or ticked in fallen:
                    continue
            corrected = self._corrected(change, catalog)
            if self._done.command == LogCall.NAME:
                corrected = _without_lost_deal(corrected, seen)
            for table, record_id in _parents(corrected):
                if (table, record_id) not in self._new:
                    _require_parent(seen, table, record_id, RECORDS[change.table].LABEL)
            yield corrected

    def _corrected(self, change: Change, catalog: Catalog) -> Change:
        """A new row with what was typed in place of refused values."""
        values: dict[str, Any] = {}
        for conflict in contested(self.parked):
            choice = self._choice(conflict)
            if (conflict.table, conflict.id) == (change.table, change.id) and choice != "mine":
                values[conflict.field] = decided_value(conflict, choice)
        row = {**change.set, **cleaned(RECORDS[change.table], values)}
        if change.table == "deals":
            if row["stage_id"] not in catalog.stage_by_id:
                raise Refused(
                    "The stage that this deal was put into is not there any more. Choose another one."
                )
            row["pipeline_id"] = catalog.stage(row["stage_id"]).pipeline_id
        return dataclasses.replace(change, set=row)

    # --- words ----------------------------------------------------------------------------------------------------

    def _summary(self, catalog: Catalog) -> str:
        if self.parked.kind == "duplicate":
            return f"Kept {self.parked.title} beside the other one"
        if not self.parked.conflicts:
            return self._done.summary
        decided = []
        for conflict in asked(self.parked.conflicts):
            choice = self._choice(conflict)
            label = label_of(conflict.table, conflict.field, catalog)
            decided.append(f"{label} {'edited' if isinstance(choice, Edited) else choice}")
        more = f" and {len(decided) - 3} more" if len(decided) > 3 else ""
        return f"Decided {self.parked.title}: {', '.join(decided[:3])}{more}"


# --- what a change is made of ------------------------------------------------------------------------------------------


def _moves(change: Change, name: str) -> bool:
    return change.table == "deals" and "stage_id" in change.set and name in MOVING


def _redone(change: Change, name: str) -> bool:
    """Whether a field of an update is done again by a command of its own: an edit or a move."""
    return _moves(change, name) or is_typed(change.table, name)


def _has_rest(change: Change) -> bool:
    return bool(change.add or change.remove) or any(not _redone(change, name) for name in change.set)


def _as_done(
    change: Change, contested: Sequence[FieldConflict]
) -> Iterator[tuple[Command, Sequence[FieldConflict]]]:
    """The move and the edit that an update came of, each with what is contested of it."""
    if "stage_id" in change.set and change.table == "deals":
        way = {
            "deal_id": change.id,
            "stage_id": change.set["stage_id"],
            "from_stage_id": change.base["stage_id"],
        }
        if "pipeline_id" in change.set:
            move: Command = SwitchPipeline(**way)
        else:
            reason, outcome = change.set.get("lost_reason", ""), change.set.get("outcome")
            move = MoveDeal(**way, reason=reason, abandoned=outcome == "abandoned")
        yield move, [one for one in contested if _moves(change, one.field)]
    values = {name: value for name, value in change.set.items() if is_typed(change.table, name)}
    typed = [one for one in contested if is_typed(change.table, one.field)]
    if values:
        edit, name = _EDITS[change.table]
        yield edit(**{name: change.id}, values=values, expected=change.base), typed


def _for_where_it_goes(again: Command, change: Change, catalog: Catalog) -> Command:
    """A move that was to lose the deal, and was decided to go elsewhere, does not say why it was to be lost."""
    if not isinstance(again, MoveDeal) or again.stage_id == change.set["stage_id"]:
        return again
    if catalog.stage(again.stage_id).kind == "lost":
        return again
    return dataclasses.replace(again, reason="", abandoned=False)


def _with_lists(edit: Any, change: Change, record: Record) -> Command:
    """The edit with what it adds to lists and takes out of them, so that it is told with the rest of it."""
    lists: dict[str, Any] = {}
    for name in {*change.add, *change.remove}:
        added, removed = change.add.get(name, ()), change.remove.get(name, ())
        held = [item for item in getattr(record, name) if item not in removed]
        lists[name] = (*held, *(item for item in added if item not in held))
    again: Command = dataclasses.replace(edit, values={**edit.values, **lists})
    return again


def _without_lists(change: Change) -> Change:
    return dataclasses.replace(change, add={}, remove={})


def _falls(change: Change, seen: Seen, fallen: set[Key]) -> bool:
    """Whether a task was deleted with a record that stays after all."""
    if change.table != "tasks" or "deleted_at" not in change.set or not fallen:
        return False
    task = seen.get(RECORDS["tasks"], change.id)
    return any((table, getattr(task, name)) in fallen for name, table in _ABOUT.items())


def _about(values: Mapping[str, Any]) -> Key:
    """The record that an entry or a task is about."""
    return next(((table, values[name]) for name, table in _ABOUT.items() if values.get(name)), ("", ""))


def _parents(change: Change) -> list[Key]:
    """The records that a new row cannot do without."""
    if not change.insert:
        return []
    if change.table == "activities" and change.set.get("revises"):
        return [("activities", change.set["revises"])]
    if change.table in ("activities", "tasks"):
        return [about for about in [_about(change.set)] if about[0]]
    refs = fields_of(RECORDS[change.table]).items()
    return [
        (spec.ref, change.set[name]) for name, spec in refs if spec.ref in SUBJECTS and change.set.get(name)
    ]


def _tried_again(change: Change) -> dict[str, Any] | None:
    """What the open tasks have in common of which a new one is one: to try again who was not reached. None: it is none."""
    values = change.set
    if not change.insert or change.table != "tasks" or values.get("priority") != RETRY_PRIORITY:
        return None
    return {name: values[name] for name in ("contact_id", "assignee_id", "kind", "done_at")}


def _without_lost_deal(change: Change, seen: Seen) -> Change:
    """An entry or task of a call about a contact alone, where the deal that it was about as well is not there any more."""
    deal_id, contact_id = change.set.get("deal_id"), change.set.get("contact_id")
    if change.table not in ("activities", "tasks") or not deal_id or not contact_id:
        return change
    with suppress(NotFound):
        seen.get(Deal, deal_id)
        return change
    with suppress(NotFound):
        book_id = seen.get(Contact, contact_id).book_id
        return dataclasses.replace(change, set={**change.set, "deal_id": None, "book_id": book_id})
    return change


def _require_parent(seen: Seen, table: str, record_id: str, label: str) -> None:
    try:
        seen.get(RECORDS[table], record_id)
    except NotFound:
        raise NotFound(
            f"The {RECORDS[table].LABEL} that this {label} belongs to is not there. If that waits here too, decide it first."
        ) from None


def _is_there(seen: Seen, change: Change) -> bool:
    with suppress(NotFound):
        seen.get(RECORDS[change.table], change.id)
        return True
    return False


class _Beside:
    """What was loaded, and the new rows beside it."""

    def __init__(self, seen: Seen, new: Mapping[Key, Change]) -> None:
        self._new = new
        self._get = seen.get
        self.where = seen.where
        self.changeset = seen.changeset

    def get(self, record: type[R], record_id: str) -> R:
        """The record, as it will be."""
        change = self._new.get((record.TABLE, record_id))
        if change is None:
            return self._get(record, record_id)
        return record(**{**dict.fromkeys(fields_of(record)), **change.set})
