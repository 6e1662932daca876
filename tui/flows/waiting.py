"""What waits for the user: deciding it, sending it again, giving it up, giving it to somebody else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.commands.settle import SendAgain
from core.conflicts import Choice, contested, offered_for
from core.encoding import write_new
from core.entities import RECORDS
from core.errors import NotFound
from core.parked import Parked
from core.schema import fields_of
from core.when import show_when
from core.workspace import Workspace
from tui.dialogs.fields import FormField
from tui.dialogs.prompt import Confirm, Prompt
from tui.flows.export import free_name, path_of, shown, usable
from tui.flows.run import around, execute, flow, settle, tell
from tui.models.parked_text import as_json, as_text, goes_along, title, who
from tui.models.question import Question

if TYPE_CHECKING:
    from tui.desk import Desk
    from tui.screens.base import DeskScreen


async def question_of(desk: Desk, parked: Parked) -> Question | None:
    """The question that something waits with, ready to be shown; None where there is nothing to decide field by field."""
    conflicts = contested(parked)
    if not conflicts:
        return None

    def look(workspace: Workspace) -> tuple[str, dict[str, str], dict[str, FormField]]:
        currency, names = around(workspace, conflicts)
        return currency, names, _editors(workspace, desk, parked)

    currency, names, editors = await desk.read(look)
    ways = offered_for(parked)
    new = {change.id for change in parked.changeset.changes if change.insert}
    if new.issuperset(one.id for one in conflicts):
        # Nothing was there before.
        ways -= {"original"}
    return Question(
        desk,
        conflicts,
        names=names,
        currency=currency,
        ways=ways,
        editors=editors,
        refused=not parked.conflicts,
    )


def _editors(workspace: Workspace, desk: Desk, parked: Parked) -> dict[str, FormField]:
    """How each field in question is typed, by its name."""
    from tui.flows import records, tasks

    editors: dict[str, FormField] = {}
    for change in parked.changeset.changes:
        record: Any = None
        if change.insert and change.table != "activities":
            made = RECORDS[change.table]
            record = made(**{**dict.fromkeys(fields_of(made)), **change.set})
        elif not change.insert:
            try:
                record = workspace.record(change.table, change.id)
            except NotFound:
                continue
        if change.table in records.FORMS:
            editors |= records.editors_of(desk, change.table, record)
        elif change.table == "tasks":
            editors |= tasks.task_editors(desk, record)
        if change.table == "deals":
            stages = desk.catalog.stages_of(record.pipeline_id) or desk.catalog.stages
            options = [(stage.id, stage.name) for stage in stages]
            editors["stage_id"] = FormField("stage_id", "Stage", "choice", record.stage_id, options)
    return editors


@flow
async def decide(screen: DeskScreen, parked: Parked) -> None:
    """Asks in place what is to stand, and does it."""
    from tui.dialogs.conflict import ConflictDialog

    question = await question_of(screen.desk, parked)
    if question is None or not question.rows:
        screen.offhook.show_waiting(parked.id)
        return
    catalog = screen.desk.catalog
    along = goes_along(parked, catalog)
    refused = not parked.conflicts
    dialog = ConflictDialog(
        question, title=f"Not taken: {parked.changeset.summary}" if refused else "",
        words=parked.reason if refused else "", kept=[along] if along else [],
    )  # fmt: skip
    choices = await screen.app.push_screen_wait(dialog)
    if choices is not None:
        await _send(screen, parked, choices)


@flow
async def send(screen: DeskScreen, parked: Parked, choices: Mapping[str, Choice]) -> None:
    """Does again what waits, as it was decided."""
    await _send(screen, parked, choices)


async def _send(screen: DeskScreen, parked: Parked, choices: Mapping[str, Choice]) -> None:
    command = SendAgain(parked=parked, choices=choices)
    answer = await settle(screen, command, await execute(screen, command), unasked=True)
    if answer is not None:
        tell(screen, answer)


@flow
async def drop(screen: DeskScreen, parked: Parked) -> None:
    """Gives up what waits, once confirmed."""
    body = f"{parked.changeset.summary}\n\nIt is not done. What you typed stays readable in the history of the record."
    question = Confirm(f"Give this up? {title(parked)}", body, yes="give it up", danger=True)
    if await screen.app.push_screen_wait(question):
        await screen.desk.drop(parked)
        screen.front.say(f"Given up: {parked.changeset.summary}")


@flow
async def hand_in(screen: DeskScreen, parked: Parked) -> None:
    """Gives what waits to whoever has the record now, once confirmed."""
    owner = who(parked, screen.desk.catalog) or "whoever has it now"
    body = f"{owner} gets all of it as a note, and a task to look at it. It waits here no longer."
    if await screen.app.push_screen_wait(Confirm(f"Hand it to {owner}?", body, yes="hand it over")):
        name = await screen.desk.hand_in(parked.id)
        screen.front.say(f"{name or owner} has it now: {parked.changeset.summary}")


@flow
async def copy(screen: DeskScreen, parked: Parked) -> None:
    """Copies all of it as text."""
    screen.app.copy_to_clipboard(_text(screen.desk, parked))
    screen.say(f"Copied: {parked.changeset.summary}")


@flow
async def write(screen: DeskScreen, parked: Parked) -> None:
    """Writes all of it to a file: as text for people, or as JSON for programs."""
    today = screen.desk.now.astimezone(screen.desk.zone).date().isoformat()
    typed = await screen.app.push_screen_wait(
        Prompt(
            f"Write to a file: {title(parked)}",
            label="Its name says how: .txt to be read, .json for programs.",
            value=shown(free_name(Path.home(), f"offhook-waiting-{today}", "txt")),
            check=usable(("txt", "json"), "offhook-waiting.txt"),
        )
    )
    if typed is None:
        return
    path = path_of(typed)
    text = as_json(parked) if path.suffix == ".json" else _text(screen.desk, parked)
    await screen.desk.read(lambda _: write_new(path, [text.encode()]))
    screen.say(f"Wrote it to {shown(path)}. It waits here all the same.")


def _text(desk: Desk, parked: Parked) -> str:
    when = show_when(parked.changeset.at, all_day=False, now=desk.now, zone=desk.zone)
    return as_text(parked, desk.catalog, when)
