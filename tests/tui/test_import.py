"""Bringing files in by keyboard: from the file's name to what came of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from functools import partial

import pytest
from textual import events

from core.commands.imports import BeginImport
from core.filters import parse
from importing.importer import open_importer
from storage import load
from storage.solo import open_solo
from tests.tui import imports as files
from tui.dialogs import import_files
from tui.dialogs.import_files import FilesDialog
from tui.dialogs.prompt import Confirm
from tui.screens import importing as import_screen
from tui.screens.import_run import ImportRunScreen
from tui.screens.importing import ImportScreen
from tui.widgets.bars import StatusBar
from tui.widgets.details import Details

SIZE = (120, 40)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The home of the user, with files in it."""
    home = tmp_path / "home"
    (home / "Downloads").mkdir(parents=True)
    for name in ("contacts.csv", "companies.csv", "logo.png"):
        (home / "Downloads" / name).write_text("x")
    monkeypatch.setenv("HOME", str(home))
    return home / "Downloads"


@pytest.fixture
def handed():
    return files.Handed()


@pytest.fixture(autouse=True)
def short_holds(monkeypatch):
    """Keys wait for what is being read, or checked, no longer than a test has to."""
    monkeypatch.setattr(import_files, "HELD", 0.1)
    monkeypatch.setattr(import_files, "SHOWN_AFTER", 0.05)
    monkeypatch.setattr(import_screen, "HELD", 0.1)


@pytest.fixture
def importing(make_app, ready, folder, handed):
    """The application with the wizard's importer."""
    return make_app(quiet=True, importer=handed)


async def open_file(pilot, wait_until, name="contacts.csv"):
    """Opens the wizard and names a file."""
    await pilot.press("ctrl+o")
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, FilesDialog) and pilot.app.screen.is_ready)
    pilot.app.screen._go_to(f"~/Downloads/{name}")
    await pilot.press("enter")
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, ImportScreen))
    return pilot.app.screen


async def begin(pilot, wait_until, name="contacts.csv"):
    """Goes on to the import with what the wizard proposes."""
    await open_file(pilot, wait_until, name)
    await pilot.press("enter", "enter")
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, ImportRunScreen))
    return pilot.app.screen


def lines(screen):
    """What the preview or the result says, by its labels."""
    return {line.label: line.value for line in screen.query_one("#import-report", Details)._rows}


def values(screen):
    """All that the preview or the result says."""
    return [line.value for line in screen.query_one("#import-report", Details)._rows]


def columns(screen):
    """Where the columns go, as the list shows it."""
    return {row.header: row.field for row in screen.wizard.mapping.rows()}


# --- from the file to what came of it -------------------------------------------------------------------------------


async def test_a_clean_file_is_imported_by_three_keys_from_its_name(
    importing, ready, wait_until, handed, workspace
):
    app = importing
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, "QuietScreen")
        screen = await begin(pilot, wait_until)
        await wait_until(pilot, lambda: screen.running.over)
        assert handed.importer.done == ["import-1"]
        assert lines(screen)["New"] == "36"
        assert app.imports.folder.name == "Downloads"
        # What is shown first leads to what was brought in.
        await wait_until(pilot, lambda: screen.focused is not None)
        await pilot.press("enter")
        await wait_until(pilot, lambda: not isinstance(app.screen, ImportRunScreen))


async def test_a_file_that_cannot_be_used_is_said_and_its_name_stays(importing, ready, wait_until, settle):
    app = importing
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, "QuietScreen")
        await pilot.press("ctrl+o")
        await wait_until(pilot, lambda: isinstance(app.screen, FilesDialog) and app.screen.is_ready)
        dialog = app.screen
        assert dialog._line.value == "~/Downloads/"
        # What is dropped on the terminal takes the place of the folder that was proposed.
        dialog._line._on_paste(events.Paste(f"'{app.imports.folder}/logo.png'\n"))
        await pilot.press("enter")
        await wait_until(pilot, lambda: dialog.told)
        assert dialog.told == "logo.png is a picture, and no table. Export it as CSV or Excel."
        assert dialog._line.value == f"'{app.imports.folder}/logo.png'"
        dialog._go_to("~/Downloads/nothing.csv")
        await settle(pilot)
        await pilot.press("enter")
        await wait_until(pilot, lambda: "There is no file" in dialog.told)
        # The rest of a name is completed, and enter takes what is under the cursor.
        dialog._go_to("~/Downloads/cont")
        await settle(pilot)
        await pilot.press("tab")
        assert dialog._line.value == "~/Downloads/contacts.csv"
        dialog._go_to("~/Downl")
        await wait_until(pilot, lambda: dialog._current is not None)
        await pilot.press("enter")
        await wait_until(pilot, lambda: dialog._line.value == "~/Downloads/")


async def test_reading_and_checking_can_be_stopped(importing, ready, wait_until, handed):
    app = importing
    handed.prepare = lambda importer: (importer.reading.event.clear(), importer.checking.event.clear())
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, "QuietScreen")
        await pilot.press("ctrl+o")
        await wait_until(pilot, lambda: isinstance(app.screen, FilesDialog) and app.screen.is_ready)
        dialog = app.screen
        dialog._go_to("~/Downloads/contacts.csv")
        await pilot.press("enter")
        await wait_until(pilot, lambda: dialog.is_ready and dialog.query_one("#import-reading").display)
        await pilot.press("escape")
        await wait_until(pilot, lambda: dialog.told == "Stopped. Nothing was imported.")
        handed.importer.reading.event.set()
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, ImportScreen))
        screen = app.screen
        await pilot.press("enter")
        await wait_until(pilot, lambda: screen._work is not None and not screen.is_awaited)
        await pilot.press("escape")
        await wait_until(pilot, lambda: screen._work is None)
        assert not screen.wizard.previewing
        assert screen.columns.has_focus


async def test_columns_are_corrected_by_keys(importing, ready, wait_until, settle, handed, said):
    app = importing
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, "QuietScreen")
        screen = await open_file(pilot, wait_until)
        job = handed.importer.jobs[0]

        async def press(*keys):
            await pilot.press(*keys)
            await settle(pilot)

        # A field that there can be several of is simply taken again.
        screen.columns.action_end(True)
        await press("enter", *"e-m", "enter")
        assert job.mapping[0]["Favourite colour"] == "email_2"
        # One that another column has is swapped, or taken from it: never two on one.
        await press("enter", *"last", "enter")
        assert "Last Name" in app.screen._title
        await press("s")
        assert (job.mapping[0]["Favourite colour"], job.mapping[0]["Last Name"]) == ("last_name", "email_2")
        await press("u")
        assert (job.mapping[0]["Favourite colour"], job.mapping[0]["Last Name"]) == ("email_2", "last_name")
        # A column that is left out goes back to where it was guessed to go, unless another is there by now.
        await press("u", "up", "up", "x")
        assert job.mapping[0]["Original Source"] == ""
        await press("x")
        assert job.mapping[0]["Original Source"] == "source"
        await press("end", "enter", *"new", "enter")
        assert columns(screen)["Favourite colour"] == "New field: Favourite colour"
        # What rows are is said with one key; the columns are guessed anew.
        await press("e", "o")
        assert screen.wizard.mapping.table.entity == "companies"
        assert not screen.wizard.mapping.history
        # With nothing left to take back here, nothing that was done elsewhere is.
        await press("u")
        assert said(app) == "Nothing was set here yet."
        # Importing is what one is at: it does not begin a second time.
        await press("ctrl+o")
        assert [type(one) for one in app.screen_stack].count(ImportScreen) == 1


async def test_of_several_files_each_has_its_columns(importing, ready, wait_until, settle):
    app = importing
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, "QuietScreen")
        screen = await open_file(pilot, wait_until, "contacts.csv ~/Downloads/companies.csv")
        # The one with a doubtful column comes first, with the cursor there.
        assert screen.wizard.mapping.table.file == "companies.csv"
        assert screen.columns.cursor_row.header == "Notes?"
        await pilot.press("tab")
        assert screen.wizard.mapping.table.file == "contacts.csv"
        assert screen.columns.cursor_row.goes_on


async def test_what_the_files_leave_open_is_asked_once_and_can_be_asked_again(
    importing, ready, wait_until, settle, handed
):
    app = importing
    handed.prepare = lambda importer: setattr(importer, "questions", (files.OWNER, files.ORDER))
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, "QuietScreen")
        screen = await open_file(pilot, wait_until)
        await pilot.press("enter")
        await settle(pilot)
        assert app.screen._title == files.OWNER.text
        await pilot.press("enter")
        await settle(pilot)
        # Whoever leaves a question is back at the columns, and what was answered stays so.
        await pilot.press("escape")
        await settle(pilot)
        assert app.screen is screen
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert app.screen._title == files.ORDER.text
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: screen.wizard.previewing)
        job = handed.importer.jobs[0]
        assert job.answers == {files.OWNER.id: "me", files.ORDER.id: "mdy"}
        screen.report.cursor = next(
            n for n, one in enumerate(screen.report._rows) if files.ORDER.id in one.field
        )
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("up", "enter")
        await wait_until(pilot, lambda: len(handed.importer.previewed) == 2)
        assert job.answers[files.ORDER.id] == "dmy"


async def test_many_questions_are_answered_as_proposed_at_once(importing, ready, wait_until, settle, handed):
    app = importing
    owners = [dataclasses.replace(files.OWNER, id=f"owner:{n}") for n in range(5)]
    handed.prepare = lambda importer: setattr(importer, "questions", owners)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, "QuietScreen")
        screen = await open_file(pilot, wait_until)
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: screen.wizard.previewing)
        assert set(handed.importer.jobs[0].answers.values()) == {"me"}
        assert len(screen.wizard.asked) == 5


async def test_what_is_said_of_the_whole_import_is_changed_on_the_preview(
    importing, ready, wait_until, settle, handed
):
    app = importing
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, "QuietScreen")
        screen = await open_file(pilot, wait_until)
        await pilot.press("enter")
        await wait_until(pilot, lambda: screen.wizard.previewing and screen._work is None)
        await pilot.press("o")
        await settle(pilot)
        await pilot.press("o")
        await wait_until(pilot, lambda: len(handed.importer.previewed) == 2)
        await settle(pilot)
        assert handed.importer.previewed[-1].on_duplicate == "overwrite"
        screen.report.cursor = next(
            n for n, one in enumerate(screen.report._rows) if one.label == "Phones from"
        )
        await pilot.press("enter")
        await settle(pilot)
        # What the engine does not take is said, and stays to be corrected.
        await pilot.press(*"xx", "enter")
        await settle(pilot)
        assert app.screen.told == "There is no country XX."
        await pilot.press("backspace", "backspace", *"gb", "enter")
        await wait_until(pilot, lambda: len(handed.importer.previewed) == 3)
        await settle(pilot)
        assert lines(screen)["Phones from"] == "GB"
        # Back at the columns nothing is lost.
        await pilot.press("escape")
        assert screen.columns.has_focus
        assert screen.wizard.options.region == "GB"


async def test_keys_that_were_typed_ahead_do_not_import_what_should_be_looked_at(
    importing, ready, wait_until, settle, handed
):
    app = importing
    handed.prepare = messy
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, "QuietScreen")
        screen = await open_file(pilot, wait_until)
        for _ in range(3):
            app.post_message(events.Key("enter", None))
        await wait_until(pilot, lambda: screen.wizard.previewing and screen._work is None)
        await settle(pilot)
        assert app.screen is screen
        assert lines(screen)["Refused"] == "✗ 2"


# --- while it runs ----------------------------------------------------------------------------------------------------


async def test_an_import_goes_on_while_its_screen_is_left_and_says_when_it_is_done(
    importing, ready, wait_until, handed, said
):
    app = importing
    handed.prepare = lambda importer: importer.importing.event.clear()
    async with app.run_test(size=SIZE) as pilot:
        quiet = await ready(pilot, "QuietScreen")
        screen = await begin(pilot, wait_until)
        await wait_until(pilot, lambda: screen.running.step is not None and screen.running.step.done)
        await pilot.press("w")
        await wait_until(pilot, lambda: app.screen is quiet)
        assert app.import_words == "importing 50 %"
        app.show_import()
        await wait_until(pilot, lambda: quiet.query_one(StatusBar)._work == "importing 50 %")
        # Its key leads back to it; there are not two at once. What was done elsewhere is not taken back there.
        await pilot.press("ctrl+o")
        await wait_until(pilot, lambda: isinstance(app.screen, ImportRunScreen))
        await pilot.press("u")
        assert said(app).startswith("It is under way: esc stops it")
        await pilot.press("w")
        await wait_until(pilot, lambda: app.screen is quiet)
        handed.importer.importing.event.set()
        await wait_until(pilot, lambda: app._notifications)
        (notice,) = app._notifications
        assert notice.message.startswith("contacts.csv is imported: 36 new, 3 updated, 1 unchanged.")
        await wait_until(pilot, lambda: not quiet.query_one(StatusBar)._work)


async def test_an_import_is_stopped_once_confirmed_and_gone_on_with(
    importing, ready, wait_until, handed, settle
):
    app = importing
    handed.prepare = lambda importer: importer.importing.event.clear()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, "QuietScreen")
        screen = await begin(pilot, wait_until)
        await wait_until(pilot, lambda: screen.running.step is not None)
        await pilot.press("escape")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm) and app.screen.is_ready)
        await pilot.press("y")
        await wait_until(pilot, lambda: app.screen is screen and screen.running.over)
        assert screen.running.problem == "You stopped it."
        handed.importer.importing.event.set()
        await settle(pilot)
        await pilot.press("r")
        await wait_until(pilot, lambda: screen.running.over and screen.running.report is not None)
        assert handed.importer.done == ["import-1"]
        # And taken back, which is asked first.
        await settle(pilot)
        await pilot.press("u")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm) and app.screen.is_ready)
        await pilot.press("y")
        await wait_until(pilot, lambda: screen.running.over and screen.running.undone is not None)
        assert handed.importer.taken_back == ["import-1"]
        assert "Ann Lee: the e-mail was edited by Jonas Weber" in values(screen)


async def test_why_an_import_broke_off_is_said(importing, ready, wait_until, handed):
    app = importing
    handed.prepare = lambda importer: importer.breaks.append("contacts.csv has changed since it was read.")
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, "QuietScreen")
        screen = await begin(pilot, wait_until)
        await wait_until(pilot, lambda: screen.running.over)
        assert "✗ contacts.csv has changed since it was read." in values(screen)


async def test_leaving_the_program_while_an_import_runs_is_asked(importing, ready, wait_until, handed):
    app = importing
    handed.prepare = lambda importer: importer.importing.event.clear()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, "QuietScreen")
        screen = await begin(pilot, wait_until)
        await wait_until(pilot, lambda: screen.running.step is not None)
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm) and app.screen.is_ready)
        await pilot.press("y")
        await wait_until(pilot, lambda: app.desk is None)
        assert screen.running.over


async def test_an_import_that_is_prepared_waits_until_one_comes_back(
    importing, ready, wait_until, settle, handed
):
    app = importing
    async with app.run_test(size=SIZE) as pilot:
        quiet = await ready(pilot, "QuietScreen")
        screen = await open_file(pilot, wait_until)
        screen.columns.action_end(True)
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press(*"e-m", "enter")
        await settle(pilot)
        await pilot.press("g", "p")
        await wait_until(pilot, lambda: app.screen is quiet or type(app.screen).__name__ == "QuietScreen")
        await pilot.press("ctrl+o")
        await wait_until(pilot, lambda: isinstance(app.screen, ImportScreen))
        assert columns(app.screen)["Favourite colour"] == "E-mail 2"
        # Dropping it is asked, since something was set; so is leaving offhook with it.
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm) and app.screen.is_ready)
        assert app.screen._title == "An import is being prepared. Leave?"
        await pilot.press("n")
        await wait_until(pilot, lambda: isinstance(app.screen, ImportScreen))
        await pilot.press("escape")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm) and app.screen.is_ready)
        await pilot.press("y")
        await wait_until(pilot, lambda: app.imports.draft is None)
        assert handed.importer.done == []


async def test_leaving_does_not_ask_twice_where_an_import_takes_its_time_to_stop(
    importing, ready, wait_until, handed, monkeypatch
):
    app = importing
    handed.prepare = lambda importer: setattr(importer, "importing", files.Stubborn())
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, "QuietScreen")
        screen = await begin(pilot, wait_until)
        monkeypatch.setattr(app.imports, "stop", partial(app.imports.stop, 0.05))
        await wait_until(pilot, lambda: screen.running.step is not None)
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm) and app.screen.is_ready)
        # Asked once, however often one wants to leave.
        await app.action_quit()
        assert [type(one) for one in app.screen_stack].count(Confirm) == 1
        await pilot.press("y")
        await wait_until(pilot, lambda: app.desk is None)
        handed.importer.importing.event.set()


async def test_what_is_read_or_checked_stops_when_its_screen_is_left(importing, ready, wait_until, handed):
    app = importing
    handed.prepare = lambda importer: importer.checking.event.clear()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, "QuietScreen")
        screen = await open_file(pilot, wait_until)
        await pilot.press("enter")
        await wait_until(pilot, lambda: screen._work is not None and not screen.is_awaited)
        work = screen._work
        await pilot.press("g", "p")
        await wait_until(pilot, lambda: work.stopping)
        # The one thread of imports is free for what comes next.
        assert await app.imports.call(lambda: "free") == "free"


async def test_an_import_is_not_undone_step_by_step(importing, ready, wait_until, said, workspace):
    app = importing
    begun = BeginImport(import_id="01900000-0000-7000-8fff-000000000001", name="deals.csv", source="hubspot")
    assert workspace.execute(begun).applied
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, "QuietScreen")
        await pilot.press("u")
        await wait_until(pilot, lambda: said(app))
        assert said(app).endswith("in the list of imports. g i shows it.")
        assert not app.screen.is_modal


# --- rights, and those before -----------------------------------------------------------------------------------------


async def test_who_may_not_import_is_told_so(
    make_app, ready, said, settle, handed, workspace_path, floor, clock
):
    other = open_solo(workspace_path, clock=clock)
    with other.database.write() as connection:
        load.write_meta(connection, "user_id", floor.COLLEAGUE)
    other.close()
    app = make_app(quiet=True, importer=handed)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, "QuietScreen")
        await pilot.press("ctrl+o")
        await settle(pilot)
        assert said(app) == "You may not import. Ask an admin for the right to, or to import it for you."


async def test_the_list_of_imports_takes_one_back_and_goes_on_with_another(
    make_app, ready, wait_until, settle, handed, said
):
    handed.prepare = lambda importer: importer.pasts.extend(
        [
            files.past("cut", name="deals.csv", state="running", resumable=True),
            files.past("done", name="contacts.csv"),
            files.past("hers", name="old.csv", who="Jonas Weber", mine=False),
        ]
    )
    app = make_app(importer=handed)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await pilot.press("g", "i")
        screen = await ready(pilot, "ImportsScreen")
        assert [screen._state(one) for one in handed.importer.pasts] == ["stopped", "done", "done"]
        # Of another's, all that is known can be looked at; what is one's own by now is left alone.
        await pilot.press("end", "u")
        assert said(app) == "Only Jonas Weber can take it back."
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, ImportRunScreen))
        assert "40: 34 new, 3 updated, 1 unchanged, 0 left out, 2 refused" in values(app.screen)
        await pilot.press("u")
        assert said(app) == "Only Jonas Weber can take it back."
        await pilot.press("escape")
        await ready(pilot, "ImportsScreen")
        await pilot.press("up", "u")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm) and app.screen.is_ready)
        await pilot.press("y")
        await wait_until(pilot, lambda: isinstance(app.screen, ImportRunScreen) and app.screen.running.over)
        assert handed.importer.taken_back == ["done"]
        await settle(pilot)
        await pilot.press("escape")
        await ready(pilot, "ImportsScreen")
        await pilot.press("home", "r")
        await wait_until(pilot, lambda: isinstance(app.screen, ImportRunScreen) and app.screen.running.over)
        assert app.screen.running.report is not None


async def test_an_import_that_was_cut_off_is_told_of_at_the_start(
    make_app, ready, wait_until, handed, workspace
):
    begun = BeginImport(import_id="01900000-0000-7000-8fff-000000000001", name="deals.csv", source="hubspot")
    assert workspace.execute(begun).applied
    cut = files.past("cut", name="deals.csv", state="running", resumable=True)
    handed.prepare = lambda importer: importer.pasts.append(cut)
    app = make_app(quiet=True, importer=handed)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, "QuietScreen")
        await wait_until(pilot, lambda: app._notifications)
        (notice,) = app._notifications
        assert notice.message == "The import of deals.csv was cut off. g i shows it: go on, or take it back."


# --- with the importer that people have -------------------------------------------------------------------------------

HUBSPOT = """\
Record ID,First Name,Last Name,Email,Phone Number,Job Title,Company Name,Contact owner
9001,Ada,Newcomer,ada@new.example,+49 30 9000001,CTO,New GmbH,Mara Lindqvist
9002,Bo,Newcomer,bo@new.example,+49 30 9000002,CFO,New GmbH,Mara Lindqvist
9003,Anna,Becker,anna.becker@acme.example,,,Acme Robotics,Mara Lindqvist
"""


async def test_an_export_of_hubspot_is_in_after_three_keys(
    make_app, ready, wait_until, settle, folder, clock, workspace, tmp_path
):
    (folder / "hubspot.csv").write_text(HUBSPOT, encoding="utf-8-sig")
    app = make_app(quiet=True, importer=lambda ws: open_importer(ws, tmp_path / "imports", clock=clock))
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, "QuietScreen")
        screen = await begin(pilot, wait_until, "hubspot.csv")
        await wait_until(pilot, lambda: screen.running.over)
        assert (screen.running.problem, lines(screen)["New"], lines(screen)["Rows"]) == ("", "2", "3")
        names = {
            row["last_name"]
            for row in workspace.export(
                "contacts", parse("newcomer", "contacts", workspace.catalog(), now=clock(), zone=dt.UTC)
            )
        }
        assert names == {"Newcomer"}
        await settle(pilot)
        await pilot.press("u")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm) and app.screen.is_ready)
        await pilot.press("y")
        await wait_until(pilot, lambda: screen.running.over and screen.running.undone is not None)
        assert screen.running.undone.kept == ()
        # The same list shows it, taken back.
        (past,) = await app.imports.past()
        assert (past.name, past.state, past.mine) == ("hubspot.csv", "undone", True)


# --- pictures -----------------------------------------------------------------------------------------------------


@pytest.fixture
def picture(snap, importing, handed, wait_until, settle):
    """Compares what stands on the terminal after some keys in the wizard."""

    def compare(size, then=(), prepare=lambda importer: None, wait=lambda screen: True):
        handed.prepare = prepare

        async def before(pilot):
            await open_file(pilot, wait_until)
            await settle(pilot)
            for keys in then:
                await pilot.press(*keys.split())
                await settle(pilot)
            await wait_until(pilot, lambda: wait(pilot.app.screen))
            await settle(pilot)

        return snap(importing, size, before=before, screen="QuietScreen")

    return compare


def messy(importer):
    importer.report = files.MESSY


def over(screen):
    return isinstance(screen, ImportRunScreen) and screen.running.over


WIDE, NORMAL, NARROW = (120, 40), (80, 24), (40, 30)


def test_picture_of_the_columns(picture, size):
    assert picture(size, ["down down down down down down"])


# Boxes are as wide everywhere, and lists of lines break in one way: the sizes at which they look different are enough.


def test_picture_of_the_fields_that_a_column_can_go_to(picture):
    assert picture(NARROW, ["down down down down enter", "e m a"])


def test_picture_of_a_question(picture):
    assert picture(
        NARROW, ["enter"], lambda importer: setattr(importer, "questions", (files.OWNER, files.ORDER))
    )


@pytest.mark.parametrize("at", [WIDE, NARROW], ids=["wide", "narrow"])
def test_picture_of_the_preview(picture, at):
    assert picture(at, ["enter"], messy)


def test_picture_of_what_came_of_it(picture):
    assert picture(NORMAL, ["enter", "enter"], messy, over)


@pytest.mark.parametrize("at", [WIDE, NARROW], ids=["wide", "narrow"])
def test_picture_of_the_imports(snap, make_app, handed, at):
    handed.prepare = lambda importer: importer.pasts.extend(
        [
            files.past(
                "3", name="deals.xlsx", state="stopped", resumable=True, imported=1204, rows=3000, refused=0
            ),
            files.past(
                "2", name="companies.csv, contacts.csv", who="Jonas Weber", mine=False, source="salesforce"
            ),
            files.past("1", name="old contacts.vcf", source="vcard", state="undone"),
        ]
    )
    assert snap(make_app(importer=handed), at, keys=("g", "i"))
