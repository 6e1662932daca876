from __future__ import annotations

import datetime as dt
import operator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.commands.deals import MoveDeal
from core.commands.pipelines import EditStage
from core.commands.setup import DefineField
from core.entities import Company, Contact, Deal
from core.errors import Invalid
from core.filters import EVERYTHING, All, Any_, Expr, Not, Query, Test, field_names, parse
from core.points import good_numbers
from core.text import fold

BERLIN = ZoneInfo("Europe/Berlin")


def ask(office, text, entity="deals", who=None):
    return parse(text, entity, (who or office.ann).catalog(), now=office.store.now, zone=BERLIN)


def sentence(office, text, entity="deals"):
    """Why a filter is refused; empty where it is not."""
    try:
        ask(office, text, entity)
    except Invalid as refused:
        return str(refused)
    return ""


def found(office, text, entity="deals", who=None, **derived):
    """The titles (or first names) of what a filter lets through, words aside.

    `derived` holds, by title, what a store would have worked out: last_activity_at, next_task_at.
    """
    query = ask(office, text, entity, who)
    records = office.store.live(Deal if entity == "deals" else Contact)
    names = {}
    for record in records:
        name = record.title if entity == "deals" else record.first_name
        row = {f: getattr(record, f) for f in type(record).__dataclass_fields__} | derived.get(name, {})
        company = office.store.rows["companies"].get(record.company_id or "")
        names[name] = holds(query.where, row | {"company": Company(**company).name if company else ""})
    return sorted(name for name, passes in names.items() if passes)


def holds(expr: Expr, row: dict[str, Any]) -> bool:
    """What a store must make of a tree of tests: true or false, nothing between."""
    match expr:
        case Not(part):
            return not holds(part, row)
        case All(parts):
            return all(holds(part, row) for part in parts)
        case Any_(parts):
            return any(holds(part, row) for part in parts)
        case Test(column, op, values):
            head, _, key = column.partition(".")
            value = (row[head] or {}).get(key) if key else row[head]
            if op == "null":
                return value in (None, "", ())
            if value is None:
                return False
            if op == "good":
                return bool(good_numbers(value))
            if op == "prefix":
                return fold(value).startswith(values[0])
            if op == "has":
                items = [item["value"] if isinstance(item, dict) else item for item in value]
                return any(item.lower() == wanted.lower() for item in items for wanted in values)
            if op == "in":
                return any(str(value).lower() == str(wanted).lower() for wanted in values)
            if isinstance(value, str) and isinstance(values[0], dt.date):
                value = dt.date.fromisoformat(value)
            return bool(getattr(operator, op)(value, values[0]))
    raise AssertionError(expr)


@pytest.fixture
def floor(office):
    """Deals at every turn of the pipeline, on two people's desks and in the pool."""
    acme = office.company(office.bob, "Acme Robotics", country="DE")
    office.deal(
        office.bob, "Acme renewal", "Proposal", value_minor=1_500_000, company_id=acme.id, tags=("vip",)
    )
    office.deal(office.bob, "Tokyo pilot", "New", value_minor=2_000_000, currency="JPY")
    office.deal(office.ann, "Small one", "Negotiation", value_minor=90_000, probability=90)
    office.deal(office.ann, "Unpriced", "New", book_id=office.pool)
    won = office.deal(office.bob, "Old friend", "Negotiation", value_minor=5_000_000, currency="USD")
    stage = office.stage("Won")
    office.bob.run(MoveDeal(deal_id=won.id, stage_id=stage.id, from_stage_id=won.stage_id))
    return office


def test_an_empty_filter_lets_everything_through(office):
    assert ask(office, "").is_empty
    assert ask(office, "  ").is_empty
    assert EVERYTHING.is_empty
    assert not ask(office, "acme").is_empty


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("acme renewal", ("acme", "renewal")),
        ("ann@acme.com", ("ann@acme.com",)),
        ("10:30", ("10:30",)),
        ("call at 9:00", ("call", "at", "9:00")),
        ("https://acme.com/x?y=1", ("https://acme.com/x?y=1",)),
        ("+49 30 1234567", ("+49", "30", "1234567")),
        ('"acme corp"', ("acme", "corp")),
        ('"stage:lost"', ("stage:lost",)),
        ('"unfinished quote', ("unfinished", "quote")),
        ('foo"bar baz"', ("foo", "bar", "baz")),
        ("- acme -", ("acme",)),
        ("O’Brien & Söhne", ("O’Brien", "&", "Söhne")),
        ("50%", ("50%",)),
        ("田中 محمد 👩‍💻", ("田中", "محمد", "👩‍💻")),
    ],
)
def test_addresses_times_links_and_quotes_are_words(office, typed, words):
    assert ask(office, typed) == Query(typed.strip(), words, All())


def test_words_and_fields_stand_together_in_any_order(floor):
    query = ask(floor, 'robot owner:me stage:"Proposal" arm')
    assert query.words == ("robot", "arm")
    assert len(query.where.parts) == 2


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        ("stage:new", ["Tokyo pilot", "Unpriced"]),
        ("stage:new,proposal", ["Acme renewal", "Tokyo pilot", "Unpriced"]),
        ("stage:nego", ["Small one"]),
        ("stage:open", ["Acme renewal", "Small one", "Tokyo pilot", "Unpriced"]),
        ("-stage:open", ["Old friend"]),
        ("stage=WON", ["Old friend"]),
        ("outcome:won,lost", ["Old friend"]),
        ("owner:bob", ["Acme renewal", "Old friend", "Tokyo pilot"]),
        ("owner:me", ["Small one"]),
        ("owner:pool", ["Unpriced"]),
        ("owner:me,pool", ["Small one", "Unpriced"]),
        ("tag:vip", ["Acme renewal"]),
        ("tag:#VIP", ["Acme renewal"]),
        ("tag:none -owner:pool -stage:won", ["Small one", "Tokyo pilot"]),
        ("-tag:vip owner:bob", ["Old friend", "Tokyo pilot"]),
        ("company:acme", ["Acme renewal"]),
        ('company:"Acme rob', ["Acme renewal"]),
        ("company:none owner:me", ["Small one"]),
        ("company:any", ["Acme renewal"]),
        ("value>10k", ["Acme renewal", "Old friend", "Tokyo pilot"]),
        ("value>=15000", ["Acme renewal", "Old friend", "Tokyo pilot"]),
        ("value>15000", ["Old friend", "Tokyo pilot"]),
        ("value<1k", ["Small one"]),
        ("value<900.01", ["Small one"]),
        ("value:15000,900", ["Acme renewal", "Small one"]),
        ("value:none", ["Unpriced"]),
        ("value:any -stage:won", ["Acme renewal", "Small one", "Tokyo pilot"]),
        ("value>€10k", ["Acme renewal"]),
        ("value>10kUSD", ["Old friend"]),
        ("value>1000000", ["Tokyo pilot"]),
        ("currency:usd,jpy", ["Old friend", "Tokyo pilot"]),
        ("probability>=55", ["Acme renewal", "Old friend", "Small one"]),
        ("probability:90%", ["Small one"]),
        ("probability<10", ["Tokyo pilot", "Unpriced"]),
        ("source:none value>40k", ["Old friend", "Tokyo pilot"]),
    ],
)
def test_filters_find_the_deals_that_a_person_means(floor, typed, titles):
    assert found(floor, typed) == titles


def test_an_amount_without_a_currency_counts_in_each_deals_own(office):
    office.deal(office.ann, "Yen", value_minor=10, currency="JPY")
    office.deal(office.ann, "Dinar", value_minor=10_500, currency="KWD")
    office.deal(office.ann, "Euro", value_minor=1_050)
    assert found(office, "value:10.5") == ["Dinar", "Euro"]
    assert found(office, "value>10") == ["Dinar", "Euro"]
    assert found(office, "value<10.5") == ["Yen"]
    assert found(office, "value<=10.5") == ["Dinar", "Euro", "Yen"]
    assert found(office, "value>=10.5") == ["Dinar", "Euro"]


def test_owners_can_be_named_by_any_part_of_their_name(office):
    office.deal(office.bob, "Bob’s")
    office.deal(office.eve, "Eve’s")
    assert found(office, "owner:BO,ev") == ["Bob’s", "Eve’s"]
    assert found(office, 'owner:"Sales p"') == []


def test_who_has_no_book_is_told_so(office):
    with pytest.raises(Invalid, match="Rex has no book of their own"):
        ask(office, "owner:me", who=office.rex)


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        ("close:none", ["Never"]),
        ("close:overdue", ["Past"]),
        ("close:today", ["Today"]),
        ("close:thismonth", ["Past", "Today", "Week"]),
        ("close<7d", ["Past", "Today"]),
        ("close<=7d", ["Past", "Today", "Week"]),
        ("close>1w", ["Later"]),
        ("close>2026-11-18", ["Later", "Week"]),
        ("close:none,overdue", ["Never", "Past"]),
        ("-close:none", ["Later", "Past", "Today", "Week"]),
    ],
)
def test_days_to_come_count_forward(office, typed, titles):
    today = office.store.now.date()
    for title, days in (("Past", -3), ("Today", 0), ("Week", 7), ("Later", 40)):
        office.deal(office.ann, title, expected_close=today + dt.timedelta(days=days))
    office.deal(office.ann, "Never")
    assert found(office, typed) == titles


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        ("last>30d", ["Long ago", "Never"]),
        ("last<30d", ["Just now", "Yesterday"]),
        ("last:never", ["Never"]),
        ("last:none", ["Never"]),
        ("last:today", ["Just now"]),
        ("last:yesterday", ["Yesterday"]),
        ("last:today,yesterday", ["Just now", "Yesterday"]),
        ("last<1w", ["Just now", "Yesterday"]),
        ("last>=2026-11-17", ["Just now", "Yesterday"]),
        ("last>2026-11-17", ["Just now"]),
        ("last<2026-11-17", ["Long ago"]),
        ("last<=2026-11-17", ["Long ago", "Yesterday"]),
    ],
)
def test_ages_count_back_and_never_is_the_longest_ago(office, typed, titles):
    now = office.store.now
    last = {"Just now": now, "Yesterday": now - dt.timedelta(days=1), "Long ago": now - dt.timedelta(days=31)}
    for title in (*last, "Never"):
        office.deal(office.ann, title)
    derived = {title: {"last_activity_at": at} for title, at in last.items()}
    assert found(office, typed, **derived) == titles


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        ("next:overdue", ["Overdue"]),
        ("next:today", ["Tonight"]),
        ("next:none", ["Nothing"]),
        ("next:none,overdue", ["Nothing", "Overdue"]),
        ("next:future", ["Next week", "Tomorrow"]),
        ("next:tomorrow", ["Tomorrow"]),
        ("next:any", ["Next week", "Overdue", "Tomorrow", "Tonight"]),
        ("next<7d", ["Overdue", "Tomorrow", "Tonight"]),
        ("next<=tomorrow", ["Overdue", "Tomorrow", "Tonight"]),
        ("next>7d", []),
    ],
)
def test_the_next_step_is_overdue_today_planned_or_missing(office, typed, titles):
    now = office.store.now
    due = {
        "Overdue": now - dt.timedelta(minutes=1),
        # Before midnight in Berlin, and still today there although it is late in UTC.
        "Tonight": dt.datetime(2026, 11, 18, 23, 59, tzinfo=BERLIN),
        "Tomorrow": dt.datetime(2026, 11, 19, 0, 0, tzinfo=BERLIN),
        "Next week": now + dt.timedelta(days=7),
    }
    for title in (*due, "Nothing"):
        office.deal(office.ann, title)
    assert found(office, typed, **{title: {"next_task_at": at} for title, at in due.items()}) == titles


def test_stale_is_what_its_stage_calls_stale(office):
    office.deal(office.ann, "Quiet", "Contacted")
    office.deal(office.ann, "Talked to", "Contacted")
    office.deal(office.ann, "Patient", "Qualified")
    office.pass_time(days=10, seconds=1)
    called = {"Talked to": {"last_activity_at": office.store.now - dt.timedelta(days=2)}}
    assert found(office, "stale:yes", **called) == ["Quiet"]
    assert found(office, "stale:no", **called) == ["Patient", "Talked to"]
    office.ann.run(EditStage(stage_id=office.stage("Contacted").id, values={"stale_days": None}))
    assert found(office, "stale:yes", **called) == []


def test_contacts_are_filtered_by_what_they_are(office):
    office.contact(
        office.bob, "Lena", last_name="Vogt", emails=["Lena@acme.com"], phones=["+49 30 1234567"], city="Łódź",
        country="PL", lead_status="connected", title="Head of Sales", tags=["a b"],
    )  # fmt: skip
    office.contact(office.bob, "Omar", do_not_call=True)
    for typed in (
        "email:lena@ACME.com", "phone:030/1234567", 'phone:"+49 30 1234567"', "city:lodz", "country:pl",
        "status:CONNECTED", 'title:"head of"', "dnc:no", "-dnc:yes", "email:any", "phone:yes", "tag:a-b",
        'tag:"a b"',
    ):  # fmt: skip
        assert found(office, typed, "contacts") == ["Lena"], typed
    for typed in ("dnc:yes", "email:none", "-phone:any", "city:none", "tag:none"):
        assert found(office, typed, "contacts") == ["Omar"], typed


def test_contacts_are_filtered_by_whether_they_can_be_called(office):
    bad = {"value": "+49301234567", "label": "work", "bad": "wrong number"}
    office.contact(office.bob, "Lena", phones=["+49 30 1234567", {**bad, "value": "+49309999999"}])
    office.contact(office.bob, "Mia", phones=[bad])
    office.contact(office.bob, "Omar")
    assert found(office, "phone:good", "contacts") == ["Lena"]
    assert found(office, "phone:bad", "contacts") == ["Mia"]
    assert found(office, "phone:bad,none", "contacts") == ["Mia", "Omar"]
    assert found(office, "-phone:good", "contacts") == ["Mia", "Omar"]
    assert found(office, "phone:good,030/1234567", "contacts") == ["Lena", "Mia"]


def test_custom_fields_are_filtered_like_the_others(office):
    for label, kind, options in (
        ("Größe", "number", ()), ("Регион", "text", ()), ("Renewal", "date", ()), ("Partner", "flag", ()),
        ("Tier", "choice", ("Gold", "Silver")), ("Wiki", "url", ()),
    ):  # fmt: skip
        office.ann.run(DefineField(entity="deals", label=label, kind=kind, options=options))
    office.deal(
        office.ann, "Big", **{
            "custom.grosse": 12.5, "custom.регион": "Сибирь", "custom.renewal": dt.date(2026, 12, 24),
            "custom.partner": True, "custom.tier": "gold", "custom.wiki": "wiki.acme.com",
        },
    )  # fmt: skip
    office.deal(office.ann, "Plain")
    for typed in (
        "größe>12", "grosse:12.5", "регион:сиб", "Renewal<2027-01-01", "renewal>1w", "partner:yes", "tier:GOLD",
        "wiki:https://wiki", "grosse:any", "-tier:none",
    ):  # fmt: skip
        assert found(office, typed) == ["Big"], typed
    for typed in ("grosse:none", "partner:no", "-регион:сиб", "renewal:none"):
        assert found(office, typed) == ["Plain"], typed
    assert {"grosse", "регион", "renewal", "partner", "tier", "wiki"} <= set(
        field_names("deals", office.catalog)
    )


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("smith:x", ("There is no field “smith”. Fields: close, company, contact, created, currency, instage, last, next, "
                    "outcome, owner, probability, source, stage, stale, tag, updated, value.")),
        ("stage:", "“stage:” wants a value behind it."),
        ('stage:""', "“stage:” wants a value behind it."),
        ("value>,", "“value>” wants a value behind it."),
        ("stage:demo", "There is no stage “demo”. Stages: New, Contacted, Qualified, Proposal, Negotiation, Won, Lost."),
        ("owner:zoe", "There is nobody called “zoe”. People: me, pool, Ann, Bob, Eve, Max, Rex."),
        ("owner<me", "“owner” is compared by “:”, as in owner:value."),
        ("value>much", "“much” is not an amount. Try 12500, 12.5k or €12,500."),
        ("close<soon", "“soon” is not a time. Try close<30d, close>2w or a day as in close>2026-12-31."),
        ("close<99999y", "“99999y” is not a time. Try close<30d, close>2w or a day as in close>2026-12-31."),
        ("last>0001-01-01", "“0001-01-01” is not a time. Try last<30d, last>2w or a day as in last>2026-12-31."),
        ("last:30d", "“last” is compared by < or >, as in last>30d, or is last:none, last:today."),
        ("next:3d", "“next” is one of overdue, today, none, future, any, or a time as in next<7d."),
        ("stale:perhaps", "“stale” is yes or no."),
        ("outcome:win", "“outcome” is one of open, won, lost, abandoned; “win” is not."),
        ("probability>high", "“probability” wants a number, as in probability>10."),
        ("probability>50.5", "“probability” wants whole percents, as in probability>50."),
        ("tag:#", "“#” is no tag. Try tag:vip."),
        ("-acme", "Words cannot be left out, only fields: “-tag:cold” works, “-acme” does not."),
        ("stage:\x1b[31m", "There is no stage “�[31m”. Stages: New, Contacted, Qualified, Proposal, Negotiation, Won, Lost."),
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_read_says_what_there_is(office, typed, why):
    with pytest.raises(Invalid) as refused:
        ask(office, typed)
    assert str(refused.value) == why
    assert list(refused.value.fields) == ["filter"]


def test_part_of_a_number_or_address_is_searched_for_instead(office):
    for typed in ("phone:030", "email:acme.com"):
        with pytest.raises(Invalid, match="Search for a part of it without"):
            ask(office, typed, "contacts")


def test_an_empty_value_beside_another_one_does_not_open_the_door(floor):
    assert found(floor, 'owner:ann,""') == ["Small one"]
    assert found(floor, "stage:won,") == ["Old friend"]


NAMES = (
    "owner tag company source created updated last next stage value currency close outcome probability instage stale "
    "contact status title city country email phone dnc smith"
)
tokens = st.one_of(
    st.text(max_size=12),
    st.builds(
        lambda neg, name, op, value: f"{neg}{name}{op}{value}",
        st.sampled_from(["", "-"]),
        st.sampled_from(NAMES.split()),
        st.sampled_from([":", "<", ">", "<=", ">=", "="]),
        st.text(max_size=8)
        | st.from_regex(r"-?[0-9]{1,6}[dwmykM%]?|[0-9]{4}-[0-9]{2}-[0-9]{2}|me|none|any", fullmatch=True),
    ),
)


@given(texts=st.lists(tokens, max_size=4), entity=st.sampled_from(["deals", "contacts"]))
def test_no_text_breaks_the_filter_bar(office, texts, entity):
    assert len(sentence(office, " ".join(texts), entity)) < 500


def test_a_pasted_page_is_read_at_once(office):
    assert len(ask(office, "acme " * 20_000).words) == 20_000
    with pytest.raises(Invalid):
        ask(office, "a" * 100_000 + ":x")
    for page in ('"' * 100_000, "-" * 100_000, "company:" + "x," * 50_000, "a:" * 50_000):
        assert len(sentence(office, page)) < 500


def test_the_views_that_a_workspace_begins_with_can_all_be_read(office):
    views = office.catalog.smart_views
    assert {view.name for view in views} >= {"My contacts", "Pool", "Needs a next step", "Stale"}
    for view in views:
        assert not ask(office, view.query, view.entity).is_empty
