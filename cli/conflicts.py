"""`offhook conflicts`: what waits for a person's decision, and how it is decided."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cli.naming import typed
from cli.output import Ambiguous, Code, say, say_json, styled, table
from cli.plain import time_text
from cli.private import require_free, write_private
from cli.session import Session
from core.catalog import Catalog
from core.changes import FieldConflict, to_json
from core.commands.tell import label_of, plain, shown
from core.conflicts import asked, contested, key_of, offered_for
from core.entities import RECORDS
from core.errors import NotFound
from core.parked import Parked
from core.schema import fields_of
from core.text import printable
from core.when import show_when
from core.workspace import Workspace

_KINDS = {
    "conflict": "somebody else changed it too",
    "gone": "something is not there any more",
    "rejected": "a rule says no",
    "duplicate": "somebody may have it already",
}
_SHORT = 8
"""Characters of an id that a list shows, unless more are needed to tell them apart."""


# --- looking ------------------------------------------------------------------------------------------------------


def list_parked(session: Session) -> Code:
    """Lists what waits; exits with 4 where something does."""
    with session.open() as workspace:
        waiting = workspace.parked()
        view = View(session, workspace)
        if session.json:
            say_json([view.data(parked) for parked in waiting])
        else:
            for line in _listed(view, waiting):
                say(line)
    return Code.CONFLICT if waiting else Code.FINE


def _listed(view: View, waiting: Sequence[Parked]) -> Iterator[str]:
    if not waiting:
        yield "Nothing waits for your decision."
        return
    short = _short_ids(waiting)
    rows = [
        (
            short[parked.id],
            printable(parked.title),
            printable(view.told_in_short(parked)),
            view.when(parked.at),
        )
        for parked in waiting
    ]
    yield from table(rows, flexible=(1, 2))
    yield ""
    yield "Look closer: offhook conflicts show ID. Decide: offhook conflicts settle ID --mine (or --theirs, --original, --drop)"


def show(session: Session, which: str) -> Code:
    """Shows what waits with all its values, and what can be done about it."""
    with session.open() as workspace:
        parked = find_parked(workspace, which)
        view = View(session, workspace)
        if session.json:
            changes = [
                {
                    "table": change.table, "id": change.id, "new": change.insert,
                    "values": to_json(parked.changeset)["changes"][place].get("set", {}),
                }
                for place, change in enumerate(parked.changeset.changes)
            ]  # fmt: skip
            say_json(view.data(parked) | {"changes": changes})
            return Code.FINE
        say(styled(printable(parked.title), "bold"))
        say(f"{printable(parked.changeset.summary)}  {view.when(parked.changeset.at)}")
        say(printable(parked.reason))
        fields = asked(contested(parked))
        if fields:
            say()
            rows = [
                (
                    key_of(one, fields),
                    *(printable(view.value(one, side, fields)) for side in ("base", "mine", "theirs")),
                    view.author(one),
                )
                for one in fields
            ]
            heads = ("Field", "Before", "Yours", "Theirs", "")
            for line in table(rows, flexible=(2, 3, 1), heads=heads, indent=2):
                say(line)
        say()
        for line in _what_to_do(parked):
            say(line)
    return Code.FINE


def _what_to_do(parked: Parked) -> Iterator[str]:
    begin = f"offhook conflicts settle {parked.id[-12:]}"
    ways = offered_for(parked)
    told = [f"--{way}" for way in ("mine", "theirs", "original") if way in ways]
    if "edited" in ways and contested(parked):
        told += ["--take FIELD=WHOSE", "--set FIELD=VALUE"]
    if told:
        yield f"Decide:  {begin} {' | '.join(told)}"
    yield f"Give up: {begin} --drop"
    if parked.can_hand_in:
        who = parked.taken_by or "whoever has it now"
        yield f"Hand in: {begin} --hand-in  (a note and a task for {printable(who)})"


class View:
    """What waits, in words and as data.

    Args:
        session: who looks.
        workspace: where it lies.
    """

    def __init__(self, session: Session, workspace: Workspace) -> None:
        self._session = session
        self._workspace = workspace
        self._catalog: Catalog = workspace.catalog()

    def data(self, parked: Parked) -> dict[str, Any]:
        """For a program."""
        fields = asked(contested(parked))
        table_name, record_id = parked.about or (None, None)
        return {
            "id": parked.id,
            "kind": parked.kind,
            "title": parked.title,
            "summary": parked.changeset.summary,
            "reason": parked.reason,
            "at": time_text(parked.at),
            "table": table_name,
            "record": record_id,
            "taken_by": parked.taken_by or None,
            "can_hand_in": parked.can_hand_in,
            "other": {"table": parked.other[0], "id": parked.other[1]} if parked.other else None,
            "ways": sorted(offered_for(parked)),
            "fields": [
                {
                    "name": key_of(one, fields),
                    "label": label_of(one.table, one.field, self._catalog),
                    "original": _plain(one, one.base),
                    "mine": _plain(one, one.mine),
                    "theirs": _plain(one, one.theirs),
                    "who": self.author(one) or None,
                    "when": time_text(one.when) if one.when else None,
                }
                for one in fields
            ],
        }

    def told_in_short(self, parked: Parked) -> str:
        """Why it waits, in a few words."""
        fields = asked(parked.conflicts)
        if not fields:
            if parked.kind == "gone" and parked.taken_by:
                return f"{parked.taken_by} has it now"
            return _KINDS[parked.kind]
        first = fields[0]
        more = f" and {len(fields) - 1} more" if len(fields) > 1 else ""
        mine, theirs = self.value(first, "mine", fields), self.value(first, "theirs", fields)
        return f"{label_of(first.table, first.field, self._catalog)}: yours {mine}, theirs {theirs}{more}"

    def value(self, conflict: FieldConflict, side: str, among: Sequence[FieldConflict]) -> str:
        """A side's value as people read it."""
        name, value = conflict.field, getattr(conflict, side)
        own = [one for one in among if (one.table, one.id) == (conflict.table, conflict.id)]
        beside = {"currency": self._currency(conflict), **{one.field: getattr(one, side) for one in own}}
        spec = fields_of(RECORDS[conflict.table])[name.partition(".")[0]]
        if isinstance(value, dt.datetime):
            return self.when(value)
        if name == "deleted_at":
            return "deleted" if value else "–"
        return shown(name, spec, value, beside, self._names(value))

    def author(self, conflict: FieldConflict) -> str:
        """Who changed it, and when."""
        if not conflict.who:
            return ""
        name = printable(self._catalog.user_name(conflict.who))
        return f"{name}, {self.when(conflict.when)}" if conflict.when else name

    def when(self, moment: dt.datetime) -> str:
        """A time where the user is."""
        return show_when(moment, all_day=False, now=self._session.now, zone=self._session.zone)

    def _currency(self, conflict: FieldConflict) -> str:
        try:
            record = self._workspace.record(conflict.table, conflict.id)
        except NotFound:
            return self._catalog.organization.currency
        return getattr(record, "currency", "") or self._catalog.organization.currency

    def _names(self, value: Any) -> dict[str, str]:
        """What is meant by an id."""
        if not isinstance(value, str):
            return {}
        catalog = self._catalog
        for known in (catalog.stage_by_id, catalog.pipeline_by_id):
            if value in known:
                return {value: known[value].name}
        if any(user.id == value for user in catalog.users):
            return {value: catalog.user_name(value)}
        if any(book.id == value for book in catalog.books):
            return {value: catalog.owner_name(value)}
        for table_name in ("contacts", "companies", "deals"):
            try:
                record = self._workspace.record(table_name, value)
            except NotFound:
                continue
            return {value: getattr(record, "title" if table_name == "deals" else "name")}
        return {}


def _plain(conflict: FieldConflict, value: Any) -> Any:
    if "." in conflict.field:
        return value
    return plain(fields_of(RECORDS[conflict.table])[conflict.field].kind, value)


def _short_ids(waiting: Sequence[Parked]) -> dict[str, str]:
    """The ends of the ids, as long as needed: what is made at one time begins alike."""
    length = _SHORT
    while len({parked.id[-length:] for parked in waiting}) < len(waiting):
        length += 4
    return {parked.id: parked.id[-length:] for parked in waiting}


def find_parked(workspace: Workspace, which: str) -> Parked:
    """The one that was meant, by its id or either end of it.

    Raises:
        NotFound: none has such an id.
        Ambiguous: several have.
    """
    wanted = typed(which).strip().lower()
    waiting = workspace.parked()
    found = [each for each in waiting if each.id.startswith(wanted) or each.id.endswith(wanted)]
    if len(found) == 1 and wanted:
        return found[0]
    if found and wanted:
        raise Ambiguous(f"Several ids fit “{printable(wanted)}”. Give more of it: offhook conflicts")
    raise NotFound(f"Nothing with the id “{printable(wanted)}” waits. See what does: offhook conflicts")


def tell(session: Session, data: Mapping[str, Any], sentence: str) -> None:
    """Says what became of a command: data for a program, a sentence for a person."""
    if session.json:
        say_json(data)
    else:
        say(printable(sentence))


# --- taking out ---------------------------------------------------------------------------------------------------


def export(session: Session, file: Path) -> Code:
    """Writes what waits for a decision, and what waits to be sent, to a file that only the user may read."""
    require_free(file)
    with session.open() as workspace:
        view = View(session, workspace)
        parked, unsent = workspace.parked(), workspace.unsent()
        held = {
            "parked": [view.data(each) | {"changeset": to_json(each.changeset)} for each in parked],
            "unsent": [to_json(each) for each in unsent],
        }
    write_private(file, json.dumps(held, ensure_ascii=False, indent=2) + "\n")
    tell(
        session,
        {"file": str(file), "parked": len(parked), "unsent": len(unsent)},
        f"Wrote {file}: {len(parked)} that wait for your decision, {len(unsent)} that wait to be sent.",
    )
    return Code.FINE
