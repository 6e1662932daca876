from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.commands.contacts import CreateContact, DeleteContacts, EditContact
from core.filters import EVERYTHING
from storage.solo import SoloWorkspace
from tui.app import OffhookApp
from tui.screens.contacts import ContactsScreen
from tui.widgets.table import Table

WIDE = (120, 40)


@pytest.fixture
def contacts(ready: Callable[..., Any], wait_until: Callable[..., Any]) -> Callable[..., Any]:
    """`screen = await contacts(pilot)`: the list of contacts with its rows."""

    async def go(pilot: Any) -> ContactsScreen:
        await ready(pilot)
        await pilot.press("g", "c")
        screen: ContactsScreen = await ready(pilot, "ContactsScreen")
        await wait_until(pilot, lambda: screen.table.count)
        return screen

    return go


def lines(screen: ContactsScreen) -> list[str]:
    table = screen.query_one(Table)
    return [table.render_line(y).text.rstrip() for y in range(table.size.height)]


def names(screen: ContactsScreen) -> list[str]:
    return [line[3:22].strip() for line in lines(screen)[1:] if line[3:22].strip()]


async def test_a_contact_is_found_and_opened_by_six_keys(
    app: OffhookApp, contacts: Callable[..., Any], wait_until: Callable[..., Any]
) -> None:
    async with app.run_test(size=WIDE) as pilot:
        await contacts(pilot)
        keys = ("slash", "o", "r", "c", "h", "enter")
        await pilot.press(*keys)
        await wait_until(pilot, lambda: getattr(app.screen, "page", None) is not None)
        assert app.screen.page.contact.name == "Grace Orchard"  # type: ignore[attr-defined]
        assert len(keys) <= 6


async def test_results_come_as_one_types_best_first(
    app: OffhookApp, contacts: Callable[..., Any], settle: Callable[..., Any]
) -> None:
    async with app.run_test(size=WIDE) as pilot:
        screen = await contacts(pilot)
        assert len(names(screen)) == 25
        await pilot.press("f", *"ubermut")
        await settle(pilot)
        assert names(screen) == ["Zoë Übermut"], "accents do not matter"
        await pilot.press("escape")
        await settle(pilot)
        assert len(names(screen)) == 25
        assert screen.table.has_focus


async def test_what_is_typed_is_the_language_of_filters(
    app: OffhookApp, contacts: Callable[..., Any], settle: Callable[..., Any]
) -> None:
    async with app.run_test(size=WIDE) as pilot:
        screen = await contacts(pilot)
        await pilot.press("slash", *"status:customer")
        await settle(pilot)
        assert names(screen) == ["Grace Orchard"]
        screen.search.line.value = "colour:red"
        await settle(pilot)
        hint = screen.query_one("FilterHint").render_line(0).text  # type: ignore[attr-defined]
        assert "There is no field “colour”" in hint
        assert names(screen) == ["Grace Orchard"], "rows stay while the filter cannot be read"
        await pilot.press("ctrl+u", *"zzz")
        await settle(pilot)
        assert "Nothing fits “zzz”" in "\n".join(lines(screen))


async def test_the_number_in_the_title_follows_cursor_and_selection(
    app: OffhookApp, contacts: Callable[..., Any], settle: Callable[..., Any]
) -> None:
    async with app.run_test(size=WIDE) as pilot:
        screen = await contacts(pilot)
        await pilot.press("down")
        assert "2 of 25" in screen.title_bar.render_line(0).text
        await pilot.press("x", "x")
        assert "2 selected of 25" in screen.title_bar.render_line(0).text
        assert screen.selected_ids() == ("contacts", sorted(screen.table.selection))


async def test_everything_that_matches_is_deleted_at_once_and_comes_back(
    app: OffhookApp,
    contacts: Callable[..., Any],
    settle: Callable[..., Any],
    wait_until: Callable[..., Any],
    workspace: SoloWorkspace,
) -> None:
    async with app.run_test(size=WIDE) as pilot:
        screen = await contacts(pilot)
        await pilot.press("slash", *"title:buyer", "down", "ctrl+a", "D")
        await wait_until(pilot, lambda: app.screen is not screen)
        await pilot.press("y")
        await wait_until(pilot, lambda: workspace.count_contacts(EVERYTHING) == 23)
        await wait_until(pilot, lambda: screen.table.count == 0)
        await pilot.press("u")
        await wait_until(pilot, lambda: names(screen) == ["Jörg Müller", "Mehmet Yılmaz"])


async def test_what_others_do_shows_in_place(
    app: OffhookApp,
    contacts: Callable[..., Any],
    wait_until: Callable[..., Any],
    colleague: SoloWorkspace,
    floor: SimpleNamespace,
) -> None:
    async with app.run_test(size=(120, 14)) as pilot:
        screen = await contacts(pilot)
        await pilot.press("down", "down", "down")
        held = screen.table.cursor_row
        assert held is not None
        line = next(n for n, text in enumerate(lines(screen)) if held.last_name in text)
        made = colleague.execute(CreateContact(values={"first_name": "Aaron", "last_name": "Aaronson"}))
        assert made.applied
        await wait_until(pilot, lambda: screen.table.count == 26)
        assert screen.table.cursor_row == held
        assert held.last_name in lines(screen)[line], "the row under the cursor stays where the eye is"
        gone = colleague.execute(DeleteContacts(contact_ids=(floor.uid("contact", 21),)))
        assert gone.applied, gone.reason
        await wait_until(pilot, lambda: screen.table.count == 25)


async def test_typing_goes_on_while_others_write(
    app: OffhookApp, contacts: Callable[..., Any], settle: Callable[..., Any], colleague: SoloWorkspace
) -> None:
    async with app.run_test(size=WIDE) as pilot:
        screen = await contacts(pilot)
        await pilot.press("slash", *"neu")
        made = colleague.execute(CreateContact(values={"first_name": "Anna", "last_name": "Neumann"}))
        assert made.applied
        await pilot.press("m")
        await settle(pilot)
        assert screen.search.line.value == "neum"
        assert screen.search.line.has_focus
        assert names(screen) == ["Anna Neumann"]


async def test_a_saved_view_is_shown_with_its_name(
    app: OffhookApp, contacts: Callable[..., Any], settle: Callable[..., Any], wait_until: Callable[..., Any]
) -> None:
    async with app.run_test(size=WIDE) as pilot:
        screen = await contacts(pilot)
        await pilot.press("V")
        await wait_until(pilot, lambda: app.screen is not screen)
        await pilot.press(*"pool", "enter")
        await settle(pilot)
        assert screen.search.line.value == "owner:pool"
        assert "Pool" in screen.title_bar.render_line(0).text
        assert len(names(screen)) == 4


async def test_the_order_is_chosen(
    app: OffhookApp, contacts: Callable[..., Any], settle: Callable[..., Any], wait_until: Callable[..., Any]
) -> None:
    async with app.run_test(size=WIDE) as pilot:
        screen = await contacts(pilot)
        await pilot.press("s")
        await wait_until(pilot, lambda: app.screen is not screen)
        await pilot.press("c")
        await settle(pilot)
        companies = [screen.table._source.row(n).company for n in range(3)]  # type: ignore[union-attr]
        assert companies == ["Acme Robotics"] * 3
        assert "Company ▲" in lines(screen)[0]


async def test_selected_contacts_are_written_to_a_file_that_was_not_there(
    app: OffhookApp,
    contacts: Callable[..., Any],
    wait_until: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    first = tmp_path / "offhook-contacts-2026-03-18.csv"
    first.write_text("mine")
    async with app.run_test(size=WIDE) as pilot:
        screen = await contacts(pilot)
        await pilot.press("x", "down", "x", "X")
        await wait_until(pilot, lambda: app.screen is not screen)
        await pilot.press("enter")
        second = tmp_path / "offhook-contacts-2026-03-18-2.csv"
        await wait_until(pilot, second.exists)
        await wait_until(
            pilot,
            lambda: (
                "~/offhook-contacts-2026-03-18-2.csv" in screen.query_one("StatusBar").render_line(0).text
            ),
        )
        rows = list(csv.DictReader(io.StringIO(second.read_bytes().decode())))
        assert [row["last_name"] for row in rows] == ["Becker", "Doe"]
        assert first.read_text() == "mine"
        await pilot.press("ctrl+a", "x", "X")
        await wait_until(pilot, lambda: app.screen is not screen)
        await pilot.press(*["backspace"] * 3, *"vcf", "enter")
        third = tmp_path / "offhook-contacts-2026-03-18-3.vcf"
        await wait_until(pilot, third.exists)
        await wait_until(pilot, lambda: third.read_text(encoding="utf-8").count("BEGIN:VCARD") == 24)


async def test_do_not_call_is_a_sign_not_a_colour(
    app: OffhookApp,
    contacts: Callable[..., Any],
    wait_until: Callable[..., Any],
    workspace: SoloWorkspace,
    floor: SimpleNamespace,
) -> None:
    edit = EditContact(contact_id=floor.uid("contact", 1), values={"do_not_call": True})
    async with app.run_test(size=WIDE) as pilot:
        screen = await contacts(pilot)
        assert workspace.execute(edit).applied
        await wait_until(pilot, lambda: "⊘ 030 12345601" in lines(screen)[1])


async def test_an_empty_workspace_says_how_to_begin(
    app: OffhookApp,
    contacts: Callable[..., Any],
    wait_until: Callable[..., Any],
    workspace: SoloWorkspace,
) -> None:
    from core.commands.deals import DeleteDeals

    async with app.run_test(size=WIDE) as pilot:
        screen = await contacts(pilot)
        pipelines = workspace.catalog().pipelines
        deals = tuple(card.id for p in pipelines for card in workspace.board(p.id, EVERYTHING))
        assert workspace.execute(DeleteDeals(deal_ids=deals)).applied
        everyone = tuple(workspace.contact_ids(EVERYTHING))
        assert workspace.execute(DeleteContacts(contact_ids=everyone)).applied
        await wait_until(pilot, lambda: screen.table.count == 0)
        text = "\n".join(lines(screen))
        assert "No contacts yet" in text
        assert "n makes the first one." in text


@pytest.mark.parametrize("size", [(20, 5), (12, 3)])
async def test_a_tiny_terminal_breaks_nothing(
    app: OffhookApp, contacts: Callable[..., Any], size: tuple[int, int]
) -> None:
    async with app.run_test(size=WIDE) as pilot:
        screen = await contacts(pilot)
        await pilot.resize_terminal(*size)
        await pilot.pause()
        await pilot.press("down", "end", "slash", "a", "escape")
        await pilot.resize_terminal(*WIDE)
        await pilot.pause()
        assert len(names(screen)) == 25


def test_contacts_look(
    app: OffhookApp, snap: Callable[..., bool], size: tuple[int, int], contacts: Callable[..., Any]
) -> None:
    async def go(pilot: Any) -> None:
        await contacts(pilot)
        await pilot.press("down", "down", "x")

    assert snap(app, size, before=go)


def test_search_looks(app: OffhookApp, snap: Callable[..., bool], contacts: Callable[..., Any]) -> None:
    async def go(pilot: Any) -> None:
        await contacts(pilot)
        await pilot.press("slash", *"be status:new,qualified ta")

    assert snap(app, (80, 24), before=go)
