"""A fast hand: what is typed ahead of a question belongs to the question, never to the board behind it."""

from __future__ import annotations

from typing import Any

from textual import events
from textual.widgets import Input, TextArea

from core.filters import EVERYTHING
from core.workspace import Subject
from tui.dialogs.fields import FormField
from tui.dialogs.finder import Finder
from tui.dialogs.form import Form
from tui.dialogs.pick import Picker
from tui.dialogs.prompt import Prompt
from tui.models.call import Phase
from tui.screens.call import CallScreen


def in_one_packet(app: Any, text: str) -> None:
    """Types faster than anything can answer, as a slow line delivers it."""
    for character in text:
        key = {" ": "space", "/": "slash"}.get(character, character)
        app.post_message(events.Key(key, character))


async def test_a_text_typed_ahead_is_in_its_question_to_the_letter(
    make_app: Any, ready: Any, wait_until: Any
) -> None:
    app = make_app(quiet=True)
    async with app.run_test() as pilot:
        await ready(pilot, "QuietScreen")
        contact = (await app.desk.read(lambda ws: ws.contacts(EVERYTHING)))[0]
        app.screen.about = Subject("contacts", contact.id)
        in_one_packet(app, "aHe said LXW and u")
        await wait_until(pilot, lambda: isinstance(app.screen, Prompt) and app.screen.query(TextArea))
        await wait_until(pilot, lambda: app.screen.query_one(TextArea).text == "He said LXW and u")


async def test_what_is_typed_ahead_of_a_question_that_a_list_asks_for_is_in_it(
    make_app: Any, ready: Any, wait_until: Any
) -> None:
    """The list only says that a task is to be put off; the screen asks until when, a moment later."""
    app = make_app(start="today")
    async with app.run_test() as pilot:
        await ready(pilot, "TodayScreen")
        await wait_until(pilot, lambda: app.screen.table.item is not None)
        in_one_packet(app, "z/next monday 9:30")
        await wait_until(pilot, lambda: isinstance(app.screen, Picker) and app.screen.query(Input))
        await wait_until(pilot, lambda: app.screen.query_one(Input).value == "next monday 9:30")


async def test_notes_typed_ahead_of_a_call_end_no_call(make_app: Any, ready: Any, wait_until: Any) -> None:
    """Every letter and digit of them is an outcome, or a step to somebody else, where it does not reach the notes."""
    app = make_app(quiet=True)
    async with app.run_test() as pilot:
        await ready(pilot, "QuietScreen")
        contact = (await app.desk.read(lambda ws: ws.contacts(EVERYTHING)))[0]
        app.screen.about = Subject("contacts", contact.id)
        in_one_packet(app, "cnHe said x17-m and q")
        await wait_until(pilot, lambda: isinstance(app.screen, CallScreen))
        await wait_until(pilot, lambda: app.screen.notes.text == "He said x17-m and q")
        assert app.screen.session.phase is Phase.READY


async def test_a_chord_typed_in_one_go_goes_where_it_says(app: Any, ready: Any, wait_until: Any) -> None:
    async with app.run_test() as pilot:
        await ready(pilot)
        in_one_packet(app, "gc")
        await wait_until(pilot, lambda: type(app.screen).__name__ == "ContactsScreen")
        in_one_packet(app, "gp")
        await wait_until(pilot, lambda: type(app.screen).__name__ == "PipelineScreen")


async def test_a_search_typed_ahead_loses_no_letter(app: Any, ready: Any, wait_until: Any) -> None:
    async with app.run_test() as pilot:
        await ready(pilot)
        in_one_packet(app, "/anna")
        await wait_until(pilot, lambda: isinstance(app.screen, Finder))
        await wait_until(pilot, lambda: app.screen.query_one(Input).value == "anna")


async def test_keys_go_on_where_a_job_asks_nothing(make_app: Any, ready: Any, wait_until: Any) -> None:
    app = make_app(quiet=True)
    async with app.run_test() as pilot:
        await ready(pilot, "QuietScreen")
        app.screen.about = None
        in_one_packet(app, "a/x")
        await wait_until(pilot, lambda: isinstance(app.screen, Finder))
        await wait_until(pilot, lambda: app.screen.query_one(Input).value == "x")


async def test_a_form_filled_in_one_burst_has_every_letter_in_its_field(
    make_app: Any, ready: Any, wait_until: Any
) -> None:
    app = make_app(quiet=True)
    saved: list[dict[str, Any]] = []

    async def submit(values: dict[str, Any]) -> None:
        saved.append(values)

    async with app.run_test() as pilot:
        await ready(pilot, "QuietScreen")
        names = [f"field_{n}" for n in range(6)]
        app.push_screen(Form(app.desk, "Six fields", [FormField(name, name) for name in names], submit))
        await wait_until(pilot, lambda: isinstance(app.screen, Form))
        for n, _ in enumerate(names):
            in_one_packet(app, f"value of number {n}" * 4)
            app.post_message(events.Key("tab", "\t"))
        app.post_message(events.Key("ctrl+s", None))
        await wait_until(pilot, lambda: saved, seconds=20)
        assert saved[0] == {name: f"value of number {n}" * 4 for n, name in enumerate(names)}
