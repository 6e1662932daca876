"""Saved views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.commands.setup import DeleteView, SaveView
from core.entities import SmartView
from core.errors import Invalid
from tui.dialogs.pick import Option, Picker
from tui.dialogs.prompt import Prompt
from tui.flows.run import flow, run

if TYPE_CHECKING:
    from tui.screens.base import DeskScreen

EVERYTHING = "*"


@flow
async def pick_view(screen: DeskScreen, entity: str, current: str = "") -> SmartView | str | None:
    """Asks for a saved view: the view, `EVERYTHING` for no filter, or None where the user left."""
    views = [v for v in screen.desk.catalog.smart_views if v.entity == entity]
    options = [Option(EVERYTHING, "Everything", "no filter")]
    options += [Option(v.id, v.name, v.query) for v in views]
    chosen = await screen.app.push_screen_wait(Picker("Views", options, current=current))
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
        screen.say("There is no filter to save. f sets one.")
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


@flow
async def delete_view(screen: DeskScreen, entity: str) -> None:
    """Asks which view to delete."""
    views = [v for v in screen.desk.catalog.smart_views if v.entity == entity]
    options = [Option(v.id, v.name, v.query) for v in views]
    chosen = await screen.app.push_screen_wait(Picker("Delete a view", options))
    if isinstance(chosen, str):
        await run(screen, DeleteView(view_id=chosen))
