"""The cache file: who can read it, what leaves it, and what it survives."""

from __future__ import annotations

import json
import stat
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.commands.activities import LogActivity
from core.commands.contacts import EditContact
from core.commands.records import Assign, TagRecords
from core.commands.tasks import CreateTask, EditTask
from core.errors import NotFound, Unavailable
from storage import keys, schema_version
from storage.solo import create_solo
from sync import outbox, overlay
from sync.cache import create_cache, open_cache
from sync.refusal import Refusal
from sync.scrubbing import Scrubber
from sync.workspace import FieldWorkspace
from tests.storage.conftest import a_founding, encrypted
from tests.storage.older import take_back
from tests.sync.filed import Field, rows_of, setup_of
from tests.waiting import eventually
from tests.workspace.office import START, Clock, Ear


def lena(world: Field, name: str = "C0") -> str:
    """A contact of Ann's."""
    with world.cache.database.read() as connection:
        return str(connection.execute("SELECT id FROM contacts WHERE first_name = ?", (name,)).fetchone()[0])


def bytes_of(path: Path) -> bytes:
    """All that lies on the disk of a file."""
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


def scrub(world: Field) -> int:
    """Lets an agent with nothing else to do clean up; returns the number of steps."""
    scrubber = Scrubber(world.cache)
    return sum(1 for _ in iter(scrubber.step, False))


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A cache as it is made for a login, with its key in a file."""
    solo = create_solo(tmp_path / "solo" / "work.db", a_founding(), store="plain", clock=Clock())
    with solo.database.read() as connection:
        rows = rows_of(connection)
    hello = SimpleNamespace(org_id=solo.org_id, user_id=solo.user_id, epoch="1")
    solo.close()
    path = tmp_path / "team" / "cache.db"
    create_cache(path, hello=hello, setup_rows=setup_of(rows), store="file").close()
    return path


# --- the file -------------------------------------------------------------------------------------------------------


@encrypted
def test_nobody_else_can_read_it(made: Path) -> None:
    workspace = FieldWorkspace(open_cache(made), clock=Clock())
    workspace.execute(TagRecords(table="companies", ids=(), add=("x",)))
    for file in made.parent.iterdir():
        assert not stat.S_IMODE(file.stat().st_mode) & 0o077, file
    assert b"Nordlicht" not in bytes_of(made)
    workspace.close()


def test_it_is_told_apart_by_an_id_that_stays(made: Path) -> None:
    first = open_cache(made)
    first.close()
    again = open_cache(made)
    assert again.client_id == first.client_id != ""
    again.close()


def test_what_is_made_is_never_made_over(made: Path) -> None:
    before = made.read_bytes()
    with pytest.raises(Unavailable, match="already"):
        create_cache(made, hello=SimpleNamespace(org_id="o", user_id="u", epoch="1"), setup_rows={})
    assert made.read_bytes() == before


@encrypted
def test_a_damaged_file_is_left_as_it_is(made: Path) -> None:
    whole = made.read_bytes()
    made.write_bytes(whole[:100] + b"x" * 900 + whole[1000:])
    spoiled = made.read_bytes()
    with pytest.raises(Unavailable, match="nothing was deleted") as caught:
        open_cache(made)
    assert "restore" not in str(caught.value), "there is no backup of what lies on the server"
    assert made.read_bytes() == spoiled


@encrypted
def test_without_its_key_it_is_left_as_it_is(made: Path) -> None:
    whole = made.read_bytes()
    keys.key_file(made).unlink()
    with pytest.raises(Unavailable, match="nothing was deleted"):
        open_cache(made)
    assert made.read_bytes() == whole


def test_a_workspace_of_ones_own_is_no_cache(tmp_path: Path) -> None:
    path = tmp_path / "work.db"
    create_solo(path, a_founding(), store="plain", clock=Clock()).close()
    with pytest.raises(Unavailable, match="one's own"):
        open_cache(path)


def test_nothing_of_a_truth_that_was_cut_short_is_there(world: Field) -> None:
    contact = lena(world)
    world.do(EditContact(contact_id=contact, values={"city": "Oslo"}))
    world.there_edits(contact, title="Chief")

    def cut_short() -> None:
        with world.cache.truth() as truth:
            truth.set("sync.cursor", "later")
            truth.drop_book(world.centre.books()[0])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        cut_short()
    assert world.cache.get("sync.cursor") == ""
    world.check()
    world.restart()
    world.check()


# --- what leaves ----------------------------------------------------------------------------------------------------


def test_what_left_is_nowhere_in_the_file(world: Field) -> None:
    contact = lena(world)
    world.do(EditContact(contact_id=contact, values={"city": "Timbuktu"}))
    world.do(LogActivity(table="contacts", record_id=contact, kind="note", body="whispered"))
    world.push()
    world.pull()
    assert world.workspace.search("timbuktu") != []
    world.centre.office.do(Assign(table="contacts", ids=(contact,), book_id=world.centre.books()[1]))
    world.pull()
    assert world.workspace.search("timbuktu") == world.workspace.search("whispered") == []
    with pytest.raises(NotFound):
        world.workspace.record("contacts", contact)
    assert world.workspace.history("contacts", contact) == []
    scrub(world)
    world.close_file()
    held = bytes_of(world.path)
    for word in (b"Timbuktu", b"timbuktu", b"whispered"):
        assert word not in held, word
    world.open()


def test_cleaning_up_waits_for_its_turn_unless_somebody_was_erased(world: Field) -> None:
    contact, ben = lena(world), world.centre.books()[1]
    now = 0.0
    scrubber = Scrubber(world.cache, monotonic=lambda: now)
    assert not scrubber.step(), "nothing has left yet"
    for name in ("C0", "C1"):
        world.centre.office.do(Assign(table="contacts", ids=(lena(world, name),), book_id=ben))
        world.pull()
        steps = sum(1 for _ in iter(scrubber.step, False))
        assert bool(steps) == (name == "C0")
    now = 4_000.0
    assert scrubber.step()
    while scrubber.step():
        pass
    with world.cache.truth() as truth:
        truth.leave([("contacts", contact, "", "erased")])
    assert scrubber.step()
    world.check()


def test_a_clean_up_that_a_kill_cuts_short_is_done_by_the_next_program(world: Field) -> None:
    contact = lena(world)
    with world.cache.truth() as truth:
        truth.leave([("contacts", contact, "", "erased")])
    killed = Scrubber(world.cache)
    assert killed.step()
    assert scrub(world) > 1, "whoever was killed had only begun"
    assert scrub(world) == 0, "and now it is done"


def test_what_leaves_during_a_clean_up_is_cleaned_out_too(world: Field) -> None:
    scrubber = Scrubber(world.cache, monotonic=lambda: 0.0)
    with world.cache.truth() as truth:
        truth.leave([("contacts", lena(world), "", "erased")])
    assert scrubber.step()
    with world.cache.truth() as truth:
        truth.leave([("contacts", lena(world, "C1"), "", "erased")])
    while scrubber.step():
        pass
    assert scrub(world) == 0
    world.close_file()
    held = bytes_of(world.path)
    assert b"C0" not in held
    assert b"C1" not in held
    world.open()


def test_work_that_was_not_sent_stays_when_its_record_leaves(world: Field) -> None:
    contact = lena(world)
    done = world.do(EditContact(contact_id=contact, values={"city": "Timbuktu"})).changeset
    world.centre.office.do(Assign(table="contacts", ids=(contact,), book_id=world.centre.books()[1]))
    world.pull()
    assert [each.id for each in world.workspace.unsent()] == [done.id]
    world.check()


def test_a_row_that_only_moved_between_books_in_sight_stays(world: Field) -> None:
    contact, ben = lena(world), world.centre.books()[1]
    world.held.add(ben)
    world.pull()
    world.centre.office.do(Assign(table="contacts", ids=(contact,), book_id=ben))
    world.pull()
    assert world.workspace.record("contacts", contact).book_id == ben
    with world.cache.truth() as truth:
        truth.leave([("contacts", contact, world.centre.books()[0], "moved")])
    assert world.workspace.record("contacts", contact).book_id == ben
    world.check()


def test_a_lost_book_is_gone_at_once_and_whole(world: Field) -> None:
    ben = world.centre.books()[1]
    world.held.add(ben)
    world.pull()
    assert world.workspace.search("nadir", tables=("contacts",)) != []
    world.lose(ben)
    assert world.workspace.search("nadir", tables=("contacts",)) == []
    world.check()


def test_a_person_who_was_erased_is_erased_from_work_that_waits_too(world: Field) -> None:
    contact = lena(world)
    other = lena(world, "C1")
    world.do(EditContact(contact_id=contact, values={"city": "Timbuktu"}))
    world.do(LogActivity(table="contacts", record_id=contact, kind="note", body="whispered"))
    world.do(CreateTask(table="contacts", record_id=contact, subject="murmured", due_at=START))
    both = world.do(TagRecords(table="contacts", ids=(contact, other), add=("shouted",)))
    refused = world.do(EditContact(contact_id=contact, values={"title": "muttered"})).changeset
    with world.cache.database.read() as connection:
        last = outbox.batch(connection)[-1]
    with world.cache.truth() as truth:
        truth.park(last.seq, Refusal("rejected", "You may not touch C0.", about=("contacts", contact)))
    with world.cache.truth() as truth:
        truth.leave([("contacts", contact, "", "erased")])
    world.told = {key: row for key, row in world.told.items() if key[1] != contact}
    [left] = world.workspace.unsent()
    assert left.id == both.changeset.id
    assert {change.id for change in left.changes if change.table == "contacts"} == {other}
    assert world.workspace.parked() == []
    assert world.workspace.record("contacts", other).tags == ("shouted",)
    assert world.workspace.history("contacts", contact) == []
    world.check()
    scrub(world)
    world.close_file()
    held = bytes_of(world.path)
    for word in (b"Timbuktu", b"whispered", b"murmured", b"muttered", b"C0"):
        assert word not in held, word
    world.open()
    assert refused.id not in {each.id for each in world.workspace.unsent()}


# --- two programs ---------------------------------------------------------------------------------------------------


def test_two_programs_share_a_cache(world: Field) -> None:
    contact = lena(world)
    other = FieldWorkspace(open_cache(world.path), clock=Clock())
    ear = Ear()
    stop = other.subscribe(ear)
    world.do(EditContact(contact_id=contact, values={"city": "Oslo"}))
    ear.hears("contacts", contact)
    eventually(lambda: other.health().to_send == 1)
    new = world.centre.office.contact("New", company="Elsewhere")
    world.pull()
    ear.hears("contacts", new)
    assert other.record("contacts", new).first_name == "New"
    answer = other.execute(EditContact(contact_id=new, values={"city": "Rome"}))
    assert answer.applied
    world.check()
    assert world.workspace.unsent()[-1] == answer.changeset
    stop()
    other.close()


def test_what_a_program_itself_took_in_it_does_not_hear_as_anothers(world: Field) -> None:
    ear = Ear()
    stop = world.workspace.subscribe(ear)
    other = FieldWorkspace(open_cache(world.path), clock=Clock())
    heard = threading.Event()
    stop_other = other.subscribe(lambda _changed: heard.set())
    world.centre.office.contact("New", company="Elsewhere")
    world.pull()
    assert heard.wait(10)
    assert ear.told == [], "its agent tells what it has taken in"
    stop()
    stop_other()
    other.close()


def test_a_new_set_up_is_seen_by_the_next_command(world: Field) -> None:
    from core.commands.pipelines import EditStage

    stage = world.workspace.catalog().stages[0]
    assert world.centre.workspace.execute(EditStage(stage_id=stage.id, values={"name": "Fresh"})).applied
    world.pull()
    assert world.workspace.catalog().stage(stage.id).name == "Fresh"
    assert world.do(EditStage(stage_id=stage.id, values={"name": "Newer"})).applied
    assert world.workspace.catalog().stage(stage.id).name == "Newer"
    world.check()


def test_an_older_format_is_upgraded_with_the_work_that_waits(
    world: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = world.do(EditContact(contact_id=lena(world), values={"city": "Oslo"})).changeset
    with world.cache.database.write() as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0002'")
    world.close_file()
    seen: list[Any] = []

    def upgrade(connection: Any) -> None:
        seen.append(
            connection.execute("SELECT count(*) FROM sqlite_master WHERE name LIKE '%overlay%'").fetchone()[0]
        )
        connection.execute("UPDATE contacts SET source = 'old' WHERE source = ''")
        connection.execute(f"UPDATE alembic_version SET version_num = '{schema_version.HEAD}'")

    monkeypatch.setattr("storage.upgrade.upgrade", upgrade)
    world.open()
    assert seen == [0], "an upgrade is no work of the user's"
    assert [each.id for each in world.workspace.unsent()] == [done.id]
    with world.cache.database.write() as connection:
        assert not overlay.install(connection), "they are there again"
    assert list(world.path.parent.glob("*before-upgrade*"))


def test_what_an_older_program_has_not_sent_is_kept_over_the_upgrade_and_sent(world: Field) -> None:
    contact = lena(world)
    planned = CreateTask(table="contacts", record_id=contact, subject="Call back", due_at=START)
    made = world.do(planned).changeset
    world.do(EditContact(contact_id=contact, values={"city": "Oslo"}))
    with world.cache.database.read() as connection:
        [(held,)] = connection.execute(
            "SELECT id FROM tasks WHERE id <> ? AND contact_id = ?", (planned.task_id, contact)
        )
    world.do(EditTask(task_id=held, values={"subject": "Once more"}))
    with world.cache.database.exclusive_writer() as connection:
        _as_older(connection)
    world.close_file()
    world.open()
    kept = world.workspace.record("tasks", planned.task_id)
    assert (kept.subject, kept.priority, kept.recurrence) == ("Call back", "", "")
    world.pull()
    world.check()
    world.push()
    world.pull()
    world.check()
    assert world.workspace.unsent() == []
    assert world.centre.workspace.record("tasks", planned.task_id).subject == "Call back"
    assert world.centre.workspace.record("tasks", held).subject == "Once more"
    assert made is not None


def _as_older(connection: Any) -> None:
    """A cache as a program has left it that knew of no priority of a task, nor how often it comes again."""
    overlay.uninstall(connection)
    for table, key in (("outbox", "seq"), ("base", "row_id")):
        for row, body in connection.execute(
            f"SELECT {key}, body FROM {table} WHERE body IS NOT NULL"
        ).fetchall():
            told = json.loads(body)
            for values in [told, *(change.get("set", {}) for change in told.get("changes", ()))]:
                for name in ("priority", "recurrence"):
                    values.pop(name, None)
            connection.execute(f"UPDATE {table} SET body = ? WHERE {key} = ?", (json.dumps(told), row))
    take_back(connection, "0003")
