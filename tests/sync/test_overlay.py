"""Local work over the server's rows: it can be laid over and lifted again and again, and nothing of it stays behind."""

from __future__ import annotations

import contextlib
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from core.commands.activities import EditActivity, LogActivity, RetractActivity
from core.commands.base import Command
from core.commands.companies import EditCompany
from core.commands.contacts import CreateContact, DeleteContacts, EditContact
from core.commands.deals import CreateDeal, EditDeal, MoveDeal
from core.commands.pipelines import EditStage
from core.commands.records import Assign, TagRecords
from core.commands.tasks import CompleteTask, EditTask
from core.commands.undo import Undo
from core.errors import NotFound
from sync import overlay
from tests.sync.filed import CentreFile, Died, Field, Templates, fill, first
from tests.workspace.office import START, Ear

WORDS = ("Berlin", "Kraków", "Ørsted", "x", "")
NUMBERS = st.integers(0, 30)


def some_command(workspace: Any, books: list[str], what: int, which: int, word: str) -> Command | None:
    """A command on what is there."""
    with workspace.database.read() as connection:
        ids = {
            table: [
                row_id for (row_id,) in connection.execute(f"SELECT id FROM {table} WHERE deleted_at IS NULL")
            ]
            for table in overlay.BOOKED
        }
        mine = [
            each
            for (each,) in connection.execute("SELECT id FROM changesets WHERE status IN ('ok', 'merged')")
        ]
    catalog = workspace.catalog()
    stages = [stage.id for stage in catalog.stages]

    def one(table: str) -> str | None:
        return first(ids[table], which)

    contact, deal, company, task, entry = (
        one(table) for table in ("contacts", "deals", "companies", "tasks", "activities")
    )
    makers: list[Callable[[], Command | None]] = [
        lambda: CreateContact(values={"first_name": word or "N", "tags": ("new",)}, company_name=word),
        lambda: contact and EditContact(contact_id=contact, values={"first_name": word, "city": word}),
        lambda: (
            contact
            and EditContact(
                contact_id=contact, values={"emails": ({"value": f"{word}{which}@y.de", "label": ""},)}
            )
        ),
        lambda: contact and DeleteContacts(contact_ids=(contact,)),
        lambda: contact and LogActivity(table="contacts", record_id=contact, kind="note", body=word or "n"),
        lambda: company and EditCompany(company_id=company, values={"name": word or "Zenith"}),
        lambda: deal and EditDeal(deal_id=deal, values={"title": word or "T", "contact_id": contact}),
        lambda: (
            deal
            and MoveDeal(
                deal_id=deal,
                stage_id=stages[which % len(stages)],
                from_stage_id=workspace.record("deals", deal).stage_id,
                reason="Price",
            )
        ),
        lambda: CreateDeal(
            pipeline_id=catalog.pipelines[0].id, values={"title": word or "New", "contact_id": contact}
        ),
        lambda: task and EditTask(task_id=task, values={"due_at": START.replace(day=1 + which % 27)}),
        lambda: task and CompleteTask(task_id=task),
        lambda: entry and EditActivity(activity_id=entry, values={"body": word}),
        lambda: entry and RetractActivity(activity_id=entry),
        lambda: contact and TagRecords(table="contacts", ids=tuple(ids["contacts"][:3]), add=(word or "t",)),
        lambda: contact and Assign(table="contacts", ids=(contact,), book_id=books[(which + 1) % len(books)]),
        lambda: deal and Assign(table="deals", ids=(deal,), book_id=books[which % len(books)]),
        lambda: EditStage(stage_id=stages[0], values={"name": word or "First", "stale_days": which + 1}),
        lambda: (mine and Undo(changeset_id=mine[-1 - which % len(mine)])) or None,
    ]
    return makers[what % len(makers)]() or None


class Storms(RuleBasedStateMachine):
    """Anything that a person, colleagues, a network and a dying machine can do to a cache, in any order."""

    templates: Templates

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        self.there = CentreFile(self.templates.copy("centre.db", folder))
        self.field = Field(
            self.there, self.templates.copy("cache.db", folder), self.templates.copy("scratch.db", folder)
        )
        fill(self.there)
        self.field.held = {self.there.books()[0]}
        self.field.pull()

    @rule(what=NUMBERS, which=NUMBERS, word=st.sampled_from(WORDS))
    def works(self, what: int, which: int, word: str) -> None:
        command = some_command(self.field.workspace, self.there.books(), what, which, word)
        if command is not None:
            self.field.do(command)

    @rule(what=NUMBERS, which=NUMBERS, word=st.sampled_from(WORDS))
    def colleague_works(self, what: int, which: int, word: str) -> None:
        command = some_command(self.there.workspace, self.there.books(), what, which, word)
        if command is not None:
            self.there.workspace.execute(command)

    @rule(most=st.integers(1, 3))
    def pushes(self, most: int) -> None:
        self.field.push(most)

    @rule(settle=st.booleans())
    def pulls(self, settle: bool) -> None:
        self.field.pull(settle=settle)

    @rule(at=st.integers(0, 6))
    def dies_in_a_pull(self, at: int) -> None:
        with contextlib.suppress(Died):
            self.field.pull(dies_at=at)
        self.field.restart()

    @rule(which=NUMBERS)
    def is_given_a_book(self, which: int) -> None:
        books = self.there.books()
        self.field.held.add(books[which % len(books)])
        self.field.pull()

    @precondition(lambda self: len(self.field.held) > 1)
    @rule(which=NUMBERS)
    def loses_a_book(self, which: int) -> None:
        book = first(self.field.held - {self.there.books()[0]}, which)
        assert book is not None
        self.field.lose(book)

    @invariant()
    def the_cache_is_what_the_server_said_with_the_work_over_it(self) -> None:
        self.field.check()

    def teardown(self) -> None:
        try:
            self.field.push()
            self.field.pull()
            self.field.check()
            with self.field.cache.database.read() as connection:
                left = [
                    connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                    for table in ("outbox", "base")
                ]
            assert left == [0, 0]
            assert self.field.restored() == self.field.visible()
        finally:
            self.field.close()
            self.there.workspace.close()
            self._folder.cleanup()


def storms(templates: Templates) -> type[Storms]:
    return type("Storms", (Storms,), {"templates": templates})


@pytest.mark.slow
def test_whatever_happens_the_cache_is_the_servers_rows_with_the_work_that_waits(
    templates: Templates,
) -> None:
    machine = storms(templates).TestCase
    machine.settings = settings(
        max_examples=25,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    machine("runTest").runTest()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_it_is_so_through_long_storms(templates: Templates, seed: int) -> None:
    chance = random.Random(seed)
    storm = storms(templates)()

    def number() -> int:
        return chance.randrange(31)

    for _ in range(60):
        match chance.choices(
            ("works", "colleague", "push", "pull", "die", "gain", "lose"), (12, 8, 3, 4, 1, 1, 1)
        )[0]:
            case "works":
                storm.works(number(), number(), chance.choice(WORDS))
            case "colleague":
                storm.colleague_works(number(), number(), chance.choice(WORDS))
            case "push":
                storm.pushes(chance.randint(1, 3))
            case "pull":
                storm.pulls(chance.random() < 0.7)
            case "die":
                storm.dies_in_a_pull(chance.randrange(7))
            case "gain":
                storm.is_given_a_book(number())
            case "lose" if len(storm.field.held) > 1:
                storm.loses_a_book(number())
        storm.field.check()
    storm.teardown()


# --- the same, piece by piece ---------------------------------------------------------------------------------------


def lena(world: Field) -> str:
    """A contact of Ann's."""
    with world.cache.database.read() as connection:
        return str(connection.execute("SELECT id FROM contacts WHERE first_name = 'C0'").fetchone()[0])


def test_work_that_waits_is_seen_at_once_and_whatever_comes_goes_under_it(world: Field) -> None:
    contact = lena(world)
    world.do(EditContact(contact_id=contact, values={"city": "Oslo"}))
    world.there_edits(contact, title="Chief", city="Rome")
    world.pull()
    row = world.workspace.record("contacts", contact)
    assert (row.city, row.title) == ("Oslo", "Chief")
    world.check()


def test_others_changes_cost_no_replay_where_no_work_waits_on_them(
    world: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact = lena(world)
    world.do(EditContact(contact_id=contact, values={"city": "Oslo"}))
    new = world.centre.office.contact("New", company="Elsewhere")
    with monkeypatch.context() as patch:
        patch.setattr("sync.truth.replay", _never)
        world.pull()
    assert world.workspace.record("contacts", new).first_name == "New"
    world.there_edits(contact, title="Chief")
    with monkeypatch.context() as patch:
        patch.setattr("sync.truth.replay", _never)
        with pytest.raises(AssertionError, match="laid over again"):
            world.pull()
    world.pull()
    world.check()


def _never(*_given: Any) -> None:
    raise AssertionError("work was laid over again")


def test_what_comes_back_as_it_lies_here_is_not_written_again(world: Field) -> None:
    world.pull()
    table, row = next((key[0], row) for key, row in world.visible().items() if key[0] == "contacts")
    place = overlay.place(table, "city")
    other = [*row[:place], "Elsewhere", *row[place + 1 :]]
    with world.cache.database.write() as connection:
        overlay.switch(connection, local=False)
        before = connection.total_changes
        overlay.put(connection, world.centre.org_id, table, [row])
        assert connection.total_changes == before
        overlay.put(connection, world.centre.org_id, table, [other])
        assert connection.total_changes == before + 1
        overlay.put(connection, world.centre.org_id, table, [row])
        overlay.switch(connection, local=True)
    world.check()


def test_a_child_that_comes_later_is_worked_out_with_the_work_that_waits(world: Field) -> None:
    contact = lena(world)
    company = world.workspace.record("contacts", contact).company_id
    world.do(EditCompany(company_id=company, values={"name": "Zenith"}))
    new = world.centre.office.contact("New", company_id=company)
    world.pull()
    assert {hit.id for hit in world.workspace.search("zenith", tables=("contacts",))} >= {contact, new}
    assert world.workspace.search("acme") == []
    world.check()


def test_work_on_what_has_left_shows_nothing_until_it_comes_again(world: Field) -> None:
    contact, ben = lena(world), world.centre.books()[1]
    world.do(LogActivity(table="contacts", record_id=contact, kind="note", body="whispered"))
    world.centre.office.do(Assign(table="contacts", ids=(contact,), book_id=ben))
    world.pull()
    with pytest.raises(NotFound):
        world.workspace.record("contacts", contact)
    assert world.workspace.search("whispered") == []
    assert len(world.workspace.unsent()) == 1
    world.held.add(ben)
    world.pull()
    assert [hit.id for hit in world.workspace.search("whispered")] == [contact]
    world.check()


def test_an_entry_stays_on_the_screen_though_its_book_or_what_it_corrects_is_gone(world: Field) -> None:
    """As after a restore: others have made the book, or the entry, and offer it again later."""
    contact, (mine, ben, *_) = lena(world), world.centre.books()
    noted = LogActivity(table="contacts", record_id=contact, kind="note", body="whispered")
    world.do(noted)
    world.push()
    world.pull()
    world.do(EditActivity(activity_id=noted.activity_id, values={"body": "said"}))
    world.do(LogActivity(table="contacts", record_id=contact, kind="note", body="written"))
    with world.cache.truth() as truth:
        held = overlay.images(truth.connection, world.cache.org_id, "contacts", [contact])[contact]
        moved = [*held]
        moved[overlay.place("contacts", "book_id")] = ben
        truth.put("contacts", [moved])
        truth.remove("activities", [noted.activity_id])
        truth.remove("books", [mine])
    with world.cache.database.read() as connection:
        shown = connection.execute(
            "SELECT body, book_id FROM activities WHERE contact_id = ? AND body IN ('said', 'written')",
            (contact,),
        ).fetchall()
    assert sorted(shown) == [("said", ben), ("written", ben)]


class Mortal:
    """A connection whose program dies before its n-th statement."""

    def __init__(self, connection: Any, lives: int) -> None:
        self._connection = connection
        self.lives = lives

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, statement: str, *values: Any) -> Any:
        self._spend(statement)
        return self._connection.execute(statement, *values)

    def executemany(self, statement: str, *values: Any) -> Any:
        self._spend(statement)
        return self._connection.executemany(statement, *values)

    def _spend(self, statement: str) -> None:
        # What follows the end of a transaction writes nothing.
        if not statement.startswith(("ROLLBACK", "PRAGMA")):
            self.lives -= 1
            if self.lives < 0:
                raise Died


@pytest.mark.slow
def test_a_death_between_any_two_statements_leaves_what_was_or_what_comes(world: Field) -> None:
    contact = lena(world)
    world.do(EditContact(contact_id=contact, values={"city": "Oslo"}))
    world.do(LogActivity(table="contacts", record_id=contact, kind="call", body="sent"))
    world.push()
    world.do(EditContact(contact_id=contact, values={"title": "Chief"}))
    world.there_edits(contact, description="theirs")
    world.centre.office.do(
        Assign(
            table="deals",
            ids=(world.workspace.page("contacts", contact).deals[0].id,),
            book_id=world.centre.books()[1],
        )
    )
    deaths = 0
    while True:
        database: Any = world.cache.database
        database._writer = Mortal(database._writer, deaths)
        try:
            world.pull()
        except Died:
            deaths += 1
            database._writer = database._writer._connection
            world.check()
            if deaths % 10 == 0:
                world.restart()
        else:
            database._writer = database._writer._connection
            break
    assert deaths > 30
    world.check()
    assert [each.command for each in world.workspace.unsent()] == ["edit_contact"]


def test_what_is_told_is_what_changed_and_whose_it_was(world: Field) -> None:
    contact = lena(world)
    ear = Ear()
    world.do(EditContact(contact_id=contact, values={"city": "Oslo"}))
    other = world.centre.office.contact("New", company="Elsewhere")
    world.push()
    for changed in world.pull().changed:
        ear(changed)
    assert ear.heard("contacts", contact, local=True), "only the stamps have followed"
    assert not ear.heard("contacts", contact, local=False)
    assert ear.heard("contacts", other, local=False)


def test_an_upgrade_of_the_format_keeps_the_work_and_its_way_back(world: Field) -> None:
    contact = lena(world)
    world.do(EditContact(contact_id=contact, values={"city": "Oslo"}))
    with world.cache.database.write() as connection:
        overlay.uninstall(connection)
    world.restart()
    world.do(EditContact(contact_id=contact, values={"title": "Chief"}))
    deal = world.do(CreateDeal(pipeline_id=world.workspace.catalog().pipelines[0].id, values={"title": "T"}))
    assert deal.applied
    world.check()
    assert world.restored() == world.told


def test_columns_that_an_upgrade_added_come_back_as_it_filled_them(world: Field) -> None:
    contact = lena(world)
    world.do(EditContact(contact_id=contact, values={"city": "Oslo"}))
    with world.cache.database.write() as connection:
        connection.execute(
            "UPDATE base SET body = json_remove(body, '$.source') WHERE table_name = 'contacts'"
        )
    assert world.restored() == world.told
