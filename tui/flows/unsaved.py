"""Texts that were typed and never saved: found again, brought back to where they were typed, or dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import Refused
from tui.dialogs.pick import Option, Picker
from tui.dialogs.prompt import Confirm, Prompt
from tui.flows.run import flow
from tui.models.unsaved import Kind, Unsaved, read_unsaved

if TYPE_CHECKING:
    from tui.desk import Desk
    from tui.screens.base import DeskScreen


async def find_unsaved(desk: Desk) -> list[Unsaved]:
    """What there is.

    Raises:
        OffhookError: it cannot be read.
    """
    drafts, catalog = desk.drafts, desk.catalog
    return await desk.read(lambda ws: read_unsaved(ws, catalog, drafts.kept()))


@flow
async def show_unsaved(screen: DeskScreen) -> None:
    """Lists them; the chosen one is opened as it was being typed."""
    found = {one.keys[0]: one for one in await find_unsaved(screen.desk)}
    if not found:
        screen.say("Everything that was typed is saved.")
        return

    async def drop(option: Option) -> bool:
        unsaved = found[option.id]
        sure = Confirm(f"Drop {unsaved.words}?", unsaved.text, yes="drop", danger=True)
        if not await screen.app.push_screen_wait(sure):
            return False
        _forget(screen.desk, unsaved)
        return True

    options = [Option(key, one.label, one.beginning) for key, one in found.items()]
    chosen = await screen.app.push_screen_wait(
        Picker("Unsaved texts", options, hint="Typed, and never saved.", delete=drop)
    )
    if isinstance(chosen, str):
        await _bring_back(screen, found[chosen])


async def _bring_back(screen: DeskScreen, unsaved: Unsaved) -> None:
    from tui.flows import activities, call_start, calling_setup, log

    if unsaved.is_homeless:
        await _show_homeless(screen, unsaved)
    elif unsaved.kind is Kind.SCRIPT:
        scripts = screen.desk.catalog.scripts
        script = next((one for one in scripts if one.id == unsaved.about_id), None)
        await calling_setup.write_script(screen, script)
    elif unsaved.kind is Kind.LOG:
        await log.log_past(screen, unsaved.subject)
    elif unsaved.subject is not None:
        go_on = call_start.call_one if unsaved.kind is Kind.CALL else activities.add_note
        await go_on(screen, unsaved.subject)


async def _show_homeless(screen: DeskScreen, unsaved: Unsaved) -> None:
    """Shows a text that nothing can be done with but to copy it; who leaves it twice drops it."""
    reason = f"This was {unsaved.words}."

    def refuse(_typed: str) -> None:
        raise Refused(reason)

    prompt = Prompt(
        unsaved.label, multiline=True, value=unsaved.text, check=refuse, problem=reason, homeless=True
    )
    await screen.app.push_screen_wait(prompt)
    _forget(screen.desk, unsaved)


def _forget(desk: Desk, unsaved: Unsaved) -> None:
    for key in unsaved.keys:
        desk.drafts.forget(key)
