"""What the screen of a contact, deal or company says, field by field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from core.catalog import Catalog
from core.entities import Company, Contact, Deal
from core.money import format_money, weighted
from core.pipelines import effective_probability
from core.when import show_when
from core.workspace import Page
from tui.models.card_text import Clock, span
from tui.models.contact_text import (
    DO_NOT_CALL,
    NEXT_STYLE,
    local_time,
    owner_words,
    phone_words,
    right_words,
    shared_words,
)
from tui.models.detail import Detail, heading

_OUTCOMES = {"open": "open", "won": "✓ won", "lost": "✗ lost", "abandoned": "✗ abandoned"}


class Scene(NamedTuple):
    """Around a record: the set-up and the time."""

    catalog: Catalog
    now: dt.datetime
    zone: dt.tzinfo

    @property
    def clock(self) -> Clock:
        """The time for the viewer."""
        return Clock.at(self.now, self.zone)

    @property
    def country(self) -> str:
        """How phone numbers are read."""
        return self.catalog.organization.country


class _Sheet:
    """Fields under way to the screen; those that are empty are gathered in one line."""

    def __init__(self) -> None:
        self.rows: list[Detail] = []
        self._unset: list[tuple[str, str]] = []

    def put(
        self, label: str, value: str, field: str = "", style: str = "", link: tuple[str, str] | None = None
    ) -> None:
        if value:
            self.rows.append(Detail(label, value, field, style, link))
        elif field:
            self._unset.append((label, field))

    def close(self) -> list[Detail]:
        """The rows, and what could be said besides."""
        if self._unset:
            names = ", ".join(label.lower() for label, _ in self._unset)
            self.rows.append(Detail("Not set", names, self._unset[0][1], "muted"))
        return self.rows


def contact_details(page: Page, scene: Scene) -> list[Detail]:
    """Every field of a contact."""
    contact = page.contact
    assert contact is not None
    sheet = _Sheet()
    if contact.do_not_call:
        sheet.rows.append(Detail("", f" {DO_NOT_CALL} DO NOT CALL", "do_not_call", "sign"))
    sheet.put("Job title", contact.title, "title", "strong")
    company = page.company
    sheet.put(
        "Company", company.name if company else "", "company_name", "link", ("companies", company.id) if company else None
    )  # fmt: skip
    _points(sheet, "Phone", contact.phones, "phones", scene.country)
    _their_time(sheet, contact.time_zone, scene)
    _points(sheet, "E-mail", contact.emails, "emails", "")
    sheet.put("Status", contact.lead_status, "lead_status")
    _whose(sheet, contact.book_id, scene.catalog)
    sheet.put("Tags", "  ".join(contact.tags), "tags", "today")
    _touches(sheet, contact, scene)
    sheet.put("Source", contact.source, "source")
    _address(sheet, contact)
    if not contact.do_not_call:
        sheet.put("Do not call", "", "do_not_call")
    return _rest(sheet, contact, scene)


def company_details(page: Page, scene: Scene) -> list[Detail]:
    """Every field of a company."""
    company = page.company
    assert company is not None
    sheet = _Sheet()
    sheet.put("Name", company.name, "name", "strong")
    sheet.put("Industry", company.industry, "industry")
    sheet.put("Phone", phone_words(company.phone, scene.country), "phone", "strong")
    sheet.put("Domain", company.domain, "domain")
    sheet.put("Website", company.website, "website")
    sheet.put("Employees", "" if company.employees is None else f"{company.employees:,}", "employees")
    _whose(sheet, company.book_id, scene.catalog)
    sheet.put("Tags", "  ".join(company.tags), "tags", "today")
    _address(sheet, company)
    return _rest(sheet, company, scene)


def deal_details(page: Page, scene: Scene) -> list[Detail]:
    """Every field of a deal."""
    deal, catalog = page.deal, scene.catalog
    assert deal is not None
    stage = catalog.stage_by_id.get(deal.stage_id)
    pipeline = catalog.pipeline_by_id.get(deal.pipeline_id)
    percent = effective_probability(deal.probability, stage)
    sheet = _Sheet()
    sheet.put("Title", deal.title, "title", "strong")
    if deal.outcome != "open":
        style = "won" if deal.outcome == "won" else "lost"
        when = (
            show_when(deal.closed_at, all_day=True, now=scene.now, zone=scene.zone) if deal.closed_at else ""
        )
        sheet.put(
            "Outcome", " · ".join(filter(None, (_OUTCOMES.get(deal.outcome, deal.outcome), when))), "", style
        )
        sheet.put("Why", deal.lost_reason, "", style)
    value = "" if deal.value_minor is None else format_money(deal.value_minor, deal.currency)
    sheet.put("Value", value, "value", "money")
    if deal.value_minor is not None and deal.outcome == "open":
        sheet.put(
            "Weighted", format_money(weighted([(deal.value_minor, percent)]), deal.currency), "", "muted"
        )
    whose = "" if deal.probability is not None or deal.outcome != "open" else " (the stage's)"
    sheet.put("Probability", f"{percent} %{whose}", "probability")
    _closes(sheet, deal, scene)
    sheet.put("Next step", deal.next_step, "next_step", "strong")
    contact, company = page.contact, page.company
    sheet.put(
        "Contact", contact.name if contact else "", "", "link", ("contacts", contact.id) if contact else None
    )
    if contact is not None:
        sheet.put("Job title", contact.title)
        if contact.do_not_call:
            sheet.rows.append(Detail("", f" {DO_NOT_CALL} DO NOT CALL", "", "sign"))
        for point in contact.phones[:2]:
            sheet.put(
                f"✆ {point.get('label') or 'phone'}", phone_words(point["value"], scene.country), "", "strong"
            )
        _their_time(sheet, contact.time_zone, scene, field="")
    sheet.put(
        "Company", company.name if company else "", "company_name", "link", ("companies", company.id) if company else None
    )  # fmt: skip
    sheet.put("Pipeline", pipeline.name if pipeline else "")
    sheet.put("Stage", stage.name if stage else "")
    _whose(sheet, deal.book_id, catalog)
    sheet.put("Tags", "  ".join(deal.tags), "tags", "today")
    sheet.put("Source", deal.source, "source")
    _touches(sheet, deal, scene)
    return _rest(sheet, deal, scene)


def _closes(sheet: _Sheet, deal: Deal, scene: Scene) -> None:
    day = deal.expected_close
    if day is None:
        sheet.put("Closes", "", "expected_close")
        return
    left = (day - scene.now.astimezone(scene.zone).date()).days
    style, words = "", "today" if left == 0 else f"in {left}d" if left > 0 else f"! {-left}d ago"
    if deal.outcome == "open":
        style = "overdue" if left < 0 else "today" if left == 0 else ""
    else:
        words = ""
    year = "" if day.year == scene.now.year else f" {day.year}"
    sheet.put(
        "Closes",
        f"{day:%a} {day.day} {day:%b}{year}" + (f" · {words}" if words else ""),
        "expected_close",
        style,
    )


def _points(sheet: _Sheet, label: str, points: Sequence[Any], field: str, country: str) -> None:
    """A line each, with its kind beside a sign in the place of the label; the first is the one that is used, unless it is bad."""
    sign = "✆" if field == "phones" else "✉"
    for n, point in enumerate(points):
        value = phone_words(point["value"], country) if field == "phones" else point["value"]
        bad = point.get("bad")
        style = "muted" if bad else "" if n else "strong"
        label_words = f"{sign} {point.get('label') or label.lower()}"
        sheet.put(label_words, f"{value} ✗ {bad}" if bad else value, field, style)
    if not points:
        sheet.put(label, "", field)


def _their_time(sheet: _Sheet, zone_name: str, scene: Scene, field: str = "time_zone") -> None:
    local = local_time(zone_name, scene.now) if zone_name else ""
    place = zone_name.rpartition("/")[2].replace("_", " ")
    sheet.put("Their time", f"{local} · {place}" if local else zone_name, field)


def _whose(sheet: _Sheet, book_id: str, catalog: Catalog) -> None:
    """Whose it is, whether one may change it, who else sees it."""
    right = right_words(book_id, catalog)
    sheet.put(
        "Owner",
        " · ".join(filter(None, (owner_words(book_id, catalog), right))),
        "",
        "muted" if right else "",
    )
    sheet.put("Shared with", shared_words(book_id, catalog))


def _touches(sheet: _Sheet, record: Contact | Deal, scene: Scene) -> None:
    from tui.models.card_text import due_words

    last, due = record.last_activity_at, record.next_task_at
    clock = scene.clock
    sheet.put("Last touch", f"{span(clock.now - last.timestamp())} ago" if last else "never")
    state, words = due_words(int(due.timestamp()) if due else None, clock)
    sheet.put("Next task", words.full, "", NEXT_STYLE[state])


def _address(sheet: _Sheet, record: Contact | Company) -> None:
    sheet.put("Address", record.address, "address")
    town = " ".join(filter(None, (record.postal_code, record.city)))
    sheet.put("City", town, "city")
    if not record.postal_code:
        sheet.put("Postal code", "", "postal_code")
    sheet.put("Region", record.region, "region")
    sheet.put("Country", record.country, "country")


def _rest(sheet: _Sheet, record: Contact | Company | Deal, scene: Scene) -> list[Detail]:
    """Custom fields, the long text, who made it when."""
    for custom in scene.catalog.fields_for(record.TABLE):
        sheet.put(custom.label, custom_words(record.custom.get(custom.key)), f"custom.{custom.key}")
    if not record.description:
        sheet.put("About" if record.TABLE != "deals" else "Description", "", "description")
    rows = sheet.close()
    if record.description:
        rows += [heading("About"), Detail("", record.description, "description", "text")]
    if record.created_at is not None:
        made = show_when(record.created_at, all_day=False, now=scene.now, zone=scene.zone)
        rows += [heading("Record"), Detail("Created", made, "", "muted")]
        if record.updated_at is not None and record.version > 1:
            changed = show_when(record.updated_at, all_day=False, now=scene.now, zone=scene.zone)
            who = scene.catalog.user_name(record.updated_by)
            rows.append(Detail("Changed", f"{changed} · {who}", "", "muted"))
    return rows


def custom_words(value: Any) -> str:
    """A custom field's value; empty where there is none."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)
