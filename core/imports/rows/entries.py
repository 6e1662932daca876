"""Entries of the timeline and tasks: what happened, and what is still to be done."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from core.calling.foreign import outcome_of_words
from core.catalog import Catalog
from core.clock import end_of_day
from core.imports.rows.common import Tools
from core.imports.rows.state import Bag, Row, Said, pop
from core.imports.shapes import Draft, Entity, Unread
from core.imports.values.dates import read_time
from core.schema import LINE_LIMIT
from core.text import words

_KINDS: Mapping[str, tuple[str, ...]] = {
    "call": (
        "call", "calls", "phone", "phonecall", "telephone", "telefon", "anruf", "telefonat", "appel", "llamada", "chamada", "ligacao", "telefonata",
        "incomingcall", "outgoingcall", "outboundcall", "inboundcall", "loggedcall", "coldcall", "callback", "voicemail",
    ),
    "email": (
        "email", "emails", "mail", "emailsent", "emailreceived", "incomingemail", "forwardedemail", "outgoingemail", "correo", "courriel", "sentemail",
    ),
    "meeting": (
        "meeting", "meetings", "demo", "lunch", "dinner", "visit", "event", "appointment", "termin", "treffen", "besprechung", "reunion", "rendezvous", "rdv",
        "reuniao", "riunione", "presentation", "conference", "videocall", "breakfast",
    ),
    "note": ("note", "notes", "notiz", "nota", "comment", "kommentar", "memo"),
    "todo": ("todo", "task", "tasks", "deadline", "followup", "aufgabe", "tache", "tarea", "tarefa", "other", "attivita"),
}  # fmt: skip
_KIND = {word: kind for kind, known in _KINDS.items() for word in known}
_IN = frozenset(words("in inbound incoming received eingehend entrant entrante entrada recebida ricevuta"))
_OUT = frozenset(
    words("out outbound outgoing sent ausgehend sortant saliente saida enviada made dialed dialled")
)
_HIGH = frozenset(words("high highest urgent important 1 hoch haute alta hochste critical asap"))
_NORMAL = frozenset(words("normal medium none 2 mittel moyenne media standard default"))
_LOW = frozenset(words("low lowest 3 niedrig basse baja baixa bassa niedrigste"))
_CLOCK = re.compile(r"\d\s*[:.h]\s*\d\d|\d\s*[ap]\.?m|T\d\d|noon", re.IGNORECASE)
_FARTHEST_DUE = dt.timedelta(days=3650)
"""What is due later is not meant; see `core.commands.tasks.clean_task`."""


def kind_of_entry(text: str) -> str:
    """call, email, meeting, note or todo, by other systems' words for it; empty for others."""
    return _KIND.get("".join(words(text)), "")


def notes_of(row: Row, tools: Tools) -> list[Draft]:
    """An entry for each note of a row; dated by the row's date, where it has one for them."""
    bag = row.bags.get("activities", {})
    notes = pop(bag, "note")
    if not notes:
        return []
    values: dict[str, Any] = {"kind": "note"}
    if bag.keys() <= {"occurred_at", "occurred_time", "user"}:
        _when(row, tools, bag, values)
        _who(row, tools, "activities", "user", values, "user_id")
    return [Draft("activities", {**values, "body": said.value}) for said in notes]


def entry_draft(row: Row, tools: Tools, *, main: bool) -> Draft | None:
    """The draft of what a row says that has happened, or is going to happen; None where it says nothing."""
    bag = row.bags.get("activities", {})
    if not main and not bag.keys() & {"kind", "subject", "body", "outcome", "duration_s", "direction"}:
        return None
    values: dict[str, Any] = {}
    given, record_id = pop(bag, "external_id"), pop(bag, "id")
    ids = tools.external_ids(given)
    kind = _kind(row, "activities", bag) or (
        "call" if bag.keys() & {"duration_s", "direction", "outcome"} else "note"
    )
    _texts(bag, values)
    _when(row, tools, bag, values)
    _who(row, tools, "activities", "user", values, "user_id")
    _who(row, tools, "activities", "owner", values, "user_id")
    draft = Draft(
        "activities",
        values,
        external_id=ids[0] if ids else "",
        record_id=record_id[0].value if record_id else "",
    )
    future = values.get("occurred_at")
    if future is not None and future > tools.now:
        # What has not happened yet is a task.
        _rest(row, "activities", bag)
        return _as_task(draft, kind)
    values["kind"] = "note" if kind == "todo" else kind
    for said in pop(bag, "duration_s"):
        values["duration_s"] = said.value
    for said in pop(bag, "direction"):
        found = _direction(said.value)
        if found:
            values["direction"] = found
        else:
            row.keep("activities", said)
    for said in pop(bag, "outcome"):
        key = _outcome(tools.catalog, said.value) if kind == "call" else said.value
        if key:
            values["outcome"] = key
        else:
            row.keep("activities", said, "This is no outcome of a call here; it is kept in the text.")
    _rest(row, "activities", bag)
    if (
        main
        and values["kind"] == "note"
        and not (values.get("subject") or values.get("body") or row.asides.get("activities"))
    ):
        row.refuse("", "", "The note is empty.")
    return draft


def task_draft(row: Row, tools: Tools, *, main: bool) -> Draft | None:
    """The draft of a task; of one that is done, the entry of what was done. None where the row says none."""
    bag = row.bags.get("tasks", {})
    if not main and not bag.keys() & {"subject", "body", "due_at", "kind"}:
        return None
    values: dict[str, Any] = {}
    given, record_id = pop(bag, "external_id"), pop(bag, "id")
    ids = tools.external_ids(given)
    done, done_at = pop(bag, "done"), pop(bag, "done_at")
    draft = Draft(
        "tasks", values, external_id=ids[0] if ids else "", record_id=record_id[0].value if record_id else ""
    )
    kind = _kind(row, "tasks", bag) or "todo"
    _texts(bag, values)
    due = _due(row, tools, bag)
    if done_at or any(said.value for said in done):
        _done(row, tools, draft, kind, due, done, done_at)
        return draft
    values["kind"] = "todo" if kind == "note" else kind
    if due:
        values["due_at"], values["all_day"] = due
    _who(row, tools, "tasks", "assignee", values, "assignee_id")
    _who(row, tools, "tasks", "owner", values, "assignee_id")
    for said in pop(bag, "priority"):
        level = "".join(words(said.value))
        if level in _HIGH or level in _LOW:
            values["priority"] = "high" if level in _HIGH else "low"
        elif level not in _NORMAL:
            row.keep("tasks", said)
    _subject(values)
    _rest(row, "tasks", bag)
    return draft


def _done(
    row: Row,
    tools: Tools,
    draft: Draft,
    kind: str,
    due: tuple[dt.datetime, bool] | None,
    done: Sequence[Said],
    done_at: Sequence[Said],
) -> None:
    """Makes the draft of a task that is done the entry of what was done."""
    bag, values = row.bags.get("tasks", {}), draft.values
    draft.table = "activities"
    for said in done:
        if not said.value:
            row.warn(said.header, said.text, "It says when it was done, so it is taken as done.")
    values["kind"] = "note" if kind == "todo" else kind
    when = done_at[0].value if done_at else due[0] if due else None
    if when is not None and when <= tools.now:
        values["occurred_at"] = when
    elif when is not None:
        row.line("tasks", f"Done: {when.astimezone(tools.zone):%Y-%m-%d %H:%M}")
    if due and when != due[0]:
        row.line("tasks", f"Due: {due[0].astimezone(tools.zone):%Y-%m-%d %H:%M}")
    _who(row, tools, "tasks", "assignee", values, "user_id")
    _who(row, tools, "tasks", "owner", values, "user_id")
    for said in pop(bag, "priority"):
        if "".join(words(said.value)) not in _NORMAL:
            row.keep("tasks", said)
    _rest(row, "tasks", bag)
    if not (values.get("subject") or values.get("body")) and values["kind"] == "note":
        row.refuse("", "", "It does not say what was done.")


def _as_task(draft: Draft, kind: str) -> Draft:
    values = draft.values
    values["due_at"], values["all_day"] = values.pop("occurred_at"), False
    values["kind"] = "todo" if kind == "note" else kind
    if "user_id" in values:
        values["assignee_id"] = values.pop("user_id")
    draft.table = "tasks"
    _subject(values)
    return draft


def _subject(values: dict[str, Any]) -> None:
    """What is to be done, from the first line of the text where there is no headline."""
    if not values.get("subject"):
        body = str(values.get("body") or "")
        first = body.partition("\n")[0].strip()
        named = {"call": "Call", "email": "Send an e-mail", "meeting": "Meeting"}.get(
            values["kind"], "Follow up"
        )
        values["subject"] = first if 0 < len(first) <= LINE_LIMIT else named
        if first and values["subject"] == body.strip():
            del values["body"]


def _texts(bag: Bag, values: dict[str, Any]) -> None:
    for said in pop(bag, "subject"):
        values["subject"] = said.value
    bodies = pop(bag, "body")
    if bodies:
        values["body"] = "\n\n".join(dict.fromkeys(said.value for said in bodies))


def _kind(row: Row, entity: Entity, bag: Bag) -> str:
    for said in pop(bag, "kind"):
        kind = kind_of_entry(said.value)
        if kind:
            if kind == "todo" and "".join(words(said.value)) not in ("todo", "task", "tasks"):
                row.keep(entity, said)
            return kind
        row.keep(entity, said)
    return ""


def _when(row: Row, tools: Tools, bag: Bag, values: dict[str, Any]) -> None:
    moment = _moment(row, tools, pop(bag, "occurred_at"), pop(bag, "occurred_time"), "activities")
    if moment is not None:
        values["occurred_at"] = moment[0]


def _due(row: Row, tools: Tools, bag: Bag) -> tuple[dt.datetime, bool] | None:
    """When something is due, and whether only its day counts."""
    days = pop(bag, "due_at")
    moment = _moment(row, tools, days, pop(bag, "due_time"), "tasks")
    if moment is None:
        return None
    due, whole_day = moment
    if due > tools.now + _FARTHEST_DUE:
        row.refuse(days[0].header, days[0].text, "That is too far away to be meant.")
        return None
    if whole_day:
        due = end_of_day(due.astimezone(tools.zone).date(), tools.zone).astimezone(dt.UTC)
    return due, whole_day


def _moment(
    row: Row, tools: Tools, days: Sequence[Said], times: Sequence[Said], entity: Entity
) -> tuple[dt.datetime, bool] | None:
    """A moment of a day's and a time's cells, and whether it is the day alone."""
    if not days:
        for said in times:
            row.keep(entity, said, "It says a time of day, but not of which day; it is kept in the text.")
        return None
    day = days[0]
    order = tools.plan.orders.get(day.header)
    try:
        found = read_time(day.value, order, tools.zone)
        if found is None:
            return None
        for said in times:
            if found.time() == dt.time():
                # A workbook writes the midnight behind a day that has its time in another column.
                found = (
                    read_time(f"{found.date().isoformat()} {said.value}", "ymd", found.tzinfo or tools.zone)
                    or found
                )
            elif not said.value.startswith(f"{found:%H:%M}"):
                row.keep(entity, said)
        moment = found.astimezone(dt.UTC)
    except Unread as error:
        row.refuse(day.header, " ".join(said.text for said in (day, *times)), str(error))
        return None
    except OverflowError:
        row.refuse(day.header, day.text, "That time lies outside of what can be kept.")
        return None
    return moment, not times and found.time() == dt.time() and not _CLOCK.search(day.value)


def _who(
    row: Row,
    tools: Tools,
    entity: Entity,
    field: str,
    values: dict[str, Any],
    name: Literal["user_id", "assignee_id"],
) -> None:
    """Who did it, or is to do it. History is not laid to somebody else: a name that nobody has is kept in the text."""
    for said in pop(row.bags.get(entity, {}), field):
        user = tools.user(said)
        if user is None and name == "assignee_id":
            user = tools.owners.user(tools.book(row, said)) or tools.catalog.me.id
            row.keep(entity, said._replace(text=said.value))
        if user is None or values.setdefault(name, user) != user:
            row.keep(entity, said._replace(text=said.value))


def _outcome(catalog: Catalog, text: str) -> str:
    """The key of the outcome of a call that is meant; empty where there is none."""
    said = words(text)
    for outcome in catalog.all_outcomes:
        if said in (words(outcome.key), words(outcome.name)):
            return outcome.key
    key = outcome_of_words(text)
    return key if key and catalog.outcome(key) else ""


def _direction(text: str) -> str:
    said = set(words(text))
    return "in" if said & _IN else "out" if said & _OUT else ""


def _rest(row: Row, entity: Entity, bag: Bag) -> None:
    """Keeps what has no place in an entry or task."""
    for said_all in bag.values():
        for said in said_all:
            row.keep(entity, said)
    bag.clear()
