"""Taking back what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.changes import Status
from core.commands.undo import IMPORTING
from tui.actions import key_of
from tui.dialogs.prompt import Confirm
from tui.flows.run import flow

if TYPE_CHECKING:
    from tui.screens.base import DeskScreen

_FOR_GOOD = frozenset({Status.CONFLICT, Status.GONE, Status.REJECTED})
"""Answers that would be the same the next time."""


@flow
async def undo(screen: DeskScreen) -> None:
    """Takes the latest change back.

    What others have built upon stays, and is refused the same way every time; so that it does not stand in the way of
    all that was done before it, it is asked whether that is to be taken back instead.
    """
    desk = screen.desk
    while True:
        done = await desk.undo()
        if done is None:
            screen.front.say("There is nothing to undo.")
            return
        answer, changeset = done
        if answer.applied and answer.changeset is not None:
            screen.front.say(answer.changeset.summary)
            return
        if changeset is not None and changeset.command in IMPORTING:
            # What was done before it is many steps away, and hardly what is meant.
            screen.front.say(f"{answer.reason} {key_of(screen, 'app.go')} i shows it.", problem=True)
            return
        screen.front.say(answer.reason, problem=True)
        if changeset is None or answer.status not in _FOR_GOOD or screen.app.screen.is_modal:
            return
        skip = desk.passed_over | {changeset.id}
        earlier = await desk.read(lambda ws, skip=skip: ws.undoable(skip))  # type: ignore[misc]
        if earlier is None:
            return
        question = Confirm(
            "Undo the change before it instead?",
            f"{answer.reason}\n\n“{changeset.summary}” stays. Before it: “{earlier.summary}”",
        )
        question.come_unasked()
        if not await screen.app.push_screen_wait(question):
            return
        desk.pass_over(changeset.id)
