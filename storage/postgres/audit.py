"""The audit as an admin reads and proves it.

The proof is made here, on the client, over what the server tells: a server whose functions were tampered with cannot
vouch for itself. What it takes from the database is only the entries, the seals, and time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import Connection

from core.errors import NotFound, Refused
from storage.postgres.connection import explain, explained

BATCH = 5_000
"""Entries fetched at a time."""


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal that a client has seen.

    Attributes:
        number: its place in the chain, from 1.
        digest: over what it seals and the seal before it, in hexadecimal.
    """

    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class Report:
    """What verifying the audit came to.

    Attributes:
        entries: how many entries there are.
        erased: how many of them have lost what they said about a person, as the law wants it.
        unsealed: how many are younger than the last seal.
        seals: how many seals there are.
        last: the last one, to be remembered; None where there is none yet.
        problems: what is wrong, a sentence each; empty where everything holds.
    """

    entries: int
    erased: int
    unsealed: int
    seals: int
    last: Seal | None
    problems: tuple[str, ...]


@dataclass(slots=True)
class _Sealed:
    """A seal as the database has it, and what is found to lie under it."""

    number: int
    up_to: int
    entries: int
    digest: bytes
    previous: bytes | None
    horizon: int | None
    floor: int = 0
    start: int = 0
    found: list[bytes] = field(default_factory=list)

    def covers(self, seq: int, xid: int) -> bool:
        if seq <= self.floor:
            return False
        if self.horizon is None:
            return seq <= self.up_to and xid >= self.start
        return self.start <= xid < self.horizon


def seal(connection: Connection[Any], *, least: int = 1) -> Seal | None:
    """Seals what is committed and not sealed yet.

    Args:
        connection: an admin's.
        least: do nothing for fewer entries than this.

    Returns:
        The last seal there is now.

    Raises:
        Refused: the login is no admin's.
        Unavailable: the connection broke, or the server could not do it.
    """
    with explained():
        _require_admin(connection)
        connection.execute("select offhook.seal_audit(%s)", (least,))
        row = connection.execute(
            "select number, encode(digest, 'hex') from offhook.audit_seals order by number desc limit 1"
        ).fetchone()
    return None if row is None else Seal(int(row[0]), str(row[1]))


def verify(connection: Connection[Any], *, seen: Seal | None = None) -> Report:
    """Goes over the whole audit of the organization and recomputes every digest.

    Finds an entry that was changed, removed or put in, a seal that was changed or removed, and, where `seen` is given,
    an end that was cut off: only a client that remembers can know of what is missing without a trace.

    Args:
        connection: an admin's.
        seen: the last seal that this client saw before.

    Raises:
        Refused: the login is no admin's.
        Unavailable: the connection broke, or the server could not do it.
    """
    with explained(), connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        _require_admin(connection)
        seals = _seals(connection)
        problems = _chain(seals)
        entries, erased, unsealed = _entries(connection, seals, problems)
    for each in seals:
        _check_seal(each, problems)
    last = Seal(seals[-1].number, seals[-1].digest.hex()) if seals else None
    if seen is not None:
        held = next((each for each in seals if each.number == seen.number), None)
        if held is None:
            problems.append(
                f"Seal {seen.number}, which was there before, is gone: the end of the audit was cut off."
            )
        elif held.digest.hex() != seen.digest:
            problems.append(f"Seal {seen.number} is another one than the one that was there before.")
    return Report(entries, erased, unsealed, len(seals), last, tuple(problems))


def _require_admin(connection: Connection[Any]) -> None:
    if connection.execute("select offhook.my_role()").fetchone() != ("admin",):
        raise Refused("Only an admin can read the audit and verify it.")


def _seals(connection: Connection[Any]) -> list[_Sealed]:
    rows = connection.execute(
        "select number, up_to_seq, entries, digest, previous, horizon::text from offhook.audit_seals order by number"
    ).fetchall()
    seals: list[_Sealed] = []
    floor = start = 0
    for number, up_to, entries, digest, previous, horizon in rows:
        before = None if horizon is None else int(horizon)
        seals.append(
            _Sealed(number, up_to, entries, bytes(digest), previous and bytes(previous), before, floor, start)
        )
        floor, start = (up_to, 0) if before is None else (floor, before)
    return seals


def _chain(seals: list[_Sealed]) -> list[str]:
    problems: list[str] = []
    previous: bytes | None = None
    for place, each in enumerate(seals, start=1):
        if each.number != place:
            problems.append(f"Seal {place} is missing.")
            break
        if each.previous != previous:
            problems.append(f"Seal {each.number} does not follow the seal before it.")
        previous = each.digest
    return problems


def _entries(connection: Connection[Any], seals: list[_Sealed], problems: list[str]) -> tuple[int, int, int]:
    """Goes over the entries in their order: (entries, erased ones, ones that no seal covers)."""
    entries = erased = unsealed = 0
    told: set[tuple[str, str]] = set()
    blank: list[tuple[int, str, str]] = []
    after = 0
    while True:
        rows = connection.execute(
            "select seq, org_id::text, (extract(epoch from at) * 1000000)::bigint, xid::text, login,"
            " coalesce(user_id::text, ''), table_name, coalesce(row_id::text, ''), op,"
            " coalesce(changeset_id::text, ''), diff::text, salt, digest"
            " from offhook.audit where seq > %s order by seq limit %s",
            (after, BATCH),
        ).fetchall()
        if not rows:
            break
        after = rows[-1][0]
        for seq, *told_of, diff, salt, digest in rows:
            entries += 1
            commitment = bytes(salt)
            if diff is None:
                erased += 1
                blank.append((seq, told_of[5], told_of[6]))
            else:
                commitment = hashlib.sha256(commitment + diff.encode()).digest()
            if hashlib.sha256("|".join(map(str, told_of)).encode() + commitment).digest() != bytes(digest):
                problems.append(f"Entry {seq} was changed after it was written.")
            if told_of[7] == "erase" and diff is not None:
                told |= _erased_rows(diff, told_of[6])
            covering = next((each for each in seals if each.covers(seq, int(told_of[2]))), None)
            if covering is None:
                unsealed += 1
            else:
                covering.found.append(bytes(digest))
    problems += [
        f"Entry {seq} has lost what it said, and no erasing tells why."
        for seq, table, row_id in blank
        if (table, row_id) not in told
    ]
    return entries, erased, unsealed


def _erased_rows(diff: str, contact_id: str) -> set[tuple[str, str]]:
    import json

    held: Mapping[str, list[str]] = json.loads(diff)
    rows = {(table, row_id) for table in ("activities", "tasks") for row_id in held.get(table, ())}
    return rows | {("contacts", contact_id)}


def _check_seal(each: _Sealed, problems: list[str]) -> None:
    if len(each.found) != each.entries:
        what = "removed" if len(each.found) < each.entries else "put in"
        number = abs(each.entries - len(each.found))
        problems.append(
            f"Under seal {each.number} {number:,} of {each.entries:,} entries were {what}."
            if what == "removed"
            else f"Under seal {each.number} {number:,} entries were put in later."
        )
        return
    head = f"{each.number}|{each.entries}|".encode()
    if hashlib.sha256((each.previous or b"") + head + b"".join(each.found)).digest() != each.digest:
        problems.append(f"Seal {each.number} does not fit the entries under it.")


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An entry of the audit.

    Attributes:
        seq: its number.
        at: when, ISO 8601 in UTC.
        login: who.
        op: insert, update, delete, export, erase, …
        table: where.
        row_id: which row; empty where it is about none.
        diff: column → [before, after]; None where it was erased.
    """

    seq: int
    at: str
    login: str
    op: str
    table: str
    row_id: str
    diff: Mapping[str, Any] | None


def entries(
    connection: Connection[Any],
    *,
    table: str = "",
    row_id: str = "",
    login: str = "",
    op: str = "",
    limit: int = 100,
) -> list[AuditEntry]:
    """The newest entries, an admin's organization only.

    Args:
        connection: an admin's.
        table: only entries about this table; about any where it is empty. So with the next three.
        row_id: about this row.
        login: by this login.
        op: of this kind.
        limit: the most to return.

    Raises:
        Refused: the login may not read it.
        Unavailable: the connection broke, or the server could not do it.
    """
    tests = {"table_name": table, "row_id": row_id, "login": login, "op": op}
    given = {name: value for name, value in tests.items() if value}
    where = "".join(f" and {name} = %({name})s" for name in given)
    with explained():
        rows = connection.execute(
            "select seq, to_char(at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), login, op, table_name,"  # noqa: S608
            f" coalesce(row_id::text, ''), diff from offhook.audit where org_id = (select offhook.my_org()){where}"
            " order by seq desc limit %(most)s",
            {**given, "most": limit},
        ).fetchall()
    return [AuditEntry(*row) for row in rows]


def export_person(connection: Connection[Any], contact_id: str) -> dict[str, Any]:
    """Everything that is kept about a contact, as plain data (GDPR articles 15 and 20). That it was handed out is audited.

    Raises:
        Refused: the login is no admin's.
        NotFound: there is no such contact.
    """
    out: dict[str, Any] = _call(connection, "select offhook.export_person(%s)", contact_id)
    return out


def erase_person(connection: Connection[Any], contact_id: str) -> dict[str, int]:
    """Erases a contact and what is kept about it, everywhere but in backups (GDPR article 17).

    The audit stays verifiable: of what is erased a commitment is left.

    Returns:
        How many activities, tasks, history and audit entries lost what they said.

    Raises:
        Refused: the login is no admin's.
        NotFound: there is no such contact.
    """
    out: dict[str, int] = _call(connection, "select offhook.erase_person(%s)", contact_id)
    return out


def _call(connection: Connection[Any], sql: str, *values: Any) -> Any:
    try:
        row = connection.execute(sql, values).fetchone()
    except psycopg.Error as error:
        if error.sqlstate in ("OH001", "42501"):
            raise Refused(error.diag.message_primary or "That is not allowed.") from None
        if error.sqlstate in ("OH002", "22P02"):
            raise NotFound("That contact is not there.") from None
        raise explain(error) from None
    return row[0] if row else None
