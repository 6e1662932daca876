"""What the server works out by triggers is what storage.derive works out on SQLite."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from core.changes import TOLD_KINDS, Row
from core.commands.activities import EditActivity, LogActivity, RetractActivity
from core.commands.companies import CreateCompany, DeleteCompany, EditCompany
from core.commands.contacts import CreateContact, DeleteContacts, EditContact
from core.commands.deals import CreateDeal, DeleteDeals, EditDeal, MoveDeal
from core.commands.records import Assign, Claim, TagRecords
from core.commands.tasks import CompleteTask, CreateTask, DeleteTask, EditTask
from core.commands.undo import Undo
from core.entities import Activity, Contact, Deal
from core.errors import OffhookError
from core.text import fold, words
from storage.derive import KEYED, PARENTS, SEARCHED, own_columns, parent_of, points_of
from storage.postgres.codec import codec
from tests.postgres.desk import NOW, Desk
from tests.postgres.floor import Floor

TABLES = ("companies", "contacts", "deals", "activities", "tasks")


class Held:
    """All records of a database, as the server holds them."""

    def __init__(self, floor: Floor) -> None:
        superuser = floor.database.superuser()
        self.rows: dict[str, dict[str, Row]] = {}
        self.lexemes: dict[str, set[str]] = {}
        for table in TABLES:
            form = codec(table)
            found = superuser.execute(f"SELECT {form.selected('t')} FROM {table} t").fetchall()
            self.rows[table] = {row["id"]: row for row in (form.decode(values) for (values,) in found)}
            if table in SEARCHED:
                self.lexemes |= {
                    row_id: set(found)
                    for row_id, found in superuser.execute(
                        f"SELECT id, tsvector_to_array(lexemes) FROM {table}"
                    )
                }
        self.points = superuser.execute(
            "SELECT contact_id, kind, value, book_id FROM contact_points"
        ).fetchall()
        self.keys = superuser.execute("SELECT table_name, row_id, value, book_id FROM record_keys").fetchall()

    def row(self, table: str, record_id: str) -> Row | None:
        return self.rows[table].get(record_id)


def faults(floor: Floor) -> list[str]:
    """Every derived value that is not what storage.derive says."""
    held = Held(floor)
    out = [*_times(held), *_texts(held), *_books(held)]
    revised = {row["revises"] for row in held.rows["activities"].values()}
    for row in held.rows["activities"].values():
        out += _fault("activities", row, "superseded", row["id"] in revised)
    wanted = {
        (row["id"], kind, value, row["book_id"])
        for row in held.rows["contacts"].values()
        for kind, value in points_of(row)
    }
    if set(held.points) != wanted:
        out.append(f"contact_points: {set(held.points) ^ wanted}")
    known = {
        (table, row["id"], value, row["book_id"])
        for table in KEYED
        for row in held.rows[table].values()
        if row["deleted_at"] is None
        for value in row["external_ids"]
    }
    if set(held.keys) != known:
        out.append(f"record_keys: {set(held.keys) ^ known}")
    return out


def _fault(table: str, row: Row, name: str, expected: object) -> list[str]:
    if row[name] == expected:
        return []
    return [f"{table}.{name} of {row['id']} is {row[name]!r}, not {expected!r}"]


def _times(held: Held) -> Iterator[str]:
    told: dict[str, list[dt.datetime]] = defaultdict(list)
    due: dict[str, list[dt.datetime]] = defaultdict(list)
    for row in held.rows["activities"].values():
        gone = row["superseded"] or row["retracted"] or row["deleted_at"]
        if row["kind"] in TOLD_KINDS and not gone:
            for _table, column in PARENTS:
                told[row[column]].append(row["occurred_at"])
    for row in held.rows["tasks"].values():
        if row["done_at"] is None and row["deleted_at"] is None:
            for _table, column in PARENTS:
                due[row[column]].append(row["due_at"])
    for table in ("contacts", "deals"):
        for row in held.rows[table].values():
            yield from _fault(table, row, "last_activity_at", max(told[row["id"]], default=None))
            yield from _fault(table, row, "next_task_at", min(due[row["id"]], default=None))


def _texts(held: Held) -> Iterator[str]:
    for table in SEARCHED:
        for row in held.rows[table].values():
            for name, expected in own_columns(table, row, held).items():
                yield from _fault(table, row, name, expected)
            if held.lexemes[row["id"]] != set(words(row["search"])):
                yield f"{table}.lexemes of {row['id']}"


def _books(held: Held) -> Iterator[str]:
    for table in ("activities", "tasks"):
        for row in held.rows[table].values():
            if parent := parent_of(row):
                above = held.row(*parent)
                assert above is not None
                yield from _fault(table, row, "book_id", above["book_id"])


def test_the_floor_as_it_was_loaded(floor: Floor) -> None:
    assert faults(floor) == []


class Work:
    """A day of random work by several people."""

    def __init__(self, floor: Floor, chance: random.Random) -> None:
        self.floor, self.chance = floor, chance
        self.desks = [Desk(floor, login) for login in ("ann", "mia", "ada")]
        self.done: list[tuple[Desk, str]] = []
        self.applied = Counter[str]()

    def any(self, desk: Desk, table: str, where: str = "deleted_at IS NULL") -> str:
        ids = [
            str(row_id)
            for (row_id,) in desk.connection.execute(f"SELECT id FROM {table} WHERE {where} ORDER BY id")
        ]
        return self.chance.choice(ids)

    def step(self) -> None:
        desk = self.chance.choice(self.desks)
        make = self.chance.choice(list(self.commands(desk)))
        try:
            command = make()
            answer = desk.run(command)
        except (OffhookError, IndexError):
            return
        if answer.status.value in ("ok", "merged"):
            self.applied[command.NAME] += 1
            self.done.append((desk, command.id))

    def name(self) -> str:
        return self.chance.choice(["Łucja", "Jörg", "Acme", "Straße & Söhne", "Ann", "Ærø", "Нина"])

    def subject(self, desk: Desk) -> dict[str, Any]:
        table = self.chance.choice(["contacts", "deals", "companies"])
        return {"table": table, "record_id": self.any(desk, table)}

    def at(self) -> dt.datetime:
        return NOW + dt.timedelta(hours=self.chance.randint(-300, 0))

    def commands(self, desk: Desk) -> Iterator[Any]:
        chance = self.chance
        book = chance.choice(["ann", "ben", "East"])
        yield lambda: CreateCompany(values={"name": f"{self.name()} {chance.random()}"})
        yield lambda: CreateContact(
            values={
                "first_name": self.name(),
                "emails": ["Ä.B@Example.com", "ä.b@example.com"][: chance.randint(0, 2)],
                "phones": ["+49 30 1234567", "+1 415 555 0123 ext. 4"][: chance.randint(0, 2)],
                "tags": ("vip",),
                "company_id": self.any(desk, "companies"),
            }
        )
        yield lambda: CreateDeal(
            pipeline_id=self.floor.pipeline(),
            values={"title": self.name(), "contact_id": self.any(desk, "contacts"), "currency": "EUR"},
        )
        yield lambda: EditCompany(
            company_id=self.any(desk, "companies"), values={"name": f"{self.name()} {chance.random()}"}
        )
        yield lambda: EditContact(
            contact_id=self.any(desk, "contacts"),
            values={"last_name": self.name(), "emails": [f"x{chance.randint(1, 3)}@y.example"]},
        )
        yield lambda: EditContact(
            contact_id=self.any(desk, "contacts"), values={"company_id": self.any(desk, "companies")}
        )
        yield lambda: EditDeal(
            deal_id=self.any(desk, "deals"),
            values={"title": self.name(), "contact_id": self.any(desk, "contacts")},
        )
        yield lambda: LogActivity(
            **self.subject(desk),
            kind=chance.choice(sorted(TOLD_KINDS)),
            body=self.name(),
            occurred_at=self.at(),
        )
        own = f"user_id = '{self.floor.user(desk.login)}' AND kind IN ('call', 'note', 'email', 'meeting')"
        yield lambda: EditActivity(
            activity_id=self.any(desk, "activities", f"NOT superseded AND NOT retracted AND {own}"),
            values={"body": self.name(), "occurred_at": self.at()},
        )
        yield lambda: RetractActivity(
            activity_id=self.any(desk, "activities", f"NOT superseded AND NOT retracted AND {own}")
        )
        yield lambda: CreateTask(
            **self.subject(desk), subject="Call", due_at=NOW + dt.timedelta(hours=chance.randint(1, 99))
        )
        yield lambda: EditTask(
            task_id=self.any(desk, "tasks"),
            values={"due_at": NOW + dt.timedelta(hours=chance.randint(1, 99))},
        )
        yield lambda: CompleteTask(task_id=self.any(desk, "tasks"))
        yield lambda: DeleteTask(task_id=self.any(desk, "tasks"))
        yield lambda: TagRecords(table="deals", ids=(self.any(desk, "deals"),), add=("größer",))
        yield lambda: Claim(table="contacts", ids=(self.any(desk, "contacts"),))
        table = chance.choice(["contacts", "deals", "companies"])
        yield lambda: Assign(table=table, ids=(self.any(desk, table),), book_id=self.floor.book(book))
        yield lambda: DeleteContacts(contact_ids=(self.any(desk, "contacts"),))
        yield lambda: DeleteDeals(deal_ids=(self.any(desk, "deals"),))
        yield lambda: DeleteCompany(company_id=self.any(desk, "companies"))
        yield lambda: MoveDeal(
            deal_id=self.any(desk, "deals"),
            from_stage_id=self.floor.stage("New"),
            stage_id=self.floor.stage("Contacted"),
        )
        mine = [done for who, done in self.done if who is desk]
        yield lambda: Undo(changeset_id=chance.choice(mine[-5:]))


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_done_all_derived_values_agree(floor: Floor, seed: int) -> None:
    work = Work(floor, random.Random(seed))
    for number in range(80):
        work.step()
        if number % 20 == 19:
            assert faults(floor) == []
    assert work.applied.total() > 30, "it was not all refused"
    assert len(work.applied) > 8


def test_many_rows_at_once_come_to_the_same(floor: Floor) -> None:
    ann = floor.connect("ann")
    ann.execute(
        "INSERT INTO contacts (id, book_id, first_name, last_name, title, company_id, emails, phones, lead_status, source,"
        " time_zone, address, postal_code, city, region, country, do_not_call, description, tags, custom)"
        " SELECT gen_random_uuid(), %(book)s, 'Zoë', 'No. ' || n, '', %(company)s,"
        " jsonb_build_array(jsonb_build_object('value', 'Z' || n || '@x.example', 'label', 'work')), '[]', '', '', '', '', '',"
        " '', '', '', false, '', '[\"vip\"]', '{\"size\": 1.5, \"hobby\": \"Chess\", \"yes\": true}'"
        " FROM generate_series(1, 50) AS n",
        {"book": floor.book("ann"), "company": floor.company("ann")},
    )
    ann.execute(
        "INSERT INTO activities (id, book_id, kind, subject, body, occurred_at, direction, outcome, user_id, contact_id,"
        " data, retracted) SELECT gen_random_uuid(), book_id, 'note', '', 'héllo', now() - n * interval '1 hour', '', '',"
        " %s, id, '{}', false FROM contacts CROSS JOIN generate_series(1, 2) AS n",
        (floor.user("ann"),),
    )
    ann.execute(
        "INSERT INTO tasks (id, book_id, kind, subject, body, due_at, all_day, assignee_id, contact_id)"
        " SELECT gen_random_uuid(), book_id, 'call', 'Call', '', now() + n * interval '1 hour', false, %s, id"
        " FROM contacts CROSS JOIN generate_series(1, 2) AS n",
        (floor.user("ann"),),
    )
    assert faults(floor) == []
    ann.execute("UPDATE tasks SET done_at = now() WHERE due_at < now() + interval '90 minutes'")
    ann.execute("UPDATE companies SET name = 'Ångström'")
    assert faults(floor) == []
    floor.connect("ada").execute("DELETE FROM tasks WHERE done_at IS NULL")
    floor.connect("ada").execute("DELETE FROM activities WHERE occurred_at > now() - interval '90 minutes'")
    assert faults(floor) == []


def test_a_record_takes_its_history_and_tasks_into_another_book(floor: Floor) -> None:
    mia = Desk(floor, "mia")
    mia.do(Assign(table="contacts", ids=(floor.contact("ann"),), book_id=floor.book("ben")))
    ben = floor.connect("ben")
    [(call,)] = ben.execute(
        "SELECT count(*) FROM activities WHERE id = %s", (floor.activity("ann"),)
    ).fetchall()
    [(task,)] = ben.execute("SELECT count(*) FROM tasks WHERE id = %s", (floor.task("ann"),)).fetchall()
    assert (call, task) == (1, 1)
    assert faults(floor) == []


def test_a_call_logged_while_its_contact_moves_is_not_left_behind(floor: Floor) -> None:
    """The one waits for the other, in both orders."""
    contact = floor.contact("ann")
    log = (
        "INSERT INTO activities (id, book_id, kind, subject, body, occurred_at, direction, outcome, user_id, contact_id, data,"
        " retracted) VALUES (gen_random_uuid(), %s, 'call', '', '', now(), '', '', %s, %s, '{}', false)"
    )
    mia, ann = floor.connect("mia"), floor.connect("ann")
    with ThreadPoolExecutor(1) as other:
        with mia.transaction():
            mia.execute("SELECT offhook.hand_over('contacts', %s, %s)", (contact, floor.book("East")))
            late = other.submit(ann.execute, log, (floor.book("ann"), floor.user("ann"), contact))
            _until_somebody_waits(floor)
        late.result(10)
        assert faults(floor) == []
        with ann.transaction():
            ann.execute(log, (floor.book("ann"), floor.user("ann"), contact))
            move = other.submit(
                mia.execute, "SELECT offhook.hand_over('contacts', %s, %s)", (contact, floor.book("ben"))
            )
            _until_somebody_waits(floor)
        move.result(10)
    assert faults(floor) == []


def test_a_contact_made_while_its_company_is_renamed_is_found_by_the_new_name(floor: Floor) -> None:
    mia, ann = floor.connect("mia"), Desk(floor, "ann")
    command = CreateContact(values={"first_name": "Nora", "company_id": floor.company("ann")})
    decided = ann.decide(command)
    with ThreadPoolExecutor(1) as other, mia.transaction():
        mia.execute("UPDATE companies SET name = 'Örsted' WHERE id = %s", (floor.company("ann"),))
        late = other.submit(ann.send, decided)
        _until_somebody_waits(floor)
    late.result(10)
    assert "orsted" in ann.get(Contact, command.contact_id).search
    assert faults(floor) == []


def test_two_who_finish_tasks_of_one_contact_at_once_agree_on_what_comes_next(floor: Floor) -> None:
    ann = Desk(floor, "ann")
    contact = floor.contact("ann")
    more = CreateTask(table="contacts", record_id=contact, subject="Write", due_at=NOW + dt.timedelta(days=9))
    ann.do(more)
    one, two = floor.connect("ann"), floor.connect("mia")
    done = "UPDATE tasks SET done_at = now() WHERE id = %s"
    with ThreadPoolExecutor(1) as other, one.transaction():
        one.execute(done, (floor.task("ann"),))
        late = other.submit(two.execute, done, (more.task_id,))
        _until_somebody_waits(floor)
    late.result(10)
    assert ann.get(Contact, contact).next_task_at is None
    assert faults(floor) == []


def test_an_erased_revision_lets_the_entry_before_it_count_again(floor: Floor) -> None:
    ann = Desk(floor, "ann")
    edit = EditActivity(activity_id=floor.activity("ann", 1), values={"body": "apples"})
    ann.do(edit)
    floor.connect("ada").execute("DELETE FROM activities WHERE revises = %s", (floor.activity("ann", 1),))
    entry = ann.get(Activity, floor.activity("ann", 1))
    assert (entry.superseded, entry.search) == (False, fold("Budget is set"))
    assert ann.get(Deal, floor.deal("ann")).last_activity_at == entry.occurred_at
    assert faults(floor) == []


def _until_somebody_waits(floor: Floor) -> None:
    superuser = floor.database.superuser()
    for _ in range(2_000):
        [(waiting,)] = superuser.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).fetchall()
        if waiting:
            return
        superuser.execute("SELECT pg_sleep(0.005)")
    raise AssertionError("nobody waits for a lock")
