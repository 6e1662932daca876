"""Running a command for a screen: say what was done, why not, or ask who is right."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from core.changes import Answer, FieldConflict, Status
from core.commands.base import Command, title_of
from core.commands.settle import SendAgain
from core.commands.tell import label_of
from core.conflicts import TYPED_WITH, Choice, offered, offered_for, resolve
from core.errors import NotFound, OffhookError
from core.workspace import Workspace
from tui.actions import key_of

if TYPE_CHECKING:
    from tui.dialogs.fields import FormField
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
            screen.offhook.type_ahead.forget()
            screen.front.say(str(error), problem=True)
            return None

    return guarded


def behind(screen: DeskScreen, job: Coroutine[Any, Any, None]) -> None:
    """Has what becomes of a command seen to while the user goes on. It is not given up when they leave the screen.

    A worker of a screen ends with it: a note that is refused after its page was left would never come back.
    """
    screen.app.run_worker(job, group="commands")


async def execute(screen: DeskScreen, command: Command) -> Answer:
    """Executes a command and shows at once what it will have changed; where it is refused, that is taken back.

    What the user types meanwhile need not wait for it.
    """
    settle = screen.foresee(command)
    with screen.offhook.type_ahead.not_asking():
        answer = await screen.desk.execute(command)
    settle(answer.applied)
    return answer


async def run(screen: DeskScreen, command: Command) -> Answer:
    """Executes a command and tells the user what came of it.

    Where another user changed the same fields, it is asked whose are to stand; what is decided is a new command,
    against their values, so that nothing is overwritten that the user has not seen.
    """
    answer = await settle(screen, command, await execute(screen, command), unasked=True)
    if answer is None:
        screen.front.say("Nothing was changed.")
        return Answer(Status.CONFLICT, None, "Nothing was changed.")
    tell(screen, answer)
    return answer


async def settle(
    screen: DeskScreen,
    command: Command,
    answer: Answer,
    *,
    editors: Mapping[str, FormField] | None = None,
    unasked: bool = False,
) -> Answer | None:
    """Asks who is right until there is no conflict left.

    Args:
        screen: where it is asked.
        command: what met the conflict.
        answer: what the workspace said.
        editors: how fields are typed, by their names; others can be mine, theirs or the original.
        unasked: the user is at something else meanwhile.

    Returns:
        The last answer: a conflict where the user wants to decide later. None where theirs stands and nothing of the
        command was left to do.
    """
    while answer.status is Status.CONFLICT and answer.conflicts:
        choices = await _ask(screen, command, answer.conflicts, editors or {}, unasked=unasked)
        if choices is None:
            return answer
        again = _again(command, answer, choices)
        if again is None:
            return None
        command = again
        answer = await execute(screen, command)
    return answer


async def _ask(
    screen: DeskScreen,
    command: Command,
    conflicts: Sequence[FieldConflict],
    editors: Mapping[str, FormField],
    *,
    unasked: bool,
) -> dict[str, Choice] | None:
    from tui.dialogs.conflict import ConflictDialog
    from tui.models.question import Question

    currency, names = await screen.desk.read(lambda workspace: around(workspace, conflicts))
    question = Question(
        screen.desk, conflicts, names=names, currency=currency, ways=_offered(command), editors=editors
    )
    dialog = ConflictDialog(question, kept=_kept(screen, command, conflicts), unasked=unasked)
    return await screen.app.push_screen_wait(dialog)


def around(workspace: Workspace, conflicts: Sequence[FieldConflict]) -> tuple[str, dict[str, str]]:
    """What is needed to put a conflict into words: the currency of the record, and names by id.

    Args:
        workspace: is asked.
        conflicts: the fields; what they name may be gone by now.
    """
    names: dict[str, str] = {}
    currency = ""
    for conflict in conflicts:
        table = {"company_id": "companies", "contact_id": "contacts"}.get(conflict.field)
        wanted = [(table, one) for one in (conflict.mine, conflict.theirs, conflict.base) if table and one]
        for where, record_id in [(conflict.table, conflict.id), *wanted]:
            if record_id not in names:
                with suppress(NotFound):
                    record = workspace.record(where, record_id)
                    names[record_id] = title_of(record)
                    currency = currency or str(getattr(record, "currency", ""))
    return currency, names


def _again(command: Command, answer: Answer, choices: Mapping[str, Choice]) -> Command | None:
    """The command that does what was decided; None where nothing is left to do."""
    if not isinstance(command, SendAgain):
        return resolve(command, answer.conflicts, choices)
    parked = dataclasses.replace(
        command.parked, changeset=answer.changeset or command.parked.changeset, conflicts=answer.conflicts
    )
    return SendAgain(parked=parked, choices=choices)


def _offered(command: Command) -> frozenset[str]:
    return offered_for(command.parked) if isinstance(command, SendAgain) else offered(command)


def _kept(screen: DeskScreen, command: Command, conflicts: Sequence[FieldConflict]) -> list[str]:
    """What people call the fields of an edit that nobody else changed."""
    values: Mapping[str, Any] = getattr(command, "values", {})
    told = {conflict.field for conflict in conflicts} | set(TYPED_WITH.values())
    table, catalog = conflicts[0].table, screen.desk.catalog
    labels = [label_of(table, name, catalog) for name in values if name not in told]
    # The name of a company comes beside the values.
    if getattr(command, "company_name", "") and "company_id" not in told:
        labels.append("Company")
    return labels


def tell(screen: DeskScreen, answer: Answer) -> None:
    """Says what came of a command in the status bar."""
    screen = screen.front
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
