"""A briefing: what a rep has to know about somebody before they talk to them, as facts and in words.

The panel that `space` opens and call mode say the same, out of the same facts. A `Brief` holds them; it is read in one
go on a reader thread, and what it says depends on nothing but it and the scene, so that it is worded without asking again.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from core.entities import Contact, Deal, Task
from core.errors import NotFound
from core.health import DAY, Next, next_state
from core.money import format_money, format_short
from core.pipelines import effective_probability
from core.points import bad_last, good_numbers
from core.when import show_when
from core.workspace import Callee, Entry, Page, Subject, Workspace
from tui.models.card_text import SIGNS, span
from tui.models.contact_text import (
    DO_NOT_CALL,
    name_words,
    owner_words,
    phone_words,
    right_words,
)
from tui.models.record_text import Scene
from tui.models.task_text import task_words
from tui.models.telling import author, tell

if TYPE_CHECKING:
    from core.calling.check import Verdict
    from core.calling.zones import Zones

TOUCHES = 3
"""Entries of the timeline that a briefing shows."""
TASKS = 4
DEALS = 4
PEOPLE = 4
TOUCHED = ("call", "email", "meeting", "note")
"""What counts as a touch."""
_NUMBERS = 3
_NEXT_STYLES = {Next.OVERDUE: "overdue", Next.TODAY: "today", Next.FUTURE: "future", Next.NONE: "none"}
_DAYS_BY_NAME = 6
"""How many days a weekday alone says which one is meant."""


class Line(NamedTuple):
    """A line of a briefing: text on the left, more on the right, each with the name of its style.

    Attributes:
        text: what stands on the left.
        style: title, strong, text, muted, money, overdue, today, none, future, heading, warning or struck.
        right: what stands on the right.
        right_style: its style.
        whole: the text is not cut for what is on the right, which goes into the next line if need be.
        spare: how soon it goes where there is little room: 0 never, 1 late, 2 first.
        wraps: the text goes on in the next line.
    """

    text: str
    style: str = "text"
    right: str = ""
    right_style: str = "muted"
    whole: bool = False
    spare: int = 0
    wraps: bool = False


class Blocks(NamedTuple):
    """What a panel shows, in blocks that stay together."""

    who: tuple[Line, ...]
    deals: tuple[Line, ...]
    tasks: tuple[Line, ...]
    touches: tuple[Line, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Brief:
    """What is known about a record and whom one talks to about it.

    Attributes:
        subject: what it is about: a contact, a deal or a company.
        now: when it was read.
        page: the record and what stands beside it.
        callee: the contact as somebody who may be called; None where there is none.
        touches: the latest calls, e-mails, meetings and notes, the newest first: the contact's, where there is one.
        zones: where the contact may be.
        verdict: whether they may be called; None where there is nobody to call.
    """

    subject: Subject
    now: dt.datetime
    page: Page
    callee: Callee | None
    touches: tuple[Entry, ...]
    zones: Zones | None = None
    verdict: Verdict | None = None

    @property
    def contact(self) -> Contact | None:
        """Whom one talks to; None for a company, and for a deal with nobody."""
        return None if self.subject.table == "companies" else self.page.contact

    @property
    def deal(self) -> Deal | None:
        """The deal that it is about, where it is about one."""
        return self.page.deal if self.subject.table == "deals" else None

    @property
    def open_deals(self) -> tuple[Deal, ...]:
        """The open deals around it besides `deal`, in the page's order."""
        mine = self.deal.id if self.deal else ""
        return tuple(deal for deal in self.page.deals if deal.outcome == "open" and deal.id != mine)

    @property
    def tasks(self) -> tuple[Task, ...]:
        """What is planned, by due time."""
        return self.page.tasks

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of the record, then those of the contact that it has not."""
        records = (self.deal, self.contact, self.page.company if self.subject.table == "companies" else None)
        return tuple(dict.fromkeys(tag for record in records if record is not None for tag in record.tags))

    @property
    def book_id(self) -> str:
        """The book in which the record lies."""
        records = {"deals": self.page.deal, "contacts": self.page.contact, "companies": self.page.company}
        record = records[self.subject.table]
        return record.book_id if record is not None else ""


def read_brief(
    workspace: Workspace, subject: Subject, now: dt.datetime, zone: dt.tzinfo | None = None
) -> Brief:
    """Reads a briefing; for a reader thread.

    Args:
        workspace: where to read.
        subject: a contact, deal or company; a task stands for what it is about.
        now: the current time.
        zone: where the user is, for when a call will be allowed.

    Raises:
        NotFound: it is not there any more.
    """
    # Not on the way to the first frame: a briefing is asked for later.
    from core.calling.check import check
    from core.calling.zones import zones_of

    if subject.table == "tasks":
        subject = subject_of(workspace.record("tasks", subject.id))
    page = workspace.page(subject.table, subject.id)
    contact = None if subject.table == "companies" else page.contact
    around = Subject("contacts", contact.id) if contact is not None else subject
    touches = workspace.timeline(around, kinds=TOUCHED, limit=TOUCHES)
    callees = workspace.callees([contact.id], now) if contact is not None else []
    if not callees:
        return Brief(subject, now, page, None, tuple(touches))
    callee, catalog = callees[0], workspace.catalog()
    good = good_numbers(callee.phones)
    zones = zones_of(callee, good[0]["value"] if good else "", catalog.organization.country)
    verdict = check(callee, now, catalog=catalog, zone=zone)
    return Brief(subject, now, page, callee, tuple(touches), zones, verdict)


def prepare() -> None:
    """Imports what a briefing is made with, which takes longer than making one; for a reader thread, ahead of the first."""
    from core.calling import check, zones  # noqa: F401

    phone_words("+12025550123", "US")


def subject_of(task: Task) -> Subject:
    """What a task is about: the deal, otherwise the contact or the company.

    Raises:
        NotFound: it is about nothing.
    """
    for table, record_id in (
        ("deals", task.deal_id), ("contacts", task.contact_id), ("companies", task.company_id),
    ):  # fmt: skip
        if record_id:
            return Subject(table, record_id)
    raise NotFound("This task is about nobody in particular.")


# --- words ----------------------------------------------------------------------------------------------------------


def blocks(brief: Brief, scene: Scene, plan: str = "") -> Blocks:
    """A briefing in words.

    Args:
        brief: the facts.
        scene: the set-up and the time.
        plan: the key that plans a task; empty where there is none at hand.
    """
    return Blocks(
        who_lines(brief, scene), deal_lines(brief, scene), task_lines(brief, scene, plan), touch_lines(brief, scene)
    )  # fmt: skip


def who_lines(brief: Brief, scene: Scene) -> tuple[Line, ...]:
    """Who it is, where, under which numbers, and what to mind."""
    if brief.subject.table == "companies":
        return _company_lines(brief, scene)
    contact, company = brief.contact, brief.page.company
    if contact is None:
        name = company.name if company else "No company"
        return (
            Line(name, "title", owner_words(brief.book_id, scene.catalog)),
            Line("No contact yet", "muted"),
            *_tag_lines(brief),
        )
    role = " · ".join(filter(None, (contact.title, company.name if company else "")))
    tried = attempt_words(brief, scene.zone)
    return (
        Line(contact.name, "title", owner_words(brief.book_id, scene.catalog)),
        *warning_lines(brief, scene),
        *((Line(role, "strong"),) if role else ()),
        *number_lines(brief, scene),
        *(Line(f"✉ {email['value']}", "text", spare=1) for email in contact.emails[:1]),
        *((Line(tried, "text", contact.lead_status),) if tried or contact.lead_status else ()),
        *_tag_lines(brief),
        *notice_lines(brief),
    )


def notice_lines(brief: Brief) -> tuple[Line, ...]:
    """What the law wants minded in a call."""
    notices = brief.verdict.notices if brief.verdict is not None else ()
    return tuple(Line(f"⚠ {notice}", "muted", wraps=True, spare=2) for notice in notices)


def _company_lines(brief: Brief, scene: Scene) -> tuple[Line, ...]:
    company, country = brief.page.company, scene.country
    if company is None:
        return ()
    lines = [Line(company.name, "title", owner_words(company.book_id, scene.catalog))]
    place = " · ".join(filter(None, (company.industry, company.city, company.country)))
    lines += [Line(place, "muted", spare=1)] if place else []
    lines += [Line(f"☎ {phone_words(company.phone, country)}", "text")] if company.phone else []
    people = brief.page.contacts
    for line in people[:PEOPLE]:
        number = f"{DO_NOT_CALL} " if line.do_not_call else ""
        lines.append(
            Line(f"{name_words(line)}", "strong", f"{number}{phone_words(line.phone, country)}", whole=True)
        )
    if len(people) > PEOPLE:
        lines.append(Line(f"and {len(people) - PEOPLE} more", "muted"))
    if not people:
        lines.append(Line("Nobody is known there yet.", "muted"))
    return (*lines, *_tag_lines(brief))


def _tag_lines(brief: Brief) -> tuple[Line, ...]:
    return (Line("  ".join(f"#{tag}" for tag in brief.tags), "today", spare=1),) if brief.tags else ()


def warning_lines(brief: Brief, scene: Scene) -> tuple[Line, ...]:
    """What stands against a call, and against a change."""
    lines = []
    verdict = brief.verdict
    if brief.contact is not None and brief.contact.do_not_call:
        lines.append(Line(f"{DO_NOT_CALL} DO NOT CALL", "warning"))
    elif (
        verdict is not None
        and verdict.kind != "ok"
        and good_numbers(brief.contact.phones if brief.contact else ())
    ):
        sign = "✗" if verdict.kind == "no" else "?"
        lines.append(
            Line(f"{sign} {verdict.reason}", "overdue" if verdict.kind == "no" else "today", wraps=True)
        )
    if right := right_words(brief.book_id, scene.catalog):
        lines.append(Line(right, "muted", spare=1))
    return tuple(lines)


def number_lines(brief: Brief, scene: Scene) -> tuple[Line, ...]:
    """The numbers, the one that is dialled first, with the time of day there; those that are bad last, struck out."""
    contact = brief.contact
    if contact is None:
        return ()
    there = their_time(brief, scene)
    lines = []
    for place, phone in enumerate(bad_last(contact.phones)[:_NUMBERS]):
        bad, label = phone.get("bad", ""), phone.get("label", "")
        right = " · ".join(filter(None, (bad or label, there if place == 0 else "")))
        number = f"☎ {phone_words(phone['value'], scene.country)}"
        style = "struck" if bad else "text" if place else "strong"
        lines.append(Line(number, style, right, whole=True, spare=1 if place else 0))
    if not lines:
        lines.append(Line("☎ No number is known.", "muted", there))
    return tuple(lines)


def their_time(brief: Brief, scene: Scene) -> str:
    """What time it is where the contact is: `10:30 there`, `08:30 or 11:30 there`; empty where that is unknown."""
    here = scene.now.astimezone(scene.zone).date()
    times: list[str] = []
    zones = (brief.zones.best, *brief.zones.all) if brief.zones is not None else ()
    for name in filter(None, zones):
        with contextlib.suppress(KeyError, ValueError, OSError):
            there = scene.now.astimezone(ZoneInfo(name))
            day = "" if there.date() == here else f"{there:%a} "
            times.append(f"{day}{there:%H:%M}")
    times = list(dict.fromkeys(times))
    more = f" or {times[-1]}" if len(times) > 1 else ""
    return f"{times[0]}{more} there" if times else ""


def attempt_words(brief: Brief, zone: dt.tzinfo) -> str:
    """Which attempt a call now would be, and when the last one was: `3rd attempt, last Tue 10:20`."""
    callee = brief.callee
    if callee is None:
        return ""
    if not callee.attempts:
        if callee.last_call_at is None:
            return "Never called"
        return f"Last call {past_words(callee.last_call_at, brief.now, zone)}"
    last = callee.last_attempt_at
    when = f", last {past_words(last, brief.now, zone)}" if last is not None else ""
    return f"{ordinal(callee.attempts + 1)} attempt{when}"


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `3rd`, `11th`, `22nd`."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"


def past_words(at: int, now: dt.datetime, zone: dt.tzinfo) -> str:
    """A time that has been, in few letters: `today 10:20`, `Tue 10:20`, `3 Nov`, `3 Nov 2024`.

    Args:
        at: whole seconds since the epoch.
        now: the current time.
        zone: where the viewer is.
    """
    then, today = dt.datetime.fromtimestamp(at, zone), now.astimezone(zone).date()
    days = (today - then.date()).days
    if days == 0:
        return f"today {then:%H:%M}"
    if 0 < days <= _DAYS_BY_NAME:
        return f"{then:%a %H:%M}"
    return f"{then.day} {then:%b}" + ("" if then.year == today.year else f" {then.year}")


def deal_lines(brief: Brief, scene: Scene) -> tuple[Line, ...]:
    """The deal that it is about with all that counts, and the other open ones in two lines each."""
    lines: list[Line] = []
    if brief.deal is not None:
        lines += whole_deal(brief.deal, scene)
    others = brief.open_deals
    for deal in others[:DEALS]:
        stage = scene.catalog.stage_by_id.get(deal.stage_id)
        worth = "" if deal.value_minor is None else format_short(deal.value_minor, deal.currency)
        step = f" › {deal.next_step}" if deal.next_step else ""
        lines.append(Line(deal.title, "text", worth, "money", spare=1 if brief.deal else 0))
        lines.append(Line(f"  {stage.name if stage else ''}{step}", "muted", spare=1))
    if len(others) > DEALS:
        lines.append(Line(f"and {len(others) - DEALS} more open", "muted", spare=1))
    return tuple(lines) or (Line("No open deal", "muted", spare=1),)


def whole_deal(deal: Deal, scene: Scene) -> list[Line]:
    """A deal with all that counts."""
    stage, clock = scene.catalog.stage_by_id.get(deal.stage_id), scene.clock
    value = "no value" if deal.value_minor is None else format_money(deal.value_minor, deal.currency)
    close = f"closes {deal.expected_close.isoformat()}" if deal.expected_close else "no close date"
    lines = [
        Line(deal.title, "strong"),
        Line(stage.name if stage else "", "text", f"{span(clock.now - deal.stage_since.timestamp())} here"),
        Line(value, "money", f"{effective_probability(deal.probability, stage)} %"),
        Line(f"lost: {deal.lost_reason}" if deal.lost_reason else close, "muted", spare=1),
    ]
    if deal.next_step:
        lines.append(Line(f"› {deal.next_step}", "text"))
    return lines


def task_lines(brief: Brief, scene: Scene, plan: str = "") -> tuple[Line, ...]:
    """What is planned; where nothing is, with the key that plans something."""
    if not brief.tasks:
        how = f" · {plan} plans it" if plan else ""
        return (Line(f"{SIGNS[Next.NONE]} Nothing planned{how}", "none"),)
    lines, clock = [], scene.clock
    for place, task in enumerate(brief.tasks[:TASKS]):
        style = _NEXT_STYLES[next_state(task.due_at.timestamp(), clock.now, clock.tomorrow)]
        sign = SIGNS[next_state(task.due_at.timestamp(), clock.now, clock.tomorrow)]
        due = show_when(task.due_at, all_day=task.all_day, now=scene.now, zone=scene.zone)
        lines.append(Line(f"{sign} {task_words(task)}", style, due, style, spare=1 if place else 0))
    if len(brief.tasks) > TASKS:
        lines.append(Line(f"and {len(brief.tasks) - TASKS} more", "muted", spare=1))
    return tuple(lines)


def touch_lines(brief: Brief, scene: Scene) -> tuple[Line, ...]:
    """What happened last, with the beginning of what was said."""
    if not brief.touches:
        return (Line("Never touched", "muted"),)
    lines = []
    table = "contacts" if brief.contact is not None else brief.subject.table
    for entry in brief.touches:
        told = tell(entry, table)
        ago = scene.clock.now - entry.activity.occurred_at.timestamp()
        when = "today" if ago < DAY / 2 else span(ago)
        right = " · ".join(filter(None, (author(entry.activity.user_id, scene.catalog), when)))
        lines.append(Line(f"{told.sign} {told.text or told.word}", "text", right))
        body = " ".join(entry.activity.body.split())
        if body:
            lines.append(Line(f"  {body}", "muted", spare=1))
    return tuple(lines)
