"""Commands by which people shape their pipelines, without touching code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from core.catalog import Catalog
from core.changes import Change
from core.commands.base import (
    Command,
    Context,
    Decision,
    Need,
    Seen,
    Where,
    cleaned,
    counted,
    delete,
    effective,
    insert,
    only,
    told,
    update,
)
from core.entities import Deal, Pipeline, Stage
from core.errors import Invalid, NotFound, Refused
from core.fractional import is_key, near, spread
from core.ids import new_id
from core.permissions import require_role
from core.pipelines import STAGE_KINDS
from core.text import fold


@dataclass(frozen=True, kw_only=True)
class CreatePipeline(Command):
    """A new pipeline, with the stages New, Won and Lost to begin with, or those of another.

    Attributes:
        name: its name.
        team_id: whose; everybody's where it is None.
        copy_of: a pipeline whose stages and transitions it takes over.
    """

    NAME: ClassVar[str] = "create_pipeline"
    name: str
    team_id: str | None = None
    copy_of: str | None = None
    pipeline_id: str = field(default_factory=new_id)

    def decide(self, seen: Seen, context: Context) -> Decision:
        catalog = context.catalog
        require_role(catalog, "admin", "manager")
        values = _pipeline_values(catalog, {"name": self.name, "team_id": self.team_id})
        _free_name("pipeline", values["name"], [p.name for p in catalog.pipelines])
        last = max((p.position for p in catalog.pipelines), default="")
        pipeline = insert(Pipeline, self.pipeline_id, {**values, "position": near(last, "")})
        pattern = _STARTER
        if self.copy_of:
            pattern = [_pattern(stage) for stage in catalog.stages_of(_pipeline(catalog, self.copy_of).id)]
        ids = {old: context.new_id() for old, _ in pattern}
        stages = [
            insert(
                Stage,
                ids[old],
                {
                    **stage,
                    "pipeline_id": self.pipeline_id,
                    "position": position,
                    "next_stage_ids": tuple(ids[to] for to in stage["next_stage_ids"] if to in ids),
                },
            )
            for (old, stage), position in zip(pattern, spread(len(pattern)), strict=True)
        ]
        return Decision(f"Created the pipeline {values['name']}", (pipeline, *stages), "pipeline.created")


def _pattern(stage: Stage) -> tuple[str, dict[str, Any]]:
    names = ("name", "kind", "probability", "stale_days", "next_stage_ids")
    return stage.id, {name: getattr(stage, name) for name in names}


_STARTER: list[tuple[str, dict[str, Any]]] = [
    (
        "new",
        {
            "name": "New",
            "kind": "open",
            "probability": 10,
            "stale_days": 14,
            "next_stage_ids": ("won", "lost"),
        },
    ),
    ("won", {"name": "Won", "kind": "won", "probability": 100, "next_stage_ids": ()}),
    ("lost", {"name": "Lost", "kind": "lost", "probability": 0, "next_stage_ids": ("new",)}),
]


@dataclass(frozen=True, kw_only=True)
class EditPipeline(Command):
    """Renames a pipeline, gives it to a team (None: everybody), or moves it in the list."""

    NAME: ClassVar[str] = "edit_pipeline"
    pipeline_id: str
    values: Mapping[str, Any]
    expected: Mapping[str, Any] = field(default_factory=dict)

    def decide(self, seen: Seen, context: Context) -> Decision:
        catalog = context.catalog
        require_role(catalog, "admin", "manager")
        pipeline = _pipeline(catalog, self.pipeline_id)
        only(self.values, ("name", "team_id", "position"), pipeline.LABEL)
        values = _pipeline_values(catalog, self.values)
        if "name" in values:
            _free_name("pipeline", values["name"], [p.name for p in catalog.pipelines if p.id != pipeline.id])
        change = update(pipeline, values, self.expected)
        return Decision(f"Edited the pipeline {pipeline.name}", effective(change), "pipeline.edited")


@dataclass(frozen=True, kw_only=True)
class DeletePipeline(Command):
    """Deletes a pipeline without deals, with its stages. The last one stays."""

    NAME: ClassVar[str] = "delete_pipeline"
    pipeline_id: str

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return [Where("deals", {"pipeline_id": self.pipeline_id}, limit=1)]

    def decide(self, seen: Seen, context: Context) -> Decision:
        catalog = context.catalog
        require_role(catalog, "admin", "manager")
        pipeline = _pipeline(catalog, self.pipeline_id)
        if len(catalog.pipelines) == 1:
            raise Refused("This is the only pipeline. Create another one first.")
        if seen.where(Deal, pipeline_id=pipeline.id):
            raise Refused(
                f"There are deals in {pipeline.name}. Move them to another pipeline or delete them first."
            )
        stages = (delete(s, context.now, relies_on=("pipeline_id",)) for s in catalog.stages_of(pipeline.id))
        changes = (*stages, delete(pipeline, context.now))
        return Decision(f"Deleted the pipeline {pipeline.name}", changes, "pipeline.deleted")


@dataclass(frozen=True, kw_only=True)
class AddStage(Command):
    """A new stage in a pipeline.

    Attributes:
        pipeline_id: the pipeline.
        name: its name.
        after_stage_id: the stage on its left; empty: it becomes the first.
        kind: open, won or lost.
        probability: percent; halfway between its neighbours where it is None.
        stale_days: days without activity after which a deal is stale.
        link: connect it. An open stage: the nearest open one on the left leads to it, and it to the one on the right
            and to every lost stage. A won stage: the nearest open one on the left leads to it. A lost one: every open
            one does.
    """

    NAME: ClassVar[str] = "add_stage"
    pipeline_id: str
    name: str
    after_stage_id: str = ""
    kind: str = "open"
    probability: int | None = None
    stale_days: int | None = 14
    link: bool = True
    stage_id: str = field(default_factory=new_id)

    def decide(self, seen: Seen, context: Context) -> Decision:
        catalog = context.catalog
        require_role(catalog, "admin", "manager")
        _pipeline(catalog, self.pipeline_id)
        stages = list(catalog.stages_of(self.pipeline_id))
        place = 0
        if self.after_stage_id:
            place = 1 + _place(stages, catalog.stage(self.after_stage_id))
        before, behind = stages[:place], stages[place:]
        values = _stage_values(
            catalog, self.pipeline_id,
            {"name": self.name, "kind": self.kind, "stale_days": self.stale_days},
        )  # fmt: skip
        probability = self.probability
        if probability is None:
            probability = _likely(before, behind, self.kind)
        values |= _stage_values(catalog, self.pipeline_id, {"probability": probability}) | {
            "pipeline_id": self.pipeline_id,
            "position": near(before[-1].position if before else "", behind[0].position if behind else ""),
            "next_stage_ids": _ways_on(stages, behind) if self.link and self.kind == "open" else (),
        }
        links = [
            Change("stages", stage.id, add={"next_stage_ids": (self.stage_id,)})
            for stage in (_ways_in(stages, before, self.kind) if self.link else ())
        ]
        return Decision(
            f"Added the stage {values['name']}",
            (insert(Stage, self.stage_id, values), *links),
            "pipeline.edited",
        )


def _likely(before: Sequence[Stage], behind: Sequence[Stage], kind: str) -> int:
    """A stage's probability, halfway between its neighbours'; what is closed is certain."""
    if kind != "open":
        return 100 if kind == "won" else 0
    low = before[-1].probability if before and before[-1].kind == "open" else 0
    high = behind[0].probability if behind and behind[0].kind != "lost" else 100
    return (low + high) // 2


def _ways_in(stages: Sequence[Stage], before: Sequence[Stage], kind: str) -> list[Stage]:
    if kind == "lost":
        return [stage for stage in stages if stage.kind == "open"]
    return [stage for stage in before if stage.kind == "open"][-1:]


def _ways_on(stages: Sequence[Stage], behind: Sequence[Stage]) -> tuple[str, ...]:
    ways = [behind[0].id] if behind and behind[0].kind != "lost" else []
    return (*ways, *(stage.id for stage in stages if stage.kind == "lost"))


@dataclass(frozen=True, kw_only=True)
class EditStage(Command):
    """Changes a stage: name, kind, probability, stale_days, next_stage_ids."""

    NAME: ClassVar[str] = "edit_stage"
    stage_id: str
    values: Mapping[str, Any]
    expected: Mapping[str, Any] = field(default_factory=dict)

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return [Where("deals", {"stage_id": self.stage_id}, limit=1)]

    def decide(self, seen: Seen, context: Context) -> Decision:
        catalog = context.catalog
        require_role(catalog, "admin", "manager")
        stage = catalog.stage(self.stage_id)
        only(self.values, ("name", "kind", "probability", "stale_days", "next_stage_ids"), stage.LABEL)
        values = _stage_values(catalog, stage.pipeline_id, self.values, stage)
        if values.get("kind", stage.kind) != stage.kind:
            if seen.where(Deal, stage_id=stage.id):
                raise Refused(
                    f"There are deals in {stage.name}: what it means cannot change under them. Move them first."
                )
            _keeps_open(catalog, stage)
        for to in values.get("next_stage_ids", ()):
            if catalog.stage(to).pipeline_id != stage.pipeline_id or to == stage.id:
                raise Refused("A deal moves between different stages of one pipeline.")
        change = update(stage, values, self.expected)
        return Decision(f"Edited the stage {stage.name}", effective(change), "pipeline.edited")


@dataclass(frozen=True, kw_only=True)
class ReorderStage(Command):
    """Moves a stage one place or more along its pipeline (`step` < 0: to the left)."""

    NAME: ClassVar[str] = "reorder_stage"
    stage_id: str
    step: int

    def decide(self, seen: Seen, context: Context) -> Decision:
        catalog = context.catalog
        require_role(catalog, "admin", "manager")
        stage = catalog.stage(self.stage_id)
        stages = list(catalog.stages_of(stage.pipeline_id))
        place = _place(stages, stage)
        target = min(max(place + self.step, 0), len(stages) - 1)
        if target == place:
            raise Refused(f"{stage.name} is at the {'left' if self.step < 0 else 'right'} end already.")
        stages.pop(place)
        left = stages[target - 1].position if target else ""
        right = stages[target].position if target < len(stages) else ""
        change = update(stage, {"position": near(left, right)})
        return Decision(f"Moved the stage {stage.name}", (change,), "pipeline.edited")


@dataclass(frozen=True, kw_only=True)
class DeleteStage(Command):
    """Deletes a stage. While deals are in it, it is refused unless they are given another stage of the same kind.

    Attributes:
        stage_id: the stage.
        reassign_to: where its deals go; empty: refuse while there are any.
    """

    NAME: ClassVar[str] = "delete_stage"
    stage_id: str
    reassign_to: str = ""

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return [Where("deals", {"stage_id": self.stage_id}, limit=1_000_000)]

    def decide(self, seen: Seen, context: Context) -> Decision:
        catalog = context.catalog
        require_role(catalog, "admin", "manager")
        stage = catalog.stage(self.stage_id)
        deals = seen.where(Deal, stage_id=stage.id)
        changes: list[Change] = []
        _keeps_open(catalog, stage)
        if deals:
            if not self.reassign_to:
                there = "There is" if len(deals) == 1 else "There are"
                them = "it" if len(deals) == 1 else "them"
                what = f"{there} {counted(len(deals), 'deal')} in {stage.name}. Say which stage takes {them}."
                raise Invalid({"reassign_to": what})
            target = catalog.stage(self.reassign_to)
            if target.id == stage.id or target.pipeline_id != stage.pipeline_id or target.kind != stage.kind:
                raise Refused(
                    f"The deals of {stage.name} need another {stage.kind} stage of the same pipeline."
                )
            for deal in deals:
                changes.append(update(deal, {"stage_id": target.id, "stage_since": context.now}))
                changes.append(
                    told(
                        context, kind="stage_change", subject=f"{stage.name} → {target.name}",
                        body=f"The stage {stage.name} was deleted.", book_id=deal.book_id, deal_id=deal.id,
                        contact_id=deal.contact_id, company_id=deal.company_id,
                        data={
                            "from": stage.id, "from_name": stage.name, "to": target.id, "to_name": target.name,
                            "from_outcome": deal.outcome, "outcome": deal.outcome, "reason": "stage deleted",
                            "seconds": max(0, int((context.now - deal.stage_since).total_seconds())),
                        },
                    )
                )  # fmt: skip
        for other in catalog.stages_of(stage.pipeline_id):
            if stage.id in other.next_stage_ids and other.id != stage.id:
                # Whoever could reach the deleted stage can go where it led, so that no deal is walled in.
                onward = tuple(
                    to for to in stage.next_stage_ids if to not in (*other.next_stage_ids, other.id)
                )
                changes.append(
                    Change(
                        "stages",
                        other.id,
                        add={"next_stage_ids": onward} if onward else {},
                        remove={"next_stage_ids": (stage.id,)},
                    )
                )
        changes.append(delete(stage, context.now, relies_on=("pipeline_id",)))
        return Decision(f"Deleted the stage {stage.name}", tuple(changes), "pipeline.edited")


def _pipeline(catalog: Catalog, pipeline_id: str) -> Pipeline:
    try:
        return catalog.pipeline_by_id[pipeline_id]
    except KeyError:
        raise NotFound("That pipeline is not there any more.") from None


def _place(stages: Sequence[Stage], stage: Stage) -> int:
    """Where a stage stands in its pipeline.

    Raises:
        Refused: it is a stage of another one.
    """
    for place, other in enumerate(stages):
        if other.id == stage.id:
            return place
    raise Refused(f"{stage.name} is a stage of another pipeline.")


def _pipeline_values(catalog: Catalog, values: Mapping[str, Any]) -> dict[str, Any]:
    out = cleaned(Pipeline, values)
    if out.get("team_id") and out["team_id"] not in {team.id for team in catalog.teams}:
        raise NotFound("That team is not there any more.")
    if "position" in out and not is_key(out["position"]):
        raise ValueError(f"not a fractional key: {out['position']!r}")
    return out


def _free_name(what: str, name: str, taken: Sequence[str]) -> None:
    if not name:
        raise Invalid({"name": f"A {what} needs a name."})
    if fold(name) in map(fold, taken):
        raise Invalid({"name": f"There is a {what} called {name} already."})


def _keeps_open(catalog: Catalog, stage: Stage) -> None:
    others = [s for s in catalog.stages_of(stage.pipeline_id) if s.id != stage.id and s.kind == stage.kind]
    if stage.kind == "open" and not others:
        raise Refused("A pipeline needs at least one open stage, and this is the last.")


def _stage_values(
    catalog: Catalog, pipeline_id: str, values: Mapping[str, Any], stage: Stage | None = None
) -> dict[str, Any]:
    out = cleaned(Stage, values)
    if "name" in out:
        others = [s.name for s in catalog.stages_of(pipeline_id) if stage is None or s.id != stage.id]
        _free_name("stage", out["name"], others)
    if "kind" in out and out["kind"] not in STAGE_KINDS:
        raise Invalid({"kind": "A stage is open, won or lost."})
    if "probability" in out and not 0 <= out["probability"] <= 100:
        raise Invalid({"probability": "The probability is a percentage from 0 to 100."})
    if out.get("stale_days") is not None and not 1 <= out["stale_days"] <= 3650:
        raise Invalid({"stale_days": "Days until a deal is stale: 1 to 3650, or empty for never."})
    return out
