"""Versions, times and authors are the server's alone, whatever a client sends."""

from __future__ import annotations

import datetime as dt
from typing import Any

import psycopg
import pytest

from core.ids import new_id
from tests.postgres.floor import Floor, made_id

OTHER = "00000000-0000-4000-8000-000000000000"


def stamps(floor: Floor, contact: str) -> dict[str, Any]:
    cursor = floor.database.superuser().execute(
        "SELECT org_id, id, version, created_at, updated_at, updated_by, sync_xid::text FROM contacts WHERE id = %s",
        (contact,),
    )
    assert cursor.description is not None
    names = [column.name for column in cursor.description]
    [values] = cursor.fetchall()
    return dict(zip(names, values, strict=True))


def test_a_new_record_says_who_made_it_when_and_for_whom(floor: Floor) -> None:
    contact = new_id()
    [(now,)] = (
        floor.connect("ann")
        .execute(
            "INSERT INTO contacts (id, book_id, first_name, last_name, title, emails, phones, lead_status, source,"
            " time_zone, address, postal_code, city, region, country, do_not_call, description, tags, custom)"
            " VALUES (%s, %s, 'Nora', '', '', '[]', '[]', '', '', '', '', '', '', '', '', false, '', '[]', '{}')"
            " RETURNING now()",
            (contact, floor.book("ann")),
        )
        .fetchall()
    )
    found = stamps(floor, contact)
    assert found["org_id"] == floor.org()
    assert (found["version"], found["updated_by"]) == (1, floor.user("ann"))
    assert found["created_at"] == found["updated_at"] == now


def test_a_change_of_data_counts_and_is_signed(floor: Floor) -> None:
    contact = floor.contact("ann")
    before = stamps(floor, contact)
    floor.connect("ben")  # sees none of it
    floor.connect("mia").execute("UPDATE contacts SET title = 'CEO' WHERE id = %s", (contact,))
    after = stamps(floor, contact)
    assert after["version"] == before["version"] + 1
    assert after["updated_by"] == floor.user("mia")
    assert after["updated_at"] > before["updated_at"]
    assert after["created_at"] == before["created_at"]


def test_a_write_that_changes_no_data_leaves_version_and_author(floor: Floor) -> None:
    contact = floor.contact("ann")
    before = stamps(floor, contact)
    floor.connect("mia").execute("UPDATE contacts SET title = title WHERE id = %s", (contact,))
    after = stamps(floor, contact)
    assert after.pop("sync_xid") != before.pop("sync_xid"), "the feed looks at every write"
    assert after == before


def test_what_is_derived_leaves_version_and_author(floor: Floor) -> None:
    contact = floor.contact("ann")
    before = stamps(floor, contact)
    floor.connect("mia").execute(
        "INSERT INTO activities (id, book_id, kind, subject, body, occurred_at, direction, outcome, user_id, contact_id,"
        " data, retracted) VALUES (%s, %s, 'call', '', '', now(), '', '', %s, %s, '{}', false)",
        (new_id(), floor.book("ann"), floor.user("mia"), contact),
    )
    after = stamps(floor, contact)
    assert after.pop("sync_xid") != before.pop("sync_xid")
    assert after == before


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("org_id", made_id("org", "Suedlicht")),
        ("id", OTHER),
        ("version", 99),
        ("created_at", dt.datetime(2001, 1, 1, tzinfo=dt.UTC)),
        ("updated_at", dt.datetime(2001, 1, 1, tzinfo=dt.UTC)),
        ("updated_by", made_id("user", "ben")),
        ("sync_xid", "5"),
        ("search", "x"),
        ("lexemes", ""),
        ("sort_key", "x"),
        ("last_activity_at", dt.datetime(2001, 1, 1, tzinfo=dt.UTC)),
        ("book_id", made_id("book", "East")),
    ],
)
def test_nobody_sends_a_stamp(floor: Floor, column: str, value: object) -> None:
    for login in ("ann", "mia", "ada"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            floor.connect(login).execute(
                f"UPDATE contacts SET {column} = %s WHERE id = %s",
                (value, floor.contact("ann")),
            )


def test_even_with_every_right_a_row_keeps_what_identifies_it_and_its_count(floor: Floor) -> None:
    superuser = floor.database.superuser()
    superuser.execute("GRANT UPDATE ON contacts TO offhook_rep")
    before = stamps(floor, floor.contact("ann"))
    floor.connect("ann").execute(
        "UPDATE contacts SET version = 99, created_at = '2001-01-01', updated_at = '2001-01-01', updated_by = %s,"
        " sync_xid = '5' WHERE id = %s",
        (floor.user("ben"), floor.contact("ann")),
    )
    after = stamps(floor, floor.contact("ann"))
    assert after["version"] == before["version"] + 1, "signing with another name is a change as well"
    assert after["updated_by"] == floor.user("ann")
    assert after["created_at"] == before["created_at"]
    assert after["updated_at"] > before["updated_at"]
    assert after["sync_xid"] != "5"


def test_the_operator_says_who_made_a_row_and_when(floor: Floor) -> None:
    superuser = floor.database.superuser()
    [(made, by, version)] = superuser.execute(
        "INSERT INTO teams (org_id, id, name, created_at, updated_by)"
        " VALUES (%s, %s, 'North', '2020-05-05T00:00:00Z', %s) RETURNING updated_at, updated_by, version",
        (floor.org(), new_id(), floor.user("ada")),
    ).fetchall()
    assert (made, by, version) == (dt.datetime(2020, 5, 5, tzinfo=dt.UTC), floor.user("ada"), 1)


def test_stamps_hold_where_replication_would_switch_triggers_off(floor: Floor) -> None:
    superuser = floor.database.superuser()
    before = stamps(floor, floor.contact("ann"))
    with superuser.transaction():
        superuser.execute("SET LOCAL session_replication_role = replica")
        superuser.execute(
            "UPDATE contacts SET title = 'x', version = 7 WHERE id = %s", (floor.contact("ann"),)
        )
    assert stamps(floor, floor.contact("ann"))["version"] == before["version"] + 1
