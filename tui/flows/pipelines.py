"""Choosing and shaping pipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.commands.pipelines import CreatePipeline
from core.errors import Invalid
from tui.dialogs.pick import NEW, Option, Picker
from tui.flows.run import flow, run

if TYPE_CHECKING:
    from tui.screens.base import DeskScreen


@flow
async def pick_pipeline(screen: DeskScreen, current: str) -> str | None:
    """Asks which pipeline to show; a name typed anew makes one."""
    catalog = screen.desk.catalog
    teams = {team.id: team.name for team in catalog.teams}
    options = [Option(p.id, p.name, teams.get(p.team_id or "", "")) for p in catalog.pipelines]
    chosen = await screen.app.push_screen_wait(
        Picker(
            "Pipeline",
            options,
            current=current,
            allow_new=True,
            placeholder="Type to find one, or name a new one",
        )
    )
    if not isinstance(chosen, str):
        return None
    if not chosen.startswith(NEW):
        return chosen
    command = CreatePipeline(name=chosen.removeprefix(NEW), copy_of=current)
    answer = await run(screen, command)
    return command.pipeline_id if answer.applied else None


@flow
async def edit_pipelines(screen: DeskScreen, pipeline_id: str) -> None:
    """Opens the pipeline editor."""
    from tui.dialogs.pipelines import PipelineEditor

    if screen.desk.catalog.me.role not in ("admin", "manager"):
        screen.say("Pipelines are changed by admins and managers.", problem=True)
        return
    await screen.app.push_screen_wait(PipelineEditor(screen.desk, pipeline_id))


def some_name(typed: str) -> None:
    """Raises `Invalid` where nothing was typed."""
    if not typed.strip():
        raise Invalid({"name": "It needs a name."})
