"""What the Today screen lists: the parts of an agenda under their heads, in the order in which they are worked off."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from core.calling.follow_up import is_callback
from core.catalog import Catalog
from core.commands.base import Command
from core.commands.records import Assign, Claim
from core.commands.tasks import CompleteTask, CreateTask, DeleteTask, EditTask, SnoozeTask
from core.entities import Task
from core.workspace import Agenda, Card, ContactLine, Subject, TaskLine
from tui.models.card_text import Clock
from tui.models.contact_text import name_words
from tui.models.foresight import new_book

TITLES = {
    "callbacks": "Callbacks",
    "overdue": "Overdue",
    "today": "Today",
    "leads": "New leads in the pool",
    "stale": "Deals gone stale",
    "idle": "Deals without a next step",
}
"""The parts, in order, with their titles."""
TASKS = ("callbacks", "overdue", "today")
"""The parts that hold tasks."""
FEW = 15
"""Rows of a part that is no task's, until all of it is asked for: what is due must not be crowded out."""
_RANK = {"high": 0, "": 1, "low": 2}


class Head(NamedTuple):
    """Stands over a part."""

    part: str
    number: int
    """How many there are, shown or not."""


class Item(NamedTuple):
    """Something to do."""

    part: str
    line: TaskLine | ContactLine | Card


class Rest(NamedTuple):
    """Stands for the rows of a part that are not shown."""

    part: str
    hidden: int
    """Those that are at hand and can be shown."""
    beyond: int
    """Those that were not read."""


Line = Head | Item | Rest


def line_id(line: Line) -> str:
    """What tells a line from all others."""
    if isinstance(line, Item):
        return line.line.task.id if isinstance(line.line, TaskLine) else line.line.id
    return f"{'head' if isinstance(line, Head) else 'rest'}:{line.part}"


def part_of(task: Task, clock: Clock) -> str:
    """The part that a task belongs to."""
    if is_callback(task):
        return "callbacks"
    return "overdue" if task.due_at.timestamp() < clock.now else "today"


def _order(line: TaskLine) -> tuple[dt.datetime, int, str]:
    return line.task.due_at, _RANK.get(line.task.priority, 1), line.task.id


def parts(agenda: Agenda, clock: Clock) -> dict[str, list[Item]]:
    """All that is to be done, part by part."""
    out: dict[str, list[Item]] = {part: [] for part in TITLES}
    for task_line in sorted(agenda.tasks, key=_order):
        part = part_of(task_line.task, clock)
        out[part].append(Item(part, task_line))
    others: tuple[tuple[str, Sequence[ContactLine | Card]], ...] = (
        ("leads", agenda.leads), ("stale", agenda.stale), ("idle", agenda.idle),
    )  # fmt: skip
    for part, lines in others:
        out[part] = [Item(part, line) for line in lines]
    return out


def arrange(agenda: Agenda, clock: Clock, *, opened: Collection[str] = ()) -> list[Line]:
    """The lines of the list.

    Args:
        agenda: what there is to do.
        clock: what is overdue.
        opened: parts that are shown whole.
    """
    out: list[Line] = []
    found = parts(agenda, clock)
    # The tasks that were not read are due later than those that were, so they belong to the last part with tasks.
    last = next((part for part in reversed(TASKS) if found[part]), "")
    for part, items in found.items():
        if not items:
            continue
        beyond = (
            agenda.more.get("tasks" if part == last else part, 0) if part not in TASKS or part == last else 0
        )
        few = items if part in TASKS or part in opened else items[:FEW]
        out.append(Head(part, len(items) + beyond))
        out += few
        if beyond or len(few) < len(items):
            out.append(Rest(part, len(items) - len(few), beyond))
    return out


class ToCall(NamedTuple):
    """Whom to call today, and what for."""

    contact_ids: list[str]
    """In order: those of callbacks and calls, new leads, those of deals that wait; each once."""
    deals: dict[str, str]
    """The deal that it is about, by contact."""
    tasks: dict[str, str]
    """The task that the call is for, by contact."""


def to_call(agenda: Agenda, clock: Clock) -> ToCall:
    """The contacts that there is a reason to call today. An e-mail to be written is none."""
    ids: dict[str, None] = {}
    deals: dict[str, str] = {}
    tasks: dict[str, str] = {}
    for item in _items(parts(agenda, clock)):
        contact_id, task, about = contact_of(item), task_of(item), subject_of(item)
        if not contact_id or contact_id in ids or (task is not None and task.kind != "call"):
            continue
        ids[contact_id] = None
        if about is not None and about.table == "deals":
            deals[contact_id] = about.id
        if task is not None:
            tasks[contact_id] = task.id
    return ToCall(list(ids), deals, tasks)


def _items(found: Mapping[str, Sequence[Item]]) -> Iterator[Item]:
    for items in found.values():
        yield from items


# --- what a row is about --------------------------------------------------------------------------------------------


def task_of(item: Item) -> Task | None:
    """The task of a row, if it is one."""
    return item.line.task if isinstance(item.line, TaskLine) else None


def subject_of(item: Item) -> Subject | None:
    """The record that a row is about: of a task its deal, or else its contact or company."""
    line = item.line
    if isinstance(line, Card):
        return Subject("deals", line.id)
    if isinstance(line, ContactLine):
        return Subject("contacts", line.id)
    task = line.task
    for table, record_id in (
        ("deals", task.deal_id), ("contacts", task.contact_id), ("companies", task.company_id),
    ):  # fmt: skip
        if record_id:
            return Subject(table, record_id)
    return None


def contact_of(item: Item) -> str:
    """Whom to call about it; empty: nobody is known."""
    line = item.line
    if isinstance(line, ContactLine):
        return line.id
    return (line.task.contact_id if isinstance(line, TaskLine) else line.contact_id) or ""


def book_of(item: Item) -> str:
    """Where it lies."""
    return item.line.task.book_id if isinstance(item.line, TaskLine) else item.line.book_id


def called(item: Item) -> str:
    """What people call the record that a row is about."""
    line = item.line
    if isinstance(line, ContactLine):
        return name_words(line)
    return line.about if isinstance(line, TaskLine) else line.title


# --- the cursor -----------------------------------------------------------------------------------------------------


def stay(before: Sequence[str], cursor: int, after: Sequence[str]) -> str:
    """The row that the cursor goes to when rows change: its own; where that has left, the next that is still there.

    Args:
        before: the ids of the rows so far.
        cursor: the place of the cursor among them.
        after: the ids of the rows from now on.
    """
    there = set(after)
    below, above = before[cursor:], before[:cursor][::-1]
    return next((one for one in (*below, *above) if one in there), "")


# --- what commands will change --------------------------------------------------------------------------------------


def agenda_over(command: Command, agenda: Agenda, catalog: Catalog, clock: Clock) -> Agenda:
    """The agenda as it will be after a command; the same object where that changes nothing that can be told."""
    if isinstance(command, (CompleteTask, DeleteTask)):
        return _with_tasks(agenda, [line for line in agenda.tasks if line.task.id != command.task_id])
    if isinstance(command, SnoozeTask):
        values = {"due_at": command.due_at, "all_day": command.all_day}
        return _with_task(agenda, command.task_id, values, catalog, clock)
    if isinstance(command, EditTask):
        return _with_task(agenda, command.task_id, command.values, catalog, clock)
    if isinstance(command, CreateTask) and command.table == "deals":
        idle = [card for card in agenda.idle if card.id != command.record_id]
        return agenda if len(idle) == len(agenda.idle) else agenda._replace(idle=idle)
    if isinstance(command, (Claim, Assign)):
        return _handed_over(command, agenda, catalog)
    return agenda


def _with_task(
    agenda: Agenda, task_id: str, values: Mapping[str, object], catalog: Catalog, clock: Clock
) -> Agenda:
    out: list[TaskLine] = []
    for line in agenda.tasks:
        if line.task.id != task_id:
            out.append(line)
            continue
        task = dataclasses.replace(line.task, **values)  # type: ignore[arg-type]
        if task.assignee_id == catalog.me.id and task.due_at.timestamp() < clock.tomorrow:
            out.append(line._replace(task=task))
    return _with_tasks(agenda, out)


def _with_tasks(agenda: Agenda, tasks: list[TaskLine]) -> Agenda:
    return agenda if tasks == agenda.tasks else agenda._replace(tasks=tasks)


def _handed_over(command: Claim | Assign, agenda: Agenda, catalog: Catalog) -> Agenda:
    """Leads leave the pool, deals the user's own book."""

    def leaves(line: ContactLine | Card) -> bool:
        return line.id in command.ids and new_book(command, line.book_id, catalog) != line.book_id

    if command.table == "contacts":
        leads = [line for line in agenda.leads if not leaves(line)]
        return agenda if len(leads) == len(agenda.leads) else agenda._replace(leads=leads)
    if command.table == "deals":
        stale = [card for card in agenda.stale if not leaves(card)]
        idle = [card for card in agenda.idle if not leaves(card)]
        if len(stale) + len(idle) < len(agenda.stale) + len(agenda.idle):
            return agenda._replace(stale=stale, idle=idle)
    return agenda
