"""Bringing files in by keyboard: from the file's name to what came of it."""

from __future__ import annotations

import pytest

from tests.tui import imports as files
from tui.dialogs.import_files import FilesDialog
from tui.screens.import_run import ImportRunScreen
from tui.screens.importing import ImportScreen

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


async def test_a_clean_file_is_imported_by_three_keys_from_its_name(
    importing, ready, settle, wait_until, handed
):
    app = importing
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, "QuietScreen")
        await open_file(pilot, wait_until)
        await pilot.press("enter", "enter")
        await wait_until(pilot, lambda: isinstance(app.screen, ImportRunScreen) and app.screen.running.over)
        assert handed.importer.done == ["import-1"]
        assert not app.screen.running.problem


# --- pictures -----------------------------------------------------------------------------------------------------


@pytest.fixture
def picture(snap, importing, handed, wait_until, settle):
    """Compares what stands on the terminal after some keys in the wizard."""

    def compare(size, then=(), prepare=lambda importer: None, wait=lambda screen: True):
        handed.prepare = prepare

        async def before(pilot):
            await open_file(pilot, wait_until)
            await settle(pilot)
            for key in then:
                await pilot.press(key)
                await settle(pilot)
            await wait_until(pilot, lambda: wait(pilot.app.screen))
            await settle(pilot)

        return snap(importing, size, before=before, screen="QuietScreen")

    return compare


def messy(importer):
    importer.report = files.MESSY


def over(screen):
    return isinstance(screen, ImportRunScreen) and screen.running.over


def test_picture_of_the_columns(picture, size):
    assert picture(size, ["down", "down", "down", "down", "down", "down"])


def test_picture_of_the_fields_that_a_column_can_go_to(picture, size):
    assert picture(size, ["down", "down", "down", "down", "enter", *"ema"])


def test_picture_of_a_question(picture, size):
    assert picture(
        size, ["enter"], lambda importer: setattr(importer, "questions", (files.OWNER, files.ORDER))
    )


def test_picture_of_the_preview(picture, size):
    assert picture(size, ["enter"], messy)


def test_picture_of_what_came_of_it(picture, size):
    assert picture(size, ["enter", "enter"], messy, over)


def test_picture_of_the_imports(snap, make_app, handed, size):
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
    assert snap(make_app(importer=handed), size, keys=("g", "i"))
