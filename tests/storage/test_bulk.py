"""Loading many rows at once comes to what commands come to."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.commands.activities import EditActivity, LogActivity
from core.commands.contacts import EditContact
from core.commands.undo import Undo
from core.entities import RECORDS
from core.errors import Unavailable
from core.ids import new_id
from core.schema import Role, fields_of
from core.workspace import Changed
from storage.bulk import Rows, create_solo_bulk, load_rows
from storage.check import check
from storage.codec import codec
from storage.solo import open_solo
from tests.storage.conftest import START, Clock, Office, a_founding, encrypted


def sample(founding: Any, seed: int = 1) -> dict[str, list[dict[str, Any]]]:
    """A little of everything, with names that need folding and children of every sort of parent."""
    chance = random.Random(seed)
    first = {table: [c for c in founding.changes if c.table == table] for table in RECORDS}
    books = [c.id for c in first["books"]]
    stages = [c.id for c in first["stages"]]
    user = founding.user_id
    companies = [
        {"id": new_id(), "book_id": chance.choice(books), "name": f"{chance.choice(['Ærø', 'Acme', 'Łódź'])} {n}",
         "phone": "+493012345" if n % 2 else "", "tags": ("a", "b") if n % 3 else (),
         "external_ids": (f"crm:{n}", f"hub:{n}") if n % 2 else ()}
        for n in range(8)
    ]  # fmt: skip
    contacts = [
        {"id": new_id(), "book_id": chance.choice(books), "first_name": chance.choice(["Zoë", "Bob", ""]),
         "last_name": f"Größe {n}" if n % 4 else "", "company_id": chance.choice(companies)["id"] if n % 3 else None,
         "emails": ({"value": f"P{n}@x.de", "label": "work"},), "phones": ({"value": f"+1415555{n:04}", "label": "work"},),
         "custom": {"hobby": "Chess"} if n % 5 == 0 else {}, "created_at": START - dt.timedelta(days=n),
         "external_ids": (f"crm:{n}", "company_id>crm:9") if n % 5 == 0 else (),
         "deleted_at": START if n % 11 == 10 else None}
        for n in range(40)
    ]  # fmt: skip
    deals = [
        {"id": new_id(), "book_id": chance.choice(books), "title": f"Deal {n}", "stage_id": chance.choice(stages),
         "pipeline_id": first["pipelines"][0].id, "currency": "EUR", "outcome": "open", "stage_since": START,
         "contact_id": chance.choice(contacts)["id"] if n % 4 else None, "value_minor": n * 100}
        for n in range(15)
    ]  # fmt: skip
    subjects = [("contact_id", contacts), ("deal_id", deals), ("company_id", companies)]
    activities: list[dict[str, Any]] = []
    for n in range(120):
        column, about = chance.choice(subjects)
        entry = {
            "id": new_id(), "book_id": books[0], "kind": chance.choice(["call", "note", "created"]),
            "body": f"Spoke about größe {n}", "occurred_at": START - dt.timedelta(hours=n), "user_id": user,
            column: chance.choice(about)["id"],
        }  # fmt: skip
        activities.append(entry)
        if n % 10 == 0 and entry["kind"] != "created":
            activities.append({**entry, "id": new_id(), "revises": entry["id"], "retracted": n % 20 == 0})
    tasks = []
    for n in range(40):
        column, about = chance.choice(subjects)
        tasks.append(
            {"id": new_id(), "book_id": books[0], "kind": "call", "subject": f"Call {n}", "assignee_id": user,
             "due_at": START + dt.timedelta(days=n), "done_at": START if n % 3 == 0 else None,
             column: chance.choice(about)["id"]}
        )  # fmt: skip
    return {
        "companies": companies, "contacts": contacts, "deals": deals, "activities": activities, "tasks": tasks
    }  # fmt: skip


def derived(path: Path) -> dict[str, list[Any]]:
    """Every derived value in a file, by record, and what the full-text indexes find."""
    workspace = open_solo(path, clock=Clock())
    out: dict[str, list[Any]] = {}
    with workspace.database.read() as connection:
        for table, record in RECORDS.items():
            names = [
                n for n, spec in fields_of(record).items() if spec.role is Role.DERIVED or n == "book_id"
            ]
            if names:
                out[table] = connection.execute(
                    f"SELECT id, {', '.join(names)} FROM {table} ORDER BY id"
                ).fetchall()
        for table in ("contacts", "companies", "deals", "activities"):
            for word in ("gro", "acme", "aero", "lodz", "1415", "chess", "deal", "berg"):
                sql = f"SELECT t.id FROM {table}_fts f JOIN {table} t ON t.n = f.rowid WHERE {table}_fts MATCH ? ORDER BY 1"
                out[f"{table} {word}"] = connection.execute(sql, (f"{word}*",)).fetchall()
        out["keys"] = connection.execute("SELECT * FROM record_keys ORDER BY 2, 3, 4").fetchall()
        out["points"] = connection.execute("SELECT * FROM contact_points ORDER BY 2, 3, 4").fetchall()
    workspace.close()
    return out


@pytest.mark.parametrize("seed", range(4))
def test_all_ways_into_a_workspace_come_to_the_same(tmp_path: Path, seed: int) -> None:
    founding = a_founding()
    rows = sample(founding, seed)
    create_solo_bulk(tmp_path / "bulk.db", founding, rows, clock=Clock())
    create_solo_bulk(tmp_path / "batches.db", founding, {}, clock=Clock())
    batches = open_solo(tmp_path / "batches.db", clock=Clock())
    for table in ("companies", "contacts", "deals", "activities", "tasks"):
        for n in range(0, len(rows[table]), 7):
            assert load_rows(batches, {table: rows[table][n : n + 7]}) == len(rows[table][n : n + 7])
    batches.close()
    create_solo_bulk(tmp_path / "commands.db", founding, {}, clock=Clock())
    _by_changesets(tmp_path / "commands.db", rows)
    whole = derived(tmp_path / "bulk.db")
    assert derived(tmp_path / "batches.db") == whole
    assert derived(tmp_path / "commands.db") == whole


def _by_changesets(path: Path, rows: Rows) -> None:
    """The same rows, one changeset each, through the very code that applies commands."""
    from core.changes import Changeset
    from core.commands.base import insert
    from storage.apply import apply
    from storage.load import Loaded

    workspace = open_solo(path, clock=Clock())
    for table in RECORDS:
        for row in rows.get(table, ()):
            given = {name: value for name, value in row.items() if name not in ("id", "created_at")}
            change = insert(RECORDS[table], row["id"], given)
            note = Changeset(new_id(), workspace.org_id, workspace.user_id, START, "x", "x", (change,))
            with workspace.database.write() as connection:
                loaded = Loaded(connection, workspace.org_id)
                apply(connection, note, loaded, now=START, catalog=workspace.catalog())
    workspace.close()


def test_a_loaded_workspace_is_whole_and_works(tmp_path: Path) -> None:
    path = tmp_path / "demo" / "work.db"
    founding = a_founding()
    rows = sample(founding)
    told: list[tuple[str, int]] = []
    count = create_solo_bulk(
        path, founding, rows, progress=lambda what, n: told.append((what, n)), clock=Clock()
    )
    assert count == sum(map(len, rows.values()))
    assert told[-1] == ("indexes", count)
    assert [what for what, _ in itertools.groupby(what for what, _ in told)][:2] == ["companies", "contacts"]
    clock = Clock()
    office = Office(open_solo(path, clock=clock), clock)
    assert [f for f in check(office.workspace) if f.level == "error"] == []
    contact = rows["contacts"][0]["id"]
    held = office.get("contacts", contact)
    assert (held.created_at, held.version, held.updated_by) == (START, 1, founding.user_id)
    answer = office.do(EditContact(contact_id=contact, values={"city": "Oslo"}))
    assert office.found("contacts", "oslo") == {contact}
    office.do(Undo(changeset_id=answer.changeset.id))
    assert office.found("contacts", "oslo") == set()
    assert [f for f in check(office.workspace) if f.level == "error"] == []
    office.workspace.close()


def test_the_schema_is_the_same_afterwards(tmp_path: Path, office: Office) -> None:
    founding = a_founding()
    create_solo_bulk(tmp_path / "bulk.db", founding, sample(founding), clock=Clock())
    loaded = open_solo(tmp_path / "bulk.db")
    sql = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
    with loaded.database.read() as connection:
        assert connection.execute(sql).fetchall() == office.sql(sql)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    loaded.close()


def test_rows_are_drawn_as_they_are_written(office: Office) -> None:
    """A million rows must not lie in memory."""
    alive = 0
    most = 0

    class Mine(dict[str, Any]):
        def __init__(self, **values: Any) -> None:
            super().__init__(values)
            nonlocal alive, most
            alive += 1
            most = max(most, alive)

        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    def many() -> Iterator[Mine]:
        for n in range(9_000):
            yield Mine(id=new_id(), book_id=office.catalog.my_book.id, first_name=f"C{n}")

    assert load_rows(office.workspace, {"contacts": many()}) == 9_000
    assert most < 6_000


@encrypted
def test_a_load_that_fails_leaves_nothing(office: Office, tmp_path: Path) -> None:
    book = office.catalog.my_book.id
    before = office.sql("SELECT count(*) FROM contacts, changesets")

    def broken() -> Iterator[dict[str, Any]]:
        for n in range(3_000):
            yield {"id": new_id(), "book_id": book, "first_name": f"C{n}"}
        raise RuntimeError("the file of the import ends here")

    with pytest.raises(RuntimeError):
        load_rows(office.workspace, {"contacts": broken()})
    assert office.sql("SELECT count(*) FROM contacts, changesets") == before
    office.contact("Lena")
    with pytest.raises(RuntimeError):
        create_solo_bulk(tmp_path / "new" / "work.db", a_founding(), {"contacts": broken()})
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == ["work.db.key", "work.db.keystore"]


def test_rows_must_be_rows(office: Office) -> None:
    book = office.catalog.my_book.id
    with pytest.raises(ValueError, match="no table"):
        load_rows(office.workspace, {"sqlite_master": []})
    with pytest.raises(ValueError, match="colour"):
        load_rows(office.workspace, {"contacts": [{"id": new_id(), "book_id": book, "colour": "red"}]})
    with pytest.raises(ValueError, match="book_id"):
        load_rows(office.workspace, {"contacts": [{"id": new_id()}]})


def test_an_import_is_told_and_followed(office: Office) -> None:
    contact = office.contact()
    log = LogActivity(table="contacts", record_id=contact, kind="note", body="old words")
    office.do(log)
    told: list[Changed] = []
    stop = office.workspace.subscribe(told.append)
    entry = codec("activities")
    [row] = office.sql(f"SELECT {entry.columns} FROM activities WHERE id = ?", log.activity_id)
    values = entry.decode(row)
    data = {n: values[n] for n, spec in fields_of(entry.record).items() if spec.role is Role.DATA}
    newer = {**data, "id": new_id(), "revises": log.activity_id, "body": "new words"}
    load_rows(office.workspace, {"activities": [newer]})
    stop()
    assert [(c.everything, c.local) for c in told] == [(True, True)]
    assert office.found("activities", "old") == set()
    assert office.found("activities", "new") == {newer["id"]}
    answer = office.workspace.execute(EditActivity(activity_id=log.activity_id, values={"body": "x"}))
    assert not answer.applied


def test_set_up_that_is_loaded_is_seen(office: Office) -> None:
    user = new_id()
    load_rows(office.workspace, {"users": [{"id": user, "name": "Bob", "role": "rep"}]})
    assert office.catalog.user_name(user) == "Bob"


def test_a_file_is_never_overwritten(fresh: Callable[[str], Path]) -> None:
    path = fresh()
    before = path.read_bytes()
    with pytest.raises(Unavailable, match="already"):
        create_solo_bulk(path, a_founding(), {})
    assert path.read_bytes() == before
