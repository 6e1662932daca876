"""Making, changing, tagging, handing over and deleting records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textual.suggester import Suggester

from core.commands.base import title_of
from core.commands.companies import CreateCompany, DeleteCompany, EditCompany
from core.commands.contacts import CreateContact, DeleteContacts, EditContact
from core.commands.deals import CreateDeal, DeleteDeals, EditDeal
from core.commands.records import Assign, Claim, TagRecords
from core.entities import Company, Contact, Deal
from core.errors import Invalid, OffhookError
from core.filters import Query
from core.money import Money
from core.text import fold, printable
from core.workspace import ContactLine, Subject, Workspace
from tui.actions import key_of
from tui.desk import Desk
from tui.dialogs.fields import FormField, read
from tui.dialogs.form import Form
from tui.dialogs.pick import NEW, Option, Picker
from tui.dialogs.prompt import Confirm
from tui.flows.overtaken import overtaken
from tui.flows.run import at_fields, flow, run, settle

if TYPE_CHECKING:
    from tui.screens.base import DeskScreen

_WHAT = {"contacts": "contact", "deals": "deal", "companies": "company"}
_LIKE_NAMED = 50
"""Contacts that are looked through for the one of a name."""
_CUSTOM_KINDS = {
    "text": "line",
    "url": "line",
    "number": "number",
    "date": "date",
    "flag": "flag",
    "choice": "choice",
}


class CompanySuggester(Suggester):
    """Completes the name of a company."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(use_cache=False, case_sensitive=False)
        self._desk = desk

    async def get_suggestion(self, value: str) -> str | None:
        """The first company whose name starts like what was typed."""
        if len(value) < 2:
            return None
        try:
            found = await self._desk.read(lambda ws: ws.companies(value, limit=1))
        except OffhookError:
            return None
        name = found[0].name if found else ""
        return name if name.lower().startswith(value.lower()) else None


def _by_words(workspace: Workspace, typed: str, limit: int) -> list[ContactLine]:
    return workspace.contacts(Query(typed, tuple(typed.split())), sort="relevance", limit=limit)


def _name(line: ContactLine) -> str:
    return f"{line.first_name} {line.last_name}".strip()


class ContactSuggester(Suggester):
    """Completes the name of a contact."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(use_cache=False, case_sensitive=False)
        self._desk = desk

    async def get_suggestion(self, value: str) -> str | None:
        """The first contact whose name starts like what was typed."""
        if len(value) < 2 or value != value.lstrip():
            return None
        try:
            found = await self._desk.read(lambda ws: _by_words(ws, value, 10))
        except OffhookError:
            return None
        return next((name for name in map(_name, found) if name.lower().startswith(value.lower())), None)


async def contact_named(desk: Desk, typed: str) -> str:
    """The id of the contact of a name or an e-mail address.

    Raises:
        Invalid: there is none, or more than one; of the field `contact`.
    """
    wanted = fold(" ".join(typed.split()))
    found = await desk.read(lambda ws: _by_words(ws, typed, _LIKE_NAMED))
    exact = [line for line in found if wanted in (fold(_name(line)), fold(line.email))]
    near = exact or [
        line for line in found if _name(line) and all(w in fold(_name(line)) for w in wanted.split())
    ]
    if len(near) == 1:
        return near[0].id
    shown = printable(typed)[:40]
    if not near:
        raise Invalid(
            {"contact": f"There is no contact “{shown}”. Leave it empty, or make the contact first."}
        )
    some = ", ".join(_told(line) for line in near[:3]) + (", …" if len(near) > 3 else "")
    raise Invalid(
        {"contact": f"“{shown}” is more than one: {some}. Type the whole name or the e-mail address."}
    )


def _told(line: ContactLine) -> str:
    about = line.email or line.company
    return f"{_name(line)} ({about})" if about else _name(line)


# --- many at once -------------------------------------------------------------------------------------------------


def _many(table: str, ids: Sequence[str]) -> str:
    return f"{len(ids):,} {table}" if len(ids) > 1 else f"this {_WHAT[table]}"


async def _named(screen: DeskScreen, table: str, ids: Sequence[str]) -> str:
    """How many records, or the name of the one; the screen mostly knows it, so that the question comes at once."""
    if len(ids) > 1:
        return _many(table, ids)
    known = screen.called(Subject(table, ids[0]))
    return known or title_of(await screen.desk.read(lambda ws: ws.record(table, ids[0])))


@flow
async def claim(screen: DeskScreen, table: str, ids: Sequence[str]) -> None:
    """Takes records from a pool."""
    # Where the user saw it tells a colleague who was faster from a record that was never free.
    seen = screen.book_of(Subject(table, ids[0]))
    pools = {book.id for book in screen.desk.catalog.pools()}
    command = Claim(table=table, ids=tuple(ids), from_book_id=seen if seen in pools else "")
    answer = await run(screen, command)
    health = screen.desk.last_seen_health
    if (
        answer.applied
        and answer.changeset
        and health.mode == "field"
        and health.level in ("warning", "error")
    ):
        # Somebody else may have it at the server: nobody dials before that is known.
        screen.front.say(f"{answer.changeset.summary} · yours once it is sent")


@flow
async def assign(screen: DeskScreen, table: str, ids: Sequence[str]) -> None:
    """Hands records over to a colleague, a pool, or a book that is held together with colleagues."""
    catalog = screen.desk.catalog
    kinds = {"own": "", "pool": "pool", "shared": "together"}
    books = sorted(
        catalog.destinations, key=lambda book: (list(kinds).index(book.kind), catalog.owner_name(book.id))
    )
    options = [Option(book.id, catalog.owner_name(book.id), kinds[book.kind]) for book in books]
    book_id = await screen.app.push_screen_wait(Picker(f"Assign {_many(table, ids)} to", options))
    if isinstance(book_id, str):
        await run(screen, Assign(table=table, ids=tuple(ids), book_id=book_id))


@flow
async def tag(screen: DeskScreen, table: str, ids: Sequence[str]) -> None:
    """Adds tags to records; tags that all of them have come off again when they are unmarked."""
    records = await screen.desk.read(lambda ws: [ws.record(table, one) for one in ids[:50]])
    shared = (
        set.intersection(*(set(record.tags) for record in records)) if records and len(ids) <= 50 else set()
    )
    used = await screen.desk.read(lambda ws: ws.tags(table))
    options = [Option(one, one) for one in dict.fromkeys([*sorted(shared), *used])]
    chosen = await screen.app.push_screen_wait(
        Picker(f"Tags of {_many(table, ids)}", options, multi=True, marked=sorted(shared), allow_new=True,
               placeholder="Type to find or make a tag")
    )  # fmt: skip
    if isinstance(chosen, list):
        wanted = {one.removeprefix(NEW) for one in chosen if one}
        add, remove = tuple(sorted(wanted - shared)), tuple(sorted(shared - wanted))
        if add or remove:
            await run(screen, TagRecords(table=table, ids=tuple(ids), add=add, remove=remove))


@flow
async def delete(screen: DeskScreen, table: str, ids: Sequence[str]) -> None:
    """Deletes records, once confirmed."""
    named = await _named(screen, table, ids)
    if not await screen.app.push_screen_wait(
        Confirm(
            f"Delete {named}?",
            f"Open tasks go too. {key_of(screen, 'app.undo')} brings everything back.",
            danger=True,
        )
    ):
        return
    if table == "companies":
        for company_id in ids:
            await run(screen, DeleteCompany(company_id=company_id))
    elif table == "deals":
        await run(screen, DeleteDeals(deal_ids=tuple(ids)))
    else:
        await run(screen, DeleteContacts(contact_ids=tuple(ids)))


# --- forms --------------------------------------------------------------------------------------------------------


@flow
async def new_deal(
    screen: DeskScreen, pipeline_id: str, stage_id: str = "", *, contact: Contact | None = None
) -> str | None:
    """Makes a deal; returns its id."""
    desk = screen.desk
    company = ""
    if contact and contact.company_id:
        record = await desk.read(lambda ws: ws.record("companies", contact.company_id or ""))
        company = record.name
    fields = [
        FormField(
            "title",
            "Title",
            required=True,
            hint="What they buy",
            value=f"{company or contact.name}: " if contact else "",
        ),
        FormField(
            "company_name",
            "Company",
            "company",
            company,
            suggester=CompanySuggester(desk),
            hint="Typing completes; → takes it",
        ),
        *(
            ()
            if contact
            else (FormField("contact", "Contact", suggester=ContactSuggester(desk), hint="Whom to talk to"),)
        ),
        FormField("value", "Value", "money", currency=desk.catalog.organization.currency, hint="12.5k"),
        FormField("expected_close", "Closes", "date", hint="in 2 weeks, 2026-12-24"),
        FormField("next_step", "Next step", hint="What happens next"),
    ]
    made: list[str] = []

    async def submit(values: dict[str, Any]) -> dict[str, str] | None:
        company_name, named = values.pop("company_name"), values.pop("contact", "")
        _spread_money(values)
        if contact is not None:
            values["contact_id"] = contact.id
        elif named:
            try:
                values["contact_id"] = await contact_named(desk, named)
            except Invalid as error:
                return dict(error.fields)
        command = CreateDeal(
            pipeline_id=pipeline_id, stage_id=stage_id, values=values, company_name=company_name
        )
        wrong = at_fields(screen, await desk.execute(command), _FORM_NAMES)
        if not wrong:
            made.append(command.deal_id)
        return wrong

    await screen.app.push_screen_wait(Form(desk, "New deal", fields, submit))
    return made[0] if made else None


@flow
async def new_contact(screen: DeskScreen, company: Company | None = None) -> str | None:
    """Makes a contact, warning while typing where there may be one already; returns its id."""
    desk = screen.desk
    statuses = [("", "–"), *((status, status) for status in desk.catalog.lead_statuses)]
    fields = [
        FormField("first_name", "First name"),
        FormField("last_name", "Last name"),
        FormField(
            "company_name",
            "Company",
            "company",
            company.name if company else "",
            suggester=CompanySuggester(desk),
        ),
        FormField("title", "Job title"),
        FormField("phones", "Phones", "points", hint="+49 171 1234567 mobile, +49 30 123456 work"),
        FormField("emails", "E-mails", "points", hint="ann@acme.example, …"),
        FormField("lead_status", "Lead status", "choice", "New", statuses),
        FormField("city", "City"),
        FormField("country", "Country", hint="DE, FR, US"),
        FormField("tags", "Tags", "tags"),
    ]
    by_name = {field.name: field for field in fields}
    made: list[str] = []

    async def submit(values: dict[str, Any]) -> dict[str, str] | None:
        company_name = values.pop("company_name")
        command = CreateContact(values=values, company_name=company_name)
        wrong = at_fields(screen, await desk.execute(command), _FORM_NAMES)
        if not wrong:
            made.append(command.contact_id)
        return wrong

    async def watch(typed: dict[str, str]) -> str:
        draft: dict[str, Any] = {name: typed[name] for name in ("first_name", "last_name", "company_name")}
        for name in ("emails", "phones"):
            draft[name] = read(by_name[name], typed[name], now=desk.now, zone=desk.zone)
        try:
            hits = await desk.read(lambda ws: ws.likely_duplicates(draft))
        except OffhookError:
            return ""
        if not hits:
            return ""
        more = f" and {len(hits) - 1} more" if len(hits) > 1 else ""
        return f"⚠ Perhaps you have them already: {hits[0].title} ({hits[0].detail}){more}"

    await screen.app.push_screen_wait(Form(desk, "New contact", fields, submit, watch=watch))
    return made[0] if made else None


@flow
async def new_company(screen: DeskScreen) -> str | None:
    """Makes a company; returns its id."""
    desk = screen.desk
    fields = [
        FormField("name", "Name", required=True),
        FormField("domain", "Domain", hint="acme.com"),
        FormField("phone", "Phone"),
        FormField("industry", "Industry"),
        FormField("city", "City"),
        FormField("country", "Country", hint="DE, FR, US"),
    ]
    made: list[str] = []

    async def submit(values: dict[str, Any]) -> dict[str, str] | None:
        command = CreateCompany(values=values)
        wrong = at_fields(screen, await desk.execute(command))
        if not wrong:
            made.append(command.company_id)
        return wrong

    await screen.app.push_screen_wait(Form(desk, "New company", fields, submit))
    return made[0] if made else None


@flow
async def edit(screen: DeskScreen, table: str, record_id: str, *, focus: str = "") -> None:
    """Edits every field of a contact, deal or company. What was not touched is neither checked nor sent."""
    desk = screen.desk
    page = await desk.read(lambda ws: ws.page(table, record_id))
    record: Any = {"contacts": page.contact, "deals": page.deal, "companies": page.company}[table]
    company = page.company.name if page.company and getattr(record, "company_id", None) else ""
    fields = _fields(desk, table, record, company)
    editors = _by_field(fields)

    async def submit(values: dict[str, Any]) -> dict[str, str] | None:
        command = _edit_command(table, record, values)
        answer = await settle(screen, command, await desk.execute(command), editors=editors)
        return at_fields(screen, answer, {} if table == "companies" else _FORM_NAMES)

    title = f"Edit {_WHAT[table]} · {title_of(record)}"
    form = Form(
        desk, title, fields, submit, focus=focus, only_changed=True, record=(table, record_id),
        overtaken=overtaken(desk, record, _labels(fields), title_of(record)),
    )  # fmt: skip
    await screen.app.push_screen_wait(form)


def _fields(desk: Desk, table: str, record: Any, company: str) -> list[FormField]:
    """The fields of the form of a contact, deal or company."""
    return [*FORMS[table](desk, record, company), *_custom_fields(desk, table, record)]


def _by_field(fields: Sequence[FormField]) -> dict[str, FormField]:
    return {{"value": "value_minor"}.get(field.name, field.name): field for field in fields}


def editors_of(desk: Desk, table: str, record: Any) -> dict[str, FormField]:
    """How the fields of a contact, deal or company are typed, by their names."""
    return _by_field(_fields(desk, table, record, ""))


def _labels(fields: Sequence[FormField]) -> dict[str, str]:
    """What the form calls the fields of the record."""
    labels: dict[str, str] = {}
    for field in fields:
        names = {"value": ("value_minor", "currency"), "company_name": ("company_id",)}
        labels |= dict.fromkeys(names.get(field.name, (field.name,)), field.label)
    return labels


def _edit_command(table: str, record: Any, values: dict[str, Any]) -> EditContact | EditDeal | EditCompany:
    """The edit of the fields that were typed in, with what the user saw in them."""
    _spread_money(values)
    company_name = values.pop("company_name", None)
    if company_name is not None:
        # A name is looked up, or made a company of, when the command is decided; an empty one means none.
        values |= {} if company_name else {"company_id": None}
    expected = {name: _held(record, name) for name in values}
    if company_name:
        expected["company_id"] = record.company_id
    if table == "contacts":
        return EditContact(
            contact_id=record.id, values=values, expected=expected, company_name=company_name or ""
        )
    if table == "deals":
        return EditDeal(deal_id=record.id, values=values, expected=expected, company_name=company_name or "")
    return EditCompany(company_id=record.id, values=values, expected=expected)


def _deal_fields(desk: Desk, record: Any, company: str) -> list[FormField]:
    deal: Deal = record
    value = Money(deal.value_minor, deal.currency) if deal.value_minor is not None else None
    return [
        FormField("title", "Title", value=deal.title, required=True),
        FormField("company_name", "Company", "company", company, suggester=CompanySuggester(desk)),
        FormField("value", "Value", "money", value, currency=deal.currency),
        FormField("probability", "Probability", "percent", deal.probability, hint="the stage's"),
        FormField("expected_close", "Closes", "date", deal.expected_close, hint="in 2 weeks, 2026-12-24"),
        FormField("next_step", "Next step", value=deal.next_step),
        FormField("source", "Source", value=deal.source),
        FormField("tags", "Tags", "tags", deal.tags),
        FormField("description", "Description", "text", deal.description),
    ]


def _contact_fields(desk: Desk, record: Any, company: str) -> list[FormField]:
    contact: Contact = record
    statuses = [
        ("", "–"),
        *((s, s) for s in dict.fromkeys([*desk.catalog.lead_statuses, contact.lead_status]) if s),
    ]
    return [
        FormField("first_name", "First name", value=contact.first_name),
        FormField("last_name", "Last name", value=contact.last_name),
        FormField("company_name", "Company", "company", company, suggester=CompanySuggester(desk)),
        FormField("title", "Job title", value=contact.title),
        FormField(
            "phones", "Phones", "points", contact.phones, hint="+49 171 1234567 mobile, +49 30 123456 work"
        ),
        FormField("emails", "E-mails", "points", contact.emails),
        FormField("lead_status", "Lead status", "choice", contact.lead_status, statuses),
        FormField("source", "Source", value=contact.source),
        FormField("do_not_call", "Do not call", "flag", contact.do_not_call),
        FormField("time_zone", "Time zone", value=contact.time_zone, hint="Europe/Berlin"),
        FormField("address", "Address", value=contact.address),
        FormField("postal_code", "Postal code", value=contact.postal_code),
        FormField("city", "City", value=contact.city),
        FormField("region", "Region", value=contact.region),
        FormField("country", "Country", value=contact.country, hint="DE, FR, US"),
        FormField("tags", "Tags", "tags", contact.tags),
        FormField("description", "About", "text", contact.description),
    ]


def _company_fields(_desk: Desk, record: Any, _company: str) -> list[FormField]:
    one: Company = record
    return [
        FormField("name", "Name", value=one.name, required=True),
        FormField("domain", "Domain", value=one.domain, hint="acme.com"),
        FormField("website", "Website", value=one.website),
        FormField("phone", "Phone", value=one.phone),
        FormField("industry", "Industry", value=one.industry),
        FormField("employees", "Employees", "number", one.employees),
        FormField("address", "Address", value=one.address),
        FormField("postal_code", "Postal code", value=one.postal_code),
        FormField("city", "City", value=one.city),
        FormField("region", "Region", value=one.region),
        FormField("country", "Country", value=one.country, hint="DE, FR, US"),
        FormField("tags", "Tags", "tags", one.tags),
        FormField("description", "About", "text", one.description),
    ]


_FORM_NAMES = {
    "value_minor": "value",
    "currency": "value",
    "company_id": "company_name",
    "name": "company_name",
}
"""Fields of the forms by those of the records; a name that is wrong is the company's there."""
FORMS = {"deals": _deal_fields, "contacts": _contact_fields, "companies": _company_fields}
"""What the form of a record of each table is made of."""


def _custom_fields(desk: Desk, table: str, record: Any) -> list[FormField]:
    out = []
    for custom in desk.catalog.fields_for(table):
        value = record.custom.get(custom.key)
        options = [("", "–"), *((o, o) for o in dict.fromkeys([*custom.options, value or ""]) if o)]
        kind = _CUSTOM_KINDS.get(custom.kind, "line")
        out.append(
            FormField(f"custom.{custom.key}", custom.label, kind, value, options if kind == "choice" else ())
        )
    return out


def _held(record: Any, name: str) -> Any:
    head, _, tail = name.partition(".")
    value = getattr(record, head)
    return value.get(tail) if tail else value


def _spread_money(values: dict[str, Any]) -> None:
    """A typed amount is two fields of the record."""
    if "value" in values:
        money = values.pop("value")
        values["value_minor"] = money.minor if money else None
        if money:
            values["currency"] = money.currency
