"""Takes a batch of an import back, but for what people have worked with since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from core.catalog import Catalog
from core.changes import TOLD_KINDS, Change, get_path, same_value
from core.commands.base import (
    SUBJECTS,
    Command,
    Context,
    Decision,
    Get,
    GetChangeset,
    Need,
    Seen,
    Where,
    changes_nothing,
    delete,
    insert,
    title_of,
    update,
)
from core.commands.tell import edit_entry, label_of
from core.commands.undo import HELD_BY
from core.entities import RECORDS, Activity
from core.errors import NotFound, Refused
from core.imports.ids import taken_back_id
from core.permissions import require_can_change
from core.schema import Kind, Record, Role, fields_of

_ABOUT = {"companies": "company_id", "contacts": "contact_id", "deals": "deal_id"}
_UNASKED = frozenset({"id", "position", "deleted_at"})
"""What may be another since the import without anybody having worked with the record."""
_ENTRIES = 1_000


@dataclass(frozen=True, kw_only=True)
class UndoBatch(Command):
    """Takes back what an import has written in one of its batches.

    What it made is deleted, what it changed is put back; what people have edited, logged or planned since stays, each with
    a sentence. Stages, pipelines and fields that were made for it stay.

    Attributes:
        import_id: the import.
        batch: the id of the batch's changeset.
        kept: filled when it is decided: what stays, and why, in a sentence each.
    """

    NAME: ClassVar[str] = "undo_batch"
    MANY: ClassVar[bool] = True
    import_id: str
    batch: str
    kept: list[str] = field(default_factory=list, compare=False)

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return [GetChangeset(self.batch)]

    def also_needs(self, seen: Seen, catalog: Catalog) -> Sequence[Need]:
        done, _ = seen.changeset(self.batch)
        needs: list[Need] = []
        most = len(done.changes) + 1
        for change in done.changes:
            if change.table == "activities":
                if change.set["kind"] in TOLD_KINDS:
                    needs.append(Where("activities", {"revises": change.id}, limit=1))
                continue
            needs.append(Get(change.table, change.id))
            if change.insert:
                needs += [
                    Where(child, {link: change.id}, most) for child, link in HELD_BY.get(change.table, ())
                ]
                if change.table in _ABOUT:
                    needs.append(_entries(change))
        return needs

    def decide(self, seen: Seen, context: Context) -> Decision:
        require_can_change(context.catalog)
        done, undone_by = seen.changeset(self.batch)
        self.kept.clear()
        if done.user_id != context.catalog.me.id:
            raise Refused(f"{context.catalog.user_name(done.user_id)} did that; only they can take it back.")
        if undone_by is not None:
            return Decision(f"Taken back already: {done.summary}", ())
        taking = _Taking(seen, context, {change.id for change in done.changes if change.insert})
        for change in reversed(done.changes):
            if change.table == "activities":
                taking.entry(change)
            elif change.insert:
                taking.made(change)
            else:
                taking.edited(change)
        self.kept.extend(taking.kept)
        if not taking.changes:
            return Decision(f"Nothing to take back: {done.summary}", ())
        return Decision(f"Took back: {done.summary}", tuple(taking.changes), "import.undone", undoes=done.id)


def _entries(change: Change) -> Where:
    """The entries about a record as they stand."""
    values = {_ABOUT[change.table]: change.id, "superseded": False, "retracted": False}
    return Where("activities", values, _ENTRIES)


class _Taking:
    """Gathers what is taken back."""

    def __init__(self, seen: Seen, context: Context, made: set[str]) -> None:
        self._seen = seen
        self._context = context
        self._made = made
        self._going: set[str] = set()
        self._turned: set[tuple[str, str]] = set()
        self.changes: list[Change] = []
        self.kept: list[str] = []

    def entry(self, change: Change) -> None:
        """Retracts what the import has put into a timeline; what it told of its own edits stays."""
        if change.set["kind"] not in TOLD_KINDS:
            return
        if self._seen.where(Activity, revises=change.id):
            self._keep(change.set["subject"] or change.set["kind"], "it was edited since")
            return
        values = {**change.set, "retracted": True, "revises": change.id}
        revision = insert(Activity, taken_back_id(change.id), values, revised={"retracted": False})
        self.changes.append(revision)

    def made(self, change: Change) -> None:
        """Deletes what the import has made, if nobody has worked with it."""
        try:
            record: Any = self._seen.get(RECORDS[change.table], change.id)
        except NotFound:
            return
        why = self._why_kept(record, change)
        if why:
            self._keep(title_of(record), why)
            return
        self._going.add(record.id)
        self.changes.append(delete(record, self._context.now, relies_on=_written(type(record))))

    def _why_kept(self, record: Any, change: Change) -> str:
        catalog = self._context.catalog
        if record.book_id not in catalog.writable_books:
            return f"it belongs to {catalog.owner_name(record.book_id)} by now"
        edited = [name for name in _written(type(record)) if not self._says_still(record, name, change)]
        if edited:
            return self._edited_by(record, edited)
        for child, link in HELD_BY.get(change.table, ()):
            for one in self._seen.where(RECORDS[child], **{link: record.id}):
                if one.id not in self._going and (one.id, link) not in self._turned:
                    return f"the {one.LABEL} {_called(one)} belongs to it"
        if change.table in _ABOUT:
            need = _entries(change)
            for entry in self._seen.where(Activity, **need.values):
                if (
                    entry.kind in TOLD_KINDS
                    and entry.id not in self._made
                    and entry.revises not in self._made
                ):
                    who = catalog.user_name(entry.user_id)
                    return f"{_AN[entry.kind]} was logged by {who}"
        return ""

    def _says_still(self, record: Any, name: str, change: Change) -> bool:
        held = getattr(record, name)
        return same_value(held, change.set.get(name, held))

    def edited(self, change: Change) -> None:
        """Puts back the values that the import has set and that are there as it has set them."""
        try:
            record: Any = self._seen.get(RECORDS[change.table], change.id)
        except NotFound:
            return
        catalog = self._context.catalog
        if record.book_id not in catalog.writable_books:
            self._keep(title_of(record), f"it belongs to {catalog.owner_name(record.book_id)} by now")
            return
        back, edited = _put_back(record, change)
        if edited:
            self._keep(title_of(record), self._edited_by(record, edited))
        undo = update(record, back)
        if changes_nothing(undo):
            return
        self._turned |= {(record.id, name) for name in undo.set}
        self.changes.append(undo)
        if change.table in SUBJECTS:
            entry = edit_entry(self._context, record, undo)
            said = {**entry.set, "subject": f"Import taken back: {entry.set['subject']}"[:_LINE]}
            self.changes.append(replace(entry, set=said))

    def _edited_by(self, record: Any, names: Sequence[str]) -> str:
        catalog = self._context.catalog
        labels = [label_of(record.TABLE, name, catalog).lower() for name in names]
        if "book_id" in names:
            return f"it was handed over to {catalog.owner_name(record.book_id)}"
        some = ", ".join(labels[:3]) + (f" and {len(labels) - 3} more" if len(labels) > 3 else "")
        return (
            f"{some} {'was' if len(labels) == 1 else 'were'} edited by {catalog.user_name(record.updated_by)}"
        )

    def _keep(self, what: str, why: str) -> None:
        self.kept.append(f"{what}: {why}")


_AN = {"call": "a call", "email": "an e-mail", "meeting": "a meeting", "note": "a note"}
_LINE = 300


def _put_back(record: Record, change: Change) -> tuple[dict[str, Any], list[str]]:
    """The values that return, and the fields that people have edited since."""
    row = {name: getattr(record, name) for name in fields_of(type(record))}
    specs = fields_of(type(record))
    back: dict[str, Any] = {}
    edited: list[str] = []
    for name, new in change.set.items():
        if specs[name.partition(".")[0]].kind is Kind.SET:
            back[name] = _without(row[name], new, change.base[name])
        elif same_value(get_path(row, name), new):
            back[name] = change.base[name]
        else:
            edited.append(name)
    for group in type(record).MERGE_GROUPS:
        if group.intersection(edited):
            # Of what only makes sense together, all stays or all returns.
            back = {name: value for name, value in back.items() if name not in group}
    for name in {*change.add, *change.remove}:
        held = tuple(item for item in row[name] if item not in change.add.get(name, ()))
        back[name] = (*held, *(item for item in change.remove.get(name, ()) if item not in held))
    return back, edited


def _without(held: Sequence[Any], set_to: Sequence[Any], was: Sequence[Any]) -> tuple[Any, ...]:
    """A list without what the import has put into it."""
    added = [item for item in set_to if item not in was]
    kept = [item for item in held if item not in added]
    return tuple(was) if same_value(kept, was) else tuple(kept)


def _written(record: type[Record]) -> tuple[str, ...]:
    return tuple(
        name for name, spec in fields_of(record).items() if spec.role is Role.DATA and name not in _UNASKED
    )


def _called(record: Record) -> str:
    return str(getattr(record, "subject", "")) or title_of(record)
