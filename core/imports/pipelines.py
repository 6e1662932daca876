"""The pipelines of files: which there are, which of ours they are, and what a new one would be like."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.catalog import Catalog
from core.defaults import StagePlan
from core.entities import Pipeline
from core.imports.shapes import Column, TablePlan
from core.imports.sources import KnownStage, source_named
from core.imports.stages import Stages, kind_of, split_stage, stage_key
from core.imports.values.texts import is_blank
from core.text import clean_line

FIRST = "first"
"""The answer that deals go to the first open stage of their pipeline, and keep the stage's old name as a tag."""
Pairs = Sequence[Mapping[tuple[str, ...], int]]
"""By table, how often a pipeline and a stage stand together; in our own exports with the deal's outcome, too."""
_STALE_DAYS = 14
_INTERNAL = re.compile("[a-z0-9]*[a-z][a-z0-9]*(?:[_-][a-z0-9]+)+")


@dataclass(slots=True)
class PipelineUse:
    """A pipeline of the files.

    Attributes:
        value: what the files call it; empty for deals that name none.
        source: the system the files come from.
        label: what people call that system.
        stages: the stages in it, with how many rows are in each.
        kinds: whether deals in a stage are open, won or lost, where the file says it: a deal of ours is won in a won stage.
    """

    value: str
    source: str
    label: str
    stages: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    def kind(self, value: str) -> str:
        """open, won or lost, as far as the file or the name of a stage says it."""
        return self.kinds.get(value) or kind_of(value)

    def fitting(self, stages: Stages, catalog: Catalog) -> Pipeline | None:
        """The pipeline of ours that it is: by its name, and where several could be meant, the one that has most of its stages.

        Without a name, any could be meant.
        """
        candidates = list(catalog.pipelines)
        if self.value:
            named = stages.named(self.value)
            also = (f"{self.value} ({self.label})",)
            candidates = [p for p in candidates if p is named or p.name in also]
        return max(candidates, key=lambda p: self._known(stages, p), default=None)

    def is_open(self, stages: Stages, fitting: Pipeline | None) -> bool:
        """Whether it must be asked: there is none like it, or half or more of its open stages are unknown there."""
        if fitting is None:
            return True
        unfinished = [value for value in self.stages if self.kind(value) == "open"]
        unknown = [value for value in unfinished if stages.known(fitting, value) is None]
        return bool(unfinished) and 2 * len(unknown) >= len(unfinished)

    def new_name(self, catalog: Catalog) -> str:
        """What a new pipeline for it is called."""
        taken = {stage_key(pipeline.name) for pipeline in catalog.pipelines}
        name = clean_line(self.value or self.label)[:200] or "Imported"
        if stage_key(name) in taken:
            name = f"{name} ({self.label})"
        return name

    def shown(self, value: str) -> str:
        """What people call a stage, where a file has the system's internal name (`closedlost`, `in-negotiation`)."""
        known = self._known_stages().get(stage_key(value))
        if known is not None:
            return known.name
        return re.sub("[_-]", " ", value).capitalize() if _INTERNAL.fullmatch(value) else value

    def plan(self) -> tuple[StagePlan, ...]:
        """The stages of a new pipeline for it, in the system's own order as far as that is known, with an end of each kind."""
        known = self._known_stages()
        order = {key: place for place, key in enumerate(known)}
        kinds = {key: stage.kind for key, stage in known.items()}
        by_key: dict[str, str] = {}
        said: dict[str, str] = {}
        for value in self.stages:
            shown = by_key.setdefault(stage_key(value), self.shown(value))
            said.setdefault(shown, self.kind(value))
        values = sorted(by_key.values(), key=lambda value: order.get(stage_key(value), len(order)))
        found = {value: kinds.get(stage_key(value)) or said[value] for value in values}
        unfinished = [value for value, kind in found.items() if kind == "open"] or ["New"]
        won = [value for value, kind in found.items() if kind == "won"] or ["Won"]
        lost = [value for value, kind in found.items() if kind == "lost"] or ["Lost"]
        ends = (*won, *lost)
        plans = [
            # From any stage to the next one, back to the one before, and to every end.
            StagePlan(
                name, "open", round(90 * (place + 1) / (len(unfinished) + 1)), _STALE_DAYS,
                (*unfinished[max(place - 1, 0) : place], *unfinished[place + 1 : place + 2], *ends),
            )
            for place, name in enumerate(unfinished)
        ]  # fmt: skip
        plans += [StagePlan(name, "won", 100, None, ()) for name in won]
        plans += [StagePlan(name, "lost", 0, None, (unfinished[0],)) for name in lost]
        return tuple(plans)

    def _known_stages(self) -> dict[str, KnownStage]:
        source = source_named(self.source)
        return {stage_key(stage.name): stage for stage in source.stages} if source else {}

    def _known(self, stages: Stages, pipeline: Pipeline) -> int:
        return sum(stages.known(pipeline, value) is not None for value in self.stages)


def may_make(catalog: Catalog) -> bool:
    """Whether the user may make pipelines, stages and fields."""
    return catalog.me.role in ("admin", "manager")


def pipeline_uses(
    plans: Sequence[TablePlan], columns: Sequence[Sequence[Column]], pairs: Pairs = ()
) -> list[PipelineUse]:
    """The pipelines that the mapped columns of all tables name, with their stages."""
    uses: dict[str, PipelineUse] = {}
    for place, (plan, seen) in enumerate(zip(plans, columns, strict=True)):
        known = {column.header: column for column in seen}
        before = "" if plan.entity == "deals" else "deal."
        stage = known.get(plan.mapping.get(f"{before}stage", ""))
        pipeline = known.get(plan.mapping.get(f"{before}pipeline", ""))
        source = source_named(plan.source)
        label = source.label if source else "Imported"
        both = pairs[place] if place < len(pairs) else {}
        for (named, value, *ended), rows in _together(pipeline, stage, both).items():
            found_stage, found = split_stage(
                "" if is_blank(value) else value, "" if is_blank(named) else named, plan.source
            )
            use = uses.setdefault(stage_key(found), PipelineUse(found, plan.source, label))
            if found_stage:
                use.stages[found_stage] = use.stages.get(found_stage, 0) + rows
                if ended and not is_blank(ended[0]):
                    use.kinds[found_stage] = kind_of(ended[0])
    return list(uses.values())


def _together(
    pipeline: Column | None, stage: Column | None, pairs: Mapping[tuple[str, ...], int]
) -> Mapping[tuple[str, ...], int]:
    """Which pipeline and stage stand together, with the rows; where nobody has counted, each may with each."""
    if pairs:
        return pairs
    stages = (stage.values or {}) if stage is not None else {}
    names = (pipeline.values or {}) if pipeline is not None else {}
    if not names:
        return {("", value): rows for value, rows in stages.items()}
    if not stages:
        return {(name, ""): rows for name, rows in names.items()}
    return {(name, value): rows for name in names for value, rows in stages.items()}
