"""Typing another value for a field that is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import Refused
from tui.dialogs.pick import Option, Picker
from tui.dialogs.prompt import Prompt

if TYPE_CHECKING:
    from textual.app import App

    from tui.models.question import Contested, Question


class NotTyped(Refused):
    """The field is not one that is typed."""


async def type_over(app: App[Any], question: Question, row: Contested) -> bool:
    """Has another value typed or chosen; tells whether it was.

    Args:
        app: where it is asked.
        question: is given the value.
        row: the field.

    Raises:
        NotTyped: it can only be one of the sides.
    """
    editor = question.editor(row)
    if editor is None:
        sides = {"mine": "yours", "theirs": "theirs", "original": "the original"}
        *most, last = [word for way, word in sides.items() if way in question.ways]
        words = f"{', '.join(most)} or {last}" if most else last
        raise NotTyped(f"{row.label} can be {words} here.")
    text = question.begin(row, editor)
    if editor.kind in ("choice", "flag"):
        options = editor.options or [("", "no"), ("yes", "yes")]
        picker = Picker(row.label, [Option(one, label) for one, label in options], current=text)
        typed = await app.push_screen_wait(picker)
    else:
        prompt = Prompt(
            row.label, value=text, multiline=editor.kind == "text", placeholder=editor.hint,
            check=lambda typed: question.read(row, editor, typed),
        )  # fmt: skip
        typed = await app.push_screen_wait(prompt)
    if not isinstance(typed, str):
        return False
    question.take(row, editor, typed)
    return True
