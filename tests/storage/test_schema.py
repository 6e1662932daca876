"""The schema: one declaration, one migration, two dialects."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from core.commands.calling_setup import SaveOutcome
from core.commands.tasks import CreateTask
from core.errors import Refused, Unavailable
from storage import files, keys, schema_version, tables, upgrade
from storage.check import check
from storage.database import connect
from storage.solo import open_solo
from tests.storage.conftest import Clock, Office
from tests.storage.older import take_back
from tests.workspace.office import START


def test_the_program_works_with_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(upgrade.config()).get_current_head() == schema_version.HEAD


def test_a_migrated_file_has_the_declared_tables(office: Office) -> None:
    with office.database.exclusive_writer() as connection:
        engine = upgrade.engine_on(connection)
        with engine.connect() as live:
            context = MigrationContext.configure(
                live, opts={"include_name": _is_ours, "compare_type": True, "target_metadata": None}
            )
            differences = compare_metadata(context, tables.build("sqlite"))
            live.rollback()
    assert differences == []


def _is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    return kind != "table" or not re.search(r"_fts(_|$)|^alembic_version$", name or "")


def test_the_migrations_say_what_the_declarations_say() -> None:
    """Word for word, with the checks, keys and conditions of indexes that a comparison with a live file overlooks.

    What they say to PostgreSQL is compared on a live server (tests/postgres/test_install.py).
    """
    told: dict[str, frozenset[str]] = {}
    for head, parts in _statements(_offline_sql("sqlite")):
        if head.startswith(("CREATE TABLE", "CREATE INDEX")):
            # A table that was made anew is as it was made last.
            told[head] = parts
        elif added := re.fullmatch(r"ALTER TABLE (\w+) ADD COLUMN (.+)", head):
            told[f"CREATE TABLE {added[1]}"] |= {added[2]}
    declared = {}
    for table in tables.build("sqlite").sorted_tables:
        made = [CreateTable(table), *(CreateIndex(index) for index in table.indexes)]
        declared |= dict(_statement(str(part.compile(dialect=sqlite.dialect()))) for part in made)
    assert told == declared | {"CREATE TABLE alembic_version": told["CREATE TABLE alembic_version"]}


def _offline_sql(dialect: str) -> str:
    out = io.StringIO()
    config = upgrade.config(dialect=dialect)
    config.output_buffer = out
    command.upgrade(config, "head", sql=True)
    return out.getvalue()


def _statements(sql: str) -> list[tuple[str, frozenset[str]]]:
    sql = re.sub(r"^--.*$", "", sql, flags=re.MULTILINE)
    return [_statement(statement) for statement in sql.split(";")]


def _statement(sql: str) -> tuple[str, frozenset[str]]:
    """A statement as what stands before its brackets, and what stands in and behind them, in any order."""
    head, _, rest = _plain(sql).partition(" (")
    parts = re.split(r", (?=\w+ [A-Z]|CONSTRAINT)", rest)
    return head, frozenset(re.sub(r"[()\s]+", " ", part).strip() for part in parts)


def _plain(statement: str) -> str:
    return re.sub(r"\s+", " ", statement).strip()


def test_postgresql_keeps_what_sqlite_cannot() -> None:
    sql = _plain(_offline_sql("postgresql"))
    assert "id UUID NOT NULL" in sql
    assert "custom JSONB NOT NULL" in sql
    assert "CONSTRAINT pk_deals PRIMARY KEY (org_id, id)" in sql
    assert (
        "CONSTRAINT fk_deals_org_id_stage_id FOREIGN KEY(org_id, stage_id) REFERENCES stages (org_id, id)"
        in sql
    )
    assert "fts5" not in sql


def test_a_file_of_the_first_format_keeps_its_people_and_books(tmp_path: Path) -> None:
    path = tmp_path / "first.db"
    connection = connect(path, None, create=True)
    config = upgrade.config()
    with upgrade.engine_on(connection).connect() as live:
        config.attributes["connection"] = live
        command.upgrade(config, "0001")
        live.exec_driver_sql(
            "INSERT INTO users (n, org_id, id, version, created_at, updated_at, name, login, email, role, time_zone)"
            " VALUES (7, 'o', 'u', 3, 1, 2, 'Ann', '', '', 'admin', '')"
        )
        live.exec_driver_sql(
            "INSERT INTO books (n, org_id, id, version, created_at, updated_at, kind, name, user_id)"
            " VALUES (9, 'o', 'b', 4, 1, 2, 'own', 'Ann', 'u')"
        )
        live.commit()
    connection.close()
    connection = connect(path, None)
    upgrade.upgrade(connection)
    assert connection.execute("SELECT n, id, version, name, export_right FROM users").fetchall() == [
        (7, "u", 3, "Ann", "")
    ]
    assert connection.execute("SELECT n, id, version, user_id FROM books").fetchall() == [(9, "b", 4, "u")]
    connection.execute(
        "INSERT INTO books (org_id, id, version, created_at, updated_at, kind, name)"
        " VALUES ('o', 's', 1, 1, 1, 'shared', 'Ann and Ben')"
    )
    connection.close()


def test_a_file_from_before_there_were_calls_keeps_its_work_and_gets_what_is_new(
    fresh: Callable[[str], Path], tmp_path: Path
) -> None:
    path = fresh("before")
    before = Office(open_solo(path, clock=Clock()), Clock())
    contact = before.contact("Lena")
    before.do(CreateTask(table="contacts", record_id=contact, subject="Call", due_at=START))
    before.workspace.close()
    key = keys.read(path).hex
    connection = connect(path, key)
    schema = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
    newest = connection.execute(schema).fetchall()
    # As an older program has written it.
    take_back(connection, "0003")
    columns = "n, id, subject, due_at, contact_id, version, updated_at"
    tasks = connection.execute(f"SELECT {columns} FROM tasks").fetchall()
    assert len(tasks) == 1
    assert "outcomes" not in {name for _, name, _ in connection.execute(schema)}
    connection.close()
    after = Office(open_solo(path, clock=Clock()), Clock())
    assert after.sql(schema) == newest
    assert after.sql(f"SELECT {columns}, priority, recurrence FROM tasks") == [(*tasks[0], "", "")]
    assert after.workspace.catalog().call_outcomes[0].name == "No answer"
    after.do(SaveOutcome(key="busy", values={"name": "Engaged"}))
    assert [f for f in check(after.workspace) if f.level == "error"] == []
    after.workspace.close()


def test_a_file_from_before_there_were_imports_keeps_its_records_and_takes_ids_of_elsewhere(
    fresh: Callable[[str], Path],
) -> None:
    path = fresh("before")
    before = Office(open_solo(path, clock=Clock()), Clock())
    contact = before.contact("Lena", emails=("lena@acme.de",))
    before.workspace.close()
    connection = connect(path, keys.read(path).hex)
    schema = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
    newest = connection.execute(schema).fetchall()
    take_back(connection, "0004")
    columns = "n, id, first_name, emails, version, updated_at, search"
    contacts = connection.execute(f"SELECT {columns} FROM contacts").fetchall()
    users = connection.execute("SELECT n, id, name, role, export_right FROM users").fetchall()
    connection.close()
    after = Office(open_solo(path, clock=Clock()), Clock())
    assert after.sql(f"SELECT {columns}, external_ids FROM contacts") == [(*contacts[0], "[]")]
    assert after.sql("SELECT n, id, name, role, export_right, import_right FROM users") == [(*users[0], "")]
    assert [(kind, name) for kind, name, _ in after.sql(schema)] == [(kind, name) for kind, name, _ in newest]
    after.spoil('UPDATE contacts SET external_ids = \'["hub:1", "hub:2", "hub:1"]\'')
    known = "SELECT table_name, row_id, value FROM record_keys ORDER BY value"
    assert after.sql(known) == [("contacts", contact, "hub:1"), ("contacts", contact, "hub:2")]
    assert [f for f in check(after.workspace) if f.level == "error"] == []
    after.workspace.close()


def test_every_index_begins_with_the_organization(office: Office) -> None:
    names = office.sql(
        "SELECT m.name, m.tbl_name FROM sqlite_master m WHERE m.type = 'index' AND m.tbl_name NOT LIKE '%\\_fts%' ESCAPE '\\'"
    )
    columns = {
        name: office.sql(f"PRAGMA index_info('{name}')")[0][2]
        for name, table in names
        # What a file keeps for itself, and a cache for its one login.
        if table not in ("meta", "outbox", "parked", "base", "sync_books", "drafts")
    }
    columns.pop("sqlite_autoindex_alembic_version_1", None)
    assert set(columns.values()) == {"org_id"}


def test_going_back_is_refused_politely(office: Office) -> None:
    with office.database.exclusive_writer() as connection, upgrade.engine_on(connection).connect() as live:
        config = upgrade.config()
        config.attributes["connection"] = live
        with pytest.raises(Refused, match="cannot go back"):
            command.downgrade(config, "base")
        live.rollback()
    assert office.sql("SELECT version_num FROM alembic_version") == [(schema_version.HEAD,)]


def test_a_newer_file_is_left_alone(fresh: Callable[[str], Path]) -> None:
    path = fresh("newer")
    key = keys.read(path).hex
    connection = connect(path, key)
    connection.execute("UPDATE alembic_version SET version_num = '0042'")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(Unavailable, match="newer offhook"):
        open_solo(path)
    assert path.read_bytes() == before


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Pretends that the program has one more migration, with the given body."""

    def make(body: str) -> None:
        folder = tmp_path / "migrations"
        shutil.copytree(upgrade.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "versions" / "m0006_more.py").write_text(
            f"from alembic import op\nrevision = '0006'\ndown_revision = '0005'\n\ndef upgrade():\n{body}\n"
        )
        monkeypatch.setattr(schema_version, "HEAD", "0006")
        real = upgrade.config

        def config(**given: Any) -> Config:
            return real(**(given | {"migrations": folder}))

        monkeypatch.setattr(upgrade, "config", config)

    return make


def test_an_older_file_is_backed_up_and_upgraded(
    fresh: Callable[[str], Path], later: Callable[[str], None]
) -> None:
    path = fresh("older")
    later("    op.execute('CREATE TABLE more (n INTEGER)')")
    workspace = open_solo(path)
    with workspace.database.read() as connection:
        assert schema_version.read(connection) == "0006"
        assert connection.execute("SELECT count(*) FROM more").fetchone() == (0,)
    workspace.close()
    [kept] = path.parent.glob("work-before-upgrade-*.db")
    old = connect(kept, keys.read(path).hex)
    assert schema_version.read(old) == "0005"
    old.close()


def test_an_upgrade_that_fails_leaves_the_file_as_it_was(
    fresh: Callable[[str], Path], later: Callable[[str], None]
) -> None:
    path = fresh("older")
    later("    op.execute('CREATE TABLE more (n INTEGER)')\n    op.execute('INSERT INTO nowhere VALUES (1)')")
    with pytest.raises(Exception, match="nowhere"):
        open_solo(path)
    connection = connect(path, keys.read(path).hex)
    assert schema_version.read(connection) == "0005"
    assert connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'more'").fetchone() is None
    connection.close()


def test_a_file_of_another_program_is_no_workspace(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    connection = connect(path, None, create=True)
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    with pytest.raises(Unavailable, match="not an offhook workspace"):
        files.make_current(path, None)
