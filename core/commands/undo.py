"""Undo: a new command that turns an earlier one round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from core.catalog import Catalog
from core.changes import invert
from core.commands.base import Command, Context, Decision, GetChangeset, Need, Seen, told
from core.errors import Refused


@dataclass(frozen=True, kw_only=True)
class Undo(Command):
    """Takes a changeset back, as long as nobody has changed the same fields since. Undoing an undo is redo."""

    NAME: ClassVar[str] = "undo"
    changeset_id: str

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return [GetChangeset(self.changeset_id)]

    def decide(self, seen: Seen, context: Context) -> Decision:
        done, undone_by = seen.changeset(self.changeset_id)
        if undone_by is not None:
            raise Refused(f"That was taken back already: {done.summary}")
        if done.user_id != context.catalog.me.id:
            raise Refused(f"{context.catalog.user_name(done.user_id)} did that; only they can undo it.")
        changes = list(invert(done, new_id=context.new_id, at=context.now))
        if not changes:
            raise Refused(f"There is nothing to take back: {done.summary}")
        redo = done.undoes is not None
        word = "Redid" if redo else "Undid"
        summary = done.summary.removeprefix("Undid: ").removeprefix("Redid: ")
        for change in done.changes:
            # What an entry told must not stand as if it still held: the timeline says that it was taken back.
            if (
                change.table == "activities"
                and change.insert
                and change.set["kind"] in ("stage_change", "edited", "claimed", "assigned")
            ):
                links = {name: change.set[name] for name in ("contact_id", "deal_id", "company_id")}
                changes.append(
                    told(
                        context, kind=change.set["kind"], subject=f"{word}: {change.set['subject']}",
                        book_id=change.set["book_id"], data=_turned(change.set["data"]), **links,
                    )
                )  # fmt: skip
        return Decision(f"{word}: {summary}", tuple(changes), "undone", undoes=done.id)


def _turned(data: dict[str, object]) -> dict[str, object]:
    """What a machine reads in the entry, the other way round."""
    out = dict(data)
    for one, other in (("from", "to"), ("from_name", "to_name")):
        if one in out and other in out:
            out[one], out[other] = out[other], out[one]
    fields = out.get("fields")
    if isinstance(fields, dict):
        out["fields"] = {name: [pair[1], pair[0]] for name, pair in fields.items()}
    return out | {"undo": True}
