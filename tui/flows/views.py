"""Saved views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.commands.setup import DeleteView, SaveView
from core.entities import SmartView
from core.errors import Invalid
from tui.actions import key_of
from tui.dialogs.pick import Option, Picker
from tui.dialogs.prompt import Confirm, Prompt
from tui.flows.run import flow, run

if TYPE_CHECKING:
    from tui.screens.base import DeskScreen

EVERYTHING = "*"


@flow
async def pick_view(screen: DeskScreen, entity: str, current: str = "") -> SmartView | str | None:
    """Asks for a saved view: the view, `EVERYTHING` for no filter, or None where the user left. Views can be deleted."""
    views = [v for v in screen.desk.catalog.smart_views if v.entity == entity]
    options = [Option(EVERYTHING, "Everything", "no filter")]
    options += [Option(v.id, v.name, v.query) for v in views]
    picker = Picker("Views", options, current=current, delete=lambda option: _delete(screen, picker, option))
    chosen = await screen.app.push_screen_wait(picker)
    if not isinstance(chosen, str) or chosen == EVERYTHING:
        return chosen if isinstance(chosen, str) else None
    return next((v for v in views if v.id == chosen), None)


@flow
async def save_view(
    screen: DeskScreen,
    entity: str,
    query: str,
    *,
    sort: str = "",
    pipeline_id: str | None = None,
    name: str = "",
) -> None:
    """Saves a filter under a name."""
    if not query.strip():
        filtering = key_of(screen, "contacts.search" if entity == "contacts" else "board.filter")
        screen.say(f"There is no filter to save. {filtering} sets one.")
        return

    def check(typed: str) -> None:
        if not typed.strip():
            raise Invalid({"name": "A view needs a name."})

    typed = await screen.app.push_screen_wait(
        Prompt(
            "Save this view",
            label=f"Filter: {query}",
            value=name,
            placeholder="Name of the view",
            check=check,
        )
    )
    if typed is not None:
        await run(
            screen, SaveView(entity=entity, name=typed, query=query, sort=sort, pipeline_id=pipeline_id)
        )


async def _delete(screen: DeskScreen, picker: Picker, view: Option) -> bool:
    if view.id == EVERYTHING:
        picker.tell("That is no view: it shows everything.")
        return False
    undo = key_of(screen, "app.undo")
    sure = Confirm(f"Delete the view {view.label}?", f"What it shows stays; {undo} brings the view back.")
    if not await screen.app.push_screen_wait(sure):
        return False
    answer = await run(screen, DeleteView(view_id=view.id))
    if answer.applied:
        picker.tell(f"Deleted {view.label}.")
    else:
        picker.tell(answer.reason, problem=True)
    return answer.applied
