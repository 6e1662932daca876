"""`i`, the same key on every screen, logs what took place: to the right contact and deal, in five keys and the text."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from textual import events

from core.commands.contacts import DeleteContacts
from core.commands.deals import CreateDeal
from core.duration import parse_duration
from core.errors import Invalid
from core.log_entry import Draft, command_for, draft_key, target_of, told
from core.workspace import Subject
from tui.dialogs.log import LogDialog
from tui.dialogs.prompt import Prompt

BUDGET = 5
"""Keys that logging a past call may take besides the text."""


class Hands:
    """Presses keys and counts them; what is typed as text is free."""

    def __init__(self, pilot: Any, settle: Any) -> None:
        self._pilot = pilot
        self._settle = settle
        self.keys = 0

    async def press(self, *keys: str) -> None:
        self.keys += len(keys)
        await self._pilot.press(*keys)
        await self._settle(self._pilot)

    async def type(self, text: str) -> None:
        self._pilot.app.post_message(events.Paste(text))
        await self._settle(self._pilot)


@pytest.fixture
def app(make_app: Any) -> Any:
    return make_app(quiet=True)


@pytest.fixture
def quiet(app: Any, ready: Any) -> Any:
    """`screen = await quiet(pilot, subject)`: a screen with a record under its cursor, or none."""

    async def opened(pilot: Any, about: Subject | None) -> Any:
        screen = await ready(pilot, "QuietScreen")
        screen.about = about
        return screen

    return opened


def latest(workspace: Any, subject: Subject) -> Any:
    return workspace.timeline(subject, limit=1)[0].activity


@pytest.fixture
def anna(floor: Any) -> Subject:
    return Subject("contacts", floor.uid("contact", 1))


@pytest.fixture
def second_deal(workspace: Any, floor: Any) -> str:
    """Anna has another open deal."""
    made = CreateDeal(
        deal_id=floor.uid("deal", 40), pipeline_id=workspace.catalog().pipelines[0].id,
        values={"title": "Acme: third line", "contact_id": floor.uid("contact", 1)},
    )  # fmt: skip
    assert workspace.execute(made).applied
    return made.deal_id


# --- budgets --------------------------------------------------------------------------------------------------------


async def test_a_call_for_the_deal_under_the_cursor(
    app: Any, quiet: Any, settle: Any, workspace: Any, floor: Any
) -> None:
    deal = Subject("deals", floor.uid("deal", 2))
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, deal)
        hands = Hands(pilot, settle)
        await hands.press("i", "c", "6")
        await hands.type("Wants a price")
        await hands.press("ctrl+s")
        assert hands.keys <= BUDGET
    call = latest(workspace, deal)
    assert (call.kind, call.outcome, call.body, call.direction) == (
        "call",
        "interested",
        "Wants a price",
        "out",
    )
    assert (call.deal_id, call.contact_id) == (deal.id, floor.uid("contact", 2))
    assert call.data["connected"] is True


async def test_a_call_that_took_place_yesterday(
    app: Any, quiet: Any, settle: Any, workspace: Any, anna: Subject, floor: Any
) -> None:
    """Enter saves from the lines behind the text."""
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, anna)
        hands = Hands(pilot, settle)
        await hands.press("i", "c", "2")
        await hands.type("Told her machine")
        await hands.press("tab")
        await hands.type("yesterday 3pm")
        await hands.press("enter")
        assert hands.keys <= BUDGET
    call = next(
        e.activity for e in workspace.timeline(anna, kinds=["call"]) if e.activity.body == "Told her machine"
    )
    assert call.occurred_at == dt.datetime(2026, 3, 17, 15, tzinfo=floor.ZONE)
    assert call.outcome == "left voicemail"


@pytest.mark.parametrize(("key", "kind"), [("n", "note"), ("m", "meeting"), ("e", "email")])
async def test_a_note_a_meeting_and_an_email(
    app: Any, quiet: Any, settle: Any, workspace: Any, anna: Subject, key: str, kind: str
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, anna)
        hands = Hands(pilot, settle)
        await hands.press("i", key)
        if kind != "note":
            await hands.type("Fair in Hanover")
            await hands.press("enter")
        await hands.type("Two robots")
        await hands.press("ctrl+s")
        assert hands.keys <= BUDGET
    entry = latest(workspace, anna)
    assert (entry.kind, entry.body, entry.subject) == (
        kind,
        "Two robots",
        "" if kind == "note" else "Fair in Hanover",
    )


async def test_where_nobody_is_under_the_cursor_one_types_whom(
    app: Any, quiet: Any, settle: Any, workspace: Any, floor: Any
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, None)
        hands = Hands(pilot, settle)
        await hands.press("i")
        await hands.type("grace orch")
        await hands.press("enter", "c", "1")
        await hands.press("ctrl+s")
        assert hands.keys <= BUDGET
    call = latest(workspace, Subject("contacts", floor.uid("contact", 11)))
    assert (call.kind, call.outcome) == ("call", "no answer")


async def test_typed_ahead_nothing_gets_lost_or_into_the_wrong_field(
    app: Any, quiet: Any, settle: Any, workspace: Any, floor: Any
) -> None:
    """All in one go, as over a slow line: the name, the key, the outcome, the text."""
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, None)
        await pilot.press("i", *"priya", "enter", "c", "4", *"Back at 3", "ctrl+s")
        await settle(pilot)
    call = latest(workspace, Subject("contacts", floor.uid("contact", 23)))
    assert (call.kind, call.outcome, call.body) == ("call", "left message", "Back at 3")


# --- whom and which deal --------------------------------------------------------------------------------------------


async def test_a_contact_with_one_open_deal_takes_that_deal(
    app: Any, quiet: Any, settle: Any, workspace: Any, anna: Subject, floor: Any
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, anna)
        await pilot.press("i", "n", *"Hi", "ctrl+s")
        await settle(pilot)
    assert latest(workspace, anna).deal_id == floor.uid("deal", 1)


async def test_of_several_deals_a_digit_says_which(
    app: Any, quiet: Any, settle: Any, workspace: Any, anna: Subject, second_deal: str
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, anna)
        hands = Hands(pilot, settle)
        await hands.press("i", "c")
        dialog = pilot.app.screen
        options = {option.id: option.key for option in dialog._fields["deal"].options}
        await hands.press(options[second_deal], "3")
        await hands.type("Busy all day")
        await hands.press("ctrl+s")
        assert hands.keys <= BUDGET
    call = latest(workspace, anna)
    assert (call.deal_id, call.outcome) == (second_deal, "busy")


async def test_of_several_deals_zero_says_none(
    app: Any, quiet: Any, settle: Any, workspace: Any, anna: Subject, second_deal: str
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, anna)
        await pilot.press("i", "n", "0", *"Hi", "ctrl+s")
        await settle(pilot)
    entry = latest(workspace, anna)
    assert (entry.body, entry.deal_id) == ("Hi", None)


async def test_another_one_can_be_named_in_place_of_who_is_under_the_cursor(
    app: Any, quiet: Any, settle: Any, workspace: Any, anna: Subject, floor: Any
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, anna)
        await pilot.press("i", "shift+tab", "ctrl+u", *"paw", "enter", "n", *"No", "ctrl+s")
        await settle(pilot)
    assert latest(workspace, Subject("contacts", floor.uid("contact", 2))).body == "No"
    assert latest(workspace, anna).body != "No"


async def test_a_task_stands_for_what_it_is_about(
    app: Any, quiet: Any, settle: Any, workspace: Any, floor: Any
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, Subject("tasks", floor.uid("task", 2)))
        await pilot.press("i", "n", *"Ok", "ctrl+s")
        await settle(pilot)
    entry = latest(workspace, Subject("deals", floor.uid("deal", 2)))
    assert (entry.body, entry.contact_id) == ("Ok", floor.uid("contact", 2))


# --- what follows ---------------------------------------------------------------------------------------------------


async def test_a_past_call_is_only_logged_unless_more_is_asked_for(
    app: Any, quiet: Any, settle: Any, workspace: Any, floor: Any
) -> None:
    who = Subject("contacts", floor.uid("contact", 13))
    before = workspace.page("contacts", who.id)
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, who)
        await pilot.press("i", "c", "1", "ctrl+s")
        await settle(pilot)
        after = workspace.page("contacts", who.id)
        assert after.tasks == before.tasks
        assert after.contact.lead_status == before.contact.lead_status
        assert latest(workspace, who).outcome == "no answer"
        await pilot.press("i", "c", "1", "shift+tab", "shift+tab")
        dialog = pilot.app.screen
        dialog._fields["then"].focus()
        await pilot.press("a", "enter")
        await settle(pilot)
    assert [task.subject for task in workspace.page("contacts", who.id).tasks] == ["Call again"]


async def test_a_wrong_number_is_not_dialled_again_however_late_it_is_logged(
    app: Any, quiet: Any, settle: Any, workspace: Any, floor: Any
) -> None:
    who = Subject("contacts", floor.uid("contact", 13))
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, who)
        await pilot.press("i", "c", "0", "ctrl+s")
        await settle(pilot)
    page = workspace.page("contacts", who.id)
    assert page.contact.phones[0]["bad"] == "wrong number"
    assert page.tasks == ()


async def test_a_next_step_in_plain_words_becomes_a_task(
    app: Any, quiet: Any, settle: Any, workspace: Any, floor: Any
) -> None:
    who = Subject("contacts", floor.uid("contact", 13))
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, who)
        await pilot.press("i", "c", "5", *"In a", "tab", "tab", "tab", "tab", *"fri 3pm")
        await settle(pilot)
        assert "Fri 20 Mar 15:00" in str(pilot.app.screen.query_one(".dialog--notice").render())
        await pilot.press("enter")
        await settle(pilot)
    (task,) = workspace.page("contacts", who.id).tasks
    assert (task.subject, task.kind) == ("Call back", "call")
    assert task.due_at == dt.datetime(2026, 3, 20, 15, tzinfo=floor.ZONE)


# --- nothing is lost ------------------------------------------------------------------------------------------------


async def test_what_was_typed_survives_a_crash(
    make_app: Any, app: Any, quiet: Any, settle: Any, ready: Any, workspace: Any, anna: Subject
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await quiet(pilot, anna)
        await pilot.press("i", "c", "6", *"Seats")
        await settle(pilot)
        await screen.desk.drafts.settled()
        assert draft_key(anna) in workspace.drafts("prompt:log:")
    again = make_app(quiet=True)
    async with again.run_test(size=(80, 24)) as pilot:
        (await ready(pilot, "QuietScreen")).about = anna
        await pilot.press("i")
        await settle(pilot)
        dialog = again.screen
        assert isinstance(dialog, LogDialog)
        assert dialog.draft == Draft(
            kind="call", outcome="interested", text="Seats", deal_id=dialog.target.deal_id
        )
        assert "here again" in dialog.told
        await pilot.press("ctrl+s")
        await settle(pilot)
        await again.desk.drafts.settled()
        assert latest(workspace, anna).body == "Seats"
        assert workspace.drafts("prompt:") == {}


async def test_leaving_asks_once_and_then_drops_the_draft(
    app: Any, quiet: Any, settle: Any, workspace: Any, anna: Subject
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await quiet(pilot, anna)
        await pilot.press("i", "n", *"Hm", "escape")
        assert isinstance(app.screen, LogDialog), "asked once"
        await pilot.press("escape")
        await settle(pilot)
        assert app.screen is screen
        await screen.desk.drafts.settled()
        assert workspace.drafts("prompt:") == {}


async def test_what_is_refused_comes_back_with_all_that_was_typed(
    app: Any, quiet: Any, settle: Any, wait_until: Any, workspace: Any, floor: Any
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, Subject("contacts", floor.uid("contact", 14)))
        await pilot.press("i", "n", *"Keep")
        await settle(pilot)
        assert workspace.execute(DeleteContacts(contact_ids=(floor.uid("contact", 14),))).applied
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: isinstance(app.screen, LogDialog) and app.screen.told)
        await wait_until(pilot, lambda: not app.screen.is_deaf)
        assert app.screen.draft.text == "Keep"
        app.screen._go_to("who")
        await pilot.press("ctrl+u", *"oli", "enter", "n", "ctrl+s")
        await settle(pilot)
    assert latest(workspace, Subject("contacts", floor.uid("contact", 9))).body == "Keep"


async def test_a_note_survives_a_crash_as_well(
    make_app: Any, app: Any, quiet: Any, settle: Any, ready: Any, workspace: Any, anna: Subject
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await quiet(pilot, anna)
        await pilot.press("a", *"Half")
        await settle(pilot)
        await screen.desk.drafts.settled()
    again = make_app(quiet=True)
    async with again.run_test(size=(80, 24)) as pilot:
        (await ready(pilot, "QuietScreen")).about = anna
        await pilot.press("a")
        await settle(pilot)
        prompt = again.screen
        assert isinstance(prompt, Prompt)
        assert prompt.typed == "Half"
        await pilot.press("ctrl+s")
        await settle(pilot)
        await again.desk.drafts.settled()
    assert latest(workspace, anna).body == "Half"
    assert workspace.drafts("prompt:") == {}


async def test_what_is_missing_is_said_at_its_field(app: Any, quiet: Any, settle: Any, anna: Subject) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, anna)
        await pilot.press("i", "ctrl+s")
        await settle(pilot)
        dialog = app.screen
        assert "What was it?" in dialog._rows["kind"].error
        await pilot.press("c", "tab", *"text", "tab", *"tomorrow", "ctrl+s")
        await settle(pilot)
        assert "How did the call end?" in dialog._rows["outcome"].error
        assert "future" in dialog._rows["when"].error
        assert dialog.focused is dialog._fields["outcome"]
        assert dialog.draft.text == "text"


# --- the same key everywhere ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("go", "screen", "who"),
    [
        ((), "PipelineScreen", "中村"),
        (("v",), "PipelineScreen", "中村"),
        (("g", "c"), "ContactsScreen", "Anna Becker"),
        (("g", "x"), "ConflictsScreen", ""),
    ],
)
async def test_one_key_logs_from_every_screen(
    make_app: Any, ready: Any, settle: Any, go: tuple[str, ...], screen: str, who: str
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press(*go)
        await ready(pilot, screen)
        await pilot.press("i")
        await settle(pilot)
        assert isinstance(app.screen, LogDialog)
        assert who in (app.screen.target.name if app.screen.target else "")


async def test_beside_a_record_it_is_about_the_row_that_has_the_cursor(
    make_app: Any, ready: Any, settle: Any, floor: Any
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        app.open_record("companies", floor.uid("company", 1))
        await ready(pilot, "CompanyScreen")
        await pilot.press("tab", "tab", "i")
        await settle(pilot)
        assert app.screen.target.contact_id


# --- words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        ("12", 720), ("12 min", 720), ("12m", 720), ("1 h 5", 3_900), ("1:05", 3_900), ("1.5h", 5_400), ("40 s", 40),
        ("1 hour 5 minutes", 3_900), ("", None),
    ],
)  # fmt: skip
def test_how_long_is_read_as_people_write_it(typed: str, seconds: int | None) -> None:
    assert parse_duration(typed) == seconds


@pytest.mark.parametrize("typed", ["long", "12 parsecs", "25 h", "1:70", "-5", "h"])
def test_what_is_no_length_of_time_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        parse_duration(typed)


def test_what_was_understood_is_said_back(workspace: Any, floor: Any, anna: Subject) -> None:
    target = target_of(workspace.page("contacts", anna.id), anna)
    draft = Draft(kind="call", outcome="callback", when="yesterday 3pm", took="12", next="in 2 weeks")
    said = told(draft, target, workspace.catalog(), floor.NOW, floor.ZONE)
    assert said == "yesterday 15:00 · 12 min · then Call back · Wed 1 Apr"


def test_a_draft_of_an_older_offhook_is_read_as_far_as_it_goes() -> None:
    assert Draft.read('{"kind": "note", "text": "Hi", "mood": "fine"}') == Draft(kind="note", text="Hi")
    for broken in ("", "[]", '{"kind": 3}', "{"):
        assert Draft.read(broken) is None


def test_the_same_call_logged_for_a_company_has_no_effects(workspace: Any, floor: Any) -> None:
    acme = Subject("companies", floor.uid("company", 1))
    target = target_of(workspace.page("companies", acme.id), acme)
    draft = Draft(kind="call", outcome="no answer", then="all")
    command = command_for(target, draft, workspace.catalog(), floor.NOW, floor.ZONE)
    assert workspace.execute(command).applied
    assert latest(workspace, acme).outcome == "no answer"


# --- pictures -------------------------------------------------------------------------------------------------------


def test_picture_of_logging_a_call(snap: Any, make_app: Any, size: tuple[int, int]) -> None:
    assert snap(make_app(), size, keys=("i", "c", "6", *"Wants two"), before=_settled)


def test_picture_of_naming_whom(snap: Any, make_app: Any, size: tuple[int, int]) -> None:
    assert snap(make_app(quiet=True), size, keys=("i", *"acme"), before=_settled, screen="QuietScreen")


async def _settled(pilot: Any) -> None:
    await pilot.pause(0.2)
