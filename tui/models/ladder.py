"""The stages of a deal's pipeline, and how long the deal was in each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from core.catalog import Catalog
from core.entities import Deal, Stage
from core.workspace import Entry


class Rung(NamedTuple):
    """A stage as a deal sees it.

    Attributes:
        number: the key that sends the deal there; 0: none does.
        stage: the stage.
        here: the deal is in it.
        seconds: how long it was in it; None: never.
    """

    number: int
    stage: Stage
    here: bool
    seconds: float | None


def ladder(deal: Deal, moves: Sequence[Entry], catalog: Catalog, now: dt.datetime) -> list[Rung]:
    """All stages in their order.

    Args:
        deal: the deal.
        moves: its stage changes, in any order.
        catalog: the stages.
        now: the current time, up to which it has been where it is.
    """
    spent: dict[str, float] = {}
    since = deal.created_at or deal.stage_since
    for entry in sorted(moves, key=lambda entry: (entry.activity.occurred_at, entry.activity.id)):
        origin, at = entry.activity.data.get("from"), entry.activity.occurred_at
        if isinstance(origin, str):
            spent[origin] = spent.get(origin, 0.0) + max(0.0, (at - since).total_seconds())
            since = at
    start = since if moves else min(since, deal.stage_since)
    spent[deal.stage_id] = spent.get(deal.stage_id, 0.0) + max(0.0, (now - start).total_seconds())
    return [
        Rung(n if n < 10 else 0, stage, stage.id == deal.stage_id, spent.get(stage.id))
        for n, stage in enumerate(catalog.stages_of(deal.pipeline_id), 1)
    ]
