"""Running a command for a screen: say what was done, why not, or ask who is right."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from core.changes import Answer, FieldConflict, Status
from core.commands.base import Command, title_of
from core.errors import OffhookError
from core.ids import new_id
from core.workspace import Workspace
from tui.actions import key_of

if TYPE_CHECKING:
    from tui.screens.base import DeskScreen

P = ParamSpec("P")
T = TypeVar("T")


def flow(steps: Callable[P, Awaitable[T]]) -> Callable[P, Coroutine[Any, Any, T | None]]:
    """Makes a job of several steps on a screen safe to start from a key: what it cannot do is said in the status bar.

    Args:
        steps: the job; its first argument is the screen.
    """

    @wraps(steps)
    async def guarded(*args: P.args, **kwargs: P.kwargs) -> T | None:
        try:
            return await steps(*args, **kwargs)
        except OffhookError as error:
            screen = cast("DeskScreen", args[0])
            screen.say(str(error), problem=True)
            return None

    return guarded


async def run(screen: DeskScreen, command: Command) -> Answer:
    """Executes a command and tells the user what came of it.

    Where another user changed the same field, both values are shown; "mine" runs the command again, this time against
    their value, so that nothing is overwritten that the user has not seen.
    """
    answer = await settle(screen, command, await screen.desk.execute(command))
    if answer is None:
        screen.say("Nothing was changed.")
        return Answer(Status.CONFLICT, None, "Nothing was changed.")
    tell(screen, answer)
    return answer


async def settle(screen: DeskScreen, command: Command, answer: Answer) -> Answer | None:
    """Asks who is right until there is no conflict left.

    Returns:
        The last answer: a conflict where the user wants to decide later. None where theirs stands and nothing of the
        command was left to do.
    """
    while answer.status is Status.CONFLICT and answer.conflicts:
        mine = await _ask(screen, answer.conflicts)
        if mine is None:
            return answer
        again = (against_theirs if mine else without_conflicts)(command, answer.conflicts)
        if again is None:
            return answer if mine else None
        command = again
        answer = await screen.desk.execute(command)
    return answer


async def _ask(screen: DeskScreen, conflicts: Sequence[FieldConflict]) -> bool | None:
    from tui.dialogs.conflict import ConflictDialog

    def look(workspace: Workspace) -> tuple[str, dict[str, str]]:
        record = workspace.record(conflicts[0].table, conflicts[0].id)
        names: dict[str, str] = {}
        for conflict in conflicts:
            table = {"company_id": "companies", "contact_id": "contacts"}.get(conflict.field)
            for one in (conflict.mine, conflict.theirs, conflict.base):
                if table and one and one not in names:
                    names[one] = title_of(workspace.record(table, one))
        return str(getattr(record, "currency", "")), names

    currency, names = await screen.desk.read(look)
    dialog = ConflictDialog(screen.desk, conflicts, names=names, currency=currency)
    return await screen.app.push_screen_wait(dialog)


def tell(screen: DeskScreen, answer: Answer) -> None:
    """Says what came of a command in the status bar."""
    if answer.applied and answer.changeset is not None:
        undo = f" · {key_of(screen, 'app.undo')} undoes" if answer.changeset.changes else ""
        merged = " (merged with a colleague's change)" if answer.status is Status.MERGED else ""
        screen.say(f"{answer.changeset.summary}{merged}{undo}")
    else:
        screen.say(answer.reason or "That did not work.", problem=True)


def at_fields(
    screen: DeskScreen, answer: Answer | None, names: Mapping[str, str] | None = None
) -> dict[str, str] | None:
    """What a form is to show of an answer: what is wrong, field by field; None where all is well and told.

    Args:
        screen: tells what was done.
        answer: as `settle` returns it.
        names: fields of the form by fields of the record, where they differ.
    """
    if answer is None:
        screen.say("Nothing was changed.")
        return None
    if answer.applied:
        tell(screen, answer)
        return None
    if answer.status is Status.CONFLICT:
        return {"": f"Not saved, and still here: {key_of(screen, 'form.save')} asks again who is right."}
    wrong = {(names or {}).get(name, name): sentence for name, sentence in answer.fields.items()}
    return wrong or {"": answer.reason or "That did not work."}


def against_theirs(command: Command, conflicts: Sequence[FieldConflict]) -> Command | None:
    """The same command by a user who has seen the others' values; None where it does not say what was seen."""
    seen: Mapping[str, Any] = {conflict.field: conflict.theirs for conflict in conflicts}
    changes: dict[str, Any] = {"id": new_id()}
    names = {field.name for field in dataclasses.fields(command)}
    if "expected" in names:
        changes["expected"] = {**getattr(command, "expected", {}), **seen}
    if "from_stage_id" in names and "stage_id" in seen:
        changes["from_stage_id"] = seen["stage_id"]
    return dataclasses.replace(command, **changes) if len(changes) > 1 else None


def without_conflicts(command: Command, conflicts: Sequence[FieldConflict]) -> Command | None:
    """The command without the fields that others changed; None where nothing is left of it."""
    names = {field.name for field in dataclasses.fields(command)}
    if not {"values", "expected"} <= names:
        return None
    theirs = {conflict.field for conflict in conflicts}
    values = {name: value for name, value in getattr(command, "values", {}).items() if name not in theirs}
    changes: dict[str, Any] = {"id": new_id(), "values": values}
    if "company_id" in theirs and "company_name" in names:
        changes["company_name"] = ""
    company_name = changes.get("company_name", getattr(command, "company_name", ""))
    return dataclasses.replace(command, **changes) if values or company_name else None
