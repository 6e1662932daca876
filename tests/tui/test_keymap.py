"""Keys that users choose for themselves: they work, and a slip is said and takes no key away."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
from textual.binding import Binding

import tui
from core.commands.contacts import CreateContact
from tui import keymap
from tui.actions import key_of
from tui.flows.run import run


@pytest.mark.parametrize(
    ("wanted", "usable", "words"),
    [
        ({"record.note": "b"}, {"record.note": "b"}, ""),
        ({"app.keys": "f2, ?"}, {"app.keys": "f2,question_mark"}, ""),
        ({"app.undo": "ctrl+z"}, {"app.undo": "ctrl+z"}, ""),
        ({"record.nota": "b"}, {}, "Keys: there is no action record.nota."),
        ({"record.note": "ctlr+b"}, {}, "Keys: record.note cannot be “ctlr+b”: no such key."),
        ({"record.note": ""}, {}, "Keys: record.note cannot be “”: no such key."),
        ({"record.note": 7}, {}, "Keys: 7 is wanted by record.note and by board.stage-7"),
        ({"record.note": "c"}, {}, "Keys: c is wanted by record.note and by record.call; record.note stays as it was."),
        ({"app.find": "h"}, {}, "Keys: h is wanted by app.find and by board.left; app.find stays as it was."),
        # Both are given new keys, the same one: the first has it.
        ({"record.note": "f5", "record.task": "f5"}, {"record.note": "f5"}, "wanted by record.task and by record.note"),
        # Two that change places do not clash.
        ({"record.call": "f6", "record.note": "c"}, {"record.call": "f6", "record.note": "c"}, ""),
        # The keys of a dialog are not in the way of a screen's.
        ({"form.save": "f3", "record.note": "f3"}, {"form.save": "f3", "record.note": "f3"}, ""),
    ],
)  # fmt: skip
def test_what_can_be_used_and_what_is_said(wanted, usable, words):
    found, problems = keymap.checked(wanted)
    assert found == usable
    assert len(problems) == bool(words)
    assert words in " ".join(problems)


def test_no_action_takes_the_key_of_another_by_accident():
    """Within a class a key has one meaning, and none that it inherits is lost but for those that are meant to be."""
    # In the list of keys its own key closes it; in the search of contacts and in a list of tasks some mean more.
    # What escape does on a screen begins with taking a briefing away. In call mode q leaves: it ends the block.
    meant = {
        "dialog.keys", "filter.keep", "filter.leave", "list.open", "list.select",
        "record.close-briefing", "app.how-to-leave",
    }  # fmt: skip
    lost = set()
    for name in {name for context in keymap.CONTEXTS for name in (*context.classes, keymap.APP)}:
        one = keymap.load(name)
        merged = {key: [b.id for b in all_] for key, all_ in one._merge_bindings().key_to_bindings.items()}
        for base in one.__mro__:
            for binding in Binding.make_bindings(vars(base).get("BINDINGS", [])):
                if binding.id and binding.id not in meant and merged[binding.key] != [binding.id]:
                    lost.add(f"{name}: {binding.key} is {merged[binding.key]}, not {binding.id}")
    assert lost == set()


async def test_chosen_keys_work_and_slips_are_said_once(make_app, ready, settle):
    app = make_app(
        quiet=True,
        keymap={"app.find": "f4", "record.note": "f5", "record.task": "f5", "no.such": "x", "app.keys": "h"},
    )
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot, "QuietScreen")
        (notice,) = app._notifications
        assert notice.message.splitlines() == [
            "Keys: f5 is wanted by record.task and by record.note; record.task stays as it was.",
            "Keys: there is no action no.such.",
            "Keys: h is wanted by app.keys and by board.left; app.keys stays as it was.",
        ]
        await pilot.press("f4")
        await settle(pilot)
        assert type(app.screen).__name__ == "Finder"
        await pilot.press("escape", "question_mark")
        await settle(pilot)
        keys = {o.id: o.key for o in app.screen._options}
        assert (keys["record.note"], keys["record.task"], keys["app.find"]) == ("f5", "t", "f4")


def test_every_place_with_keys_is_known():
    """A class with bindings that is in no place would be without protection, and missing in the documentation."""
    known = {keymap.load(name) for context in keymap.CONTEXTS for name in (*context.classes, keymap.APP)}
    for module in pkgutil.walk_packages(tui.__path__, "tui."):
        for one in vars(importlib.import_module(module.name)).values():
            if isinstance(one, type) and one.__module__ == module.name and "BINDINGS" in vars(one):
                assert any(issubclass(other, one) for other in known), f"{module.name}:{one.__name__}"


def test_every_action_has_a_name_and_says_what_it_does():
    for context in keymap.CONTEXTS:
        for name in (*context.classes, keymap.APP):
            for binding, _ in keymap.bindings_of(keymap.load(name)):
                if binding.description:
                    assert binding.tooltip, f"{name}: {binding.id} has no tooltip"


async def test_texts_name_the_keys_that_were_chosen(make_app, ready, settle, said, workspace):
    app = make_app(quiet=True, keymap={"app.undo": "Z", "app.keys": "f2", "form.save": "f3"})
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot, "QuietScreen")
        assert screen.key_hints()[-1] == ("f2", "all keys")
        await run(screen, CreateContact(values={"first_name": "Kim"}))
        assert said(app).endswith(" · Z undoes")
        assert (key_of(screen, "form.save"), key_of(screen, "prompt.save")) == ("f3", "ctrl+s")
        with pytest.raises(KeyError):
            key_of(screen, "no.such")


async def test_q_says_how_to_leave(app, ready, said):
    async with app.run_test() as pilot:
        await ready(pilot)
        await pilot.press("q")
        assert said(app) == "ctrl+q leaves offhook; everything is saved."
