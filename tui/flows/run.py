"""Running a command for a screen: say what was done, why not, or ask who is right."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.changes import Answer, FieldConflict, Status
from core.commands.base import Command
from core.ids import new_id

if TYPE_CHECKING:
    from tui.screens.base import DeskScreen


async def run(screen: DeskScreen, command: Command) -> Answer:
    """Executes a command and tells the user what came of it.

    Where another user changed the same field, both values are shown; "mine" runs the command again, this time against
    their value, so that nothing is overwritten that the user has not seen.
    """
    answer = await screen.desk.execute(command)
    if answer.status is Status.CONFLICT and answer.conflicts:
        from tui.dialogs.conflict import ConflictDialog

        mine = await screen.app.push_screen_wait(ConflictDialog(screen.desk.catalog, answer.conflicts))
        again = against_theirs(command, answer.conflicts) if mine else None
        if again is not None:
            return await run(screen, again)
    tell(screen, answer)
    return answer


def tell(screen: DeskScreen, answer: Answer) -> None:
    """Says what came of a command in the status bar."""
    if answer.applied and answer.changeset is not None:
        undo = " · u undoes" if answer.changeset.changes else ""
        merged = " (merged with a colleague's change)" if answer.status is Status.MERGED else ""
        screen.say(f"{answer.changeset.summary}{merged}{undo}")
    else:
        screen.say(answer.reason or "That did not work.", problem=True)


def against_theirs(command: Command, conflicts: tuple[FieldConflict, ...]) -> Command | None:
    """The same command by a user who has seen the others' values; None where it does not say what was seen."""
    seen: Mapping[str, Any] = {conflict.field: conflict.theirs for conflict in conflicts}
    changes: dict[str, Any] = {"id": new_id()}
    names = {field.name for field in dataclasses.fields(command)}
    if "expected" in names:
        changes["expected"] = {**getattr(command, "expected", {}), **seen}
    if "from_stage_id" in names and "stage_id" in seen:
        changes["from_stage_id"] = seen["stage_id"]
    return dataclasses.replace(command, **changes) if len(changes) > 1 else None
