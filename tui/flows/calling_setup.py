"""Shaping how calls go: outcomes, scripts and rules, from anywhere in the application."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from core.changes import Answer, Status
from core.commands.base import Command
from core.commands.calling_setup import SaveScript, script_to_change
from core.entities import Script
from core.errors import Refused
from core.ids import new_id as make_id
from tui.actions import key_of
from tui.dialogs.fields import FormField
from tui.flows import run
from tui.flows.overtaken import overtaken
from tui.flows.run import flow
from tui.models import script_words as words

if TYPE_CHECKING:
    from tui.dialogs.setup_list import Settle
    from tui.screens.base import DeskScreen


@flow
async def edit_outcomes(screen: DeskScreen) -> None:
    """Opens the list of outcomes."""
    from tui.dialogs.outcomes import OutcomeEditor

    await screen.app.push_screen_wait(OutcomeEditor(screen.desk, settling(screen)))


@flow
async def edit_rules(screen: DeskScreen) -> None:
    """Opens the list of calling rules."""
    from tui.dialogs.calling_rules import RuleEditor

    await screen.app.push_screen_wait(RuleEditor(screen.desk, settling(screen)))


@flow
async def edit_scripts(screen: DeskScreen) -> None:
    """Opens the list of scripts."""
    from tui.dialogs.scripts import ScriptList

    async def write(script: Script | None) -> str:
        return await write_script(screen, script) or ""

    await screen.app.push_screen_wait(ScriptList(screen.desk, settling(screen), write))


@flow
async def write_script(
    screen: DeskScreen,
    script: Script | None,
    *,
    target: str = "",
    reader: tuple[str, Mapping[str, str]] | None = None,
) -> str:
    """Opens the editor on a script; returns the id of what was saved, or nothing.

    Args:
        screen: over which it opens.
        script: what is edited; None writes a new one.
        target: what a new one is for to begin with; see `tui.models.script_words.targets`.
        reader: to whom the preview reads, with what the fields hold; None: to whom is under the cursor.
    """
    from tui.dialogs.script_editor import ScriptEditor, Typed

    desk, subject = screen.desk, screen.subject()
    key = f"{words.SCRIPT_DRAFTS}{script.id if script else 'new'}"
    under_cursor, kept = await desk.read(
        lambda ws: (words.reading_to(ws, desk.catalog, subject), desk.drafts.kept(key).get(key, ""))
    )
    only_look = ""
    if script is not None:
        try:
            script_to_change(desk.catalog, script.id)
        except Refused as error:
            only_look = str(error)
    new_id = make_id()

    async def save(typed: Typed, before: Typed) -> Mapping[str, str]:
        values = {name: text for name, text in typed.items() if script is None or text != before[name]}
        command = SaveScript(
            script_id=script.id if script else "",
            new_script_id=new_id,
            values=_kept(values),
            expected=_kept({name: before[name] for name in values}) if script else {},
        )
        return await _save(screen, command)

    labels = {
        "name": "Name",
        "body": "Text",
        "pipeline_id": "For",
        "stage_id": "For",
        "view_id": "For",
        "shared": "Seen by",
    }
    editor = ScriptEditor(
        desk, script, save, draft=key, kept=kept, reader=reader or under_cursor, target=target, only_look=only_look,
        overtaken=overtaken(desk, script, labels, script.name) if script else None,
    )  # fmt: skip
    saved = await screen.app.push_screen_wait(editor)
    return (script.id if script else new_id) if saved else ""


def _kept(typed: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a script as they are kept, by those of its editor."""
    values: dict[str, Any] = {name: typed[name] for name in ("name", "body") if name in typed}
    if "target" in typed:
        values |= words.target_values(typed["target"])
    if "shared" in typed:
        values["shared"] = typed["shared"] == "yes"
    return values


async def _save(screen: DeskScreen, command: SaveScript) -> Mapping[str, str]:
    """What is wrong, by the fields of the editor; nothing when it is saved."""
    editors = {"name": FormField("name", "Name", required=True), "body": FormField("body", "Text", "text")}
    answer = await run.settle(screen, command, await screen.desk.execute(command), editors=editors)
    where = {"pipeline_id": "target", "stage_id": "target", "view_id": "target"}
    wrong = run.at_fields(screen, answer, where)
    if wrong and answer is not None and answer.status is Status.CONFLICT:
        return {"": f"Not saved, and still here: {key_of(screen, 'writing.save')} asks again who is right."}
    return wrong or {}


def settling(screen: DeskScreen) -> Settle:
    """Asks who is right, on behalf of a dialog over a screen."""

    async def settle(command: Command, answer: Answer, *, editors: Mapping[str, FormField]) -> Answer | None:
        return await run.settle(screen, command, answer, editors=editors)

    return settle


OPENED_BY: Mapping[str, Callable[[DeskScreen], Coroutine[Any, Any, None]]] = {
    "outcomes": edit_outcomes,
    "scripts": edit_scripts,
    "rules": edit_rules,
}
"""What opens each of the set-ups of the palette, by name."""
