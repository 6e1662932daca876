"""Questions: what is typed is kept, what is pasted is harmless, every action is in the palette, every key in the list."""

from __future__ import annotations

import threading

import pytest
from textual import events
from textual.geometry import Size

from core.commands.activities import LogActivity
from core.errors import Invalid, Unavailable
from core.workspace import Subject
from tui.dialogs.finder import Finder
from tui.dialogs.form import Form
from tui.dialogs.keys import KeysDialog
from tui.dialogs.pick import NEW, Option, Picker
from tui.dialogs.prompt import Confirm, Prompt
from tui.flows import activities, records
from tui.screens.opening import TooSmall
from tui.widgets.bars import KeyBar
from tui.widgets.choices import Choices
from tui.widgets.entry import LineEntry, TextEntry


@pytest.fixture
def app(make_app):
    return make_app(quiet=True)


async def paste(pilot, text):
    """As a terminal hands over a bracketed paste."""
    pilot.app.post_message(events.Paste(text))
    await pilot.pause()


def visible(pilot):
    """The lines on the terminal."""
    update = pilot.app.screen._compositor.render_strips(pilot.app.size)
    return ["".join(segment.text for segment in strip) for strip in update]


# --- nothing typed is lost ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("leave", ["escape", "ctrl+c"])
async def test_leaving_an_edited_form_asks_once(app, ready, start, settle, workspace, floor, leave):
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, records.edit(app.screen, "deals", floor.uid("deal", 1)))
        form = app.screen
        await pilot.press("x", leave)
        assert app.screen is form
        assert form.told == "Not saved yet: ctrl+s saves, leaving again drops it."
        await pilot.press("y", leave)  # typing on means that it matters: it is asked again
        assert app.screen is form
        await pilot.press(leave)
        await settle(pilot)
        assert not app.screen.is_modal
    assert workspace.record("deals", floor.uid("deal", 1)).title == "Acme: picking robots"


async def test_leaving_an_untouched_form_is_one_key(app, ready, start, settle, floor):
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, records.edit(app.screen, "deals", floor.uid("deal", 1)))
        await pilot.press("x", "backspace", "escape")
        await settle(pilot)
        assert not app.screen.is_modal


async def test_quitting_asks_for_what_is_being_typed(app, ready, start, floor):
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, records.edit(app.screen, "deals", floor.uid("deal", 1)))
        await pilot.press("x", "ctrl+q")
        assert app.desk is not None
        assert "Not saved yet" in app.screen.told
        await pilot.press("ctrl+q")
        assert app.desk is None


async def test_quitting_waits_for_the_commands_under_way(app, ready, workspace, floor):
    """Ten notes are sent and the user leaves at once: all ten are there."""
    about = {"table": "contacts", "record_id": floor.uid("contact", 1)}
    first = threading.Event()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        app.desk._writer.submit(first.wait)  # as a slow disk would
        for n in range(10):
            app.desk.execute(LogActivity(**about, kind="note", body=f"note {n}"))
        threading.Timer(0.2, first.set).start()
        await pilot.press("ctrl+q")
    entries = workspace.timeline(Subject("contacts", about["record_id"]), limit=10)
    assert sorted(entry.activity.body for entry in entries) == [f"note {n}" for n in range(10)]


async def test_copying_does_not_leave(app, ready, start, floor):
    """Ctrl+c is the second key to leave with, since escape is slow without the kitty protocol; marked text is copied."""
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, records.edit(app.screen, "deals", floor.uid("deal", 1)))
        await pilot.press("ctrl+a", "shift+end", "ctrl+c")
        assert isinstance(app.screen, Form)
        assert app.clipboard == "Acme: picking robots"


async def test_a_form_survives_resizing(app, ready, start, settle, workspace, floor):
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, records.edit(app.screen, "contacts", floor.uid("contact", 1)))
        form = app.screen
        await pilot.press(*"e M")
        for size in ((40, 30), (20, 5), (80, 12), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            if size == (20, 5):
                assert isinstance(app.screen, TooSmall)
                await pilot.press("x")  # goes nowhere
                assert "Too small" in " ".join(visible(pilot))
            else:
                assert app.screen is form
                assert form.query_one(".dialog").region.bottom <= size[1]
                assert any("ctrl+s" in line for line in visible(pilot))
        assert form._typed()["first_name"] == "Annae M"
        await pilot.press("ctrl+s")
        await settle(pilot)
    assert workspace.record("contacts", floor.uid("contact", 1)).first_name == "Annae M"


@pytest.mark.parametrize("size", [(20, 5), (1, 1), (29, 40), (80, 9)])
async def test_a_terminal_that_is_too_small_says_so(app, ready, size, wait_until):
    async with app.run_test(size=size) as pilot:
        await wait_until(pilot, lambda: isinstance(app.screen, TooSmall))
        await pilot.resize_terminal(80, 24)
        await ready(pilot, "QuietScreen")
        assert app.size == Size(80, 24)


# --- whatever is pasted -------------------------------------------------------------------------------------------


async def test_a_huge_paste_into_a_line_is_refused_and_the_line_stays(app, ready, start, floor):
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, records.edit(app.screen, "contacts", floor.uid("contact", 1)))
        form = app.screen
        await paste(pilot, "x" * 100_000)
        assert form._typed()["first_name"] == "Anna"
        assert form._rows["first_name"].error == (
            "That would make 100,004 characters; the most here is 300. Nothing was added."
        )
        await paste(pilot, "y" * 296)
        assert len(form._typed()["first_name"]) == 300
        await pilot.press("z")
        assert len(form._typed()["first_name"]) == 300


async def test_a_huge_paste_into_a_note_is_kept(app, ready, start, settle, workspace, floor):
    anna = Subject("contacts", floor.uid("contact", 1))
    text = "Lorem ipsum – dolor sit amet. " * 3_400
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, activities.add_note(app.screen, anna))
        await paste(pilot, text)
        await pilot.press("end", "!", "ctrl+s")
        await settle(pilot)
        assert not app.screen.is_modal
    assert workspace.timeline(anna, limit=1)[0].activity.body == text + "!"


async def test_a_note_has_an_end(app, ready, start, floor):
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, activities.add_note(app.screen, Subject("contacts", floor.uid("contact", 1))))
        await pilot.press("a")
        await paste(pilot, "x" * 1_000_000)
        assert app.screen.typed == "a"
        assert app.screen.told.startswith("That would make 1,000,001 characters")


async def test_what_a_terminal_would_act_upon_never_gets_in(app, ready, start, settle, workspace, floor):
    """An escape sequence that would colour, one that would set the title, a bell, a text that turns the line round."""
    contact = floor.uid("contact", 1)
    nasty = "A\x1b[31mn\x1b]0;owned\x07n\u202ea\x9b2J"
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, records.edit(app.screen, "contacts", contact))
        await pilot.press("ctrl+a", "shift+end")
        await paste(pilot, nasty)
        assert app.screen._typed()["first_name"] == "A[31mn]0;ownedna2J"
        app.screen._widgets["description"].focus()
        await pilot.pause()
        await paste(pilot, f"  {nasty}\r\nnext\tline  ")
        assert app.screen._typed()["description"] == "  A[31mn]0;ownedna2J\nnext\tline  "
        assert not any("\x1b" in line or "\x07" in line for line in visible(pilot))
        await pilot.press("ctrl+s")
        await settle(pilot)
    one = workspace.record("contacts", contact)
    assert one.first_name == "A[31mn]0;ownedna2J"
    assert one.description == "A[31mn]0;ownedna2J\nnext\tline"


async def test_text_of_any_script_is_typed_and_pasted(app, ready, start, settle, workspace, floor):
    contact = floor.uid("contact", 1)
    name = "Zoë 👩🏽‍💻 שלום Łódź"
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, records.edit(app.screen, "contacts", contact, focus="last_name"))
        await pilot.press("ctrl+a", "shift+end", "é", "中")
        await paste(pilot, name)
        await pilot.press("ctrl+s")
        await settle(pilot)
    assert workspace.record("contacts", contact).last_name == f"é中{name}"


async def test_pasted_lines_become_one_line_or_a_list(app, ready, start, floor):
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, records.edit(app.screen, "contacts", floor.uid("contact", 1), focus="phones"))
        await pilot.press("ctrl+a", "shift+end")
        await paste(pilot, "+49 30 5550101 work\r\n\r\n+49 171 5550102 mobile\n")
        assert app.screen._typed()["phones"] == "+49 30 5550101 work, +49 171 5550102 mobile"
        app.screen._widgets["city"].value = ""
        app.screen._widgets["city"].focus()
        await pilot.pause()
        await paste(pilot, "New\nYork")
        assert app.screen._typed()["city"] == "New York"


# --- moving about -------------------------------------------------------------------------------------------------


async def test_every_field_is_reached_by_arrows_tab_and_enter(app, ready, start, settle, floor):
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, records.edit(app.screen, "deals", floor.uid("deal", 1)))
        form = app.screen
        names = list(form._widgets)
        at = lambda: next(name for name, widget in form._widgets.items() if widget is form.focused)  # noqa: E731
        await pilot.press("down", "tab", "enter", "ctrl+n")
        assert at() == names[4]
        await pilot.press("up", "shift+tab", "ctrl+p")
        assert at() == names[1]
        form._widgets["description"].focus()
        form._widgets["description"].text = "one\ntwo"
        await pilot.press("down", "up", "up")  # within the text first, then out of it
        assert at() == "tags"
        form._widgets["custom.contract"].focus()
        await pilot.press("y")
        assert form._typed()["custom.contract"] == "yearly"
        await pilot.press("left", "left", "space")
        assert form._typed()["custom.contract"] == "monthly"
        await pilot.press("enter")
        assert at() == "custom.seats"
        for _ in range(4):
            await pilot.press("tab")
        assert at() == "title"
        await pilot.press("shift+tab")
        assert at() == "custom.offer"
        assert form.focused.region in form.query_one(".form").region  # what is typed in is in sight


async def test_a_form_typed_in_one_packet_lands_in_its_fields(make_app, ready, wait_until, workspace):
    """Enter and tab have had their effect before the next letter is looked at; ctrl+s before the key behind it."""
    app = make_app()
    keys = [*"n", *"Acme arms", "enter", *"Acme", "tab", "enter", *"12k", "enter", "ctrl+s", "g", "c"]
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        for key in keys:
            app.post_message(events.Key({" ": "space"}.get(key, key), key if len(key) == 1 else None))
        await ready(pilot, "ContactsScreen")
    made = workspace.record("deals", workspace.undoable().changes[-2].id)
    assert (made.title, made.value_minor) == ("Acme arms", 1_200_000)
    assert workspace.record("companies", made.company_id).name == "Acme"


async def test_letters_are_letters_while_typing(app, ready, start, settle, floor, workspace):
    """u would undo, g would go, ? would help, / would find, W would win: not here."""
    before = workspace.undoable().id
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, records.edit(app.screen, "deals", floor.uid("deal", 1), focus="next_step"))
        await pilot.press("ctrl+a", "shift+end", *"ugc?/W1")
        assert app.screen._typed()["next_step"] == "ugc?/W1"
    assert workspace.undoable().id == before


async def test_g_shows_where_it_can_go_and_goes_there(make_app, ready, settle):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("g")
        bar = "".join(segment.text for segment in app.screen.query_one(KeyBar).render_line(0))
        places = "t Today p Pipeline c Contacts x Conflicts o What waits to be sent esc stay"
        assert bar.split() == places.split()
        await pilot.press("c")
        await ready(pilot, "ContactsScreen")
        bar = "".join(segment.text for segment in app.screen.query_one(KeyBar).render_line(0))
        assert "Pipeline" not in bar
        await pilot.press("g", "z")  # no such place: nothing happens, z is nobody's key
        assert type(app.screen).__name__ == "ContactsScreen"
        await pilot.press("enter")
        await ready(pilot, "ContactScreen")
        await pilot.press("g", "p")
        await ready(pilot, "PipelineScreen")
        assert len(app.screen_stack) == 2


# --- choosing -----------------------------------------------------------------------------------------------------


@pytest.fixture
def ask(app, settle):
    """`worker = await ask(pilot, dialog)`: shows it; `worker.result` is the answer."""

    async def show(pilot, dialog):
        async def wait():
            return await app.push_screen_wait(dialog)

        app.screen.start(worker := wait())
        await settle(pilot)
        return worker

    async def begin(pilot, dialog):
        await show(pilot, dialog)
        return [w for w in app.workers if w.group == "flow"][-1]

    return begin


FRUIT = [Option("a", "Apple", "red"), Option("b", "Pineapple"), Option("c", "Čerešňa", "rot")]


async def test_a_proposal_is_typed_over_and_what_is_known_is_typed_on(app, ready, ask, settle):
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        for proposed, result in ((True, "3pm"), (False, "in 30 min3pm")):
            worker = await ask(pilot, Prompt("Again when?", value="in 30 min", proposed=proposed))
            await pilot.press(*"3pm", "enter")
            await settle(pilot)
            assert worker.result == result


async def test_typing_narrows_a_list_down(app, ready, ask, settle):
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        worker = await ask(pilot, Picker("Fruit", FRUIT, current="b"))
        choices = app.screen.query_one(Choices)
        assert choices.current.label == "Pineapple"
        await pilot.press(*"app")
        assert [o.id for o in choices._options] == ["a", "b"]
        await pilot.press(*"xyz")
        assert "Nothing fits “appxyz”." in choices.render_line(0).text
        await pilot.press("enter")  # there is nothing to take
        await pilot.press("ctrl+u", *"cere", "enter")
        await settle(pilot)
        assert worker.result == "c"


async def test_something_new_can_be_typed(app, ready, ask, settle):
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        worker = await ask(pilot, Picker("Fruit", FRUIT, multi=True, allow_new=True))
        await pilot.press(*"Fig", "tab", *"apple", "down", "tab", *"APPLE")
        assert all(o.id != NEW + "APPLE" for o in app.screen.query_one(Choices)._options)
        await pilot.press("enter")
        await settle(pilot)
        assert worker.result == [NEW + "Fig", "b", "a"]


async def test_the_mouse_chooses_too(app, ready, ask, settle):
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        worker = await ask(pilot, Picker("Fruit", FRUIT))
        await pilot.click(Choices, offset=(4, 1))
        await settle(pilot)
        assert worker.result == "b"


async def test_a_prompt_says_what_is_wrong_and_keeps_the_text(app, ready, ask, settle):
    tried = []

    def check(text):
        if text == "no":
            raise Invalid({"x": "Not that."})

    async def submit(text):
        tried.append(text)
        if text == "busy":
            raise Unavailable("Another program is writing.")
        return "" if text == "fine" else "Not today."

    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        worker = await ask(pilot, Prompt("Name", check=check, submit=submit))
        for text, words in (
            ("no", "Not that."),
            ("later", "Not today."),
            ("busy", "Another program is writing."),
        ):
            app.screen._field.value = text
            await pilot.press("enter")
            await settle(pilot)
            assert (app.screen.told, app.screen.typed) == (words, text)
        app.screen._field.value = "fine"
        await pilot.press("enter")
        await settle(pilot)
        assert worker.result == "fine"
    assert tried == ["later", "busy", "fine"]


async def test_yes_and_no(app, ready, ask, settle):
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        for key, answer in (("y", True), ("enter", True), ("n", False), ("escape", None)):
            worker = await ask(pilot, Confirm("Really?", "It is not dangerous."))
            await pilot.press(key)
            await settle(pilot)
            assert worker.result is answer


# --- finding ------------------------------------------------------------------------------------------------------


async def test_a_contact_is_found_in_six_keys(make_app, ready, floor):
    """`/`, four letters, enter; typed faster than anybody can search."""
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("slash", *"wojc", "enter")
        screen = await ready(pilot, "ContactScreen")
        assert screen.record_id == floor.uid("contact", 2)


async def test_what_is_found_fits_what_is_typed(app, ready, settle, wait_until):
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        await pilot.press("slash", *"acme")
        await settle(pilot)
        finder = app.screen
        assert isinstance(finder, Finder)
        lines = [f"{o.label} | {o.detail}" for o in finder.query_one(Choices)._options]
        assert any(line.startswith("Acme Robotics | company") for line in lines)
        assert any(line.startswith("Acme: picking robots | deal") for line in lines)
        finder.query_one(LineEntry).value = "zzz\x1b[31m"
        await settle(pilot)
        assert "Nothing fits" in finder.query_one(Choices).render_line(0).text
        assert "\x1b" not in finder.query_one(Choices).render_line(0).text


# --- every action, every key --------------------------------------------------------------------------------------


async def test_the_palette_has_every_action_and_every_place(make_app, ready, settle):
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        possible = {
            active.binding.id
            for active in app.screen.active_bindings.values()
            if active.binding.id and active.binding.description
        }
        await pilot.press("ctrl+p")
        await settle(pilot)
        palette = app.screen
        listed = {o.id for o in palette._options}
        assert possible <= listed
        assert {"go:Go to Today", "go:Go to Pipeline", "go:Go to Contacts"} <= listed
        assert not any("ocus" in o.label or "elected text" in o.label for o in palette._options)


async def test_what_is_chosen_in_the_palette_is_done(make_app, ready, settle, workspace, floor, said):
    """By its name, by a few of its letters; of the board, of the record, of the app, and to another place."""
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)

        async def do(words):
            await pilot.press("ctrl+p")
            await settle(pilot)
            app.screen.query_one(LineEntry).value = words
            await pilot.press("enter")
            await settle(pilot)

        board = app.screen
        first = board.subject()
        await do("down")
        assert board.subject() != first
        await do("note")
        assert isinstance(app.screen, Prompt)
        await pilot.press("escape")
        await settle(pilot)
        await do("undo")
        assert said(app).startswith("Undid: ")
        await do("thme")
        assert app.screen._title == "Theme"
        await pilot.press("escape")
        await settle(pilot)
        await do("contacts")
        assert type(app.screen).__name__ == "ContactsScreen"


async def test_the_list_of_keys_is_grouped_and_does_what_is_chosen(make_app, ready, settle):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("question_mark")
        await settle(pilot)
        dialog = app.screen
        headings = [o.label for o in dialog._options if o.heading]
        assert headings == ["Here", "This record", "Everywhere"]
        by_id = {o.id: o for o in dialog._options}
        assert by_id["record.note"].key == "a"
        assert by_id["app.keys"].key == "?  f1"
        assert dialog.query_one(Choices).current.heading is False
        await pilot.press(*"quit")
        assert dialog.query_one(Choices).current.id == "app.quit"
        await pilot.press("escape", "f1", "escape")
        await settle(pilot)
        assert not app.screen.is_modal


async def test_a_dialog_tells_its_own_keys(app, ready, start, settle, floor):
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, records.edit(app.screen, "deals", floor.uid("deal", 1)))
        await pilot.press("f1")
        await settle(pilot)
        assert isinstance(app.screen, KeysDialog)
        listed = {o.id for o in app.screen._options}
        assert {"form.save", "form.next", "dialog.leave"} <= listed
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(app.screen, Form)


# --- where things go wrong ----------------------------------------------------------------------------------------


async def test_a_refusal_in_any_worker_is_said_and_not_a_crash(app, ready):
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")

        async def fails():
            raise Unavailable("The disk is full\x1b[31m.")

        app.screen.run_worker(fails())
        await pilot.pause()
        (notice,) = app._notifications
        assert notice.message.startswith("The disk is full")
        assert "\x1b" not in notice.message
        assert app.is_running


async def test_a_mistake_in_a_worker_ends_the_app_with_its_real_cause(app, ready):
    """Whoever runs the app writes a log: it must not be of the wrapper, but of what happened."""

    async def fails():
        return 1 / 0

    async def work():
        async with app.run_test(size=(80, 24)) as pilot:
            await ready(pilot, "QuietScreen")
            app.screen.run_worker(fails())
            await pilot.pause()

    with pytest.raises(ZeroDivisionError):
        await work()
    assert app.return_code == 1
    assert isinstance(app._exception, ZeroDivisionError)


async def test_entries_hold_what_they_are_given(app, ready):
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        assert LineEntry("a\nb\x1b", limit=2).value == "a b\ufffd"
        assert LineEntry("x" * 400).max_length == 400  # what is there already may stay
        assert TextEntry("a\r\nb\x1b").text == "a\nb"


async def test_a_dialog_that_was_left_before_it_was_drawn_ends_in_peace(app, ready):
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        gone = Confirm("Delete it?", "It can be undone.")
        gone.fit()  # a resize is told before anything is composed
        app.push_screen(gone)
        await pilot.pause()
        await pilot.press("escape")
        gone.fit()
        assert not app.screen.is_modal
