"""Search: by the beginning of any word of a record, whatever is typed."""

from __future__ import annotations

import pytest

from core.commands.activities import EditActivity, LogActivity, RetractActivity
from core.commands.companies import EditCompany
from core.commands.contacts import DeleteContacts, EditContact
from core.commands.setup import DefineField
from core.commands.undo import Undo
from core.filters import EVERYTHING, Query
from core.workspace import Hit

STORES = ("solo", "postgresql")

HOSTILE = (
    '"', '""', '"anna', "'", "*", "anna*", "^anna", "-anna", "NEAR(", 'NEAR("a" "b", 5)', "(", ")", "{search} : a", "AND", "OR",
    "NOT anna", "search:anna", "anna OR", "a\0b", "\0", "\\", "%", "_", "+", "();", "🐝", "👩‍💻 a", "' or 1=1 --", "\ud800", "x\udfff",
    "x" * 10_000, "x " * 5_000, "é" * 10_000, "1" * 10_000, "1 " * 5_000, "a-" * 5_000, "((((" * 2_000, "\n\t", "\u202eanna",
)  # fmt: skip


def words(text: str) -> Query:
    return Query(text, tuple(text.split()))


def found(office, text, sort="relevance"):
    """The first names of the contacts that words find, as the list shows them."""
    return [line.first_name for line in office.workspace.contacts(words(text), sort=sort)]


def point(value):
    return ({"value": value, "label": "work"},)


@pytest.fixture
def anna(office):
    return office.contact(
        "Anna", last_name="Müller-Łoś", company="Café Übermut", title="Head of Ops", city="Zürich", tags=("key-account",),
        emails=point("anna.loos@uebermut.example"), phones=point("+4930123456"),
    )  # fmt: skip


@pytest.mark.parametrize("typed", HOSTILE)
def test_nothing_that_is_typed_is_syntax(office, anna, typed):
    workspace = office.workspace
    office.deal("Anna or not", contact_id=anna)
    query = words(typed)
    lines = workspace.contacts(query, sort="relevance")
    assert {line.id for line in lines} <= {anna}
    assert workspace.count_contacts(query) == len(lines) == len(workspace.contact_ids(query))
    assert len(workspace.board(office.pipeline_id, query)) <= 1
    assert all(isinstance(hit, Hit) for hit in workspace.search(typed))
    assert workspace.companies(typed) == [] or not typed.split()
    assert workspace.likely_duplicates({"first_name": typed, "last_name": typed, "company_name": typed}) == []


@pytest.mark.parametrize(
    "typed",
    [
        "a", "anna", "ANNA", "ánna", "mull", "müller", "muller-los", "Łoś", "los", "cafe", "uberm", "zur", "key", "ops head",
        "anna müller", "mul ann", "anna.loos@uebermut.example", "anna.loos@ueb", "loos", "uebermut.example", "example anna",
        "+4930123456", "+49 30 123456", "+49 (0)30 123-456", "0049 30 123456", "030123456", "030 123 456", "(030) 123/456",
        "30123456", "+49 30 12", "03012", "anna 030 12345", '"anna"', "anna !", "“anna”",
    ],
)  # fmt: skip
def test_a_contact_is_found_as_people_write_it(office, anna, typed):
    office.contact("Bob", last_name="Smith", emails=point("bob@smith.example"), phones=point("+15551234567"))
    assert found(office, typed) == ["Anna"]
    assert [hit.id for hit in office.workspace.search(typed, tables=("contacts",))] == [anna]


@pytest.mark.parametrize("typed", ["nna", "anna bob", "+4931", "loos.anna", "!", "🐝", "müllerlos"])
def test_a_contact_is_not_found_by_what_it_does_not_say(office, anna, typed):
    assert found(office, typed) == []


def test_words_that_are_operators_elsewhere_are_words(office):
    office.contact("Or", last_name="Not")
    office.contact("Andy", last_name="Near")
    assert found(office, "OR") == ["Or"]
    assert found(office, "NOT") == ["Or"]
    assert found(office, "AND NEAR") == ["Andy"]


def test_the_name_that_was_typed_comes_first(office):
    office.contact("Maxine", last_name="A")
    office.contact("Karl", last_name="B", title="Max")
    office.contact("Max", last_name="C")
    office.contact("Lena", last_name="Max-Meier")
    ranked = found(office, "max")
    assert set(ranked[:2]) == {"Max", "Lena"}
    assert ranked[2:] == ["Maxine", "Karl"]


def test_of_equals_the_one_spoken_to_last_comes_first(office):
    ids = [office.contact("Eva", last_name=name) for name in ("One", "Two", "Three")]
    office.do(LogActivity(table="contacts", record_id=ids[1], kind="call"))
    assert office.workspace.contacts(words("eva"), sort="relevance")[0].id == ids[1]


def test_more_hits_than_are_ranked_are_all_in_the_list_once(office):
    from core.ids import new_id
    from storage.bulk import load_rows

    rows = [
        {"id": new_id(), "book_id": office.catalog.my_book.id, "first_name": "Eva", "last_name": f"{n:03}"}
        for n in range(260)
    ]
    load_rows(office.workspace, {"contacts": rows})
    query = words("eva")
    pages = [
        office.workspace.contacts(query, sort="relevance", offset=offset, limit=90)
        for offset in range(0, 360, 90)
    ]
    assert [len(page) for page in pages] == [90, 90, 80, 0]
    assert {line.id for page in pages for line in page} == {row["id"] for row in rows}
    assert office.workspace.count_contacts(query) == 260


def test_words_and_tests_count_together(office, anna):
    office.contact("Anna", last_name="Other", city="Bonn")
    from core.filters import All, Test

    query = Query("", ("anna",), All((Test("city", "prefix", ("bo",)),)))
    assert [line.last_name for line in office.workspace.contacts(query, sort="relevance")] == ["Other"]
    assert [line.last_name for line in office.workspace.contacts(query, sort="name")] == ["Other"]
    assert office.workspace.count_contacts(query) == 1


def test_what_changes_is_found_by_what_it_says_now(office, anna):
    office.do(EditContact(contact_id=anna, values={"last_name": "Novak"}))
    assert found(office, "novak") == ["Anna"]
    assert found(office, "muller") == []
    company_id = office.get("contacts", anna).company_id
    office.do(EditCompany(company_id=company_id, values={"name": "Kontor Ost"}))
    assert found(office, "kontor") == ["Anna"]
    assert found(office, "cafe") == []


def test_what_is_deleted_is_not_found_until_it_is_back(office, anna):
    answer = office.do(DeleteContacts(contact_ids=(anna,)))
    assert found(office, "anna") == []
    assert office.workspace.search("anna") == []
    office.do(Undo(changeset_id=answer.changeset.id))
    assert found(office, "anna") == ["Anna"]


def test_a_field_of_ones_own_is_searched(office):
    office.do(DefineField(entity="contacts", label="Hobby"))
    office.contact("Uwe", custom={"hobby": "Bergsteigen"})
    assert found(office, "bergst") == ["Uwe"]


def test_search_finds_everything_that_is_called_so(office, anna):
    deal_id = office.deal("Übermut till", company="Café Übermut", value_minor=125_000)
    hits = office.workspace.search("übermut")
    by_table = {hit.table: hit for hit in hits}
    assert set(by_table) == {"contacts", "companies", "deals"}
    assert by_table["companies"].title == "Café Übermut"
    assert by_table["deals"] == Hit(
        "deals", deal_id, "deals", "Übermut till", "New · Café Übermut · €1,250.00"
    )
    assert by_table["contacts"].title == "Anna Müller-Łoś"
    assert by_table["contacts"].detail == "Head of Ops · Café Übermut · +4930123456"
    assert (
        office.workspace.search("loos")[0].detail == "Head of Ops · Café Übermut · anna.loos@uebermut.example"
    )
    assert [hit.table for hit in hits].index("contacts") > 0, (
        "what is called so comes before what merely says so"
    )
    assert {hit.table for hit in office.workspace.search("übermut", tables=("deals", "companies"))} == {
        "deals",
        "companies",
    }
    assert office.workspace.search("übermut", tables=("tasks",)) == []


def test_a_contact_is_shown_with_the_number_that_was_typed(office):
    phones = tuple({"value": value, "label": "work"} for value in ("+4930111111", "+4989222222"))
    office.contact("Two", last_name="Phones", phones=phones)
    assert office.workspace.search("089 2222")[0].detail == "+4989222222"


def test_a_note_opens_whom_it_is_about(office, anna):
    deal_id = office.deal("Till system")
    office.do(LogActivity(table="contacts", record_id=anna, kind="note", body="Wants a pergola\nby June"))
    office.do(LogActivity(table="deals", record_id=deal_id, kind="call", subject="Pergola prices"))
    hits = office.workspace.search("pergola")
    assert {(hit.open_table, hit.id, hit.title) for hit in hits} == {
        ("contacts", anna, "Anna Müller-Łoś"), ("deals", deal_id, "Till system"),
    }  # fmt: skip
    assert {hit.detail for hit in hits} == {"note: Wants a pergola by June", "call: Pergola prices"}


def test_the_piece_of_a_long_note_is_shown_that_was_found(office, anna):
    body = (
        "Lorem ipsum dolor. " * 200
        + "Then he asked for the Kölner Angebot again. "
        + "Dolor sit amet. " * 200
    )
    office.do(LogActivity(table="contacts", record_id=anna, kind="note", body=body))
    detail = office.workspace.search("kolner")[0].detail
    assert "Kölner Angebot" in detail
    assert len(detail) < 110
    assert "\n" not in detail


def test_a_note_is_found_as_it_was_last_written_and_not_when_taken_back(office, anna):
    log = LogActivity(table="contacts", record_id=anna, kind="note", body="wants a zeppelin")
    office.do(log)
    edit = EditActivity(activity_id=log.activity_id, values={"body": "wants a balloon"})
    answer = office.do(edit)
    assert office.workspace.search("zeppelin") == []
    assert [hit.id for hit in office.workspace.search("balloon")] == [anna]
    revision = answer.changeset.changes[0].id
    office.do(RetractActivity(activity_id=revision))
    assert office.workspace.search("balloon") == []


def test_many_notes_about_one_contact_are_one_hit(office, anna):
    for n in range(5):
        office.do(LogActivity(table="contacts", record_id=anna, kind="note", body=f"pergola {n}"))
    assert [hit.detail for hit in office.workspace.search("pergola")] == ["note: pergola 4"]


def test_no_table_hides_the_others(office):
    for n in range(40):
        office.contact("Max", last_name=f"Nr{n}")
    office.deal("Max power")
    hits = office.workspace.search("max", limit=20)
    assert len(hits) <= 20
    assert {hit.table for hit in hits} == {"contacts", "deals"}
    assert len(office.workspace.search("max", tables=("contacts",), limit=30)) == 30


def test_nothing_typed_finds_nothing_and_filters_nothing(office, anna):
    assert office.workspace.search("  ") == []
    assert len(office.workspace.contacts(EVERYTHING, sort="relevance")) == 1
