"""What files leave open under a plan, each thing once for all rows; and what their own values decide.

Nothing is asked that a column says itself, or its neighbours, or the other files of the same system; nothing that is not
mapped. Answers open further questions only in one way: which stages are unknown depends on the pipeline that they are in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from core.catalog import Catalog
from core.imports.owners import MINE, Owners, owner_question
from core.imports.pipelines import FIRST, Pairs, may_make, pipeline_uses
from core.imports.regions import region_questions
from core.imports.shapes import Column, Option, Options, Order, Question, TablePlan
from core.imports.sources import source_named
from core.imports.staff import staff_key
from core.imports.stages import NEW, Stages, pipeline_question, stage_question
from core.imports.statuses import TAG, known_status, status_question
from core.imports.targets import exact_target
from core.imports.values.texts import is_blank
from core.text import clean_line

_DAYS = ("date", "time")
_AMOUNTS = ("money", "number", "integer", "percent")
_MOSTLY = 0.5
"""What part of a column's values must look like days for the column to say how the file writes them."""
_SHOWN = 5


def open_questions(
    plans: Sequence[TablePlan],
    columns: Sequence[Sequence[Column]],
    catalog: Catalog,
    options: Options,
    answers: Mapping[str, str] | None = None,
    pairs: Pairs = (),
) -> list[Question]:
    """What is open, and not answered yet.

    Args:
        plans: the tables' plans.
        columns: what was seen of each table's columns.
        catalog: the set-up as it is.
        options: what the user says of the whole import.
        answers: what was answered, by the questions' ids.
        pairs: for each table that has both a pipeline and a stage, how often which two stand together (see
            `importing.analysis.pairs`); where it is missing, every stage may be in every pipeline.
    """
    answers = answers or {}
    return [q for q in all_questions(plans, columns, catalog, options, answers, pairs) if q.id not in answers]


def all_questions(
    plans: Sequence[TablePlan],
    columns: Sequence[Sequence[Column]],
    catalog: Catalog,
    options: Options,
    answers: Mapping[str, str],
    pairs: Pairs = (),
) -> list[Question]:
    """What is open, answered or not."""
    return [
        *region_questions(plans, columns, catalog, options),
        *_order_questions(plans, columns, options, answers, catalog),
        *_owner_questions(plans, columns, catalog),
        *_pipeline_questions(plans, columns, catalog, answers, pairs),
        *_status_questions(plans, columns, catalog),
    ]


def order_question(header: str) -> str:
    """The id of the question how the days of a column are written."""
    return f"order:{header}"


# --- days and decimals ---------------------------------------------------------------------------------------------


def decided_orders(
    plans: Sequence[TablePlan],
    columns: Sequence[Sequence[Column]],
    options: Options,
    answers: Mapping[str, str],
    catalog: Catalog,
) -> list[dict[str, Order]]:
    """How the days of each mapped column are written, by header, as far as that is known.

    What decides: the plan, the column's own values, the other columns of the table, the other tables of the system, the
    system itself, what the user says of all, an answer to another column's question. A column that can be read in just one
    way needs none of it.
    """
    by_table = [_said(seen) for seen in columns]
    by_source: dict[str, set[str]] = {}
    for plan, said in zip(plans, by_table, strict=True):
        by_source.setdefault(plan.source, set()).update(said)
    answered = {answer for key, answer in answers.items() if key.startswith("order:")}
    decided: list[dict[str, Order]] = []
    for plan, seen, said in zip(plans, columns, by_table, strict=True):
        source = source_named(plan.source)
        others: list[Order | None] = [
            _as_order(_only(said)), _as_order(_only(by_source[plan.source])), source.order if source else None, options.date_order, _as_order(_only(answered)),
        ]  # fmt: skip
        orders: dict[str, Order] = {}
        for column in _mapped(plan, seen, catalog, _DAYS):
            own: list[Order | None] = [plan.orders.get(column.header), column.order]
            asked = _as_order(answers.get(order_question(column.header)))
            order = next((order for order in (*own, asked, *others) if order), None)
            if order:
                orders[column.header] = order
        decided.append(orders)
    return decided


def decided_decimals(
    plans: Sequence[TablePlan], columns: Sequence[Sequence[Column]], catalog: Catalog
) -> list[dict[str, str]]:
    """The decimal mark of each mapped column of numbers, by header, as far as the column or its neighbours say it."""
    decided: list[dict[str, str]] = []
    for plan, seen in zip(plans, columns, strict=True):
        mapped = list(_mapped(plan, seen, catalog, _AMOUNTS))
        shared = _only({column.decimal for column in mapped if column.decimal})
        marks: dict[str, str] = {}
        for column in mapped:
            mark = plan.decimals.get(column.header) or column.decimal or shared
            if mark:
                marks[column.header] = mark
        decided.append(marks)
    return decided


def _said(columns: Sequence[Column]) -> set[str]:
    """How the columns of a table write days, as far as their values show it. Years first say nothing of days and months."""
    return {
        column.order
        for column in columns
        if column.order in ("dmy", "mdy") and column.looks.get("date", 0) >= _MOSTLY * column.looked
    }


def _order_questions(
    plans: Sequence[TablePlan],
    columns: Sequence[Sequence[Column]],
    options: Options,
    answers: Mapping[str, str],
    catalog: Catalog,
) -> Iterator[Question]:
    # An answered question stays one: what it decides must not make it go away.
    unasked = {key: value for key, value in answers.items() if not key.startswith("order:")}
    orders = decided_orders(plans, columns, options, unasked, catalog)
    open_ones: dict[str, list[Column]] = {}
    for plan, seen, decided in zip(plans, columns, orders, strict=True):
        for column in _mapped(plan, seen, catalog, _DAYS):
            if column.both_ways and column.header not in decided:
                open_ones.setdefault(column.header, []).append(column)
    # One answer is enough for all columns: people do not write their days in two ways.
    for header, found in open_ones.items():
        if any(key.startswith("order:") for key in answers) and order_question(header) not in answers:
            continue
        example = found[0].both_ways
        yield Question(
            order_question(header),
            "order",
            f"Is “{example}” in “{header}” the day or the month first?",
            sum(column.filled for column in found),
            tuple(dict.fromkeys((example, *found[0].samples)))[:_SHOWN],
            (
                Option("dmy", "day, month, year (31/12/2026)"),
                Option("mdy", "month, day, year (12/31/2026)"),
                Option("ymd", "year, month, day (26/12/31)"),
            ),
            "",
        )


def _as_order(value: str | None) -> Order | None:
    return value if value in ("dmy", "mdy", "ymd") else None  # type: ignore[return-value]


# --- owners, pipelines, statuses -----------------------------------------------------------------------------------


def _owner_questions(
    plans: Sequence[TablePlan], columns: Sequence[Sequence[Column]], catalog: Catalog
) -> Iterator[Question]:
    owners = Owners(catalog, {})
    options = owners.options()
    unknown = _values(
        plans, columns, catalog, ("owner",), lambda value: owners.known(value) is None, owner_question
    )
    for key, (value, rows) in unknown.items():
        text = f"Who works with the records of “{value}” here?"
        yield Question(key, "owner", text, rows, (value,), options, MINE)


def _status_questions(
    plans: Sequence[TablePlan], columns: Sequence[Sequence[Column]], catalog: Catalog
) -> Iterator[Question]:
    options = (
        *(Option(status, status) for status in catalog.lead_statuses),
        Option(TAG, "none: keep the word as a tag"),
    )
    unknown = _values(
        plans,
        columns,
        catalog,
        ("lead_status",),
        lambda value: known_status(catalog, value) is None,
        status_question,
    )
    for key, (value, rows) in unknown.items():
        text = f"Which lead status is “{value}” here?"
        yield Question(key, "status", text, rows, (value,), options, TAG)


def _pipeline_questions(
    plans: Sequence[TablePlan],
    columns: Sequence[Sequence[Column]],
    catalog: Catalog,
    answers: Mapping[str, str],
    pairs: Pairs,
) -> Iterator[Question]:
    stages = Stages(catalog, answers)
    makes = may_make(catalog)
    for use in pipeline_uses(plans, columns, pairs):
        fitting = use.fitting(stages, catalog)
        pipeline_id = answers.get(pipeline_question(use.value), "")
        if use.is_open(stages, fitting):
            default = NEW if makes or not catalog.pipelines else (fitting or catalog.pipelines[0]).id
            options = [Option(pipeline.id, pipeline.name) for pipeline in catalog.pipelines]
            if makes:
                name = use.new_name(catalog)
                options.append(Option(NEW, f"a new pipeline “{name}” with {len(use.stages)} stages"))
            what = f"of the pipeline “{use.value}”" if use.value else f"from {use.label}"
            yield Question(
                pipeline_question(use.value),
                "pipeline",
                f"Which pipeline do the deals {what} go to?",
                sum(use.stages.values()),
                tuple(use.stages)[:_SHOWN],
                tuple(options),
                default,
            )
            pipeline_id = pipeline_id or default
        pipeline = catalog.pipeline_by_id.get(pipeline_id) if pipeline_id else fitting
        if pipeline is None:
            continue
        first = stages.first_open(pipeline)
        for value, rows in use.stages.items():
            if stages.known(pipeline, value) is not None:
                continue
            options = [Option(stage.id, stage.name) for stage in catalog.stages_of(pipeline.id)]
            if makes:
                options.append(Option(NEW, f"a new stage “{use.shown(value)}” in {pipeline.name}"))
            if first is not None:
                options.append(Option(FIRST, f"{first.name}, with “{value}” as a tag"))
            yield Question(
                stage_question(use.value, value),
                "stage",
                f"Which stage of {pipeline.name} is “{value}”?",
                rows,
                (value,),
                tuple(options),
                NEW if makes else FIRST if first is not None else "",
            )


def _values(
    plans: Sequence[TablePlan],
    columns: Sequence[Sequence[Column]],
    catalog: Catalog,
    what: Sequence[str],
    unknown: object,
    key: object,
) -> dict[str, tuple[str, int]]:
    """The unknown values of all columns that go to a kind of field: by the question's id, as they are first written, with their rows."""
    found: dict[str, tuple[str, int]] = {}
    for plan, seen in zip(plans, columns, strict=True):
        for column in _mapped(plan, seen, catalog, what):
            for value, rows in (column.values or {}).items():
                line = clean_line(value)
                if "owner" in what:
                    line = plan.staff.get(staff_key(line), line)
                if is_blank(value) or not unknown(line):  # type: ignore[operator]
                    continue
                question = key(line)  # type: ignore[operator]
                first, before = found.get(question, (line, 0))
                found[question] = (first, before + rows)
    return found


def _mapped(
    plan: TablePlan, columns: Sequence[Column], catalog: Catalog, what: Sequence[str]
) -> Iterator[Column]:
    """The columns that go to a target of one of these kinds or fields."""
    headers: set[str] = set()
    for name, header in plan.mapping.items():
        target = exact_target(name, plan.entity, catalog)
        if target is not None and (target.kind in what or target.field in what):
            headers.add(header)
    return (column for column in columns if column.header in headers)


def _only(values: Iterable[str]) -> str | None:
    """The one value; None where there are several, or none."""
    found = set(values)
    return found.pop() if len(found) == 1 else None
