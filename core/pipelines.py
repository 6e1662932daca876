"""The rules of pipelines: which moves are allowed, and how a set of stages hangs together."""

from __future__ import annotations

from core.catalog import Catalog
from core.entities import Stage
from core.errors import NotFound, Refused

STAGE_KINDS = ("open", "won", "lost")


def require_move(catalog: Catalog, origin: Stage, target: Stage) -> None:
    """Raises `Refused`, with what is possible instead, unless deals may move from `origin` to `target`."""
    if target.pipeline_id != origin.pipeline_id:
        raise Refused(f"{target.name} is a stage of another pipeline. Edit the deal's pipeline instead.")
    if target.id in origin.next_stage_ids:
        return
    allowed = [
        stage.name for stage in catalog.stages_of(origin.pipeline_id) if stage.id in origin.next_stage_ids
    ]
    ways = f"From {origin.name}: {', '.join(allowed)}" if allowed else f"No stage follows {origin.name}"
    raise Refused(f"Invalid move: {origin.name} → {target.name}. {ways}")


def stage_of_kind(catalog: Catalog, pipeline_id: str, kind: str) -> Stage:
    """The first stage of a kind (won, lost) in a pipeline.

    Raises:
        NotFound: the pipeline has none.
    """
    for stage in catalog.stages_of(pipeline_id):
        if stage.kind == kind:
            return stage
    raise NotFound(f"This pipeline has no {kind} stage. Add one in the pipeline editor.")


def first_stage(catalog: Catalog, pipeline_id: str) -> Stage:
    """Where new deals start.

    Raises:
        NotFound: the pipeline has no open stage.
    """
    return stage_of_kind(catalog, pipeline_id, "open")


def neighbour(catalog: Catalog, stage: Stage, step: int) -> Stage | None:
    """The stage `step` columns to the right (left if negative), or None at the edge."""
    stages = catalog.stages_of(stage.pipeline_id)
    place = [s.id for s in stages].index(stage.id) + step
    return stages[place] if 0 <= place < len(stages) else None


def effective_probability(own: int | None, stage: Stage | None) -> int:
    """A deal's probability in percent: its own, otherwise its stage's. Closed stages decide for themselves."""
    if stage is not None and stage.kind != "open":
        return 100 if stage.kind == "won" else 0
    if own is not None:
        return own
    return stage.probability if stage else 0
