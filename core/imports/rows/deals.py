"""The deal that a row is about, or that it mentions: what it is worth, and where it stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from core.entities import Pipeline, Stage
from core.imports.rows.common import Tools, as_tag, draft_of, finish, leave
from core.imports.rows.state import Bag, Row, Said, pop
from core.imports.shapes import Draft, Unread
from core.imports.stages import kind_of, outcome_of, split_stage
from core.imports.values.money import read_money
from core.schema import LINE_LIMIT

_FIRST_CLOSE, _LAST_CLOSE = dt.date(2000, 1, 1), dt.date(2100, 1, 1)
_KIND: Mapping[str, str] = {"open": "open", "won": "won", "lost": "lost", "abandoned": "lost"}


class _Stands(NamedTuple):
    """Where a deal stands."""

    pipeline: Pipeline
    stage: Stage
    outcome: str


def deal_draft(row: Row, tools: Tools, beside: str) -> tuple[Draft | None, tuple[str, ...]]:
    """The draft of a row's deal, and the ids of the one that it points to where it says nothing more of it.

    Args:
        row: the row.
        tools: what is the same for all rows.
        beside: the name of the row's company or contact, for a deal without a title.
    """
    main = tools.main == "deals"
    bag = row.bags.get("deals")
    if bag is None:
        if main:
            row.refuse("", "", "It says no deal: a deal needs a title.")
        return None, ()
    given = pop(bag, "external_id")
    ids = tools.external_ids(given)
    if not bag and not main:
        return None, ids
    values: dict[str, Any] = {}
    titles = pop(bag, "title")
    if titles:
        values["title"] = titles[0].value
    elif (main or not ids) and beside:
        values["title"] = beside
        said = next(iter(bag.values()), given)
        header, text = (said[0].header, said[0].text) if said else ("", "")
        row.warn(header, text, f"The deal has no title: it is called “{beside}”.")
    else:
        if main:
            row.refuse("", "", "It says no deal: a deal needs a title.")
        leave(row, "deals", "The row names no deal; it is kept in the description.")
        return None, ids
    _value(row, tools, bag, values)
    _closing_day(row, bag, values)
    for name in ("probability", "next_step", "source"):
        if name in bag:
            values[name] = pop(bag, name)[0].value
    _standing(row, tools, bag, values)
    finish(row, tools, "deals", values)
    return draft_of(row, tools, "deals", values, given, ids), ids


def _value(row: Row, tools: Tools, bag: Bag, values: dict[str, Any]) -> None:
    currencies = pop(bag, "currency")
    currency = currencies[0].value if currencies else ""
    for said in pop(bag, "value"):
        mark: Any = tools.plan.decimals.get(said.header, "")
        try:
            money = read_money(said.value, currency or tools.currency, mark)
        except Unread as error:
            row.refuse(said.header, said.text, str(error))
            continue
        if money is None:
            continue
        if money.minor < 0:
            row.refuse(said.header, said.text, "A deal is worth zero or more.")
            continue
        if currency and money.currency != currency:
            row.warn(
                currencies[0].header,
                currencies[0].text,
                f"The value itself says {money.currency}; that is taken.",
            )
        values["value_minor"], values["currency"] = money.minor, money.currency
    if currency:
        values.setdefault("currency", currency)


def _closing_day(row: Row, bag: Bag, values: dict[str, Any]) -> None:
    for said in pop(bag, "expected_close"):
        if _FIRST_CLOSE <= said.value <= _LAST_CLOSE:
            values["expected_close"] = said.value
        else:
            row.refuse(
                said.header, said.text, f"{said.value.isoformat()} is not a likely day to close a deal."
            )


def _standing(row: Row, tools: Tools, bag: Bag, values: dict[str, Any]) -> None:
    """Pipeline, stage, outcome, and since when: all of them or none, since they only make sense together."""
    where = {name: pop(bag, name) for name in ("pipeline", "stage", "outcome", "is_won", "is_closed")}
    closed_at, since, reason = pop(bag, "closed_at"), pop(bag, "stage_since"), pop(bag, "lost_reason")
    if not any(where.values()):
        for said in (*closed_at, *since, *reason):
            row.keep(
                "deals", said, "The row does not say how the deal stands; it is kept in the description."
            )
        return
    stands = _stands(row, tools, where, values)
    if stands is None:
        return
    values |= {
        "pipeline_id": stands.pipeline.id,
        "stage_id": stands.stage.id,
        "outcome": stands.outcome,
        "closed_at": None,
        "lost_reason": "",
    }
    for said in reason:
        if _KIND[stands.outcome] == "lost" and len(said.value) <= LINE_LIMIT:
            values["lost_reason"] = said.value
        else:
            row.keep("deals", said)
    _times(row, tools, closed_at, since, values)


def _times(
    row: Row, tools: Tools, closed_at: Sequence[Said], since: Sequence[Said], values: dict[str, Any]
) -> None:
    """When it was closed, and since when it has been in its stage. None of it is still to come."""
    over = values["outcome"] != "open"
    for said in closed_at:
        if over and said.value <= tools.now:
            values["closed_at"] = said.value
        else:
            row.keep("deals", said, "The deal is not closed then; it is kept in the description.")
    if over and values["closed_at"] is None:
        values["closed_at"] = _closed(tools, values.get("expected_close"))
    for said in since:
        if said.value <= tools.now:
            values["stage_since"] = said.value
        else:
            row.keep("deals", said, "That is still to come; it is kept in the description.")
    if values["closed_at"] is not None:
        values.setdefault("stage_since", values["closed_at"])
    elif over:
        # When it was closed nobody knows: whoever makes the deal puts in the time of the import.
        del values["closed_at"]


def _closed(tools: Tools, day: dt.date | None) -> dt.datetime | None:
    """The midnight of the day for which a closed deal's end was expected; None where that is still to come."""
    if day is None:
        return None
    moment = dt.datetime.combine(day, dt.time(), tools.zone).astimezone(dt.UTC)
    return moment if moment <= tools.now else None


def _stands(
    row: Row, tools: Tools, where: Mapping[str, Sequence[Said]], values: dict[str, Any]
) -> _Stands | None:
    staged = where["stage"][0] if where["stage"] else None
    piped = where["pipeline"][0] if where["pipeline"] else None
    name, pipeline_name = split_stage(
        staged.value if staged else "", piped.value if piped else "", tools.source
    )
    pipeline = tools.stages.pipeline(pipeline_name)
    tags: tuple[str, ...] = ()
    if pipeline is None:
        said = piped or staged
        if said is None or not tools.catalog.pipelines:
            row.refuse("", "", "There is no pipeline for deals here. Make one first.")
            return None
        pipeline = tools.catalog.pipelines[0]
        tags += as_tag(pipeline_name)
        row.warn(
            said.header,
            said.text,
            f"There is no such pipeline here: it goes to {pipeline.name}, with the name as a tag.",
        )
    stage = tools.stages.stage(pipeline_name, pipeline, name) if name else None
    first = tools.stages.first_open(pipeline)
    if stage is None and staged is not None:
        stage = tools.stages.closing(pipeline, kind_of(name)) or first
        tags += as_tag(name)
        if stage is not None:
            row.warn(
                staged.header,
                staged.text,
                f"{pipeline.name} has no such stage: it goes to {stage.name}, with the name as a tag.",
            )
    said_besides = _outcome(row, where)
    outcome = said_besides or (stage.kind if stage else "open")
    if outcome_of(name) == "abandoned" and said_besides in ("", "lost"):
        outcome = "abandoned"
    _contradicted(row, where, outcome)
    ends = _KIND[outcome]
    if stage is None or stage.kind != ends:
        target = first if ends == "open" else tools.stages.closing(pipeline, ends)
        if target is None:
            said = staged or piped
            row.refuse(
                said.header if said else "",
                said.text if said else "",
                f"The pipeline {pipeline.name} has no {ends} stage. Add one first.",
            )
            return None
        if staged is not None and stage is not None and not tags:
            row.line("deals", f"Last stage: {staged.text}")
            if ends == "open":
                row.warn(
                    staged.header, staged.text, f"The deal is said to be open: it goes to {target.name}."
                )
        stage = target
    if tags:
        values["tags"] = tags
    return _Stands(pipeline, stage, outcome)


def _outcome(row: Row, where: Mapping[str, Sequence[Said]]) -> str:
    """open, won, lost or abandoned, as far as something says it besides the stage."""
    for said in where["outcome"]:
        outcome = outcome_of(said.value)
        if outcome:
            return outcome
        row.keep("deals", said, "This says neither open nor won nor lost; it is kept in the description.")
    won, closed = (where[name][0].value if where[name] else None for name in ("is_won", "is_closed"))
    if won:
        return "won"
    if closed and won is not None:
        return "lost"
    return "open" if closed is False else ""


def _contradicted(row: Row, where: Mapping[str, Sequence[Said]], outcome: str) -> None:
    """Tells of flags that say something else than what the deal is taken for."""
    for name, holds in (("is_won", outcome == "won"), ("is_closed", outcome != "open")):
        for said in where[name]:
            if said.value != holds:
                row.warn(
                    said.header,
                    said.text,
                    f"The rest of the row says something else: the deal is taken as {outcome}.",
                )
