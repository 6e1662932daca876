"""`offhook show`: everything about one contact, deal or company on one page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from cli.naming import find_one
from cli.output import Code, say, say_json, styled, table, terminal_width
from cli.plain import entry_data, record_data
from cli.session import Session
from core.catalog import Catalog
from core.clock import zone_named
from core.entities import Company, Contact, Deal, Task
from core.money import format_money
from core.pipelines import effective_probability
from core.points import show_phone
from core.text import printable
from core.workspace import Entry, Page, Subject
from tui.models.task_text import task_words

_SHOWN_WIDTH = 100


def show(session: Session, text: str, activities: int) -> Code:
    """Shows the record that `text` means, with its newest `activities`."""
    with session.open() as workspace:
        named = find_one(workspace, text)
        page = workspace.page(named.table, named.id)
        entries = workspace.timeline(Subject(named.table, named.id), limit=activities) if activities else []
        catalog = workspace.catalog()
    if session.json:
        say_json(_data(named.table, page, entries, catalog))
    else:
        for line in _Sheet(session, catalog).lines(named.table, page, entries):
            say(line)
    return Code.FINE


def _data(kind: str, page: Page, entries: list[Entry], catalog: Catalog) -> dict[str, Any]:
    def one(record: Contact | Deal | Company | None) -> dict[str, Any] | None:
        return record_data(record, catalog) if record else None

    return {
        "kind": {"contacts": "contact", "deals": "deal", "companies": "company"}[kind],
        "contact": one(page.contact),
        "deal": one(page.deal),
        "company": one(page.company),
        "deals": [record_data(deal, catalog) for deal in page.deals],
        "contacts": [_contact_line(line) for line in page.contacts],
        "tasks": [record_data(task, catalog) for task in page.tasks],
        "activities": [entry_data(entry, catalog) for entry in entries],
        "counts": dict(page.counts),
    }


def _contact_line(line: Any) -> dict[str, Any]:
    return {
        "id": line.id,
        "name": f"{line.first_name} {line.last_name}".strip(),
        "title": line.title,
        "email": line.email,
        "phone": line.phone,
    }


class _Sheet:
    """The page as lines of text."""

    def __init__(self, session: Session, catalog: Catalog) -> None:
        self.session = session
        self.catalog = catalog

    def lines(self, kind: str, page: Page, entries: list[Entry]) -> Iterator[str]:
        if kind == "contacts" and page.contact:
            yield from self._contact(page.contact, page.company)
        elif kind == "deals" and page.deal:
            yield from self._deal(page.deal, page.contact, page.company)
        elif page.company:
            yield from self._company(page.company)
        if kind != "deals":
            yield from self._section("Deals", self._deals(page.deals))
        if kind == "companies":
            rows = [
                (
                    f"{c.first_name} {c.last_name}".strip(),
                    c.title,
                    show_phone(c.phone, c.country) if c.phone else c.email,
                )
                for c in page.contacts
            ]
            yield from self._section("Contacts", table(rows, flexible=(1, 0), indent=2))
        yield from self._section("To do", self._tasks(page.tasks))
        yield from self._section("Activities", self._entries(entries))

    def _head(self, title: str, kind: str, subtitle: str) -> Iterator[str]:
        yield styled(printable(title), "bold") + styled(f"  {kind}", "dim")
        if subtitle:
            yield printable(subtitle)
        yield ""

    def _facts(self, facts: Iterable[tuple[str, str]]) -> Iterator[str]:
        known = [(label, value) for label, value in facts if value]
        width = max((len(label) for label, _ in known), default=0)
        for label, value in known:
            first, *rest = value.splitlines() or [""]
            yield styled(f"{printable(label):<{width}}", "dim") + f"  {printable(first)}"
            for line in rest:
                yield f"{'':<{width}}  {printable(line)}"

    def _section(self, title: str, lines: Iterable[str]) -> Iterator[str]:
        body = list(lines)
        if body:
            yield ""
            yield styled(title, "bold")
            yield from body

    def _contact(self, contact: Contact, company: Company | None) -> Iterator[str]:
        at = " at ".join(part for part in (contact.title, company.name if company else "") if part)
        yield from self._head(contact.name, "contact", at)
        yield from self._facts(
            [
                *self._points("Phone", contact.phones, contact.country),
                *self._points("E-mail", contact.emails),
                ("Do not call", "yes" if contact.do_not_call else ""),
                ("Status", contact.lead_status),
                ("Owner", self.catalog.owner_name(contact.book_id)),
                ("Place", _place(contact)),
                ("Time there", self._time_there(contact.time_zone)),
                ("Source", contact.source),
                ("Tags", " ".join(contact.tags)),
                *self._custom("contacts", contact.custom),
                ("About", contact.description),
                ("Id", contact.id),
            ]
        )

    def _deal(self, deal: Deal, contact: Contact | None, company: Company | None) -> Iterator[str]:
        stage = self.catalog.stage_by_id.get(deal.stage_id)
        pipeline = self.catalog.pipeline_by_id.get(deal.pipeline_id)
        days = max((self.session.now - deal.stage_since).days, 0)
        place = f"{pipeline.name if pipeline else '?'} / {stage.name if stage else '?'}"
        yield from self._head(deal.title, "deal", company.name if company else "")
        value = format_money(deal.value_minor, deal.currency) if deal.value_minor is not None else ""
        chance = effective_probability(deal.probability, stage)
        yield from self._facts(
            [
                ("Stage", f"{place}, for {days} day{'' if days == 1 else 's'}"),
                ("Outcome", deal.outcome if deal.outcome != "open" else ""),
                ("Lost reason", deal.lost_reason),
                ("Value", f"{value}  {chance} %" if value else ""),
                ("Expected close", deal.expected_close.isoformat() if deal.expected_close else ""),
                ("Next step", deal.next_step),
                ("Contact", contact.name if contact else ""),
                *(self._points("Phone", contact.phones[:1], contact.country) if contact else ()),
                ("Owner", self.catalog.owner_name(deal.book_id)),
                ("Source", deal.source),
                ("Tags", " ".join(deal.tags)),
                *self._custom("deals", deal.custom),
                ("About", deal.description),
                ("Id", deal.id),
            ]
        )

    def _company(self, company: Company) -> Iterator[str]:
        yield from self._head(company.name, "company", company.industry)
        yield from self._facts(
            [
                ("Phone", show_phone(company.phone, company.country) if company.phone else ""),
                ("Domain", company.domain),
                ("Website", company.website),
                ("Employees", f"{company.employees:,}" if company.employees is not None else ""),
                ("Owner", self.catalog.owner_name(company.book_id)),
                ("Place", _place(company)),
                ("Tags", " ".join(company.tags)),
                *self._custom("companies", company.custom),
                ("About", company.description),
                ("Id", company.id),
            ]
        )

    def _points(self, label: str, points: Iterable[Any], country: str = "") -> list[tuple[str, str]]:
        shown = []
        for point in points:
            value = show_phone(point["value"], country) if label == "Phone" else point["value"]
            about = ", ".join(filter(None, [point.get("label"), point.get("bad")]))
            shown.append((label, f"{value}  ({about})" if about else value))
        return shown

    def _custom(self, entity: str, values: Any) -> list[tuple[str, str]]:
        labels = {field.key: field.label for field in self.catalog.fields_for(entity)}
        return [
            (labels[key], str(value)) for key, value in values.items() if key in labels and value is not None
        ]

    def _time_there(self, zone: str) -> str:
        there = zone_named(zone)
        return f"{self.session.now.astimezone(there):%H:%M}, {zone}" if there else ""

    def _deals(self, deals: Iterable[Deal]) -> Iterable[str]:
        rows = []
        for deal in deals:
            stage = self.catalog.stage_by_id.get(deal.stage_id)
            value = format_money(deal.value_minor, deal.currency) if deal.value_minor is not None else ""
            rows.append((deal.title, stage.name if stage else "", value, deal.next_step))
        return table(rows, flexible=(0, 3), right=(2,), indent=2)

    def _tasks(self, tasks: Iterable[Task]) -> Iterable[str]:
        rows = []
        for task in tasks:
            due = self.session.local(task.due_at)
            late = "overdue" if task.due_at < self.session.now else ""
            rows.append(
                (
                    f"{due:%Y-%m-%d}" if task.all_day else f"{due:%Y-%m-%d %H:%M}",
                    late,
                    task.kind,
                    task_words(task),
                )
            )
        return table(rows, flexible=(3,), indent=2)

    def _entries(self, entries: Iterable[Entry]) -> Iterator[str]:
        width = min((terminal_width() or _SHOWN_WIDTH), _SHOWN_WIDTH) - 2
        rows = []
        for entry in entries:
            activity = entry.activity
            what = " · ".join(part for part in (activity.outcome, activity.subject, activity.body) if part)
            at = self.session.local(activity.occurred_at)
            rows.append((f"{at:%Y-%m-%d %H:%M}", activity.kind.replace("_", " "), _short(what, 3 * width)))
        yield from table(rows, flexible=(2,), indent=2)


def _short(text: str, most: int) -> str:
    line = printable(text)
    return line if len(line) <= most else line[: most - 1] + "…"


def _place(record: Contact | Company) -> str:
    city = f"{record.postal_code} {record.city}".strip()
    return ", ".join(part for part in (record.address, city, record.region, record.country) if part)
