"""`offhook today`, `done` and `snooze`: what there is to do, and getting it done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from cli.naming import SINGULAR, typed
from cli.output import Ambiguous, Code, Usage, require_applied, say, say_json, styled, table
from cli.plain import answer_data, decimal_amount, record_data, time_text
from cli.session import Session
from core.calling.zones import zone_to_show
from core.catalog import Catalog
from core.changes import Answer
from core.entities import Task, User
from core.errors import NotFound
from core.health import end_of_today
from core.money import format_short
from core.points import show_phone
from core.text import begins_words, fold, printable
from core.when import parse_when, show_when
from core.workspace import Agenda, Card, ContactLine, TaskLine, Workspace
from tui.models.agenda import TITLES, Item, parts
from tui.models.card_text import Clock
from tui.models.contact_text import clock_there, name_words
from tui.models.task_text import task_words

_LEAST = 8
"""Characters of an id that are shown at least."""
_LISTED = 8
_ALL = 100_000
_NOTHING = "Nothing is due: no callback, no task, no new lead, and every deal has a next step."


def today(session: Session, limit: int) -> Code:
    """Says what there is to do, in the order of the Today screen; at most `limit` of each part."""
    with session.open() as workspace:
        catalog = workspace.catalog()
        tomorrow = end_of_today(session.now, session.zone)
        agenda = workspace.agenda(session.now, tomorrow, limit=limit)
    sheet = _Sheet(session, catalog)
    found = parts(agenda, sheet.clock)
    if session.json:
        data: dict[str, Any] = {part: [sheet.data(item) for item in items] for part, items in found.items()}
        say_json(data | {"more": agenda.more})
        return Code.FINE
    for line in sheet.lines(found, agenda):
        say(line)
    return Code.FINE


def done(session: Session, text: str) -> Code:
    """Ticks a task off."""
    from core.commands.tasks import CompleteTask

    with session.open() as workspace:
        task = find_task(workspace, text)
        answer = require_applied(workspace.execute(CompleteTask(task_id=task.id)))
        return _tell(session, workspace, answer, task.id)


def snooze(session: Session, text: str, until: str) -> Code:
    """Puts a task off until another time."""
    from core.commands.tasks import SnoozeTask

    due_at, all_day = parse_when(typed(until), session.now, session.zone)
    with session.open() as workspace:
        task = find_task(workspace, text)
        command = SnoozeTask(task_id=task.id, due_at=due_at.astimezone(dt.UTC), all_day=all_day)
        answer = require_applied(workspace.execute(command))
        return _tell(session, workspace, answer, task.id)


def _tell(session: Session, workspace: Workspace, answer: Answer, task_id: str) -> Code:
    sent = session.send(workspace)
    if session.json:
        task = record_data(workspace.record("tasks", task_id), workspace.catalog())
        say_json(answer_data(answer, sent) | {SINGULAR["tasks"]: task})
    elif answer.changeset:
        say(printable(answer.changeset.summary))
    return session.tell_sent(sent)


def find_task(workspace: Workspace, text: str) -> Task:
    """The one open task of the user's that `text` means: an id, the beginning of one, or beginnings of words.

    Words are looked for in what is to be done and in the names around it. A whole id means anybody's task.

    Raises:
        NotFound: none fits.
        Ambiguous: several fit; the message lists them.
    """
    text = typed(text).strip()
    mine = workspace.tasks(assignee_id=workspace.catalog().me.id, limit=_ALL)
    by_id = [line for line in mine if len(text) >= 4 and line.task.id.startswith(text.lower().rstrip("…"))]
    by_words = [line for line in mine if begins_words(_words_around(line), text)]
    exact = [line for line in by_words if fold(line.task.subject) == fold(text)]
    for fitting in (by_id, exact, by_words):
        if len(fitting) == 1:
            return fitting[0].task
    if fitting := by_id or exact or by_words:
        listed = [
            {"kind": "task", "id": line.task.id, "title": line.task.subject, "detail": line.about}
            for line in fitting[:_LISTED]
        ]
        raise Ambiguous(
            f"“{printable(text[:60])}” fits {len(fitting)} tasks. Say more, or give the id.", listed
        )
    if len(text) == 36:
        task: Task = workspace.record("tasks", text.lower())
        if task.deleted_at is None:
            return task
    raise NotFound(f"None of your open tasks fits “{printable(text[:60])}”. List them with: offhook today")


def _words_around(line: TaskLine) -> str:
    return f"{line.task.subject} {line.about} {line.contact} {line.company}"


def find_user(catalog: Catalog, text: str) -> User:
    """The colleague that a person calls `text`: the name, or a beginning that only one has.

    Raises:
        Usage: nobody is called so, or several are; the message lists them.
    """
    text = typed(text).strip()
    active = [user for user in catalog.users if user.disabled_at is None]
    exact = [user for user in active if fold(user.name) == fold(text)]
    fitting = exact or [user for user in active if begins_words(user.name, text)]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(sorted(user.name for user in fitting or active))
    raise Usage(f"“{printable(text[:40])}” is no one person. There are: {printable(names)}.")


class _Sheet:
    """The agenda as lines of text, or as data."""

    def __init__(self, session: Session, catalog: Catalog) -> None:
        self._session = session
        self._catalog = catalog
        self._country = catalog.organization.country
        self.clock = Clock.at(session.now, session.zone)

    def lines(self, found: dict[str, list[Item]], agenda: Agenda) -> Iterable[str]:
        """A title for each part, and a line for each thing to do."""
        shown = [item for items in found.values() for item in items]
        if not shown:
            yield _NOTHING
            return
        length = _shortest([_id(item) for item in shown])
        first = True
        for part, items in found.items():
            if not items:
                continue
            if not first:
                yield ""
            first = False
            yield styled(f"{TITLES[part]} ({len(items) + agenda.more.get(part, 0):,})", "bold")
            yield from table([self._row(item, length) for item in items], flexible=(2, 3), indent=2)
        if beyond := sum(agenda.more.values()):
            yield ""
            yield f"{beyond:,} more; --limit shows more of each."

    def _row(self, item: Item, length: int) -> Sequence[str]:
        line, short = item.line, _id(item)[:length]
        if isinstance(line, TaskLine):
            task = line.task
            due = show_when(task.due_at, all_day=task.all_day, now=self._session.now, zone=self._session.zone)
            there = "" if task.all_day else self._there(line, task.due_at.timestamp())
            what = task_words(task) + (f" {task.recurrence}" if task.recurrence else "")
            return (
                short,
                due + (f", {there} there" if there else ""),
                what,
                _around(line),
                self._phone(line.phone),
            )
        if isinstance(line, ContactLine):
            there = self._there(line, self._session.now.timestamp())
            who = " · ".join(filter(None, (line.title, line.company)))
            return short, f"{there} there" if there else "", name_words(line), who, self._phone(line.phone)
        stage = self._catalog.stage_by_id.get(line.stage_id)
        value = "" if line.value_minor is None else format_short(line.value_minor, line.currency)
        who = " · ".join(filter(None, (stage.name if stage else "", line.contact or line.company)))
        return short, value, line.title, who, self._phone(line.phone)

    def _phone(self, value: str) -> str:
        return show_phone(value, self._country) if value else ""

    def _zone(self, line: TaskLine | ContactLine) -> str:
        region = line.region if isinstance(line, TaskLine) else ""
        return zone_to_show(line.time_zone, line.country, region, line.phone, self._country)

    def _there(self, line: TaskLine | ContactLine, at: float) -> str:
        return clock_there(at, self._zone(line), self._session.zone)

    def data(self, item: Item) -> dict[str, Any]:
        """A thing to do, for programs."""
        line = item.line
        if isinstance(line, TaskLine):
            around = {
                "about": line.about, "contact": line.contact, "company": line.company, "phone": line.phone,
                "zone_there": self._zone(line),
            }  # fmt: skip
            return record_data(line.task, self._catalog) | around
        if isinstance(line, ContactLine):
            return {
                "id": line.id, "name": name_words(line), "title": line.title, "company": line.company,
                "email": line.email, "phone": line.phone, "lead_status": line.lead_status,
                "zone_there": self._zone(line), "do_not_call": line.do_not_call,
            }  # fmt: skip
        return self._deal(line)

    def _deal(self, card: Card) -> dict[str, Any]:
        stage = self._catalog.stage_by_id.get(card.stage_id)
        touched = max(card.stage_since, card.last_activity_at or 0)
        return {
            "id": card.id, "title": card.title, "stage": stage.name if stage else None, "contact": card.contact,
            "contact_id": card.contact_id, "company": card.company, "phone": card.phone,
            "value_minor": card.value_minor, "currency": card.currency,
            "value": decimal_amount(card.value_minor, card.currency), "next_step": card.next_step,
            "untouched_since": time_text(dt.datetime.fromtimestamp(touched, dt.UTC)),
        }  # fmt: skip


def _id(item: Item) -> str:
    return item.line.task.id if isinstance(item.line, TaskLine) else item.line.id


def _around(line: TaskLine) -> str:
    return " · ".join(dict.fromkeys(filter(None, (line.contact or line.about, line.company))))


def _shortest(ids: Sequence[str]) -> int:
    """How many characters tell the ids apart."""
    length = _LEAST
    while len({one[:length] for one in ids}) < len(set(ids)):
        length += 1
    return length
