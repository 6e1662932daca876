"""The centre of a run: a database of its own on the tests' server, with logins of its own, copies and restores."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import psycopg
from psycopg import sql

from core.ids import new_id
from storage.postgres import install
from storage.postgres.install import GROUPS, USER_ADMIN, as_owner
from storage.postgres.people import verifier
from storage.postgres.profile import Profile
from tests.postgres.floor import BOOKS, PEOPLE, build, made_id
from tests.server import OPERATOR, Cluster, Database, clone, template

STAFF = ("ada", "mia", "ann", "ben", "wim")
"""Who works in the field here, by their names on the floor."""
PASSWORD = "sync-secret-1"
ORG = made_id("org", "Nordlicht")
FIELD_KEY = "note"
"""The custom field of contacts and of deals."""

_numbers = itertools.count(1)


def _fill(operator: psycopg.Connection[Any]) -> None:
    install.init(operator)
    build(operator)
    with as_owner(operator):
        operator.execute("UPDATE users SET import_right = 'yes' WHERE role = 'rep'")
        for entity in ("contacts", "deals"):
            operator.execute(
                "INSERT INTO custom_fields (org_id, id, entity, key, label, kind, options, position)"
                " VALUES (%s, %s, %s, %s, 'Note', 'text', '[]', 'V')",
                (ORG, made_id("field", entity), entity, FIELD_KEY),
            )
        for book in BOOKS:
            if BOOKS[book] == "Nordlicht":
                operator.execute(
                    "INSERT INTO contacts (org_id, id, book_id, first_name, last_name, title, emails, phones, lead_status, source,"
                    " time_zone, address, postal_code, city, region, country, do_not_call, description, tags, custom)"
                    " VALUES (%s, %s, %s, 'Slow', %s, '', '[]', '[]', '', '', '', '', '', '', '', '', false, '', '[]', '{}')",
                    (ORG, slow_contact(book), made_id("book", book), book),
                )


def slow_contact(book: str) -> str:
    """The contact in a book that only slow transactions write, so that nobody has to wait for one."""
    return made_id("slow", book)


SLOW = frozenset(slow_contact(book) for book in BOOKS)


class Centre:
    """The team's server.

    Args:
        cluster: where its database is made.
    """

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._stack = ExitStack()
        self._suffix = f"{os.getpid()}_{next(_numbers)}"
        of = template(cluster, "sync_floor", _fill)
        self._root = self._stack.enter_context(contextlib.closing(cluster.superuser()))
        self.database: Database = self._stack.enter_context(clone(cluster, of))
        self.copy = ""
        self.copied_ids: frozenset[str] = frozenset()
        self._wires: dict[str, psycopg.Connection[Any]] = {}
        try:
            self._make_logins()
        except BaseException:
            self.close()
            raise

    def login(self, person: str) -> str:
        """What one of the staff logs in as."""
        return f"{person}_{self._suffix}"

    def profile(self, person: str) -> Profile:
        """Where one of the staff logs in."""
        return Profile(self.cluster.host, self.cluster.port, self.database.name, self.login(person))

    def close(self) -> None:
        """Drops database and logins."""
        self.hang_up()
        self._stack.close()

    def _make_logins(self) -> None:
        operator = self.database.operator()
        secret = verifier(operator, self.login("all"), PASSWORD)
        with as_owner(operator):
            operator.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(USER_ADMIN)))
            for person in STAFF:
                operator.execute(
                    sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} IN ROLE {}").format(
                        sql.Identifier(self.login(person)), sql.Literal(secret), sql.Identifier(GROUPS[PEOPLE[person].role])
                    )
                )  # fmt: skip
                self._stack.callback(self._drop_login, self.login(person))
        self._rename_users()

    def _drop_login(self, login: str) -> None:
        with contextlib.closing(self.cluster.superuser()) as root:
            root.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(login)))

    def _rename_users(self) -> None:
        root = self.superuser()
        for person in STAFF:
            root.execute(
                "UPDATE offhook.users SET login = %s WHERE id = %s", (self.login(person), PEOPLE[person].id)
            )

    # --- connections

    def superuser(self) -> psycopg.Connection[Any]:
        """A connection that sees everything: to look, and to do what only a restore does."""
        return self._wire("", self.database.superuser)

    def operator(self) -> psycopg.Connection[Any]:
        """A connection of who has installed offhook."""
        return self._wire("operator", self.database.operator)

    def wire(self, person: str) -> psycopg.Connection[Any]:
        """A connection of one of the staff that no cache uses: a desk in the office, and the eyes of the checks."""
        return self._wire(person, lambda: self.database.connect(self.login(person), PASSWORD))

    def _wire(self, name: str, connect: Any) -> psycopg.Connection[Any]:
        wire = self._wires.get(name)
        if wire is None or wire.closed:
            wire = self._wires[name] = connect()
            wire.execute("SET lock_timeout = '2s'")
        return wire

    def disable(self, person: str) -> None:
        """Shuts one of the staff out, which ends all of their sessions."""
        self.as_admin("SELECT disable_user(%s)", PEOPLE[person].id)
        wire = self._wires.pop(person, None)
        if wire is not None:
            wire.close()

    def hang_up(self) -> None:
        """Ends every connection to the database."""
        self._wires.clear()
        self.database.close()
        if not self._root.closed:
            self._root.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
                (self.database.name,),
            )

    # --- copies

    def make_copy(self) -> None:
        """Copies the database as it is, as a backup does. Every connection ends."""
        self.copied_ids = self.history_ids()
        self.hang_up()
        self.copy = f"{self.database.name}_copy"
        self._root.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY file_copy").format(
                sql.Identifier(self.copy), sql.Identifier(self.database.name), sql.Identifier(OPERATOR)
            )
        )
        self._stack.callback(self._drop, self.copy)

    def restore(self) -> None:
        """Puts the copy into the place of the database, and renews the epoch as the one who restores is told to."""
        assert self.copy, "there is a copy"
        self.hang_up()
        name, copy = sql.Identifier(self.database.name), sql.Identifier(self.copy)
        self._drop(self.database.name)
        self._root.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(copy, name))
        groups = sql.SQL(", ").join(map(sql.Identifier, GROUPS.values()))
        # The one thing that PostgreSQL does not copy with a database is who may connect.
        self._root.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
        self._root.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, groups))
        self.copy = ""
        install.renew_epoch(self.operator())
        # Logins lie in no database: who restores brings them in line with the users.
        for person in STAFF:
            if person != "ada":
                role = (
                    self.superuser()
                    .execute("SELECT role FROM offhook.users WHERE id = %s", (PEOPLE[person].id,))
                    .fetchone()
                )
                self.as_admin("SELECT set_role(%s, %s)", PEOPLE[person].id, role[0] if role else "rep")
                self.as_admin("SELECT enable_user(%s)", PEOPLE[person].id)

    def _drop(self, name: str) -> None:
        self._root.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def history_ids(self) -> frozenset[str]:
        """The ids of all changesets that were applied."""
        return frozenset(
            id_ for (id_,) in self.superuser().execute("SELECT id::text FROM offhook.changesets")
        )

    # --- what admins do

    def as_admin(self, statement: str, *values: Any) -> Any:
        """One call of an admin; its value."""
        row = self.wire("ada").execute(statement, values).fetchone()
        return row[0] if row else None

    def erase(self, contact: str) -> set[tuple[str, str]]:
        """Erases a person; the rows that told of them."""
        found = self.superuser().execute(
            "SELECT 'activities', id::text FROM offhook.activities WHERE contact_id = %(id)s"
            " UNION ALL SELECT 'tasks', id::text FROM offhook.tasks WHERE contact_id = %(id)s",
            {"id": contact},
        ).fetchall()  # fmt: skip
        self.as_admin("SELECT erase_person(%s)", contact)
        return {("contacts", contact), *found}

    def forget_exits(self) -> None:
        """Lets a hundred days pass for all that has left a book, so that every cursor is too old."""
        self.superuser().execute("UPDATE offhook.exits SET at = at - interval '100 days'")
        self.superuser().execute("DELETE FROM offhook.meta WHERE key = 'tidied_at'")
        self.as_admin("SELECT tidy()")


class Slow:
    """A transaction on the server that is begun now and ends when it pleases.

    Args:
        centre: where.
        what: a number that says what it does.
        book, other: two of the floor's books, by their names.
    """

    KINDS = 4

    def __init__(self, centre: Centre, what: int, book: str, other: str) -> None:
        self.book = book
        self._wire = centre.database.superuser()
        self._wire.execute("SET lock_timeout = '300ms'")
        self._wire.execute("BEGIN")
        contact, at = slow_contact(book), made_id("book", book)
        run = self._wire.execute
        match what:
            case 0:
                run("UPDATE offhook.contacts SET city = city || 's' WHERE id = %s", (contact,))
            case 1:
                run(
                    "UPDATE offhook.contacts SET book_id = %s WHERE id = %s",
                    (made_id("book", other), contact),
                )
            case 2:
                run(
                    "INSERT INTO offhook.activities (org_id, id, book_id, kind, subject, body, occurred_at, duration_s, direction,"
                    " outcome, user_id, contact_id, deal_id, company_id, data, revises, retracted)"
                    " VALUES (%s, %s, %s, 'note', '', 'late', now(), null, '', '', %s, %s, null, null, '{}', null, false)",
                    (ORG, new_id(), at, PEOPLE["ada"].id, contact),
                )
            case _:
                run(
                    "INSERT INTO offhook.shares (org_id, id, book_id, user_id, can_write) VALUES (%s, %s, %s, %s, false)",
                    (ORG, new_id(), at, PEOPLE["wim"].id),
                )

    def end(self, *, commit: bool) -> None:
        """Ends it."""
        if not self._wire.closed:
            self._wire.execute("COMMIT" if commit else "ROLLBACK")
            self._wire.close()


@contextlib.contextmanager
def opened(cluster: Cluster) -> Iterator[Centre]:
    """A centre, closed in the end."""
    centre = Centre(cluster)
    try:
        yield centre
    finally:
        centre.close()
