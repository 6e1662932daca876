"""Sample data is what a workspace could hold: every value, link and move as the commands would have it."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from itertools import pairwise
from zoneinfo import ZoneInfo

import phonenumbers
import pytest

from cli.demo.generate import generate
from cli.demo.places import RESERVED_BUT_NOT_VALID, countries
from cli.demo.prepare import existing, own_name, prepare
from core.catalog import Catalog
from core.changes import TOLD_KINDS
from core.commands import activities as activity_commands
from core.commands import companies as company_commands
from core.commands import contacts as contact_commands
from core.commands import deals as deal_commands
from core.commands import tasks as task_commands
from core.commands.base import Context, cleaned
from core.entities import RECORDS
from core.errors import Refused
from core.filters import EVERYTHING, parse
from core.health import end_of_today, is_stale
from core.pipelines import require_move
from core.schema import Kind, Role, fields_of
from storage.solo import open_solo

BERLIN = ZoneInfo("Europe/Berlin")
NOW = dt.datetime(2026, 11, 18, 9, 30, tzinfo=dt.UTC)  # a Wednesday morning
EVENING = dt.datetime(2026, 11, 21, 22, 50, tzinfo=dt.UTC)  # nearly midnight on a Saturday
SPRING = dt.datetime(2027, 3, 28, 1, 0, tzinfo=dt.UTC)  # the clocks have just gone forward
LEAP = dt.datetime(2028, 2, 29, 12, 0, tzinfo=dt.UTC)
ORG = "01900000-0000-7000-8000-000000000000"


def collect(**wanted):
    """All rows by table, and the ids in the order in which they came."""
    wanted = {"deals": 60, "contacts": 300, "now": NOW, "zone": BERLIN, **wanted}
    tables = defaultdict(list)
    for table, rows in generate(**wanted):
        tables[table] += rows
    return tables


@pytest.fixture(scope="module")
def data():
    return collect(deals=150, contacts=1_200)


@pytest.fixture(scope="module")
def catalog(data):
    return catalog_of(data)


def catalog_of(data):
    def all_of(table):
        return tuple(RECORDS[table](org_id=ORG, **row) for row in data[table])

    return Catalog(
        me=all_of("users")[0],
        organization=all_of("organizations")[0],
        **{
            name: all_of(name)
            for name in (
                "teams", "users", "memberships", "books", "pipelines", "stages", "custom_fields", "smart_views"
            )
        },
    )  # fmt: skip


def by_id(rows):
    return {row["id"]: row for row in rows}


# --- the same, and whole ----------------------------------------------------------------------------------------------


def test_the_same_seed_and_time_make_the_same_data():
    once, again = collect(), collect()
    assert once == again
    assert collect(seed=2)["contacts"] != once["contacts"]


def test_as_many_as_asked_for(data):
    assert len(data["contacts"]) == 1_200
    opened = [deal for deal in data["deals"] if deal["outcome"] == "open"]
    assert len(opened) == 150
    sales, renewals = data["pipelines"]
    shares = Counter(deal["pipeline_id"] for deal in opened)
    assert (shares[sales["id"]], shares[renewals["id"]]) == (128, 22)
    assert len(data["deals"]) == 150 + 60


@pytest.mark.parametrize(("deals", "contacts"), [(0, 1), (30, 1), (1, 7), (200, 9)])
def test_odd_numbers_are_kept_too(deals, contacts):
    data = collect(deals=deals, contacts=contacts)
    assert len(data["contacts"]) == contacts
    assert sum(deal["outcome"] == "open" for deal in data["deals"]) == deals


@pytest.mark.parametrize("now", [NOW, EVENING, SPRING, LEAP])
def test_whatever_a_row_names_has_come_before(now):
    """Ids are unique, and parents come before their children, table by table."""
    come = defaultdict(set)
    for table, rows in generate(deals=40, contacts=200, now=now, zone=BERLIN, big_timeline=now == NOW):
        refs = [(name, spec.ref) for name, spec in fields_of(RECORDS[table]).items() if spec.ref]
        for row in rows:
            assert row["id"] not in come[table]
            come[table].add(row["id"])
            for name, target in refs:
                if row.get(name) is not None:
                    assert row[name] in come[target], (table, name)


def test_every_row_has_all_its_data_fields_and_nothing_else(data):
    for table, rows in data.items():
        names = {name for name, spec in fields_of(RECORDS[table]).items() if spec.role is Role.DATA}
        for row in rows:
            assert set(row) - {"created_at"} == names, table


def test_children_lie_in_the_book_of_what_they_are_about(data):
    tables = {name: by_id(data[name]) for name in ("companies", "contacts", "deals")}
    links = (("deals", "deal_id"), ("contacts", "contact_id"), ("companies", "company_id"))
    for table in ("contacts", "deals", "tasks", "activities"):
        for row in data[table]:
            for parent, column in links:
                if row.get(column):
                    assert row["book_id"] == tables[parent][row[column]]["book_id"]


# --- valid, as the commands see it ------------------------------------------------------------------------------------


def given(row, *without):
    """A row as the values of a command: custom fields by name, and neither key nor stamps, nor what imports alone write."""
    kept = ("id", "created_at", "deleted_at", "custom", "external_ids", *without)
    values = {n: v for n, v in row.items() if n not in kept}
    return values | {f"custom.{key}": value for key, value in row.get("custom", {}).items()}


@pytest.mark.parametrize(
    ("table", "check"),
    [
        ("companies", company_commands._checked),
        ("contacts", contact_commands._checked),
        ("tasks", task_commands.clean_task),
    ],
    ids=["companies", "contacts", "tasks"],
)
def test_values_are_as_the_commands_would_have_written_them(data, catalog, table, check):
    context = Context(catalog, NOW)
    for row in data[table]:
        # Commands let nobody plan for last year; what is done may lie there.
        values = given(row, *(["due_at"] if row.get("done_at") else []))
        assert check(context, values) == values


def test_deals_are_as_the_commands_would_have_written_them(data, catalog):
    for row in data["deals"]:
        values = given(row, *deal_commands.MOVED)
        assert deal_commands._checked(catalog, values) == values


def test_activities_are_as_the_commands_would_have_written_them(data, catalog):
    context = Context(catalog, NOW)
    for row in data["activities"]:
        assert "{" not in row["body"] + row["subject"]
        values = given(row)
        assert activity_commands.clean_entry(context, row["kind"], values) == values


def test_the_setup_is_as_the_commands_would_have_written_it(data, catalog):
    for table in (
        "organizations",
        "teams",
        "users",
        "memberships",
        "books",
        "pipelines",
        "stages",
        "smart_views",
    ):
        for row in data[table]:
            values = {n: v for n, v in row.items() if n not in ("id", "deleted_at")}
            assert cleaned(RECORDS[table], values) == values
    assert catalog.me.role == "admin"
    assert all(catalog.book_of(user.id) for user in catalog.users)
    assert len(catalog.pools()) == len(catalog.teams) == 2
    for view in catalog.smart_views:
        parse(view.query, view.entity, catalog, now=NOW, zone=BERLIN)


def test_custom_values_fit_their_fields(data, catalog):
    for table in ("companies", "contacts", "deals"):
        fields = {field.key: field for field in catalog.fields_for(table)}
        seen = set()
        for row in data[table]:
            for key, value in row["custom"].items():
                seen.add(key)
                match fields[key].kind:
                    case "choice":
                        assert value in fields[key].options
                    case "number":
                        assert isinstance(value, int)
                    case "url":
                        assert value.startswith("https://")
                        assert ".example/" in value
        assert seen == set(fields)


def test_lists_of_the_organization_are_kept_to(data, catalog):
    assert {row["lead_status"] for row in data["contacts"]} == set(catalog.lead_statuses)
    assert {row["lost_reason"] for row in data["deals"]} - {""} <= set(catalog.lost_reasons)


def test_nobody_is_ever_mailed_or_called(data):
    mains = {company["phone"] for company in data["companies"]}
    given = Counter()
    for contact in data["contacts"]:
        for email in contact["emails"]:
            assert email["value"].endswith(".example")
        for phone in contact["phones"]:
            number = phonenumbers.parse(phone["value"])
            assert phonenumbers.is_possible_number(number)
            if not phone["value"].startswith(RESERVED_BUT_NOT_VALID):
                assert phonenumbers.is_valid_number_for_region(number, contact["country"]), phone
            if phone["value"] not in mains:
                given[phone["value"]] += 1
    assert set(given.values()) == {1}, "a number that is not a switchboard's is one person's"


def test_numbers_ring_where_their_city_is():
    from phonenumbers import timezone

    for country in countries():
        for city in country.cities:
            number = city.block.number(5)
            if number.startswith(RESERVED_BUT_NOT_VALID):
                continue
            for month in (1, 7):
                when = dt.datetime(2026, month, 15, 12, tzinfo=dt.UTC)
                zones = timezone.time_zones_for_number(phonenumbers.parse(number))
                offsets = {when.astimezone(ZoneInfo(zone)).utcoffset() for zone in zones}
                assert when.astimezone(city.zone).utcoffset() in offsets, (city.name, zones)


# --- believable -------------------------------------------------------------------------------------------------------


def test_every_move_was_allowed_and_leads_to_where_the_deal_is(data, catalog):
    moves = defaultdict(list)
    for row in data["activities"]:
        if row["kind"] == "stage_change":
            moves[row["deal_id"]].append(row)
    reopened = 0
    for deal in data["deals"]:
        stage = catalog.stages_of(deal["pipeline_id"])[0]
        since = deal["created_at"]
        for move in sorted(moves[deal["id"]], key=lambda row: row["occurred_at"]):
            origin, target = catalog.stage(move["data"]["from"]), catalog.stage(move["data"]["to"])
            assert origin == stage
            require_move(catalog, origin, target)
            assert move["subject"] == f"{origin.name} → {target.name}"
            assert move["data"]["seconds"] == (move["occurred_at"] - since).total_seconds() > 0
            reopened += origin.kind == "lost"
            stage, since = target, move["occurred_at"]
        assert (deal["stage_id"], deal["stage_since"]) == (stage.id, since)
        assert (
            deal["outcome"] in {"open": ("open",), "won": ("won",), "lost": ("lost", "abandoned")}[stage.kind]
        )
        assert deal["closed_at"] == (None if stage.kind == "open" else since)
        assert bool(deal["lost_reason"]) == (stage.kind == "lost")
    assert reopened


@pytest.mark.parametrize("now", [NOW, EVENING, SPRING, LEAP])
def test_everything_happened_at_work_and_in_order(now):
    data = collect(now=now, deals=80, contacts=500)
    contacts, deals = by_id(data["contacts"]), by_id(data["deals"])
    for row in data["activities"]:
        at, contact = row["occurred_at"], contacts[row["contact_id"]]
        assert contact["created_at"] <= at <= now
        local = at.astimezone(ZoneInfo(contact["time_zone"]))
        if row["kind"] in TOLD_KINDS | {"stage_change"}:
            assert local.weekday() < 5, (row["kind"], local)
            assert dt.time(7, 30) <= local.time() <= dt.time(19), (row["kind"], local)
        if row["deal_id"] and row["kind"] != "claimed":
            assert at >= deals[row["deal_id"]]["created_at"]
    for deal in deals.values():
        assert contacts[deal["contact_id"]]["created_at"] <= deal["created_at"] <= deal["stage_since"] <= now
    for task in data["tasks"]:
        assert contacts[task["contact_id"]]["created_at"] <= task["created_at"] <= now
        assert task["done_at"] is None or task["created_at"] <= task["done_at"] <= now


def test_calls_go_as_calls_go(data):
    calls = Counter(
        row["outcome"] for row in data["activities"] if row["kind"] == "call" and row["direction"] == "out"
    )
    share = {outcome: count / calls.total() for outcome, count in calls.items()}
    assert calls.total() > 2_000
    assert "connected" not in share, "they are told as they would be today"
    reached = sum(
        1
        for row in data["activities"]
        if row["kind"] == "call" and row["direction"] == "out" and row["data"]["connected"]
    )
    assert 0.05 <= reached / calls.total() <= 0.10
    assert share["no answer"] > share["left voicemail"] > reached / calls.total()
    assert share["no answer"] + share["left voicemail"] > 0.75
    assert all(row["duration_s"] >= 0 for row in data["activities"] if row["duration_s"] is not None)


def test_deals_go_as_deals_go(data):
    sales = data["pipelines"][0]["id"]
    closed = Counter(
        row["outcome"] for row in data["deals"] if row["pipeline_id"] == sales and row["closed_at"]
    )
    assert 0.12 <= closed["won"] / closed.total() <= 0.45
    cycles = sorted(
        (row["closed_at"] - row["created_at"]).days for row in data["deals"] if row["outcome"] == "won"
    )
    assert 25 <= cycles[len(cycles) // 2] <= 120
    assert max(row["closed_at"] for row in data["deals"] if row["closed_at"]) <= NOW
    assert {row["currency"] for row in data["deals"]} >= {"EUR", "USD", "GBP"}


def test_your_board_is_a_funnel(data, catalog):
    mine = Counter(
        row["stage_id"]
        for row in data["deals"]
        if row["outcome"] == "open" and row["book_id"] == catalog.my_book.id
    )
    stages = [stage for stage in catalog.stages_of(data["pipelines"][0]["id"]) if stage.kind == "open"]
    counts = [mine[stage.id] for stage in stages]
    assert counts[-1] >= 2
    assert all(left >= right - 2 for left, right in pairwise(counts))


def test_some_deals_are_neglected_and_most_are_not(data, catalog):
    told = defaultdict(float)
    for row in data["activities"]:
        if row["kind"] in TOLD_KINDS and row["deal_id"]:
            told[row["deal_id"]] = max(told[row["deal_id"]], row["occurred_at"].timestamp())
    planned = {row["deal_id"] for row in data["tasks"] if row["done_at"] is None}
    opened = [row for row in data["deals"] if row["outcome"] == "open"]
    stale = [
        row
        for row in opened
        if is_stale(
            row["stage_since"].timestamp(), told.get(row["id"]), catalog.stage(row["stage_id"]).stale_days,
            NOW.timestamp(),
        )
    ]  # fmt: skip
    assert 0.07 <= len(stale) / len(opened) <= 0.25
    assert 0.15 <= sum(row["id"] not in planned for row in opened) / len(opened) <= 0.5
    assert sum(bool(row["next_step"]) for row in opened) / len(opened) > 0.5


@pytest.mark.parametrize("now", [NOW, EVENING, SPRING])
def test_there_is_something_to_do_today_and_something_overdue(now):
    data = collect(now=now, deals=200, contacts=800)
    me = data["users"][0]["id"]
    mine = [row for row in data["tasks"] if row["assignee_id"] == me and row["done_at"] is None]
    tomorrow = end_of_today(now, BERLIN)
    states = Counter(
        "overdue" if row["due_at"] < now else "today" if row["due_at"] < tomorrow else "ahead" for row in mine
    )
    assert states["today"] >= 6
    assert 4 <= states["overdue"] <= 60
    assert states["ahead"] > states["today"]
    assert any(row["kind"] == "call" and row["due_at"] < now for row in mine)


@pytest.mark.parametrize("now", [NOW, EVENING.replace(hour=19)])
def test_calls_are_promised_for_the_next_hours_to_people_who_are_up(now):
    """Also in the evening: somebody far away has asked for it."""
    data = collect(now=now, deals=200, contacts=1_500)
    contacts, me = by_id(data["contacts"]), data["users"][0]["id"]
    soon = [
        row
        for row in data["tasks"]
        if row["assignee_id"] == me
        and row["kind"] == "call"
        and not row["all_day"]
        and row["done_at"] is None
        and now < row["due_at"] <= min(now + dt.timedelta(hours=4), end_of_today(now, BERLIN))
    ]
    assert len(soon) >= 2
    assert min(row["due_at"] for row in soon) <= now + dt.timedelta(minutes=20)
    promised = [row for row in soon if contacts[row["contact_id"]]["lead_status"] == "Connected"]
    assert promised
    for row in promised:
        there = row["due_at"].astimezone(ZoneInfo(contacts[row["contact_id"]]["time_zone"]))
        assert 8 <= there.hour < 19


def test_some_work_is_urgent_some_can_wait_and_some_comes_again(data):
    opened = [row for row in data["tasks"] if row["done_at"] is None]
    urgency = Counter(row["priority"] for row in opened)
    assert urgency["high"] >= 3
    assert urgency["low"] >= 3
    assert urgency[""] > urgency["high"] + urgency["low"]
    me = data["users"][0]["id"]
    again = {row["recurrence"] for row in opened if row["assignee_id"] == me} - {""}
    assert {"every week", "every month"} <= again


def test_the_pools_hold_leads_that_nobody_has_claimed(data, catalog):
    pools = {book.id for book in catalog.pools()}
    assert {row["book_id"] for row in data["contacts"]} >= pools
    assert 60 <= sum(row["book_id"] in pools for row in data["contacts"]) <= 300
    assert not [row for row in data["tasks"] if row["book_id"] in pools]
    first = {catalog.stages_of(pipeline.id)[0].id for pipeline in catalog.pipelines}
    assert {row["stage_id"] for row in data["deals"] if row["book_id"] in pools} <= first


def test_real_life_is_in_it(data, catalog):
    """Very long, empty, right-to-left, with emoji, in several scripts, unreachable and off limits."""
    contacts = data["contacts"]
    assert max(len(row["name"]) for row in data["companies"]) > 150
    assert any(row["first_name"] and not row["last_name"] for row in contacts)
    assert any(not row["first_name"] and not row["last_name"] for row in contacts)
    assert any("🌟" in row["first_name"] for row in contacts)
    assert any(not row["phones"] for row in contacts)
    assert any(not row["emails"] for row in contacts)
    assert any(len(row["phones"]) > 2 for row in contacts)
    assert any("\u0600" <= character <= "\u06ff" for row in contacts for character in row["last_name"])
    assert any("\u4e00" <= character <= "\u9fff" for row in contacts for character in row["last_name"])
    refused = {row["id"] for row in contacts if row["do_not_call"]}
    assert refused
    assert not [
        t for t in data["tasks"] if t["contact_id"] in refused and t["kind"] == "call" and not t["done_at"]
    ]
    assert {row["country"] for row in contacts} == {country.code for country in countries()}
    peculiar = [row for row in contacts if not row["last_name"]]
    assert all(row["book_id"] == catalog.my_book.id for row in peculiar)


def test_the_big_timeline():
    data = collect(big_timeline=True)
    (tester,) = (row for row in data["contacts"] if row["last_name"] == "Tester")
    assert len(data["contacts"]) == 301
    mine = [row for row in data["activities"] if row["contact_id"] == tester["id"]]
    assert len(mine) == 10_000
    assert {row["kind"] for row in mine} == {"call", "email", "note", "meeting", "task_done", "edited"}
    lengths = sorted(len(row["body"]) for row in mine)
    assert lengths[0] == 0
    assert lengths[-1] > 4_000
    assert tester["book_id"] == data["books"][0]["id"]


def test_rows_are_made_as_they_are_taken():
    """Nothing is held back until the end: the first contacts come long before the last ones are made."""
    told = []
    stream = generate(
        deals=500, contacts=12_000, now=NOW, progress=lambda done, total, what: told.append((done, total))
    )
    for table, _ in stream:
        if table == "contacts":
            break
    assert told == []
    largest = max(len(rows) for _, rows in stream)
    assert largest < 7_000
    assert told[-1] == (12_000, 12_000)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


# --- on disk ----------------------------------------------------------------------------------------------------------


SMALL = {"deals": 12, "contacts": 60, "user": "Kim Probe", "zone": BERLIN}


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def home(tmp_path):
    """A home with a workspace of one's own in it."""
    (tmp_path / "workspace.db").write_bytes(b"mine")
    (tmp_path / "config.toml").write_text('theme = "mono"\n')
    return tmp_path


def test_it_lies_in_its_own_folder_and_opens(home):
    before = files(home)
    told = []
    sample = prepare(
        home / "demo" / "workspace.db", **SMALL, big_timeline=True, progress=lambda *now: told.append(now)
    )
    after = files(home)
    assert {path: after[path] for path in before} == before
    assert {path.parts[0] for path in set(after) - set(before)} == {"demo"}
    assert {path.name for path in set(after) - set(before)} == {
        "sample.json", "workspace.db", "workspace.db.key", "workspace.db.keystore",
    }  # fmt: skip
    assert told[0][0] == 0
    assert told[-1][0] == told[-1][1]
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)
    workspace = open_solo(sample.path)
    try:
        catalog = workspace.catalog()
        assert catalog.me.name == "Kim Probe"
        assert workspace.count_contacts(EVERYTHING) == 61
        cards = [card for pipeline in catalog.pipelines for card in workspace.board(pipeline.id, EVERYTHING)]
        assert len(cards) == 12
        (hit,) = workspace.search("timeline tester", tables=["contacts"])
        assert hit.title == "Timeline Tester"
    finally:
        workspace.close()


def test_what_is_there_is_used_again(home):
    path = home / "demo" / "workspace.db"
    made = prepare(path, **SMALL)
    before = files(home)
    assert made.seconds > 0
    for again in ({}, {"deals": 12}, {"contacts": 60, "seed": 1}):
        sample = prepare(path, **again)
        assert (sample.deals, sample.contacts, sample.made_at) == (12, 60, made.made_at)
        assert sample.seconds == 0
    assert files(home) == before


@pytest.mark.parametrize(
    "asked", [{"fresh": True}, {"deals": 13}, {"contacts": 61}, {"seed": 5}, {"big_timeline": True}]
)
def test_what_is_asked_for_is_made_anew(home, asked):
    path = home / "demo" / "workspace.db"
    made = prepare(path, **SMALL)
    sample = prepare(path, **{**SMALL, **asked})
    assert sample.made_at > made.made_at
    assert existing(path).made_at == sample.made_at
    with_timeline = 1 if "big_timeline" in asked else 0
    workspace = open_solo(path)
    try:
        assert workspace.count_contacts(EVERYTHING) == sample.contacts + with_timeline
    finally:
        workspace.close()


def test_one_that_is_open_is_not_pulled_away(home):
    path = home / "demo" / "workspace.db"
    prepare(path, **SMALL)
    workspace = open_solo(path)
    try:
        with pytest.raises(Refused, match="open in another offhook"):
            prepare(path, **SMALL, fresh=True)
        assert workspace.count_contacts(EVERYTHING) == 60
    finally:
        workspace.close()
    assert prepare(path, **SMALL, fresh=True).seconds > 0


def test_when_it_is_stopped_the_old_one_stays(home):
    path = home / "demo" / "workspace.db"
    made = prepare(path, **SMALL)
    before = {path.name for path in path.parent.iterdir()}

    def stop(done, total, what):
        if done > total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(path, **SMALL, fresh=True, progress=stop)
    assert {path.name for path in path.parent.iterdir()} == before
    assert existing(path) == prepare(path)
    assert existing(path).made_at == made.made_at


@pytest.mark.parametrize("note", ["", "{}", "[1]", '{"deals": "many"}', None])
def test_one_that_was_never_finished_is_made_again(home, note):
    path = home / "demo" / "workspace.db"
    prepare(path, **SMALL)
    beside = path.with_name("sample.json")
    if note is None:
        path.write_bytes(b"half of it")
        beside.unlink()
    else:
        beside.write_text(note)
    assert existing(path) is None
    assert prepare(path, **SMALL).seconds > 0
    open_solo(path).close()


@pytest.mark.parametrize("asked", [{"deals": -1}, {"contacts": 0}, {"deals": 10_000_000}])
def test_numbers_that_cannot_be_made_are_refused(home, asked):
    before = files(home)
    with pytest.raises(Refused, match="cannot be made"):
        prepare(home / "demo" / "workspace.db", **{**SMALL, **asked})
    assert files(home) == before


def test_kinds_of_fields_are_kept(data):
    """What JSON would not tell apart: tuples, aware times, plain days."""
    for table, rows in data.items():
        for name, spec in fields_of(RECORDS[table]).items():
            if spec.role is not Role.DATA:
                continue
            for row in rows:
                value = row[name]
                if value is None:
                    assert spec.nullable, (table, name)
                elif spec.kind is Kind.TIME:
                    assert value.tzinfo is dt.UTC
                elif spec.kind is Kind.DATE:
                    assert type(value) is dt.date
                elif spec.kind is Kind.SET:
                    assert type(value) is tuple


def test_whoever_opens_it_has_a_name():
    assert own_name() not in ("", "Me", "root")
