"""What a peek at a deal says: the deal, who to talk to, what is planned, what happened last."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from core.catalog import Catalog
from core.entities import Contact, Deal, Task
from core.health import DAY, Next, next_state
from core.money import format_money
from core.pipelines import effective_probability
from core.points import show_phone
from core.when import show_when
from core.workspace import Entry, Page, Subject, Workspace
from tui.models.card_text import SIGNS, Clock, span
from tui.models.telling import author, tell

TOUCHES = 3
"""Entries of the timeline that a peek shows."""
TASKS = 4
_TOUCHED = ("call", "email", "meeting", "note")


class Line(NamedTuple):
    """A line of a peek: text on the left, more on the right, each with the name of its style.

    Attributes:
        whole: the text is not cut for what is on the right, which goes into the next line if need be.
    """

    text: str
    style: str = "text"
    right: str = ""
    right_style: str = "muted"
    whole: bool = False


class Glance(NamedTuple):
    """What a peek shows, in blocks that stay together."""

    deal: tuple[Line, ...]
    contact: tuple[Line, ...]
    tasks: tuple[Line, ...]
    touches: tuple[Line, ...]


def glance(
    workspace: Workspace, deal_id: str, now: dt.datetime, zone: dt.tzinfo, keys: tuple[str, str]
) -> Glance:
    """Reads and words a peek; for a reader thread.

    Args:
        workspace: where to read.
        deal_id: the deal.
        now: the current time.
        zone: where the viewer is.
        keys: what is pressed to edit the deal, and to plan a task.

    Raises:
        NotFound: the deal is not there any more.
    """
    page = workspace.page("deals", deal_id)
    entries = workspace.timeline(Subject("deals", deal_id), kinds=_TOUCHED, limit=TOUCHES)
    catalog = workspace.catalog()
    assert page.deal is not None
    clock = Clock.at(now, zone)
    return Glance(
        _deal_lines(page.deal, page, catalog, clock),
        _contact_lines(page.contact, catalog, now, keys[0]),
        _task_lines(page.tasks, clock, now, keys[1]),
        _touch_lines(entries, catalog, clock),
    )


def _deal_lines(deal: Deal, page: Page, catalog: Catalog, clock: Clock) -> tuple[Line, ...]:
    stage = catalog.stage_by_id.get(deal.stage_id)
    value = "no value" if deal.value_minor is None else format_money(deal.value_minor, deal.currency)
    close = f"closes {deal.expected_close.isoformat()}" if deal.expected_close else "no close date"
    lines = [
        Line(deal.title, "title"),
        Line(page.company.name if page.company else "No company", "text", catalog.owner_name(deal.book_id)),
        Line(value, "money", f"{effective_probability(deal.probability, stage)} %"),
        Line(stage.name if stage else "", "muted", f"{span(clock.now - deal.stage_since.timestamp())} here"),
        Line(f"lost: {deal.lost_reason}" if deal.lost_reason else close, "muted"),
    ]
    if deal.next_step:
        lines.append(Line(f"› {deal.next_step}", "text"))
    return tuple(lines)


def _contact_lines(contact: Contact | None, catalog: Catalog, now: dt.datetime, key: str) -> tuple[Line, ...]:
    if contact is None:
        return (Line(f"No contact yet · {key} adds one", "muted"),)
    home = catalog.organization.country
    lines = [Line(contact.name, "strong", contact.title)]
    there = ""
    with contextlib.suppress(KeyError, ValueError, OSError):
        there = f"{now.astimezone(ZoneInfo(contact.time_zone)):%H:%M} there" if contact.time_zone else ""
    if contact.do_not_call:
        lines.append(Line("✗ DO NOT CALL", "overdue"))
    for place, phone in enumerate(contact.phones[:2]):
        number = f"☎ {show_phone(phone['value'], home)}"
        lines.append(Line(number, "text", there if place == 0 else "", whole=True))
    lines += [Line(f"✉ {email['value']}", "text") for email in contact.emails[:1]]
    return tuple(lines)


def _task_lines(tasks: Sequence[Task], clock: Clock, now: dt.datetime, key: str) -> tuple[Line, ...]:
    if not tasks:
        return (Line(f"○ Nothing planned · {key} plans it", "none"),)
    styles = {Next.OVERDUE: "overdue", Next.TODAY: "today", Next.FUTURE: "future", Next.NONE: "none"}
    lines = []
    for task in tasks[:TASKS]:
        state = next_state(task.due_at.timestamp(), clock.now, clock.tomorrow)
        due = show_when(task.due_at, all_day=task.all_day, now=now, zone=clock.zone)
        lines.append(Line(f"{SIGNS[state]} {task.subject}", styles[state], due, styles[state]))
    if len(tasks) > TASKS:
        lines.append(Line(f"and {len(tasks) - TASKS} more", "muted"))
    return tuple(lines)


def _touch_lines(entries: Sequence[Entry], catalog: Catalog, clock: Clock) -> tuple[Line, ...]:
    if not entries:
        return (Line("Never touched", "muted"),)
    lines = []
    for entry in entries:
        told = tell(entry, "deals")
        ago = clock.now - entry.activity.occurred_at.timestamp()
        when = "today" if ago < DAY / 2 else span(ago)
        right = " · ".join(filter(None, (author(entry.activity.user_id, catalog), when)))
        lines.append(Line(f"{told.sign} {told.text or told.word}", "text", right))
        body = " ".join(entry.activity.body.split())
        if body:
            lines.append(Line(f"  {body}", "muted"))
    return tuple(lines)
