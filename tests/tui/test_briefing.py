"""Space opens a briefing wherever there is a record: who it is, numbers, attempts, touches, deals, tasks."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.commands.activities import LogActivity
from core.commands.contacts import EditContact
from core.commands.tasks import CreateTask
from core.workspace import Subject
from tests.tui.slow import SlowOpener
from tui.briefer import Briefer
from tui.dialogs.finder import Finder
from tui.models.briefing import attempt_words, ordinal, past_words, read_brief, who_lines
from tui.models.record_text import Scene
from tui.widgets.briefing import Briefing
from tui.widgets.lists import DealsBeside, PeopleBeside
from tui.widgets.tasks import TaskList

WIDE = (120, 40)


def text(panel: Briefing) -> str:
    return "\n".join(panel.render_line(y).text.rstrip() for y in range(panel.size.height))


@pytest.fixture
def panel_on(ready: Any, settle: Any) -> Any:
    """`panel = await panel_on(pilot, screen)`: what space shows there."""

    async def opened(pilot: Any, screen: Any) -> Briefing:
        await pilot.press("space")
        await settle(pilot)
        panel: Briefing = screen.query_one(Briefing)
        assert panel.display
        return panel

    return opened


# --- what it says ---------------------------------------------------------------------------------------------------


def test_it_holds_what_a_rep_asks_before_a_call(workspace: Any, floor: Any) -> None:
    from tui.models.briefing import blocks

    told = blocks(
        read_brief(workspace, Subject("contacts", floor.uid("contact", 1)), floor.NOW, floor.ZONE),
        Scene(workspace.catalog(), floor.NOW, floor.ZONE),
        "t",
    )
    who = " | ".join(f"{line.text} {line.right}" for line in told.who)
    for words in ("Anna Becker", "Head of Operations · Acme Robotics", "030 12345601", "10:30 there", "attempt, last",
                  "#vip", "anna.becker@acme.example", "Connected"):  # fmt: skip
        assert words in who
    assert ("Acme: picking robots", "€48k") in {(line.text, line.right) for line in told.deals}
    assert any("Negotiation › Agree on the price" in line.text for line in told.deals)
    assert any("Send the revised offer" in line.text and line.style == "overdue" for line in told.tasks)
    assert len([line for line in told.touches if not line.text.startswith("  ")]) == 3


@pytest.mark.parametrize(
    ("number", "words"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (22, "22nd"), (113, "113th")]
)  # fmt: skip
def test_attempts_are_counted_as_people_count(number: int, words: str) -> None:
    assert ordinal(number) == words


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (dt.timedelta(minutes=10), "today 10:20"),
        (dt.timedelta(days=1, minutes=10), "Tue 10:20"),
        (dt.timedelta(days=6, minutes=10), "Thu 10:20"),
        (dt.timedelta(days=7), "11 Mar"),
        (dt.timedelta(days=400), "11 Feb 2025"),
    ],
)
def test_a_time_that_has_been_is_told_in_few_letters(floor: Any, ago: dt.timedelta, words: str) -> None:
    at = int((floor.NOW - ago).timestamp())
    assert past_words(at, floor.NOW, floor.ZONE) == words


def test_the_attempts_since_they_were_last_reached_are_told(workspace: Any, clock: Any, floor: Any) -> None:
    about = Subject("contacts", floor.uid("contact", 5))

    def words() -> str:
        brief = read_brief(workspace, about, clock(), floor.ZONE)
        return attempt_words(brief, floor.ZONE)

    assert words() == "Never called"
    for outcome in ("no answer", "left voicemail"):
        clock.now += dt.timedelta(hours=1)
        call = LogActivity(
            table="contacts", record_id=about.id, kind="call", outcome=outcome, direction="out"
        )
        assert workspace.execute(call).applied
    assert words() == "3rd attempt, last today 12:30"
    clock.now += dt.timedelta(hours=1)
    call = LogActivity(
        table="contacts", record_id=about.id, kind="call", outcome="interested", direction="out"
    )
    assert workspace.execute(call).applied
    assert words() == "Last call today 13:30"


def test_who_must_not_be_called_is_told_first_and_a_bad_number_last(workspace: Any, floor: Any) -> None:
    phones = [
        {"value": "+493012345601", "label": "work", "bad": "wrong number"},
        {"value": "+491711234567", "label": "mobile"},
    ]
    edit = EditContact(contact_id=floor.uid("contact", 1), values={"phones": phones, "do_not_call": True})
    answer = workspace.execute(edit)
    assert answer.applied, answer.fields
    brief = read_brief(workspace, Subject("contacts", floor.uid("contact", 1)), floor.NOW, floor.ZONE)
    lines = who_lines(brief, Scene(workspace.catalog(), floor.NOW, floor.ZONE))
    assert lines[1].text == "⊘ DO NOT CALL"
    numbers = [(line.text, line.style, line.right) for line in lines if line.text.startswith("☎")]
    assert numbers[0][:2] == ("☎ 01711234567", "strong") or numbers[0][:2] == ("☎ 0171 1234567", "strong")
    assert numbers[1][1:] == ("struck", "wrong number")


def test_when_it_is_night_there_the_briefing_says_so(workspace: Any, floor: Any) -> None:
    """Half past ten in Berlin is half past five in Boston."""
    brief = read_brief(workspace, Subject("contacts", floor.uid("contact", 11)), floor.NOW, floor.ZONE)
    lines = who_lines(brief, Scene(workspace.catalog(), floor.NOW, floor.ZONE))
    assert any(line.text.startswith("✗ Too early") for line in lines)
    assert any("05:30 there" in line.right for line in lines)


def test_a_task_stands_for_what_it_is_about(workspace: Any, floor: Any) -> None:
    brief = read_brief(workspace, Subject("tasks", floor.uid("task", 2)), floor.NOW)
    assert brief.subject == Subject("deals", floor.uid("deal", 2))
    assert brief.contact is not None
    assert brief.contact.first_name == "Paweł"


def test_a_company_shows_its_people(workspace: Any, floor: Any) -> None:
    brief = read_brief(workspace, Subject("companies", floor.uid("company", 1)), floor.NOW)
    lines = who_lines(brief, Scene(workspace.catalog(), floor.NOW, ZoneInfo("Europe/Berlin")))
    assert {"Acme Robotics", "Anna Becker", "Jörg Müller", "Tom Fischer"} <= {line.text for line in lines}


# --- where it opens -------------------------------------------------------------------------------------------------


async def test_it_opens_by_one_key_and_follows_the_cursor_in_the_list_of_contacts(
    app: Any, ready: Any, settle: Any, panel_on: Any
) -> None:
    async with app.run_test(size=WIDE) as pilot:
        await ready(pilot)
        await pilot.press("g", "c")
        screen = await ready(pilot, "ContactsScreen")
        panel = await panel_on(pilot, screen)
        assert "Anna Becker" in text(panel)
        await pilot.press("down")
        await settle(pilot)
        assert "Bea de Vries" in text(panel)
        assert "Anna Becker" not in text(panel)
        assert screen.table.cursor_row.first_name == "Bea", "the list still has the keys"
        await pilot.press("space")
        assert not panel.display
        await pilot.press("space")
        await settle(pilot)
        await pilot.press("escape")
        assert not panel.display
        assert app.screen is screen


async def test_escape_takes_the_briefing_away_before_it_goes_back_or_drops_a_filter(
    app: Any, ready: Any, settle: Any, floor: Any, panel_on: Any
) -> None:
    async with app.run_test(size=WIDE) as pilot:
        await ready(pilot)
        await pilot.press("g", "c", "slash", *"acme", "down")
        screen = await ready(pilot, "ContactsScreen")
        await panel_on(pilot, screen)
        await pilot.press("escape")
        assert screen.search.line.value == "acme"
        await pilot.press("escape")
        await settle(pilot)
        assert screen.search.line.value == ""
        app.open_record("contacts", floor.uid("contact", 1))
        record = await ready(pilot, "ContactScreen")
        await panel_on(pilot, record)
        await pilot.press("escape")
        assert app.screen is record
        await pilot.press("escape")
        assert app.screen is screen


async def test_beside_a_record_it_is_about_the_row_that_has_the_cursor(
    app: Any, ready: Any, settle: Any, floor: Any, panel_on: Any
) -> None:
    async with app.run_test(size=(180, 45)) as pilot:
        await ready(pilot)
        app.open_record("companies", floor.uid("company", 1))
        screen = await ready(pilot, "CompanyScreen")
        panel = await panel_on(pilot, screen)
        assert "Machinery" in text(panel), "the company itself, while the details have the focus"
        people = screen.query_one(PeopleBeside)
        people.focus()
        await settle(pilot)
        assert people.cursor_row is not None
        assert people.cursor_row.last_name in text(panel).splitlines()[0]
        screen.query_one(DealsBeside).focus()
        await settle(pilot)
        assert "Deals" in text(panel)
        screen.query_one(TaskList).focus()
        await settle(pilot)
        assert "Send the revised offer" in text(panel)


async def test_an_entry_that_comes_in_shows_in_an_open_briefing(
    app: Any, ready: Any, settle: Any, wait_until: Any, workspace: Any, floor: Any, panel_on: Any
) -> None:
    async with app.run_test(size=WIDE) as pilot:
        await ready(pilot)
        await pilot.press("g", "c")
        screen = await ready(pilot, "ContactsScreen")
        panel = await panel_on(pilot, screen)
        task = CreateTask(
            table="contacts", record_id=floor.uid("contact", 1), subject="Bring cake", kind="todo", due_at=floor.NOW
        )  # fmt: skip
        assert workspace.execute(task).applied
        await wait_until(pilot, lambda: "Bring cake" in text(panel))


# --- one frame ------------------------------------------------------------------------------------------------------


async def test_it_is_there_in_one_frame_with_everything_on_it(
    app: Any, ready: Any, wait_until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[bool] = []
    draw = Briefing.render_line

    def watched(panel: Briefing, y: int) -> Any:
        drawn.append(panel._blocks is not None and bool(panel._blocks.touches))
        return draw(panel, y)

    monkeypatch.setattr(Briefing, "render_line", watched)
    # However busy the machine: what is waited for is the answer, not the clock.
    monkeypatch.setattr("tui.briefer.PATIENCE", 10.0)
    async with app.run_test(size=WIDE) as pilot:
        await ready(pilot)
        await pilot.press("space")
        await wait_until(pilot, lambda: drawn)
        assert all(drawn), "no frame without the touches"


async def test_behind_a_network_the_first_frame_says_what_the_list_knows(
    make_app: Any, workspace_path: Any, clock: Any, ready: Any, settle: Any, wait_until: Any
) -> None:
    opener = SlowOpener(workspace_path, clock)
    app = make_app(opener=opener)
    async with app.run_test(size=WIDE) as pilot:
        await ready(pilot)
        await pilot.press("g", "c")
        screen = await ready(pilot, "ContactsScreen")
        opener.workspace.delay = 0.4
        await pilot.press("space")
        panel = screen.query_one(Briefing)
        await wait_until(pilot, lambda: "Head of Operations" in text(panel))
        assert "Last touches" not in text(panel)
        await pilot.press("down")
        await wait_until(pilot, lambda: "Bea de Vries" in text(panel))
        assert "Anna" not in text(panel), "never the one before under another cursor"
        opener.workspace.delay = 0.0
        await settle(pilot)
        assert "Last touches" in text(panel)


async def test_while_an_answer_is_under_way_only_the_latest_question_waits(
    make_app: Any, workspace_path: Any, clock: Any, ready: Any, settle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opener = SlowOpener(workspace_path, clock)
    app = make_app(opener=opener)
    asked: list[Subject] = []

    async def ask(briefer: Briefer, subject: Subject, known: Any) -> None:
        asked.append(subject)
        await original(briefer, subject, known)

    original = Briefer._ask
    monkeypatch.setattr(Briefer, "_ask", ask)
    async with app.run_test(size=WIDE) as pilot:
        await ready(pilot)
        await pilot.press("g", "c")
        screen = await ready(pilot, "ContactsScreen")
        opener.workspace.delay = 0.3
        await pilot.press("space", *["down"] * 8)
        opener.workspace.delay = 0.0
        await settle(pilot)
        assert len(asked) <= 3
        assert asked[-1].id == screen.table.cursor_row.id


# --- finding --------------------------------------------------------------------------------------------------------


async def test_the_finder_shows_a_briefing_beside_what_it_found_and_follows_the_cursor(
    app: Any, ready: Any, settle: Any
) -> None:
    async with app.run_test(size=WIDE) as pilot:
        await ready(pilot)
        await pilot.press("slash", *"becker")
        await settle(pilot)
        finder = app.screen
        assert isinstance(finder, Finder)
        panel = finder.query_one(Briefing)
        assert "Anna Becker" in text(panel)
        await pilot.press("backspace", "backspace", *" anna")
        await settle(pilot)
        assert finder.query_one("LineEntry").value == "beck anna", "a blank is typed, not a command"


async def test_where_it_is_narrow_tab_and_space_show_it_and_typing_goes_on(
    app: Any, ready: Any, settle: Any
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("slash", *"acme")
        await settle(pilot)
        finder = app.screen
        panel = finder.query_one(Briefing)
        assert not panel.display
        await pilot.press("tab", "j", "space")
        await settle(pilot)
        assert panel.display
        assert finder.query_one("LineEntry").value == "acme"
        assert "Acme: spare parts" in text(panel)
        await pilot.press(*" sp")
        await settle(pilot)
        assert not panel.display, "space takes it away again"
        assert finder.query_one("LineEntry").value == "acmesp"
        await pilot.press("backspace", "backspace", "enter")
        await ready(pilot, "CompanyScreen")


# --- pictures -------------------------------------------------------------------------------------------------------


def test_picture_of_a_briefing_beside_or_below(snap: Any, make_app: Any, size: tuple[int, int]) -> None:
    assert snap(make_app(), size, keys=("g", "c"), before=_space)


async def _space(pilot: Any) -> None:
    await pilot.pause(0.2)
    await pilot.press("down", "space")


def test_picture_of_a_briefing_on_the_board(snap: Any, make_app: Any, size: tuple[int, int]) -> None:
    assert snap(make_app(), size, keys=("right", "right", "right", "space"))


def test_picture_of_a_briefing_in_the_finder(snap: Any, make_app: Any, size: tuple[int, int]) -> None:
    assert snap(make_app(), size, keys=("slash", *"acme"), before=_tab_space)


async def _tab_space(pilot: Any) -> None:
    await pilot.pause(0.2)
    await pilot.press("down", "down", "down", "tab")
    if not pilot.app.screen.query_one(Briefing).display:
        await pilot.press("space")
