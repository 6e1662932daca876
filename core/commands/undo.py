"""Undo: a new command that turns an earlier one round."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from core.catalog import Catalog
from core.changes import TOLD_KINDS, Change, Changeset, invert
from core.commands.activities import EDITABLE, ENTRY_NAMES
from core.commands.base import (
    LOSS,
    SUBJECTS,
    Command,
    Context,
    Decision,
    Get,
    GetChangeset,
    Need,
    Seen,
    Where,
    title_of,
    told,
)
from core.entities import RECORDS, Activity, Deal
from core.errors import NotFound, Refused
from core.permissions import may_hand_over, require_can_change
from core.schema import Record, fields_of

HELD_BY: Mapping[str, tuple[tuple[str, str], ...]] = {
    "companies": (("contacts", "company_id"), ("deals", "company_id"), ("tasks", "company_id")),
    "contacts": (("deals", "contact_id"), ("tasks", "contact_id")),
    "deals": (("tasks", "deal_id"),),
    "stages": (("deals", "stage_id"),),
    "pipelines": (("deals", "pipeline_id"), ("stages", "pipeline_id")),
    "books": (("companies", "book_id"), ("contacts", "book_id"), ("deals", "book_id")),
    "teams": (("pipelines", "team_id"),),
}
"""What would hang in the air if a record of the table went: (table, field that points to it)."""

Touched = Mapping[tuple[str, str], Change]
"""Changes by the table and id of their rows."""
IMPORTING = frozenset({"begin_import", "import_rows", "end_import", "undo_batch"})
"""The commands by which files come in, and go again."""
SAID = (*EDITABLE, "retracted")
"""What revisions of an entry differ in."""


@dataclass(frozen=True, kw_only=True)
class Undo(Command):
    """Takes a changeset back, as long as nobody has changed the same fields since. Undoing an undo is redo.

    The rules hold backwards as well: what others have come to need stays, and nothing returns to a place that is gone.
    """

    NAME: ClassVar[str] = "undo"
    changeset_id: str

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return [GetChangeset(self.changeset_id)]

    def also_needs(self, seen: Seen, catalog: Catalog) -> Sequence[Need]:
        done, _ = seen.changeset(self.changeset_id)
        needs: list[Need] = []
        for change in invert(done, new_id=str, at=done.at):
            if change.insert:
                chain = _revisions(seen, change.set["revises"])
                needs += [Where("activities", {"revises": entry}, limit=1) for entry in chain]
            elif _deletes(change):
                # One more than this changeset itself touches is enough to know that there are others.
                limit = len(done.changes) + 1
                children = HELD_BY.get(change.table, ())
                needs += [Where(child, {field: change.id}, limit) for child, field in children]
            else:
                if _changes_meaning(change):
                    needs.append(Where("deals", {"stage_id": change.id}, limit=1))
                needs += [Get(ref, to) for ref, to in _points_to(change) if ref in SUBJECTS]
                if _hands_back(change):
                    needs.append(Get(change.table, change.id))
        return needs

    def decide(self, seen: Seen, context: Context) -> Decision:
        require_can_change(context.catalog)
        done, undone_by = seen.changeset(self.changeset_id)
        if undone_by is not None:
            raise Refused(f"That was taken back already: {done.summary}")
        if done.user_id != context.catalog.me.id:
            raise Refused(f"{context.catalog.user_name(done.user_id)} did that; only they can undo it.")
        if done.command == "founding":
            raise Refused("That is how this workspace began; it cannot be taken back.")
        if done.command in IMPORTING:
            raise Refused(
                "That is part of an import. Take the import back as a whole, in the list of imports."
            )
        changes = _without_kept(seen, done, invert(done, new_id=context.new_id, at=context.now))
        if not changes:
            raise Refused(f"There is nothing to take back: {done.summary}")
        changes = tuple(_of_latest(seen, change) if change.insert else change for change in changes)
        _refuse_what_is_anothers(seen, done, context.catalog, changes)
        _refuse_what_hangs(seen, done, changes)
        _refuse_what_is_gone(seen, context, changes)
        again = done.event == "undone"
        word = "Redid" if again else "Undid"
        return Decision(
            f"{word}: {_bare(done.summary)}",
            (*changes, *_counter_entries(context, done, word)),
            "redone" if again else "undone",
            undoes=done.id,
        )


def _deletes(change: Change) -> bool:
    return change.set.get("deleted_at") is not None


def _changes_meaning(change: Change) -> bool:
    return change.table == "stages" and "kind" in change.set


def _hands_back(change: Change) -> bool:
    return change.table in SUBJECTS and not change.insert and "book_id" in change.set


def _points_to(change: Change) -> Iterator[tuple[str, str]]:
    """The (table, id) of what the row points to once the update is applied, as far as that may have gone meanwhile."""
    restores = "deleted_at" in change.set
    values = {**change.base, **change.set} if restores else change.set
    for name, spec in fields_of(RECORDS[change.table]).items():
        if spec.ref and values.get(name):
            yield spec.ref, values[name]


def _without_kept(seen: Seen, done: Changeset, changes: Sequence[Change]) -> tuple[Change, ...]:
    """The changes but for what came about by the way and stays.

    That is companies that others use by now, and the book that a record was put into when it was shared: its holders
    may have come to keep more in it, and the next record that they share lies there, too.
    """
    touched = _by_row(changes)
    shared = done.command == "share_record"

    def stays(change: Change) -> bool:
        if change.table == "companies" and done.command != "create_company":
            return _deletes(change) and bool(_hanging(seen, touched, change))
        return shared and change.table in ("books", "shares")

    return tuple(change for change in changes if not stays(change))


def _by_row(changes: Sequence[Change]) -> Touched:
    return {(change.table, change.id): change for change in changes}


def _hanging(seen: Seen, touched: Touched, leaving: Change) -> list[Record]:
    """The records that point to the row that leaves, and neither leave with it nor turn elsewhere."""
    out: list[Record] = []
    for child, field in HELD_BY.get(leaving.table, ()):
        for record in seen.where(RECORDS[child], **{field: leaving.id}):
            change = touched.get((child, record.id))
            goes = change is not None and (_deletes(change) or field in change.set)
            if not goes and getattr(record, "done_at", None) is None:
                out.append(record)
    return out


def _revisions(seen: Seen, entry_id: str) -> list[str]:
    """An entry and what revised it, one after the other, as far as that has been loaded."""
    ids = [entry_id]
    while True:
        try:
            revised = seen.where(Activity, revises=ids[-1])
        except KeyError:
            return ids
        if not revised:
            return ids
        ids.append(revised[0].id)


def _of_latest(seen: Seen, change: Change) -> Change:
    """The revision, of the entry's latest one: an edit that was taken back meanwhile does not stand in the way.

    Raises:
        Refused: the latest one says something else than the revision takes back.
    """
    entry_id = change.set["revises"]
    *_, latest_id = _revisions(seen, entry_id)
    if latest_id == entry_id:
        return change
    *_, before_id = _revisions(seen, entry_id)[:-1]
    latest = seen.where(Activity, revises=before_id)[0]
    says = {**change.set, **change.base}
    if any(getattr(latest, name) != says[name] for name in SAID):
        raise Refused(f"That {ENTRY_NAMES[latest.kind]} was edited since. Take that back first.")
    return replace(change, set={**change.set, "revises": latest_id})


def _refuse_what_is_anothers(
    seen: Seen, done: Changeset, catalog: Catalog, changes: Sequence[Change]
) -> None:
    """What was handed over is given back by whoever has it now."""
    for change in changes:
        if not _hands_back(change) or may_hand_over(catalog, change.base["book_id"]):
            continue
        record: Any = None
        with suppress(NotFound):
            record = seen.get(RECORDS[change.table], change.id)
        # One that has gone on to another book since is a conflict, and told as such.
        if record is None or record.book_id == change.base["book_id"]:
            owner = catalog.owner_name(change.base["book_id"])
            raise Refused(
                f"This stays: {_bare(done.summary)}. Only {owner}, their manager or an admin hands that back."
            )


def _refuse_what_hangs(seen: Seen, done: Changeset, changes: Sequence[Change]) -> None:
    touched = _by_row(changes)
    for change in changes:
        hanging = _hanging(seen, touched, change) if _deletes(change) else []
        if hanging:
            raise Refused(
                f"{title_of(hanging[0])} has come to depend on it since, so this stays: {_bare(done.summary)}. "
                f"Move or delete that {hanging[0].LABEL} first."
            )
        if _changes_meaning(change):
            deals = seen.where(Deal, stage_id=change.id)
            if deals:
                raise Refused(
                    f"{deals[0].title} lies in that stage by now: what it means cannot change under a deal. "
                    "Move it first."
                )


def _refuse_what_is_gone(seen: Seen, context: Context, changes: Sequence[Change]) -> None:
    catalog = context.catalog
    known: dict[str, Container[str]] = {
        "stages": catalog.stage_by_id,
        "pipelines": catalog.pipeline_by_id,
        "books": catalog.book_by_id,
    }
    restored = {change.id for change in changes if "deleted_at" in change.set}
    for change in changes:
        if change.insert or _deletes(change):
            continue
        for ref, record_id in _points_to(change):
            if record_id in restored:
                continue
            gone = ref in known and record_id not in known[ref]
            if ref in SUBJECTS:
                try:
                    seen.get(RECORDS[ref], record_id)
                except NotFound:
                    gone = True
            if gone:
                raise Refused(
                    f"The {RECORDS[ref].LABEL} it would return to is not there any more. Bring that back first."
                )


def _counter_entries(context: Context, done: Changeset, word: str) -> Iterator[Change]:
    """What an entry told must not stand as if it still held: the timeline says that it was taken back."""
    for change in done.changes:
        if (
            change.table != "activities"
            or not change.insert
            or change.set["kind"] in {*TOLD_KINDS, "created", LOSS}
        ):
            continue
        links = {name: change.set[name] for name in ("contact_id", "deal_id", "company_id")}
        yield told(
            context, kind=change.set["kind"], subject=f"{word}: {_bare(change.set['subject'])}",
            book_id=change.set["book_id"], data=_turned(change.set["data"]), **links,
        )  # fmt: skip


def _bare(summary: str) -> str:
    return summary.removeprefix("Undid: ").removeprefix("Redid: ")


def _turned(data: Mapping[str, Any]) -> dict[str, Any]:
    """What a machine reads in the entry, the other way round."""
    out = dict(data)
    for one, other in (("from", "to"), ("from_name", "to_name"), ("from_outcome", "outcome")):
        if one in out and other in out:
            out[one], out[other] = out[other], out[one]
    fields = out.get("fields")
    if isinstance(fields, Mapping):
        out["fields"] = {name: [pair[1], pair[0]] for name, pair in fields.items()}
    return out | {"undo": not out.get("undo", False)}
