"""The pipeline editor: stages, their order, what they mean and where deals may go from them."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.widgets import Static

from core.commands.pipelines import (
    AddStage,
    CreatePipeline,
    DeletePipeline,
    DeleteStage,
    EditPipeline,
    EditStage,
    ReorderStage,
)
from core.entities import Stage
from core.text import clean_line, printable
from tui.actions import key_of
from tui.desk import Desk
from tui.dialogs.fields import FormField
from tui.dialogs.form import Form
from tui.dialogs.pick import Option, Picker
from tui.dialogs.prompt import Confirm, Prompt
from tui.dialogs.setup_list import NARROW, SetupList
from tui.flows.pipelines import some_name
from tui.paint import fit

_KINDS = [("open", "open"), ("won", "won"), ("lost", "lost")]


class PipelineEditor(SetupList):
    """Edits the stages of one pipeline at a time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "add", "New stage", id="stages.add", tooltip="Add a stage behind the one under the cursor"),
        Binding("e,enter", "edit", "Edit stage", id="stages.edit", tooltip="Name, meaning, probability, stale days"),
        Binding("w", "ways", "Next stages", id="stages.ways", tooltip="Where deals may go from this stage"),
        Binding("J,shift+down", "reorder(1)", "Later", id="stages.later", tooltip="Move the stage to the right"),
        Binding("K,shift+up", "reorder(-1)", "Earlier", id="stages.earlier", tooltip="Move the stage to the left"),
        Binding("D,delete", "remove", "Delete stage", id="stages.delete", tooltip="Its deals go to another stage"),
        Binding("p", "switch", "Other pipeline", id="stages.pipeline", tooltip="Edit another pipeline"),
        Binding("R", "rename", "Rename pipeline", id="stages.rename", tooltip="Give this pipeline another name"),
        Binding("N", "new_pipeline", "New pipeline", id="stages.new-pipeline", tooltip="With the stages of this one"),
        Binding("M", "team", "Team", id="stages.team", tooltip="Whose pipeline it is: one team's or everybody's"),
        Binding(
            "X", "remove_pipeline", "Delete pipeline", id="stages.delete-pipeline", tooltip="Once no deal is in it"
        ),
    ]  # fmt: skip

    def __init__(self, desk: Desk, pipeline_id: str) -> None:
        super().__init__(
            desk,
            "Pipeline",
            hints=[
                ("stages.add", "new"), ("stages.edit", "edit"), ("stages.ways", "next stages"),
                ("stages.later stages.earlier", "order"), ("stages.delete", "delete"),
            ],
        )  # fmt: skip
        self._pipeline_id = pipeline_id

    @property
    def _stages(self) -> tuple[Stage, ...]:
        return self.desk.catalog.stages_of(self._pipeline_id)

    @property
    def _stage(self) -> Stage | None:
        return self.desk.catalog.stage_by_id.get(self.current_id)

    def show_list(self, wanted: str = "") -> None:
        """The stages in their order."""
        catalog = self.desk.catalog
        if self._pipeline_id not in catalog.pipeline_by_id:
            self._pipeline_id = catalog.pipelines[0].id
        pipeline = catalog.pipeline_by_id[self._pipeline_id]
        team = next((t.name for t in catalog.teams if t.id == pipeline.team_id), "everybody")
        title = clean_line(f"{pipeline.name} · a pipeline of {team}")
        self.query_one(".dialog--title", Static).update(title)
        names = {stage.id: stage.name for stage in self._stages}
        width = min(24, max((cell_len(printable(name)) for name in names.values()), default=0))
        options = []
        for stage in self._stages:
            ways = ", ".join(names[to] for to in names if to in stage.next_stage_ids) or "nowhere"
            meaning = _meaning(stage)
            label = f"{fit(stage.name, width)}  {meaning if self.size.width >= NARROW else meaning[:5]}"
            options.append(Option(stage.id, label, f"→ {ways}"))
        self.fill(options, wanted)

    # --- one command after the other ----------------------------------------------------------------------------

    def action_add(self) -> None:
        """Adds a stage."""
        self.run_worker(self._add())

    async def _add(self) -> None:
        name = await self.app.push_screen_wait(Prompt("New stage", label="Name", check=some_name))
        if name is not None:
            stage = self._stage
            behind = stage if stage is None or stage.kind == "open" else None
            last_open = [s for s in self._stages if s.kind == "open"][-1:]
            after = behind or (last_open[0] if last_open else None)
            command = AddStage(
                pipeline_id=self._pipeline_id, name=name, after_stage_id=after.id if after else ""
            )
            await self.run(command)
            self.show_list(command.stage_id)

    def action_edit(self) -> None:
        """Edits the stage under the cursor."""
        if self._stage:
            self.run_worker(self._edit(self._stage))

    async def _edit(self, stage: Stage) -> None:
        fields = [
            FormField("name", "Name", value=stage.name, required=True),
            FormField("kind", "Meaning", "choice", stage.kind, _KINDS),
            FormField("probability", "Probability", "percent", stage.probability),
            FormField(
                "stale_days",
                "Stale after",
                "number",
                stage.stale_days,
                hint="days without activity; empty: never",
            ),
        ]

        async def submit(values: dict[str, Any]) -> dict[str, str] | None:
            if "probability" in values:
                values["probability"] = values["probability"] or 0
            seen = {name: getattr(stage, name) for name in values}
            answer = await self.run(EditStage(stage_id=stage.id, values=values, expected=seen))
            return None if answer.applied else dict(answer.fields) or {"": answer.reason}

        await self.app.push_screen_wait(
            Form(self.desk, f"Stage · {stage.name}", fields, submit, only_changed=True)
        )

    def action_ways(self) -> None:
        """Says where deals may go from the stage under the cursor."""
        if self._stage:
            self.run_worker(self._ways(self._stage))

    async def _ways(self, stage: Stage) -> None:
        options = [Option(s.id, s.name) for s in self._stages if s.id != stage.id]
        chosen = await self.app.push_screen_wait(
            Picker(
                f"From {stage.name} to",
                options,
                multi=True,
                marked=stage.next_stage_ids,
                placeholder="tab marks",
            )
        )
        if isinstance(chosen, list):
            ways = tuple(one for one in chosen if one)
            seen = {"next_stage_ids": stage.next_stage_ids}
            await self.run(EditStage(stage_id=stage.id, values={"next_stage_ids": ways}, expected=seen))

    def action_reorder(self, step: int) -> None:
        """Moves the stage under the cursor."""
        if self._stage:
            self.run_worker(self.run(ReorderStage(stage_id=self._stage.id, step=step)), group="reorder")

    def action_remove(self) -> None:
        """Deletes the stage under the cursor."""
        if self._stage:
            self.run_worker(self._remove(self._stage))

    async def _remove(self, stage: Stage) -> None:
        answer = await self.desk.execute(DeleteStage(stage_id=stage.id))
        options = [Option(s.id, s.name) for s in self._stages if s.id != stage.id and s.kind == stage.kind]
        if "reassign_to" not in answer.fields or not options:
            self.tell_of(answer)
            return
        self.tell("")
        target = await self.app.push_screen_wait(Picker(answer.reason, options))
        if isinstance(target, str):
            await self.run(DeleteStage(stage_id=stage.id, reassign_to=target))

    def action_switch(self) -> None:
        """Goes to another pipeline."""
        self.run_worker(self._switch())

    async def _switch(self) -> None:
        options = [Option(p.id, p.name) for p in self.desk.catalog.pipelines]
        chosen = await self.app.push_screen_wait(Picker("Pipeline", options, current=self._pipeline_id))
        if isinstance(chosen, str):
            self._pipeline_id = chosen
            self.show_list()

    def action_rename(self) -> None:
        """Renames the pipeline."""
        self.run_worker(self._rename())

    async def _rename(self) -> None:
        before = self.desk.catalog.pipeline_by_id[self._pipeline_id].name
        name = await self.app.push_screen_wait(Prompt("Rename the pipeline", value=before, check=some_name))
        if name is not None:
            await self.run(
                EditPipeline(pipeline_id=self._pipeline_id, values={"name": name}, expected={"name": before})
            )

    def action_team(self) -> None:
        """Gives the pipeline to a team."""
        self.run_worker(self._team())

    async def _team(self) -> None:
        everybody = "*"
        options = [Option(everybody, "Everybody"), *(Option(t.id, t.name) for t in self.desk.catalog.teams)]
        chosen = await self.app.push_screen_wait(Picker("Whose pipeline is it?", options))
        if isinstance(chosen, str):
            team_id = None if chosen == everybody else chosen
            seen = {"team_id": self.desk.catalog.pipeline_by_id[self._pipeline_id].team_id}
            await self.run(
                EditPipeline(pipeline_id=self._pipeline_id, values={"team_id": team_id}, expected=seen)
            )

    def action_new_pipeline(self) -> None:
        """Makes a pipeline."""
        self.run_worker(self._new_pipeline())

    async def _new_pipeline(self) -> None:
        name = await self.app.push_screen_wait(Prompt("New pipeline", label="Name", check=some_name))
        if name is not None:
            command = CreatePipeline(name=name, copy_of=self._pipeline_id)
            if (await self.run(command)).applied:
                self._pipeline_id = command.pipeline_id
                self.show_list()

    def action_remove_pipeline(self) -> None:
        """Deletes the pipeline."""
        self.run_worker(self._remove_pipeline())

    async def _remove_pipeline(self) -> None:
        name = self.desk.catalog.pipeline_by_id[self._pipeline_id].name
        if await self.app.push_screen_wait(
            Confirm(
                f"Delete the pipeline {name}?", f"{key_of(self, 'setup.undo')} brings it back.", danger=True
            )
        ):
            await self.run(DeletePipeline(pipeline_id=self._pipeline_id))


def _meaning(stage: Stage) -> str:
    """What a stage says of the deals in it, in columns of their own."""
    if stage.kind != "open":
        return f"{stage.kind:>5}"
    stale = f"stale {stage.stale_days} d" if stage.stale_days else "never stale"
    return f"{stage.probability:>3} %  {stale}"
