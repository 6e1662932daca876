"""Moving a deal from where it stands alone; a board shows its moves before they are certain (see `tui.screens.pipeline_moves`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.changes import Answer
from core.commands.deals import MoveDeal
from core.entities import Stage
from core.errors import OffhookError
from core.pipelines import neighbour, require_move, stage_of_kind
from tui.flows.deals import ask_lost
from tui.flows.run import run

if TYPE_CHECKING:
    from tui.screens.base import DeskScreen


async def move(screen: DeskScreen, deal_id: str, title: str, from_stage_id: str, to: Stage) -> Answer | None:
    """Moves a deal to a stage; of a lost one it is asked why.

    Args:
        screen: asks, and says what came of it.
        deal_id: the deal.
        title: what the user calls it.
        from_stage_id: where the user saw it.
        to: where it goes.

    Returns:
        The answer; None where nothing was asked of the workspace: the rules say no, or the user left.
    """
    catalog = screen.desk.catalog
    if to.id == from_stage_id:
        screen.say(f"{title} is in {to.name} already.")
        return None
    reason, abandoned = "", False
    try:
        require_move(catalog, catalog.stage(from_stage_id), to)
    except OffhookError as error:
        screen.say(str(error), problem=True)
        return None
    if to.kind == "lost":
        why = await ask_lost(screen, title)
        if why is None:
            return None
        reason, abandoned = why
    return await run(
        screen,
        MoveDeal(
            deal_id=deal_id, stage_id=to.id, from_stage_id=from_stage_id, reason=reason, abandoned=abandoned
        ),
    )


def stage_beside(screen: DeskScreen, stage_id: str, step: int) -> Stage | None:
    """The stage to the right (left: -1) of one; says so where there is none."""
    try:
        origin = screen.desk.catalog.stage(stage_id)
        target = neighbour(screen.desk.catalog, origin, step)
    except OffhookError as error:
        screen.say(str(error), problem=True)
        return None
    if target is None:
        side = "right" if step > 0 else "left"
        screen.say(f"There is no stage to the {side} of {origin.name}.", problem=True)
    return target


def stage_number(screen: DeskScreen, pipeline_id: str, number: int) -> Stage | None:
    """The stage of a pipeline by its number, from 1; says so where there are fewer."""
    stages = screen.desk.catalog.stages_of(pipeline_id)
    if number <= len(stages):
        return stages[number - 1]
    screen.say(f"This pipeline has {len(stages)} stages.", problem=True)
    return None


def closing_stage(screen: DeskScreen, pipeline_id: str, kind: str) -> Stage | None:
    """Where deals of a pipeline are won or lost; says so where there is no such stage."""
    try:
        return stage_of_kind(screen.desk.catalog, pipeline_id, kind)
    except OffhookError as error:
        screen.say(str(error), problem=True)
        return None
