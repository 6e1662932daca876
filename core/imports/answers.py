"""What is decided of an import before its first row is read: how days and decimals are written, and what must be made.

Answers are by the ids of questions (see `core.imports.questions`). `settle` puts the defaults where no answer was given, works
out what of the set-up is to be made (pipelines, stages, fields), and has the answers name it by its id. A converter needs the
result alone, and never asks.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from core.catalog import Catalog
from core.changes import Change
from core.commands.base import Command, Context, Seen
from core.commands.pipelines import AddStage
from core.commands.setup import DefineField
from core.defaults import pipeline_changes
from core.entities import RECORDS
from core.errors import Invalid, Refused
from core.fractional import near
from core.imports.pipelines import Pairs, PipelineUse, pipeline_uses
from core.imports.questions import all_questions, decided_decimals, decided_orders
from core.imports.rows.common import OWN
from core.imports.shapes import Column, Options, TablePlan
from core.imports.stages import NEW, Stages, pipeline_question, stage_key, stage_question
from core.imports.targets import CUSTOM_FIELD, NEW_FIELD
from core.permissions import require_role
from core.schema import Record
from core.text import clean_line, fold

_BEGINNING = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""What commands on the set-up take for now: nothing in them depends on it."""


@dataclass(frozen=True)
class Settled:
    """An import of which everything is decided.

    Attributes:
        plans: the plans with all orders and decimal marks that are known; new fields go by their keys.
        catalog: the set-up as it will be once `changes` are made.
        answers: an answer for each question that has one or a default; what is to be made goes by its id.
        changes: what must be made first, in this order; nothing where it is there.
    """

    plans: tuple[TablePlan, ...]
    catalog: Catalog
    answers: Mapping[str, str]
    changes: tuple[Change, ...]


def settle(
    plans: Sequence[TablePlan],
    columns: Sequence[Sequence[Column]],
    catalog: Catalog,
    options: Options,
    answers: Mapping[str, str],
    make_id: Callable[[str], str],
    pairs: Pairs = (),
) -> Settled:
    """Decides all that can be decided before the first row.

    Args:
        plans: the tables' plans.
        columns: what was seen of each table's columns.
        catalog: the set-up as it is.
        options: what the user says of the whole import.
        answers: what was answered.
        make_id: the id of something that is made, from what it is (`pipeline:sales`): for one import always the same.
        pairs: see `core.imports.questions.open_questions`.

    Raises:
        Refused: something is to be made that the user may not make.
    """
    known = dict(answers)
    making = _Making(catalog, make_id)

    def questions() -> None:
        for question in all_questions(plans, columns, making.catalog, options, known, pairs):
            if question.default:
                known.setdefault(question.id, question.default)

    questions()
    for use in pipeline_uses(plans, columns, pairs):
        key = pipeline_question(use.value)
        if known.get(key) == NEW:
            known[key] = making.pipeline(use)
        elif key not in known and (fitting := use.fitting(Stages(making.catalog, known), making.catalog)):
            known[key] = fitting.id
    # Which stages are unknown shows once the pipelines are there.
    questions()
    for use in pipeline_uses(plans, columns, pairs):
        pipeline_id = known.get(pipeline_question(use.value), "")
        for value in use.stages:
            key = stage_question(use.value, value)
            if known.get(key) == NEW and pipeline_id in making.catalog.pipeline_by_id:
                known[key] = making.stage(pipeline_id, use.shown(value), use.kind(value))
    named = [
        replace(plan, mapping=making.fields(plan, seen)) for plan, seen in zip(plans, columns, strict=True)
    ]
    orders = decided_orders(named, columns, options, known, making.catalog)
    decimals = decided_decimals(named, columns, making.catalog)
    settled = (
        replace(plan, orders=days, decimals=marks)
        for plan, days, marks in zip(named, orders, decimals, strict=True)
    )
    return Settled(tuple(settled), making.catalog, known, tuple(making.changes))


class _Making:
    """Gathers what is made, and how the set-up looks with it."""

    def __init__(self, catalog: Catalog, make_id: Callable[[str], str]) -> None:
        self.catalog = catalog
        self.changes: list[Change] = []
        self._make_id = make_id

    def pipeline(self, use: PipelineUse) -> str:
        """The id of the pipeline that is made for one of the files'."""
        what = f"pipeline:{stage_key(use.value)}"
        pipeline_id = self._make_id(what)
        if pipeline_id not in self.catalog.pipeline_by_id:
            require_role(self.catalog, "admin", "manager")
            ids = itertools.chain((pipeline_id,), (self._make_id(f"{what}:{n}") for n in itertools.count()))
            last = max((pipeline.position for pipeline in self.catalog.pipelines), default="")
            name = use.new_name(self.catalog)
            self._take(pipeline_changes(name, use.plan(), position=near(last, ""), make_id=lambda: next(ids)))
        return pipeline_id

    def stage(self, pipeline_id: str, value: str, kind: str) -> str:
        """The id of a stage of that name; it is made behind the last open one where there is none."""
        stages = self.catalog.stages_of(pipeline_id)
        for stage in stages:
            if stage_key(stage.name) == stage_key(value):
                return stage.id
        unfinished = [stage.id for stage in stages if stage.kind == "open"]
        last = unfinished[-1:] if kind == "open" else [stage.id for stage in stages][-1:]
        stage_id = self._make_id(f"stage:{pipeline_id}:{stage_key(value)}")
        self._run(
            AddStage(
                pipeline_id=pipeline_id, name=clean_line(value), kind=kind, stage_id=stage_id,
                after_stage_id=last[0] if last else "", stale_days=14 if kind == "open" else None,
            )
        )  # fmt: skip
        return stage_id

    def fields(self, plan: TablePlan, columns: Sequence[Column]) -> dict[str, str]:
        """The plan's mapping, with the fields in it that were still to be made."""
        by_header = {column.header: column for column in columns}
        mapping: dict[str, str] = {}
        for name, header in plan.mapping.items():
            if name.startswith(NEW_FIELD):
                label = clean_line(name.removeprefix(NEW_FIELD))
                kind = _kind(by_header.get(header), own=plan.source == OWN)
                key = self._field(plan.entity, label, kind)
                mapping[f"{CUSTOM_FIELD}{key}"] = header
            else:
                mapping[name] = header
        return mapping

    def _field(self, entity: str, label: str, kind: str) -> str:
        """The key of the custom field of that label; it is made where there is none."""
        field_id = self._make_id(f"field:{entity}:{fold(label)}")
        for field in self.catalog.fields_for(entity):
            if field.id == field_id or fold(field.label) == fold(label):
                return field.key
        label = label[:200]
        # A field’s name begins with a letter, and is not that of a built-in one.
        for called in (label, f"Field {label}", f"{label} (imported)", f"Field {label} (imported)"):
            try:
                self._run(DefineField(entity=entity, label=called, kind=kind, field_id=field_id))
            except Invalid:
                continue
            break
        else:
            raise Refused(
                f"“{label}” cannot be the name of a field. Leave the column out, or name it otherwise."
            )
        return next(field.key for field in self.catalog.fields_for(entity) if field.id == field_id)

    def _run(self, command: Command) -> None:
        self._take(command.decide(cast(Seen, None), Context(self.catalog, _BEGINNING)).changes)

    def _take(self, changes: Sequence[Change]) -> None:
        self.changes += changes
        for change in changes:
            kept = cast(tuple[Record, ...], getattr(self.catalog, change.table))
            if change.insert:
                record = RECORDS[change.table](org_id=self.catalog.organization.id, **change.set)
                kept = (*kept, record)
            else:
                kept = tuple(
                    _changed(record, change) if record.id == change.id else record for record in kept
                )
            self.catalog = replace(self.catalog, **cast(dict[str, Any], {change.table: kept}))


def _changed(record: Record, change: Change) -> Record:
    lists: dict[str, Any] = {name: (*getattr(record, name), *items) for name, items in change.add.items()}
    return replace(record, **change.set, **lists)


_OWN_FORMS = {
    "number": re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?"),
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "flag": re.compile("yes|no|true|false"),
    "url": re.compile(r"https?://\S+"),
}
"""How our own exports write what is no text."""


def _kind(column: Column | None, *, own: bool) -> str:
    """The kind of a new field: what all its values are, and text where they are not all of one kind.

    Args:
        column: what was seen of it.
        own: offhook wrote it, which writes each kind in one form; what has another is text that somebody wrote.
    """
    if column is None or not column.looked:
        return "text"
    if own and column.values:
        return next(
            (kind for kind, form in _OWN_FORMS.items() if all(map(form.fullmatch, column.values))), "text"
        )
    looks = {look for look, times in column.looks.items() if times == column.looked}
    if "date" in looks and "time" not in column.looks and not column.both_ways:
        return "date"
    if "flag" in looks and not column.looks.get("number"):
        return "flag"
    if "number" in looks and not {"phone", "id", "date"} & column.looks.keys():
        return "number"
    return "url" if "url" in looks else "text"
