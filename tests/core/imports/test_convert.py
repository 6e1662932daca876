"""What becomes of the rows that people bring, mess and all."""

from __future__ import annotations

import datetime as dt

import pytest

from core.imports.convert import completed
from core.imports.shapes import Converted, Options
from tests.core.imports.bench import NOW, OFFICE, Bench, contact


def values(done: Converted) -> dict[str, object]:
    """What is said of the contact."""
    assert done.contact is not None
    return done.contact.values


def test_a_whole_name_is_split_and_what_is_no_name_is_kept_beside_it() -> None:
    done = contact({"name": "Dr. Maria Lopez (deleted)", "email": "m@x.com"})

    assert (values(done)["first_name"], values(done)["last_name"]) == ("Maria", "Lopez")
    assert values(done)["description"] == "Whole name: Dr. Maria Lopez (deleted)"
    assert "deleted" in done.warnings[0].reason


def test_an_address_in_the_field_of_a_first_name_is_an_address() -> None:
    done = contact({"first_name": "ann@acme.com"})

    assert values(done) == {"emails": ({"value": "ann@acme.com", "label": "work"},)}


def test_a_company_in_the_field_of_a_person_becomes_the_company() -> None:
    alone = contact({"name": "Acme GmbH", "city": "Berlin"})
    reached = contact({"name": "Acme GmbH", "phone": "030 1234567"})

    assert (alone.main, alone.contact) == ("companies", None)
    assert alone.company
    assert alone.company.values == {"name": "Acme GmbH", "city": "Berlin"}
    assert reached.main == "contacts"
    assert reached.company
    assert reached.company.values == {"name": "Acme GmbH"}
    assert values(reached)["phones"]


def test_a_row_that_says_nobody_is_refused_unless_it_says_a_company() -> None:
    assert "nobody" in Bench("contacts", {"a": "first_name", "b": "city"}, ["n/a", "Berlin"]).reason()
    assert contact({"first_name": "", "company": "Acme"}).main == "companies"


def test_two_values_in_one_cell_are_two() -> None:
    done = contact({"email": "raj@agency.in / 9876501234"}, options=Options(region="IN"))

    assert [item["value"] for item in values(done)["emails"]] == ["raj@agency.in"]  # type: ignore[attr-defined]
    assert [item["value"] for item in values(done)["phones"]] == ["+919876501234"]  # type: ignore[attr-defined]


def test_numbers_are_labelled_by_the_cell_beside_them_or_by_their_header() -> None:
    done = Bench(
        "contacts",
        {"Home Phone": "phone", "Number": "phone_2", "Label": "phone_2_label"},
        ["030 1234567", "030 7654321", "* Mobile"],
    ).one()

    assert [item["label"] for item in values(done)["phones"]] == ["home", "mobile"]  # type: ignore[attr-defined]


def test_the_same_number_in_two_columns_is_there_once() -> None:
    done = contact({"phone": "030 1234567", "phone_2": "+49 30 1234567"})

    assert len(values(done)["phones"]) == 1  # type: ignore[arg-type]


def test_what_a_spreadsheet_made_of_a_number_is_never_dialled() -> None:
    done = contact({"last_name": "Lee", "phone": "9.19877E+11"})
    lonely = Bench("contacts", {"p": "phone"}, ["9.19877E+11"])

    assert "phones" not in values(done)
    assert values(done)["description"] == "Phone: 9.19877E+11"
    assert done.warnings[0].value == "9.19877E+11"
    assert "no phone number" in lonely.reason()


def test_a_number_is_read_in_the_country_of_its_row() -> None:
    done = contact({"last_name": "Lee", "phone": "020 7946 0958", "country": "United Kingdom"})

    assert values(done)["phones"][0]["value"] == "+442079460958"  # type: ignore[index]


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("email", "not an address"), ("deal.value", "lots"), ("deal.expected_close", "soon"), ("deal.probability", "250%"),
        ("title", "x" * 301), ("tags", "x" * 41), ("id", "17"),
    ],
)  # fmt: skip
def test_what_must_be_right_refuses_its_row_and_says_why(target: str, text: str) -> None:
    (done,) = Bench(
        "contacts", {"who": "last_name", "what": target, "deal": "deal.title"}, ["Lee", text, "Big"]
    ).all()

    assert done.contact is None
    assert [(problem.row, problem.column, problem.value) for problem in done.problems] == [(2, "what", text)]


@pytest.mark.parametrize(
    ("target", "text", "line"),
    [
        ("country", "Utopia", "Country: Utopia"),
        ("time_zone", "Middle of nowhere", "Time zone: Middle of nowhere"),
    ],
)
def test_what_can_be_done_without_is_kept_in_the_description(target: str, text: str, line: str) -> None:
    done = contact({"last_name": "Lee", target: text})

    assert values(done)["description"] == line
    assert [warning.value for warning in done.warnings] == [text]


def test_an_unknown_lead_status_becomes_a_tag_and_a_known_one_is_translated() -> None:
    assert values(contact({"last_name": "Lee", "lead_status": "OPEN_DEAL"}))["lead_status"] == "Qualified"
    assert values(contact({"last_name": "Lee", "lead_status": "Hot Stuff"}))["tags"] == ("hot-stuff",)


def test_an_owner_is_found_by_name_and_an_unknown_one_is_mine() -> None:
    bob = OFFICE.catalog.book_of(OFFICE.bob.user_id).id

    assert values(contact({"last_name": "Lee", "owner": "bob"}))["book_id"] == bob
    unknown = contact({"last_name": "Lee", "owner": "Zoe"})
    assert values(unknown)["book_id"] == OFFICE.catalog.my_book.id
    assert unknown.warnings[0].value == "Zoe"


def test_a_range_of_employees_is_its_lower_bound() -> None:
    done = Bench(
        "companies", {"n": "name", "e": "employees", "w": "website"}, ["Acme", "1,000-5,000", "acme.com/de"]
    ).one()

    assert done.company is not None
    assert (done.company.values["employees"], done.company.values["domain"]) == (1000, "acme.com")
    assert "1,000-5,000" in done.company.values["description"]


def test_the_ids_of_one_system_are_kept_under_its_name() -> None:
    row = {
        "last_name": "Lee",
        "external_id": "003A000001abcdeFGH",
        "company_external_id": "001A000001abcdeFGH",
    }
    done = contact(row, source="salesforce")

    assert done.contact
    assert done.contact.external_id == "salesforce:003A000001abcde"
    assert done.contact.links == {"company_id": ("salesforce:001A000001abcde",)}


def test_several_associated_companies_keep_the_first_and_tell_of_the_others() -> None:
    row = {"title": "Big", "company": "Acme;Globex", "company_external_id": "8001;8002"}
    done = Bench("deals", {name: name for name in row}, list(row.values()), source="hubspot").one()

    assert done.company
    assert (done.company.values["name"], done.company.external_id) == (
        "Acme",
        "hubspot:8001",
    )
    assert "Globex" in done.company.values["description"]
    assert "hubspot:8002" in done.company.values["description"]


def deal(cells: dict[str, str], **more: object) -> Converted:
    """What becomes of a deal's row."""
    return Bench("deals", {name: name for name in cells}, list(cells.values()), **more).one()  # type: ignore[arg-type]


def test_a_won_deal_is_closed_on_its_closing_day() -> None:
    done = deal({"title": "Big", "stage": "Closed Won", "expected_close": "2026-03-12", "value": "$45,000"})

    assert done.deal is not None
    kept = done.deal.values
    assert (kept["outcome"], kept["value_minor"], kept["currency"]) == ("won", 4_500_000, "USD")
    assert kept["closed_at"] == dt.datetime(2026, 3, 11, 23, tzinfo=dt.UTC)
    assert OFFICE.catalog.stage(kept["stage_id"]).kind == "won"


def test_a_deal_lost_in_negotiation_is_lost_and_tells_where() -> None:
    done = deal(
        {
            "title": "Big",
            "stage": "Negotiation",
            "outcome": "Lost",
            "lost_reason": "Price",
            "closed_at": "2026-01-02",
        }
    )

    assert done.deal is not None
    assert (done.deal.values["outcome"], done.deal.values["lost_reason"]) == ("lost", "Price")
    assert done.deal.values["description"] == "Last stage: Negotiation"


def test_a_deal_without_a_title_is_called_by_its_company() -> None:
    done = deal({"value": "100", "company": "Acme"})

    assert done.deal
    assert done.deal.values["title"] == "Acme"
    assert "It says no deal" in Bench("deals", {"v": "value"}, ["100"]).reason()


def test_a_deal_that_does_not_say_how_it_stands_begins_in_the_first_stage() -> None:
    bench = Bench("deals", {"t": "title"}, ["Big"])
    done = bench.one()
    assert done.deal is not None
    assert done.deal.values == {"title": "Big"}

    new = completed(done.deal, bench.conversion())

    assert (OFFICE.catalog.stage(new["stage_id"]).name, new["outcome"], new["closed_at"]) == (
        "New",
        "open",
        None,
    )
    assert (new["currency"], new["stage_since"]) == ("EUR", NOW)


def test_calls_come_with_their_outcome_length_and_direction() -> None:
    row = {
        "kind": "Logged call", "outcome": "b2cf5968-551e-4856-9783-52b3da59a7d0", "duration_s": "00:02:05", "direction": "OUTBOUND",
        "occurred_at": "2026-05-04 10:15", "body": "<b>Called</b> back", "contact": "Ann Lee (ann@acme.com)", "user": "Bob",
    }  # fmt: skip
    done = Bench("activities", {name: name for name in row}, list(row.values()), source="hubspot").one()

    (entry,) = done.entries
    assert (entry.values["kind"], entry.values["outcome"], entry.values["duration_s"]) == (
        "call",
        "left voicemail",
        125,
    )
    assert (entry.values["direction"], entry.values["body"]) == ("out", "Called back")
    assert entry.values["occurred_at"] == dt.datetime(2026, 5, 4, 8, 15, tzinfo=dt.UTC)
    assert entry.values["user_id"] == OFFICE.bob.user_id
    assert done.contact
    assert done.contact.values["emails"][0]["value"] == "ann@acme.com"


def test_what_is_still_to_come_is_a_task_and_what_is_done_an_entry() -> None:
    row = {"subject": "Demo", "company": "Acme"}
    coming = Bench(
        "activities",
        {"s": "subject", "c": "company", "k": "kind", "d": "occurred_at"},
        ["Demo", "Acme", "Meeting", "2026-12-01 10:00"],
    ).one()
    done = Bench(
        "tasks",
        {**{name: name for name in row}, "x": "done", "d": "due_at"},
        ["Demo", "Acme", "yes", "2026-05-01"],
    ).one()
    open_one = Bench(
        "tasks", {**{name: name for name in row}, "d": "due_at"}, ["Demo", "Acme", "2026-12-01"]
    ).one()

    assert (coming.main, coming.tasks[0].values["kind"]) == ("tasks", "meeting")
    assert (done.main, done.entries[0].values["kind"]) == ("activities", "note")
    assert open_one.tasks[0].values["all_day"] is True


def test_an_entry_about_nobody_is_refused() -> None:
    assert "whom it is about" in Bench("activities", {"b": "body"}, ["Called"]).reason()


def test_a_note_beside_a_contact_is_an_entry_without_a_time_of_its_own() -> None:
    bench = Bench("contacts", {"n": "last_name", "note": "note"}, ["Lee", "<p>Met at the fair</p>"])
    (entry,) = bench.one().entries

    assert entry.values == {"kind": "note", "body": "Met at the fair"}
    assert completed(entry, bench.conversion())["occurred_at"] == NOW


def test_what_offhook_wrote_comes_back_as_it_was() -> None:
    row = {
        "last_name": "n/a",
        "description": "a <b> c",
        "external_id": "hubspot:8001, salesforce:0012",
        "phone": "+493012345678;ext=12",
    }
    done = contact(row, source="offhook")

    assert (values(done)["last_name"], values(done)["description"]) == ("n/a", "a <b> c")
    assert done.contact
    assert (done.contact.external_id, done.contact.also) == (
        "hubspot:8001",
        ("salesforce:0012",),
    )
    assert values(done)["phones"][0]["value"] == "+493012345678;ext=12"  # type: ignore[index]


def test_a_row_that_could_not_be_read_is_handed_on_as_it_is() -> None:
    from core.imports.convert import Converter
    from core.imports.shapes import RawRow

    bench = Bench("contacts", {"n": "last_name"})
    converter = Converter(bench.settled().plans[0], bench.headers, bench.conversion())

    assert (
        converter.convert(RawRow(7, [""], "It has 5 cells, and the header 1."))
        .problems[0]
        .reason.startswith("It has 5")
    )


def test_the_zone_of_a_new_contact_is_that_of_its_first_number() -> None:
    bench = Bench("contacts", {"n": "last_name", "p": "phone"}, ["Lee", "+1 212 555 0123"])
    done = bench.one()

    assert done.contact
    assert completed(done.contact, bench.conversion())["time_zone"] == "America/New_York"


@pytest.mark.parametrize("text", ["1", "TRUE", "yes", "2026-03-05T14:15:33.000Z"])
def test_a_row_that_is_deleted_where_it_comes_from_is_left_out(text: str) -> None:
    mapping = {"Id": "external_id", "Name": "name", "Phone": "email", "IsDeleted": "deleted"}
    gone, there = Bench(
        "contacts",
        mapping,
        ["1", "Ann Lee", "no address", text],
        ["2", "Bob Ray", "", "0"],
        source="salesforce",
    ).all()
    assert gone.left_out
    assert gone.contact is None
    assert [warning.value for warning in gone.warnings] == [text]
    assert not there.left_out
    assert there.contact is not None


@pytest.mark.parametrize(
    ("status", "done"),
    [("Completed", True), ("Not Started", False), ("In Progress", False), ("COMPLETED", True), ("Erledigt", True),
     ("Waiting on someone else", False), ("1", True), ("false", False)],
)  # fmt: skip
def test_how_far_a_task_is_says_whether_it_is_done(status: str, done: bool) -> None:
    cells = {"subject": "Call Ada", "due_at": "2026-05-01", "done": status, "contact": "Ada Lovelace"}
    converted = Bench("tasks", {target: target for target in cells}, list(cells.values())).one()
    assert (len(converted.entries), len(converted.tasks)) == ((1, 0) if done else (0, 1))


def test_a_status_that_nobody_knows_leaves_a_task_to_be_done_and_is_told() -> None:
    cells = {"subject": "Call Ada", "done": "Purple", "contact": "Ada Lovelace"}
    converted = Bench("tasks", {target: target for target in cells}, list(cells.values())).one()
    assert "Purple" in converted.tasks[0].values["body"]
    assert [warning.value for warning in converted.warnings] == ["Purple"]


@pytest.mark.parametrize(
    ("given", "link"),
    [
        ("0065g00000OPPabAAC", "deal_id"),
        ("0015g00000XYZabAAC", "company_id"),
        ("00Q5g00000LEDabAAC", "contact_id"),
    ],
)
def test_what_a_salesforce_task_is_related_to_is_told_by_its_id(given: str, link: str) -> None:
    cells = {"subject": "Call", "deal_external_id": given}
    mapping = {target: target for target in cells}
    (task,) = Bench("tasks", mapping, list(cells.values()), source="salesforce").one().tasks
    assert task.links == {link: (f"salesforce:{given[:15]}",)}


def test_a_salesforce_task_about_something_else_keeps_its_id_as_text() -> None:
    cells = {
        "subject": "Call",
        "deal_external_id": "5005g00000CASabAAC",
        "contact_external_id": "0035g00000ABCdeAAG",
    }
    mapping = {target: target for target in cells}
    (task,) = Bench("tasks", mapping, list(cells.values()), source="salesforce").one().tasks
    assert task.links == {"contact_id": ("salesforce:0035g00000ABCde",)}
    assert "5005g00000CASabAAC" in task.values["body"]


@pytest.mark.parametrize(("text", "seconds"), [("125000", 125), ("45", 45), ("00:02:05", 125)])
def test_calls_of_hubspot_last_milliseconds(text: str, seconds: int) -> None:
    cells = {"Call Title": "subject", "Call Duration": "duration_s", "Name": "contact"}
    (call,) = Bench("activities", cells, ["Intro", text, "Ada Lovelace"], source="hubspot").one().entries
    assert call.values["duration_s"] == seconds


def test_of_several_owners_the_first_one_that_is_known_has_the_record() -> None:
    me = OFFICE.catalog.me
    done = contact({"last_name": "Lee", "owner": f"tom@gone.example;{me.name}"})
    assert done.contact is not None
    assert done.contact.values["book_id"] == OFFICE.catalog.my_book.id
    assert done.warnings == ()
