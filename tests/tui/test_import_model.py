"""What the import wizard knows without a terminal: files that are named, columns and their fields, what is told."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from core.errors import Invalid
from core.imports.shapes import Guess, Options, Problem, Step, TableView, Undone
from core.imports.targets import targets_for
from tests.tui import imports as files
from tui.importing import Running
from tui.models import import_files, import_words
from tui.models.import_files import Completion, Listed, common, completions, files_in, quoted
from tui.models.import_mapping import GO_ON, Change, Mapping, unnumbered
from tui.models.import_wizard import Wizard
from tui.models.import_words import Asked

HOME = Path("/home/mara")


# --- the files that a line names ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("/data/contacts.csv", ["/data/contacts.csv"]),
        ("  /data/contacts.csv \n", ["/data/contacts.csv"]),
        ("~/contacts.csv", ["/home/mara/contacts.csv"]),
        # As terminals paste what is dropped on them.
        ("'/data/my contacts.csv'", ["/data/my contacts.csv"]),
        ('"/data/my contacts.csv"', ["/data/my contacts.csv"]),
        ("/data/my\\ contacts\\ \\(2\\).csv", ["/data/my contacts (2).csv"]),
        ("file:///data/my%20contacts.csv", ["/data/my contacts.csv"]),
        ("'/data/it'\\''s.csv'", ["/data/it's.csv"]),
        # A file as it stands needs no quotes.
        ("/data/my contacts.csv", ["/data/my contacts.csv"]),
        ("/data/O'Brien.csv", ["/data/O'Brien.csv"]),
        ("/data/a.csv /data/b.csv", ["/data/a.csv", "/data/b.csv"]),
        ("'/data/my contacts.csv' /data/a.csv", ["/data/my contacts.csv", "/data/a.csv"]),
        ("/data/a.csv /data/a.csv", ["/data/a.csv"]),
        ("C:\\data\\a.csv", ["C:\\data\\a.csv"]),
    ],
)
def test_files_are_named_as_people_type_and_drop_them(typed, names):
    there = {
        "/data/contacts.csv", "/home/mara/contacts.csv", "/data/my contacts.csv", "/data/my contacts (2).csv",
        "/data/it's.csv", "/data/O'Brien.csv", "/data/a.csv", "/data/b.csv", "C:\\data\\a.csv",
    }  # fmt: skip
    found = files_in(typed, home=HOME, expand=lambda path: [Path(path)] if path in there else [])
    assert [str(path) for path in found] == names


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Name a file"),
        ("   ", "Name a file"),
        ("~/nothing.csv", "There is no file ~/nothing.csv."),
        ("'", "There is no file"),
        ("\\", "There is no file"),
    ],
)
def test_what_names_no_file_is_said(typed, words):
    with pytest.raises(Invalid, match=words):
        files_in(typed, home=HOME, expand=lambda _: [])


def test_a_folder_is_no_file_and_a_star_stands_for_many(tmp_path):
    for name in ("b.csv", "a.csv", "c.txt"):
        (tmp_path / name).write_text("x")
    found = files_in(f"{tmp_path}/*.csv", home=HOME, expand=import_files.expanded)
    assert [path.name for path in found] == ["a.csv", "b.csv"]
    with pytest.raises(Invalid, match="is a folder"):
        files_in(str(tmp_path), home=HOME, expand=import_files.expanded)


FOLDER = [
    Listed("reports", True), Listed("notes.md", False, 9.0), Listed("contacts.csv", False, 1.0), Listed(".hidden", False),
    Listed("my contacts.xlsx", False, 5.0), Listed("companies.csv", False, 3.0),
]  # fmt: skip


def complete(typed):
    there = {Path("/home/mara"): FOLDER, Path("/data dir"): FOLDER}
    return completions(typed, home=HOME, listing=lambda folder: there.get(folder, []))


def test_the_latest_file_that_can_be_imported_is_offered_first():
    assert [one.shown for one in complete("~/")] == [
        "my contacts.xlsx", "companies.csv", "contacts.csv", "reports/", "notes.md",
    ]  # fmt: skip


def test_a_name_is_completed_behind_what_was_named_before():
    assert complete("~/con") == [Completion("contacts.csv", "~/contacts.csv", False)]
    assert complete("~/contacts.csv ~/RE") == [Completion("reports/", "~/contacts.csv ~/reports/", True)]
    assert [one.line for one in complete("~/my")] == ["~/my\\ contacts.xlsx"]
    assert [one.line for one in complete("'/data dir/my")] == ["/data\\ dir/my\\ contacts.xlsx"]
    assert [one.line for one in complete("/data\\ dir/.h")] == ["/data\\ dir/.hidden"]
    assert common(complete("~/co")) == "~/co"
    assert common(complete("~/con")) == "~/contacts.csv"
    assert complete("~/nowhere/") == []
    assert common([]) == ""


@pytest.mark.parametrize(
    "name", ["a b.csv", "it's.csv", 'say "hi".csv', "a$b (1) & c.csv", "#1~.csv", "a\\b.csv"]
)
def test_a_completed_name_names_its_file(name):
    line = quoted(f"/data/{name}")
    there = f"/data/{name}"
    found = files_in(f"{line} {line}", home=HOME, expand=lambda path: [Path(path)] if path == there else [])
    assert found == [Path(there)]


# --- columns ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def catalog(workspace):
    return workspace.catalog()


def view(rows, entity="contacts", file="contacts.csv", name="", catalog=None):
    return TableView(
        file, name, "csv", "cp1252", ";", 40, "hubspot", entity, (),
        tuple(column for column, *_ in rows),
        tuple(Guess(column.header, target, sure, why) for column, target, sure, why in rows),
        targets_for(entity, catalog),
    )  # fmt: skip


@pytest.fixture
def mapping(catalog):
    return Mapping([view(files.CONTACTS, catalog=catalog)], catalog)


def test_a_clean_file_begins_on_what_goes_on(mapping):
    first, *columns = mapping.rows()
    assert mapping.cursor_id == first.id == GO_ON
    assert (first.field, first.samples) == ("10 of 12 go in", "To the preview")
    assert [row.header for row in columns] == [column.header for column, *_ in files.CONTACTS]
    by_header = {row.header: row for row in columns}
    assert (by_header["Email"].field, by_header["Email"].level.word) == ("E-mail", "sure")
    assert (by_header["Mobile"].field, by_header["Mobile"].level.word) == ("Phone 2", "likely")
    assert by_header["Favourite colour"].field == "left out"
    assert mapping.headline == "40 rows of contacts · HubSpot · CSV, Windows-1252, “;”"


def test_a_file_with_a_doubtful_column_begins_there(catalog):
    mapping = Mapping([view(files.COMPANIES, "companies", catalog=catalog)], catalog)
    assert mapping.cursor_id == "Notes?"
    assert mapping.rows()[0].samples == "1 column to look at first"
    assert {row.level.sign for row in mapping.rows()} == {"▶", "✓", "?"}


def test_of_several_files_the_one_that_needs_looking_at_is_shown_first(catalog):
    contacts = view(files.CONTACTS, catalog=catalog)
    companies = view(files.COMPANIES, "companies", "companies.csv", catalog=catalog)
    mapping = Mapping([contacts, companies], catalog)
    assert mapping.table.file == "companies.csv"
    assert mapping.turn(1)
    assert mapping.table.file == "contacts.csv"
    # What a file's rows are decides its place: the one that is shown stays in sight.
    mapping.renew([companies, contacts])
    assert (mapping.index, mapping.table.file) == (1, "contacts.csv")
    assert mapping.rows_in_all == 80


def test_the_sheets_of_a_workbook_are_told_apart(catalog):
    sheets = [view(files.CONTACTS, file="crm.xlsx", name=name, catalog=catalog) for name in ("People", "Old")]
    mapping = Mapping(sheets, catalog)
    assert (mapping.names, mapping.crumbs) == (["People", "Old"], ["crm.xlsx", "People"])
    mapping = Mapping([*sheets, view(files.CONTACTS, catalog=catalog)], catalog)
    assert mapping.names == ["crm.xlsx › People", "crm.xlsx › Old", "contacts.csv"]
    assert mapping.crumbs == ["crm.xlsx › People"]


def test_files_of_different_folders_are_told_apart_whatever_they_are_called(catalog):
    mine, hers = view(files.CONTACTS, catalog=catalog), view(files.COMPANIES, "companies", catalog=catalog)
    mapping = Mapping([mine, hers], catalog)
    assert mapping.names == ["contacts.csv", "contacts.csv (2)"]
    mapping.show(Mapping([hers], catalog).key)
    mapping.note([mapping.change_of("Company name")])
    mapping.renew([hers, mine])
    assert mapping.index == 0
    assert "you said" in {row.level.word for row in mapping.rows()}
    mapping.turn(1)
    assert "you said" not in {row.level.word for row in mapping.rows()}


def test_the_choices_say_which_column_has_a_field_and_are_found_by_name(mapping):
    choices = mapping.choices("Favourite colour", may_define=True)
    assert [one.label for one in choices[:3]] == ["Leave out", "New custom field", "Contact"]
    assert choices[1].id == "custom.new:Favourite colour"
    by_id = {one.id: one for one in choices}
    assert by_id["email"].detail == "email ← Email"
    assert by_id["phone"].detail == "phone ← Phone Number, Mobile"
    assert by_id["title"].detail == "title"
    assert "custom.nickname" in by_id
    assert "New custom field" not in [one.label for one in mapping.choices("Email", may_define=False)]
    # A column is not in its own way.
    own = {one.id: one for one in mapping.choices("Email", may_define=False)}
    assert own["email"].detail == "email"


def test_what_there_can_be_several_of_takes_the_next_free_name(mapping):
    assert mapping.free("email", "Favourite colour") == "email_2"
    assert mapping.free("phone", "Favourite colour") == "phone_3"
    assert mapping.free("phone", "Mobile") == "phone_2"
    assert mapping.free("last_name", "Favourite colour") == "last_name"
    assert mapping.holder("last_name") == "Last Name"
    assert [unnumbered(name) for name in ("phone_3", "email_2_label", "city", "custom.seats_2")] == [
        "phone", "email_label", "city", "custom.seats_2",
    ]  # fmt: skip
    assert mapping.label("phone_3") == "Phone 3"
    assert mapping.label("custom.new:Region") == "New field: Region"


def test_what_was_set_at_once_is_taken_back_at_once(mapping):
    email, phone = mapping.change_of("Email"), mapping.change_of("Mobile")
    mapping.note([email])
    mapping.note([email, phone])
    assert {row.level.word for row in mapping.rows() if row.header in ("Email", "Mobile")} == {"you said"}
    assert mapping.take_back() == (email, phone)
    assert {row.header: row.level.word for row in mapping.rows()}["Mobile"] == "likely"
    assert mapping.take_back() == (Change(mapping.key, "Email", "email"),)
    assert mapping.take_back() == ()


def test_what_is_taken_back_is_as_sure_as_it_was_guessed(catalog):
    companies = view(files.COMPANIES, "companies", catalog=catalog)
    mapping = Mapping([companies], catalog)

    def set_to(target):
        """As a job hands it over: what the user has set is certain, and so is what was set back."""
        guesses = [
            dataclasses.replace(one, target=target, confidence=1.0, why="as you have set it")
            if one.header == "Notes?"
            else one
            for one in companies.guesses
        ]
        mapping.renew([companies._replace(guesses=tuple(guesses))])

    def notes():
        return next(row for row in mapping.rows() if row.header == "Notes?")

    unsure = notes()
    mapping.note([mapping.change_of("Notes?")])
    set_to("")
    assert (notes().field, notes().why) == ("left out", "as you have set it")
    assert mapping.guessed("Notes?") == "description"
    mapping.take_back()
    set_to("description")
    assert notes() == unsure


def test_the_details_tell_all_of_a_column_and_what_was_passed_over(mapping):
    rows = {row.header: row for row in mapping.rows()}
    told = {detail.label: detail.value for detail in mapping.details(rows["Mobile"])}
    assert told["Goes to"] == "Phone 2 · ≈ likely · like the header “Mobile phone”"
    assert (told["Filled"], told["Values"]) == ("7 of 40 rows", "0171 5550100")
    told = {detail.label: detail.value for detail in mapping.details(rows["Go on"])}
    assert told["Left out"] == "Last Activity Date, Favourite colour"


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "words", "short"),
    [
        (Step("reading", 0, None, 0.0), "0 rows", "reading 0"),
        (Step("checking", 300, 1000, 0.1), "300 of 1,000 rows", "checking 30 %"),
        (
            Step("importing", 4_000, 10_000, 2.0),
            "4,000 of 10,000 rows · 2,000 rows/s · 3 s left",
            "importing 40 %",
        ),
        (Step("undoing", 1, 1_000, 10.0), "1 of 1,000 parts · 2 h 46 min left", "taking back 0 %"),
        (Step("importing", 0, 0, 1.0), "0 of 0 rows", "importing 0"),
    ],
)
def test_how_far_it_is_is_told_with_rate_and_time_left(step, words, short):
    assert import_words.step_words(step) == words
    assert import_words.short_step(step) == short


def test_the_preview_groups_reasons_and_shows_the_first_rows_of_each(catalog):
    problems = tuple(Problem(n, "Email", f"x{n}@", "This is no e-mail address.") for n in range(2, 9))
    report = dataclasses.replace(
        files.MESSY, refused=8, problems=(*problems, Problem(9, "", "", "The row says nothing."))
    )
    lines = import_words.preview(report, Options(), [Asked(files.OWNER, "pool")], catalog)
    assert lines[0].value == "▶ Import 37 rows"
    by_label = {line.label: line for line in lines}
    assert by_label["Email"].value == (
        "This is no e-mail address.\nrow 2: “x2@”, row 3: “x3@”, row 4: “x4@”, … (7 in all)"
    )
    assert by_label["Row"].value == "The row says nothing.\nrow 9"
    assert by_label["Made beside"].value == "12 companies"
    assert by_label["You said"].value == "Who is “Sam Old” here? The pool"
    assert by_label["Currency"].value == "EUR (yours)"
    assert "Refused: 8 rows" in [line.value for line in lines]


def test_a_preview_in_which_nothing_is_new_says_so(catalog):
    report = dataclasses.replace(files.CLEAN, imported=0, updated=0, unchanged=40)
    (first, *_) = import_words.preview(report, Options(), [], catalog)
    assert first.value == "▶ Nothing in these files is new"
    refused = dataclasses.replace(report, unchanged=30, refused=10)
    (first, *_) = import_words.preview(refused, Options(), [], catalog)
    assert first.value == "▶ Write the 10 refused rows to a file"


def test_the_result_names_the_file_of_refused_rows_and_what_to_do_with_it():
    lines = import_words.result(files.MESSY, where=["~/contacts.rejects.csv"], contacts=False)
    assert lines[0].value == "▶ Look at the pipeline"
    told = next(line.value for line in lines if line.label == "Refused are in")
    assert told.startswith("~/contacts.rejects.csv\n")
    assert "import it again" in told
    lines = import_words.result(files.MESSY, where=["~/a.csv", "~/b.csv"], contacts=False)
    told = next(line.value for line in lines if line.label == "Refused are in")
    assert told.startswith("~/a.csv\n~/b.csv\n")
    assert import_words.report_line(files.MESSY) == "34 new, 3 updated, 1 unchanged, 2 refused"


def test_what_was_kept_is_named_when_an_import_is_taken_back():
    kept = tuple(f"Person {n}: the e-mail was edited by Mia" for n in range(250))
    lines = import_words.taken_back(Undone(34, 3, kept))
    values = [line.value for line in lines]
    assert "34 records" in values
    assert "3 records" in values
    assert "Person 0: the e-mail was edited by Mia" in values
    assert values[-1] == "… and 50 more."


def test_an_import_that_was_cut_off_is_told_of_with_what_to_press():
    cut = files.past("1", name="deals.csv", state="running", resumable=True)
    assert import_words.state_word(cut) == "stopped"
    assert import_words.state_word(cut, here=True) == "running"
    words = import_words.left_notice([cut, files.past("2")], "g i")
    assert words == "The import of deals.csv was cut off. g i shows it: go on, or take it back."
    assert import_words.left_notice([cut, cut], "g i").startswith("2 imports were cut off.")
    others = [files.past("3", state="running", resumable=True, mine=False), files.past("4", state="undone")]
    assert import_words.left_notice(others, "g i") == ""


def test_the_details_of_an_import_tell_all_that_is_known_of_it():
    cut = files.past("1", resumable=True, state="running")
    told = import_words.past_details(cut, now=files.STARTED + dt.timedelta(hours=1), zone=dt.UTC)
    values = [line.value for line in told]
    assert "■ stopped" in values
    assert "40: 34 new, 3 updated, 1 unchanged, 0 left out, 2 refused" in values


@pytest.mark.parametrize(
    ("known", "resumes", "takes_back"),
    [
        (Running("a.csv", "1"), False, False),
        (Running("a.csv", "1", over=True, report=files.CLEAN), False, True),
        (Running("a.csv", "1", over=True, problem="You stopped it."), True, True),
        (Running("a.csv", "1", over=True, undoing=True, problem="You stopped it."), False, True),
        (Running("a.csv", "1", over=True, undoing=True, undone=Undone(1, 0, ())), False, False),
        (Running("a.csv", "1", over=True, past=files.past("1", state="stopped", resumable=True)), True, True),
        (Running("a.csv", "1", over=True, past=files.past("1", state="undone")), False, False),
        (Running("a.csv", "1", over=True, past=files.past("1", mine=False, resumable=True)), False, False),
    ],
)
def test_what_can_be_done_with_an_import(known, resumes, takes_back):
    assert (known.can_resume, known.can_take_back) == (resumes, takes_back)


def test_the_country_that_was_answered_is_told_once(catalog):
    region = dataclasses.replace(files.OWNER, id="region:", kind="region", options=(("DE", "Germany"),))
    lines = import_words.preview(files.CLEAN, Options(), [Asked(region, "DE")], catalog)
    told = [line.value for line in lines if line.label in ("You said", "Phones from")]
    assert told == [f"{region.text} Germany"]


def test_a_question_about_days_says_how_one_would_be_read():
    told = {value: label for value, label, _ in import_words.answers(files.ORDER)}
    assert told == {"dmy": "3 April 2026", "mdy": "4 March 2026"}
    late = dataclasses.replace(files.ORDER, samples=("99/99/2026",))
    assert ("mdy", "99/99/2026 is no day then") in {(one[0], one[2]) for one in import_words.answers(late)}
    # What is proposed comes first.
    owner = dataclasses.replace(files.OWNER, default="pool")
    assert import_words.answers(owner)[0] == ("pool", "The pool", "proposed")


# --- an import that is being prepared ---------------------------------------------------------------------------------


def test_a_dry_run_holds_until_something_else_is_set(mapping, catalog):
    wizard = Wizard(None, "contacts.csv", mapping, Options(), report=files.CLEAN)
    assert wizard.is_clean
    assert not wizard.touched
    assert wizard.about_people
    wizard.answered(files.OWNER, "me")
    assert wizard.report is None
    assert wizard.preview(catalog) == []
    wizard.answered(files.OWNER, "pool")
    assert [one.label for one in wizard.asked] == ["The pool"]
    wizard.report = files.MESSY
    assert not wizard.is_clean
    wizard.changed(mapping.tables)
    assert wizard.report is None
    assert wizard.touched
