"""What people do at a client: every kind of command, on records that they see, with words that nobody else types."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core.catalog import Catalog
from core.commands.activities import EditActivity, LogActivity, RetractActivity
from core.commands.base import Command
from core.commands.companies import CreateCompany, DeleteCompany, EditCompany
from core.commands.contacts import CreateContact, DeleteContacts, EditContact
from core.commands.deals import CreateDeal, DeleteDeals, EditDeal, MoveDeal
from core.commands.people import EditUser, JoinTeam, LeaveTeam
from core.commands.pipelines import AddStage, DeleteStage, EditStage
from core.commands.records import Assign, Claim, TagRecords
from core.commands.setup import EditOrganization, SaveView
from core.commands.sharing import ShareBook, ShareRecord, UnshareBook
from core.commands.tasks import CompleteTask, CreateTask, DeleteTask, EditTask
from core.commands.undo import Undo
from core.recurrence import RECURRENCES
from core.workspace import Workspace
from tests.sync.simulator.centre import FIELD_KEY, SLOW
from tests.sync.simulator.chance import Chance

SHARED_ADDRESSES = ("kim@lead.example", "lou@lead.example", "sam@lead.example")
"""Of people whom several reps meet at the same fair."""


class Desk(Protocol):
    """What an action needs of a client."""

    @property
    def workspace(self) -> Workspace:
        """What the person works with."""
        ...

    def ids(self, table: str, where: str = "") -> Sequence[str]:
        """The ids of records that are not deleted, in an order that is the same in every run."""
        ...

    def batches(self) -> Sequence[str]:
        """The batches of rows that were brought in here and are not taken back."""
        ...

    def token(self) -> str:
        """A new word."""
        ...

    def clock(self) -> dt.datetime:
        """What time it is there."""
        ...


@dataclass(frozen=True)
class Intent:
    """What somebody is about to do.

    Attributes:
        command: the command.
        tokens: the words that were typed for it.
        given_up: words typed earlier that it knowingly leaves out.
    """

    command: Command
    tokens: tuple[str, ...] = ()
    given_up: tuple[str, ...] = ()


Action = Callable[[Desk, Chance], Intent | None]


def one(desk: Desk, chance: Chance, table: str, where: str = "") -> Any:
    """One of the records that the person could change; None where there is none."""
    ids = [id_ for id_ in desk.ids(table, where) if id_ not in SLOW]
    return desk.workspace.record(table, chance.pick(ids)) if ids else None


def _edit(record: Any, values: Mapping[str, Any]) -> Command:
    table = type(record).TABLE
    expected = {name: _value(record, name) for name in values}
    if table == "contacts":
        return EditContact(contact_id=record.id, values=values, expected=expected)
    if table == "deals":
        return EditDeal(deal_id=record.id, values=values, expected=expected)
    return EditCompany(company_id=record.id, values=values, expected=expected)


def _value(record: Any, name: str) -> Any:
    head, _, tail = name.partition(".")
    held = getattr(record, head)
    return held.get(tail) if tail else held


FIELDS: Mapping[str, tuple[str, ...]] = {
    "contacts": (
        "city",
        "postal_code",
        "title",
        "description",
        "first_name",
        "source",
        f"custom.{FIELD_KEY}",
    ),
    "companies": ("city", "industry", "description", "name", "address"),
    "deals": ("next_step", "description", "title", "source", f"custom.{FIELD_KEY}"),
}
"""Fields that a person types text into."""


def edited(record: Any, chance: Chance, token: Callable[[], str]) -> Intent:
    """Some fields of a record, as a form is left."""
    values: dict[str, Any] = {}
    tokens = []
    for name in chance.some(FIELDS[type(record).TABLE], 2):
        values[name] = token()
        tokens.append(values[name])
    if type(record).TABLE == "deals" and chance.percent(20):
        values["value_minor"] = 1_000 + chance.below(1_000_000)
    if type(record).TABLE == "contacts" and chance.percent(10):
        values["do_not_call"] = not record.do_not_call
    return Intent(_edit(record, values), tuple(tokens))


def edit(desk: Desk, chance: Chance) -> Intent | None:
    record = one(desk, chance, chance.pick(("contacts", "contacts", "deals", "companies")))
    return edited(record, chance, desk.token) if record is not None else None


def tag(desk: Desk, chance: Chance) -> Intent | None:
    table = chance.pick(("contacts", "deals", "companies"))
    record = one(desk, chance, table)
    if record is None:
        return None
    if record.tags and chance.percent(40):
        return Intent(TagRecords(table=table, ids=(record.id,), remove=(chance.pick(record.tags),)))
    word = desk.token()
    return Intent(TagRecords(table=table, ids=(record.id,), add=(word, "hot")), (word,))


def points(desk: Desk, chance: Chance) -> Intent | None:
    contact = one(desk, chance, "contacts")
    if contact is None:
        return None
    emails = list(contact.emails)
    what = chance.below(4)
    if what == 0 and emails:
        emails.pop(chance.below(len(emails)))
        return Intent(_edit(contact, {"emails": tuple(emails)}))
    if what == 1 and emails:
        place, word = chance.below(len(emails)), desk.token()
        emails[place] = {**emails[place], "label": word}
        return Intent(_edit(contact, {"emails": tuple(emails)}), (word,))
    if what == 2 and len(emails) > 1:
        return Intent(_edit(contact, {"emails": (*emails[1:], emails[0])}))
    word = desk.token()
    return Intent(
        _edit(contact, {"emails": (*emails, {"value": f"{word}@mail.example", "label": "work"})}), (word,)
    )


def move(desk: Desk, chance: Chance) -> Intent | None:
    deal = one(desk, chance, "deals")
    catalog = desk.workspace.catalog()
    stage = catalog.stage_by_id.get(deal.stage_id) if deal is not None else None
    targets = [s for s in stage.next_stage_ids if s in catalog.stage_by_id] if stage is not None else []
    if deal is None or stage is None or not targets:
        return None
    target = chance.pick(targets)
    reason = desk.token() if catalog.stage_by_id[target].kind == "lost" else ""
    command = MoveDeal(deal_id=deal.id, stage_id=target, from_stage_id=stage.id, reason=reason)
    return Intent(command, (reason,) if reason else ())


def delete(desk: Desk, chance: Chance) -> Intent | None:
    table = chance.pick(("contacts", "deals", "companies"))
    record = one(desk, chance, table)
    if record is None:
        return None
    if table == "contacts":
        return Intent(DeleteContacts(contact_ids=(record.id,)))
    if table == "deals":
        return Intent(DeleteDeals(deal_ids=(record.id,)))
    return Intent(DeleteCompany(company_id=record.id))


def undo(desk: Desk, chance: Chance) -> Intent | None:
    done = desk.workspace.undoable()
    return Intent(Undo(changeset_id=done.id)) if done is not None else None


def claim(desk: Desk, chance: Chance) -> Intent | None:
    pools = [book.id for book in desk.workspace.catalog().pools()]
    listed = ", ".join(f"'{book}'" for book in pools)
    table = chance.pick(("contacts", "deals", "companies"))
    record = one(desk, chance, table, f"book_id IN ({listed})")
    return (
        Intent(Claim(table=table, ids=(record.id,), from_book_id=record.book_id))
        if record is not None
        else None
    )


def assign(desk: Desk, chance: Chance) -> Intent | None:
    catalog = desk.workspace.catalog()
    table = chance.pick(("contacts", "deals", "companies"))
    record = one(desk, chance, table)
    books = sorted(book.id for book in catalog.destinations)
    if record is None or not books:
        return None
    return Intent(Assign(table=table, ids=(record.id,), book_id=chance.pick(books)))


def share_record(desk: Desk, chance: Chance) -> Intent | None:
    table = chance.pick(("contacts", "deals"))
    record, people = one(desk, chance, table), _colleagues(desk.workspace.catalog())
    if record is None or not people:
        return None
    return Intent(
        ShareRecord(
            table=table, record_id=record.id, user_ids=(chance.pick(people),), can_write=chance.percent(70)
        )
    )


def share_book(desk: Desk, chance: Chance) -> Intent | None:
    catalog = desk.workspace.catalog()
    books, people = (
        sorted(b.id for b in catalog.books if b.id in catalog.writable_books),
        _colleagues(catalog),
    )
    if not books or not people:
        return None
    shares = sorted((s.book_id, s.user_id) for s in catalog.shares if s.book_id in books)
    if shares and chance.percent(60):
        book, user = chance.pick(shares)
        return Intent(UnshareBook(book_id=book, user_id=user))
    return Intent(
        ShareBook(book_id=chance.pick(books), user_id=chance.pick(people), can_write=chance.percent(50))
    )


def _colleagues(catalog: Catalog) -> list[str]:
    return sorted(user.id for user in catalog.colleagues if user.role != "readonly")


def log(desk: Desk, chance: Chance) -> Intent | None:
    table = chance.pick(("contacts", "deals", "companies"))
    record, word = one(desk, chance, table), desk.token()
    if record is None:
        return None
    kind = chance.pick(("call", "note"))
    more: dict[str, Any] = {"outcome": "connected", "direction": "out"} if kind == "call" else {}
    return Intent(LogActivity(table=table, record_id=record.id, kind=kind, body=word, **more), (word,))


def correct(desk: Desk, chance: Chance) -> Intent | None:
    mine = desk.workspace.catalog().me.id
    entry = one(
        desk, chance, "activities",
        f"user_id = '{mine}' AND kind IN ('call', 'note') AND NOT superseded AND NOT retracted",
    )  # fmt: skip
    if entry is None:
        return None
    if chance.percent(30):
        return Intent(RetractActivity(activity_id=entry.id))
    word = desk.token()
    return Intent(EditActivity(activity_id=entry.id, values={"body": word}), (word,))


def plan(desk: Desk, chance: Chance) -> Intent | None:
    table = chance.pick(("contacts", "deals"))
    record, word = one(desk, chance, table), desk.token()
    if record is None:
        return None
    due = _day(desk, chance.below(28) - 14)
    more: dict[str, Any] = {"kind": chance.pick(("call", "todo"))}
    if chance.percent(35):
        more["recurrence"] = chance.pick(RECURRENCES)
    return Intent(CreateTask(table=table, record_id=record.id, subject=word, due_at=due, **more), (word,))


def work(desk: Desk, chance: Chance) -> Intent | None:
    task = one(desk, chance, "tasks", "done_at IS NULL")
    if task is None:
        return None
    what = chance.below(4)
    if what == 0:
        return Intent(CompleteTask(task_id=task.id))
    if what == 1:
        return Intent(DeleteTask(task_id=task.id))
    word = desk.token()
    values: dict[str, Any] = {"subject" if what == 2 else "body": word}
    if what == 3:
        values["due_at"] = _day(desk, chance.below(28))
    return Intent(
        EditTask(task_id=task.id, values=values, expected={name: getattr(task, name) for name in values}),
        (word,),
    )


def _day(desk: Desk, days: int) -> dt.datetime:
    """Nine o'clock on the day that is so many days ahead."""
    return (desk.clock() + dt.timedelta(days=days)).replace(hour=9, minute=0, second=0, microsecond=0)


def create(desk: Desk, chance: Chance) -> Intent | None:
    word = desk.token()
    what = chance.below(4)
    if what == 0:
        return Intent(CreateCompany(values={"name": f"{word} Works", "city": "Kiel"}), (word,))
    if what == 1:
        pipeline = desk.workspace.catalog().pipelines[0].id
        contact = one(desk, chance, "contacts")
        values: dict[str, Any] = {"title": word, "value_minor": 5_000}
        if contact is not None:
            values["contact_id"] = contact.id
        return Intent(CreateDeal(pipeline_id=pipeline, values=values), (word,))
    values = {"first_name": word, "last_name": "New"}
    if what == 2:
        # Two reps meet the same person and do not know of each other.
        values["emails"] = ({"value": chance.pick(SHARED_ADDRESSES), "label": "work"},)
    company = chance.pick(("", "", "Fair Ltd", "Ann Works"))
    return Intent(CreateContact(values=values, company_name=company), (word,))


def manage(desk: Desk, chance: Chance) -> Intent | None:
    """What is only for those who run the place; the others are refused."""
    catalog = desk.workspace.catalog()
    if catalog.me.role not in ("admin", "manager"):
        return None
    what, pipeline = chance.below(6), catalog.pipelines[0]
    stages = [stage for stage in catalog.stages_of(pipeline.id) if stage.kind == "open"]
    word = desk.token()
    if what == 0 and len(stages) < 9:
        after = chance.pick(stages).id
        return Intent(AddStage(pipeline_id=pipeline.id, name=word, after_stage_id=after), (word,))
    if what == 1 and len(stages) > 3:
        gone, to = chance.pick(stages), chance.pick(stages)
        return Intent(DeleteStage(stage_id=gone.id, reassign_to=to.id if to.id != gone.id else ""))
    if what == 2:
        stage = chance.pick(stages)
        return Intent(
            EditStage(stage_id=stage.id, values={"name": word}, expected={"name": stage.name}), (word,)
        )
    if what == 3:
        return Intent(
            SaveView(entity="contacts", name=word, query="city:Kiel", shared=chance.percent(50)), (word,)
        )
    if catalog.me.role != "admin":
        return None
    if what == 4:
        user, team = chance.pick(_colleagues(catalog) or [catalog.me.id]), chance.pick(catalog.teams).id
        if team in catalog.teams_of(user):
            return Intent(LeaveTeam(user_id=user, team_id=team))
        return Intent(JoinTeam(user_id=user, team_id=team))
    if chance.percent(50):
        return Intent(
            EditOrganization(values={"name": word}, expected={"name": catalog.organization.name}), (word,)
        )
    me = catalog.me
    return Intent(EditUser(user_id=me.id, values={"name": word}, expected={"name": me.name}), (word,))
