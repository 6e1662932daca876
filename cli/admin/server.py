"""The server itself: installing offhook there, upgrading, organizations, and the proof that it guards itself."""

from __future__ import annotations

import datetime as dt
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from cli import place
from cli.output import Code, say, say_json, table
from cli.session import Session
from cli.team import ask_password
from core.text import printable

if TYPE_CHECKING:
    from storage.postgres.connection import Wire


@dataclass(frozen=True, slots=True)
class Operator:
    """Who works on the server itself: a login that owns the database and may make roles; no superuser is needed.

    Attributes:
        address: host:port/database.
        login: the login.
        ca_file: certificates to trust; None: the system's.
        insecure: whether the connection may go unverified.
        password_stdin: whether the password comes on standard input.
    """

    address: str
    login: str
    ca_file: Path | None = None
    insecure: bool = False
    password_stdin: bool = False

    @contextmanager
    def wire(self) -> Iterator[Wire]:
        """A connection.

        Raises:
            Refused, Unavailable: it cannot be had.
        """
        from storage.postgres.connection import connect
        from storage.postgres.password import VARIABLE
        from storage.postgres.profile import Profile, parse_address

        where = parse_address(self.address)
        authority = str(self.ca_file.absolute()) if self.ca_file else ""
        profile = Profile(*where, login=self.login, ca_file=authority, insecure=self.insecure)
        given = os.environ.get(VARIABLE)
        password = given or ask_password(
            f"Password of {printable(self.login)}: ", from_stdin=self.password_stdin
        )
        wire = connect(profile, password)
        try:
            # Waiting for a lock is limited by the upgrade itself; a migration of large tables takes its time.
            wire.execute("set statement_timeout = 0")
            yield wire
        finally:
            wire.close()


@dataclass(frozen=True, slots=True)
class FirstAdmin:
    """An organization to be made, and who runs it; what is empty is guessed from the system."""

    organization: str
    login: str
    name: str = ""
    currency: str = ""
    country: str = ""
    time_zone: str = ""


def first_password() -> str:
    """A password that can be read out over the phone: six of 140 words and a number, about 49 bits."""
    words = resources.files("cli.admin").joinpath("words.txt").read_text("ascii").split()
    return "-".join([*(secrets.choice(words) for _ in range(6)), str(secrets.randbelow(90) + 10)])


def init(session: Session, operator: Operator, first: FirstAdmin) -> Code:
    """Installs offhook in a database, with its first organization."""
    from storage.postgres import install

    with operator.wire() as wire:
        install.init(wire)
        return _add(session, wire, operator, first)


def upgrade(session: Session, operator: Operator) -> Code:
    """Brings the database to what this offhook needs. People work on meanwhile."""
    from storage.postgres import install
    from storage.schema_version import HEAD

    with operator.wire() as wire:
        install.upgrade(wire)
    if session.json:
        say_json({"schema": HEAD})
    else:
        say(f"The database is at format {HEAD}, with the functions and policies of this offhook.")
    return Code.FINE


def restored(session: Session, operator: Operator) -> Code:
    """Says to every cache that the database was brought back from a backup."""
    from storage.postgres import install

    with operator.wire() as wire:
        renumbered = install.renew_epoch(wire)
    if session.json:
        say_json({"renumbered": renumbered})
        return Code.FINE
    if renumbered:
        say(
            f"{renumbered:,} rows were numbered anew, since this server counts its transactions from another number."
        )
    say(
        "Every colleague's copy now compares itself with this database when it next connects. What it has not sent it"
        " keeps; what its user did after the backup was made it sends again."
    )
    return Code.FINE


def add_organization(session: Session, operator: Operator, first: FirstAdmin) -> Code:
    """Makes another organization in the same database, wholly apart from the others."""
    with operator.wire() as wire:
        return _add(session, wire, operator, first)


def list_organizations(session: Session, operator: Operator) -> Code:
    """Lists the organizations of a database."""
    from storage.postgres.organizations import organizations

    with operator.wire() as wire:
        found = organizations(wire)
    if session.json:
        say_json([dict(zip(("id", "name", "users", "contacts"), each, strict=True)) for each in found])
        return Code.FINE
    rows = [
        (printable(name), f"{users:,} users", f"{contacts:,} contacts") for _, name, users, contacts in found
    ]
    for line in table(rows, right=(1, 2)):
        say(line)
    return Code.FINE


def _add(session: Session, wire: Wire, operator: Operator, first: FirstAdmin) -> Code:
    from storage.postgres.organizations import found_organization

    zone = first.time_zone or place.zone_name() or "UTC"
    country = (first.country or place.country(zone=zone)).upper()
    password = first_password()
    org_id = found_organization(
        wire,
        name=first.organization,
        admin_name=first.name or first.login,
        login=first.login,
        password=password,
        currency=first.currency.upper() or place.currency(country),
        country=country,
        time_zone=zone,
        now=dt.datetime.now(dt.UTC),
    )
    if session.json:
        say_json({"organization": org_id, "login": first.login, "password": password})
        return Code.FINE
    say(
        f"{printable(first.organization)} is there. {first.login} runs it, with the first password: {password}"
    )
    say(
        f"Log in: offhook login {printable(operator.address)} --as {first.login}   then change it: offhook password"
    )
    say("Add colleagues: offhook admin user add LOGIN --name “Ben Berg” --role rep")
    return Code.FINE


def check_policies(session: Session, operator: Operator) -> Code:
    """Proves on the live catalog that the database guards itself; exits with 1 and what is wrong where it does not."""
    from storage.postgres.check import problems

    with operator.wire() as wire:
        found = problems(wire)
    if session.json:
        say_json({"ok": not found, "problems": [each._asdict() for each in found]})
    elif not found:
        say(
            "Every table is forced under policy; nothing is open to the public; every function and login is as declared."
        )
    else:
        for each in found:
            say(f"✗ {printable(each.where)}: {printable(each.what)}")
        say(
            f"Put it right with: offhook admin upgrade {printable(operator.address)} --as {printable(operator.login)}"
        )
    return Code.REFUSED if found else Code.FINE
