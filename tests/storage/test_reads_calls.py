"""Who is called next, what was tried before, and what came of a day of calling."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.commands.activities import EditActivity, LogActivity, RetractActivity
from core.commands.companies import EditCompany
from core.commands.contacts import DeleteContacts
from core.ids import new_id
from core.workspace import Callee, CallStats
from storage.bulk import Loader, load_rows
from storage.database import connect
from storage.reads.sqlite import prepare
from storage.reservations import reserve
from storage.solo import SoloWorkspace
from tests.storage.hiring import hire
from tests.storage.mirror import Asked, MirroredWorkspace

STORES = ("solo", "postgresql")
HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)
NOBODY = "0197a000-0000-7000-8000-00000000dead"


def point(*values: str, **more: str) -> tuple[dict[str, str], ...]:
    return tuple({"value": value, "label": "work", **more} for value in values)


def call(office: Any, contact: str, outcome: str = "no answer", *, ago: dt.timedelta, **more: Any) -> str:
    command = LogActivity(
        table="contacts", record_id=contact, kind="call", outcome=outcome, occurred_at=office.clock.now - ago,
        **{"direction": "out", **more},
    )  # fmt: skip
    office.do(command)
    return command.activity_id


def callee(office: Any, contact: str) -> Callee:
    (found,) = office.workspace.callees([contact], office.clock.now)
    return found


def seconds(moment: dt.datetime) -> int:
    return int(moment.timestamp())


# --- who it is -----------------------------------------------------------------------------------------------------


def test_a_callee_says_who_they_are_and_where(office):
    ann = office.contact(
        "Ann", last_name="Lee", title="CEO", company="Acme", phones=point("+4930111", "+4930222"),
        lead_status="New", time_zone="America/Denver", country="US", region="CO", city="Boulder", do_not_call=True,
    )  # fmt: skip
    company = office.get("contacts", ann).company_id
    office.do(EditCompany(company_id=company, values={"country": "CA", "region": "ON"}))
    found = callee(office, ann)
    assert found == Callee(
        id=ann, name="Ann Lee", title="CEO", book_id=office.catalog.my_book.id, company_id=company, company="Acme",
        do_not_call=True, phones=point("+4930111", "+4930222"), lead_status="New", time_zone="America/Denver",
        country="US", region="CO", city="Boulder", company_country="CA", company_region="ON", last_call_at=None,
        calls_today=(), attempts=0, last_attempt_at=None, held_by="", held_until=None,
    )  # fmt: skip
    assert found.do_not_call is True, "yes or no, not a number"


def test_callees_come_in_the_order_of_their_ids_without_those_who_are_gone(office):
    ids = [office.contact(first) for first in "ABCD"]
    office.do(DeleteContacts(contact_ids=(ids[1],)))
    asked = [ids[3], NOBODY, ids[1], "no id at all", ids[0], ids[2]]
    found = office.workspace.callees(asked, office.clock.now)
    assert [each.name for each in found] == ["D", "A", "C"]
    assert office.workspace.callees([], office.clock.now) == []


def test_a_company_that_is_gone_says_nothing_about_where_somebody_is(office):
    ann = office.contact("Ann", company="Acme")
    company = office.get("contacts", ann).company_id
    office.do(EditCompany(company_id=company, values={"country": "CA"}))
    office.spoil("UPDATE companies SET deleted_at = 1")
    found = callee(office, ann)
    assert (found.company, found.company_id, found.company_country) == ("", None, "")


def test_what_is_wrong_with_a_number_comes_with_it(office):
    phones = (*point("+4930111", bad="wrong number"), *point("+4930222"))
    ann = new_id()
    row = {"id": ann, "book_id": office.catalog.my_book.id, "first_name": "Ann", "phones": phones}
    load_rows(office.workspace, {"contacts": [row]})
    assert callee(office, ann).phones == phones


# --- what was tried ------------------------------------------------------------------------------------------------


def test_attempts_are_counted_since_somebody_answered(office):
    ann, now = office.contact("Ann"), office.clock.now
    assert callee(office, ann).attempts == 0
    call(office, ann, ago=30 * HOUR)
    call(office, ann, "connected", ago=29 * HOUR)
    assert callee(office, ann).attempts == 0
    call(office, ann, "busy", ago=20 * HOUR)
    call(office, ann, "left voicemail", ago=2 * HOUR)
    call(office, ann, ago=HOUR, direction="in")
    found = callee(office, ann)
    assert found.attempts == 2
    assert found.last_attempt_at == pytest.approx(seconds(now - 2 * HOUR), abs=30)
    assert found.last_call_at == pytest.approx(seconds(now - HOUR), abs=30), "they called"
    assert len(found.calls_today) == 2


def test_a_call_says_for_itself_whether_it_connected(office):
    """The organization may call its outcomes as it likes."""
    ann, book = office.contact("Ann"), office.catalog.my_book.id

    def logged(outcome: str, connected: bool) -> dict[str, Any]:
        return {
            "id": new_id(), "book_id": book, "contact_id": ann, "kind": "call", "direction": "out", "outcome": outcome,
            "occurred_at": office.clock(), "data": {"connected": connected},
        }  # fmt: skip

    load_rows(office.workspace, {"activities": [logged("busy", False), logged("hung up on", True)]})
    assert callee(office, ann).attempts == 0
    load_rows(office.workspace, {"activities": [logged("connected", False)]})
    assert callee(office, ann).attempts == 1


def test_a_call_that_was_put_right_counts_as_it_was_put_and_one_taken_back_not_at_all(office):
    ann = office.contact("Ann")
    first = call(office, ann, ago=3 * HOUR)
    second = call(office, ann, ago=2 * HOUR)
    office.do(EditActivity(activity_id=second, values={"outcome": "connected"}))
    assert callee(office, ann).attempts == 0
    third = call(office, ann, ago=HOUR)
    assert callee(office, ann).attempts == 1
    for taken_back in (first, third):
        office.do(RetractActivity(activity_id=taken_back))
    found = callee(office, ann)
    assert (found.attempts, len(found.calls_today)) == (0, 1)
    assert found.last_attempt_at == seconds(office.get("activities", second).occurred_at)


def test_what_is_no_call_and_what_is_anothers_is_not_counted(office):
    ann, ben = office.contact("Ann"), office.contact("Ben")
    office.do(LogActivity(table="contacts", record_id=ann, kind="email", direction="out"))
    call(office, ben, ago=HOUR)
    found = callee(office, ann)
    assert (found.attempts, found.last_call_at, found.calls_today) == (0, None, ())


def test_a_call_about_a_deal_was_a_call_to_its_contact(office):
    ann = office.contact("Ann")
    deal = office.deal("Robots", contact_id=ann)
    office.do(LogActivity(table="deals", record_id=deal, kind="call", outcome="busy", direction="out"))
    assert callee(office, ann).attempts == 1


# --- the same in plain Python --------------------------------------------------------------------------------------

NOW = dt.datetime(2026, 3, 18, 9, 30, tzinfo=dt.UTC)
calls = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["call", "call", "call", "note"]),
            "direction": st.sampled_from(["out", "out", "", "in"]),
            "outcome": st.sampled_from(["no answer", "connected", "busy", ""]),
            "data": st.sampled_from(
                [{}, {"connected": True}, {"connected": False, "block": "b1"}, {"connected": "yes"},
                 {"connected": None, "meeting": True}, {"meeting": False, "block": "b1"}, {"block": "b2", "connected": True}],
            ),
            "occurred_at": st.integers(-30, 2).map(lambda hours: NOW + hours * HOUR),
            "duration_s": st.sampled_from([None, 0, 59, 60, 61, 600]),
            "retracted": st.sampled_from([False, False, False, True]),
            "deleted_at": st.sampled_from([None, None, None, NOW]),
            "revised": st.sampled_from([False, False, True]),
            "whose": st.sampled_from(["me", "me", "other"]),
        }
    ),
    max_size=12,
)  # fmt: skip


def stands(row: dict[str, Any]) -> bool:
    return not (row["retracted"] or row["deleted_at"] or row["revised"]) and row["kind"] == "call"


def connected(row: dict[str, Any]) -> bool:
    said = row["data"].get("connected")
    return said if isinstance(said, bool) else row["outcome"] == "connected"


@given(rows=calls)
@settings(max_examples=60)
def test_attempts_and_figures_are_what_plain_python_makes_of_the_timeline(office, rows):
    workspace = office.workspace
    connection = connect(workspace.path, workspace.key.hex)
    prepare(connection)
    connection.execute("BEGIN IMMEDIATE")
    try:
        contact = _load(connection, workspace, rows)
        if isinstance(workspace, MirroredWorkspace):
            with workspace.reading(connection) as asked:
                _compare(asked, contact, rows)
        else:
            _compare(Asked(workspace.catalog(), connection, on_postgres=False), contact, rows)
    finally:
        connection.execute("ROLLBACK")
        connection.close()


def _load(connection: Any, workspace: Any, rows: list[dict[str, Any]]) -> str:
    contact, book = new_id(), workspace.catalog().my_book.id
    made: list[dict[str, Any]] = []
    later: list[dict[str, Any]] = []
    for row in rows:
        own = {name: value for name, value in row.items() if name not in ("revised", "whose")}
        own |= {
            "id": new_id(), "book_id": book, "contact_id": contact,
            "user_id": workspace.user_id if row["whose"] == "me" else NOBODY,
        }  # fmt: skip
        made.append(own)
        if row["revised"]:
            later.append(own | {"id": new_id(), "revises": own["id"], "retracted": True})
    loader = Loader(connection, workspace.org_id, workspace.user_id, NOW)
    loader.add({"contacts": [{"id": contact, "book_id": book, "first_name": "Ann"}], "activities": made})
    loader.add({"activities": later})
    return contact


def _compare(asked: Asked, contact: str, rows: list[dict[str, Any]]) -> None:
    standing = [row for row in rows if stands(row)]
    out = [row for row in standing if row["direction"] != "in"]
    reached = max((row["occurred_at"] for row in standing if connected(row)), default=NOW - 1000 * HOUR)
    (found,) = asked.callees([contact], NOW)
    assert found.attempts == sum(row["occurred_at"] > reached and not connected(row) for row in out)
    assert found.last_call_at == max((seconds(row["occurred_at"]) for row in standing), default=None)
    assert found.last_attempt_at == max((seconds(row["occurred_at"]) for row in out), default=None)
    today = [seconds(row["occurred_at"]) for row in out if row["occurred_at"] > NOW - 24 * HOUR]
    assert found.calls_today == tuple(sorted(today, reverse=True))
    for block in ("", "b1"):
        mine = [
            row for row in out
            if row["whose"] == "me" and NOW - 20 * HOUR <= row["occurred_at"] < NOW
            and (not block or row["data"].get("block") == block)
        ]  # fmt: skip
        talks = [row["duration_s"] or 0 for row in mine if connected(row)]
        times = [seconds(row["occurred_at"]) for row in mine]
        assert asked.call_stats(NOW - 20 * HOUR, NOW, block=block) == CallStats(
            dials=len(mine), connects=len(talks), conversations=sum(talk > 60 for talk in talks),
            meetings=sum(row["data"].get("meeting") is True for row in mine), talk_s=sum(talks),
            first_at=min(times, default=None), last_at=max(times, default=None),
        )  # fmt: skip


# --- a day of calling ----------------------------------------------------------------------------------------------


def test_the_figures_of_a_day_are_ones_own_calls_of_that_day(office):
    ann, now = office.contact("Ann"), office.clock.now
    call(office, ann, ago=30 * HOUR)
    call(office, ann, ago=4 * HOUR)
    call(office, ann, ago=3 * HOUR, data={"connected": True}, duration_s=61)
    call(office, ann, ago=2 * HOUR, data={"connected": True, "meeting": True, "block": "b"}, duration_s=30)
    call(office, ann, ago=HOUR, direction="in", duration_s=500)
    call(office, ann, "left voicemail", ago=MINUTE, duration_s=70)
    stats = office.workspace.call_stats(now - 24 * HOUR, office.clock.now)
    assert stats[:5] == (4, 2, 1, 1, 91), "a voicemail is no talk, however long"
    assert stats.first_at == pytest.approx(seconds(now - 4 * HOUR), abs=30)
    assert stats.last_at == pytest.approx(seconds(now - MINUTE), abs=30)
    assert office.workspace.call_stats(now - 24 * HOUR, office.clock.now, block="b")[:4] == (1, 1, 0, 1)
    nothing = CallStats(0, 0, 0, 0, 0, None, None)
    assert office.workspace.call_stats(now - 24 * HOUR, now, block="b' or 1=1 --\0") == nothing
    assert office.workspace.call_stats(now - 24 * HOUR, now, user_id=NOBODY) == nothing


# --- who else is about to call -------------------------------------------------------------------------------------


def test_a_colleague_who_has_somebody_reserved_is_named_until_the_time_is_up(office):
    ann, eve, zoe = (office.contact(name) for name in ("Ann", "Eve", "Zoe"))
    solo = office.workspace if isinstance(office.workspace, SoloWorkspace) else office.workspace._solo
    ben, now = hire(solo, "Ben"), dt.datetime.now(dt.UTC).replace(microsecond=0)
    with office.database.write() as connection:
        for contact, user, begin in ((ann, ben, now), (zoe, solo.user_id, now), (eve, ben, now - HOUR)):
            reserve(connection, solo.org_id, contact, user, now=begin, seconds=60)
    found = {each.name: each for each in office.workspace.callees([ann, eve, zoe], now)}
    assert (found["Ann"].held_by, found["Ann"].held_until) == ("Ben", seconds(now) + 60)
    assert found["Zoe"].held_by == "", "one's own is no hindrance"
    assert (found["Eve"].held_by, found["Eve"].held_until) == ("", None), "the time is up"
