"""Questions about where a deal goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.commands.deals import SwitchPipeline
from core.entities import Deal
from tui.actions import key_of
from tui.dialogs.pick import NEW, Option, Picker
from tui.flows.run import flow, run

if TYPE_CHECKING:
    from tui.screens.base import DeskScreen

ABANDONED = "abandoned"


@flow
async def ask_lost(screen: DeskScreen, title: str) -> tuple[str, bool] | None:
    """Asks why a deal is lost: (reason, abandoned), or None where the user left."""
    reasons = screen.desk.catalog.lost_reasons
    options = [Option(reason, reason, key=str(n)) for n, reason in enumerate(reasons[:9], 1)]
    options += [Option(reason, reason) for reason in reasons[9:]]
    options.append(Option(ABANDONED, "Nobody pursues it any more", "abandoned", key="0"))
    chosen = await screen.app.push_screen_wait(Picker(f"Why is {title} lost?", options, allow_new=True))
    if not isinstance(chosen, str):
        return None
    return ("Abandoned", True) if chosen == ABANDONED else (chosen.removeprefix(NEW), False)


@flow
async def pick_stage(screen: DeskScreen, pipeline_id: str, current: str, *, kind: str = "") -> str | None:
    """Asks for a stage of a pipeline."""
    stages = [s for s in screen.desk.catalog.stages_of(pipeline_id) if not kind or s.kind == kind]
    options = [
        Option(s.id, s.name, f"{s.probability} %", key=str(n) if n < 10 else "")
        for n, s in enumerate(stages, 1)
    ]
    chosen = await screen.app.push_screen_wait(Picker("Stage", options, current=current))
    return chosen if isinstance(chosen, str) else None


@flow
async def switch_pipeline(screen: DeskScreen, deal: Deal) -> None:
    """Takes a deal to another pipeline."""
    catalog = screen.desk.catalog
    options = [Option(p.id, p.name) for p in catalog.pipelines if p.id != deal.pipeline_id]
    if not options:
        screen.say(
            f"There is only one pipeline. {key_of(screen, 'board.pipelines')} on the board makes another."
        )
        return
    pipeline_id = await screen.app.push_screen_wait(Picker(f"Take {deal.title} to", options))
    if not isinstance(pipeline_id, str):
        return
    stage_id = await pick_stage(screen, pipeline_id, "", kind="open")
    if stage_id:
        await run(screen, SwitchPipeline(deal_id=deal.id, stage_id=stage_id, from_stage_id=deal.stage_id))
