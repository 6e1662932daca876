"""What a workspace begins with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.catalog import DEFAULT_LEAD_STATUSES, DEFAULT_LOST_REASONS
from core.changes import Change, Changeset
from core.commands.base import cleaned, insert
from core.commands.setup import organization_values
from core.entities import Book, Membership, Organization, Pipeline, SmartView, Stage, Team, User
from core.errors import Invalid
from core.fractional import spread
from core.ids import new_id


@dataclass(frozen=True, slots=True)
class StagePlan:
    """A stage of a pipeline to be made; `leads_to` names others of the same plan."""

    name: str
    kind: str
    probability: int
    stale_days: int | None
    leads_to: tuple[str, ...]


SALES_PIPELINE = (
    StagePlan("New", "open", 5, 7, ("Contacted", "Lost")),
    StagePlan("Contacted", "open", 15, 10, ("Qualified", "Lost")),
    StagePlan("Qualified", "open", 35, 14, ("Proposal", "Lost")),
    StagePlan("Proposal", "open", 55, 14, ("Negotiation", "Lost")),
    StagePlan("Negotiation", "open", 80, 10, ("Won", "Lost")),
    StagePlan("Won", "won", 100, None, ()),
    StagePlan("Lost", "lost", 0, None, ("New",)),
)
"""The pipeline that a workspace begins with."""


def pipeline_changes(
    name: str,
    plan: Sequence[StagePlan],
    *,
    position: str,
    team_id: str | None = None,
    make_id: Callable[[], str] = new_id,
) -> tuple[Change, ...]:
    """The rows of a pipeline and its stages."""
    pipeline_id = make_id()
    ids = {stage.name: make_id() for stage in plan}
    stages = [
        insert(
            Stage,
            ids[stage.name],
            {
                "pipeline_id": pipeline_id,
                "name": stage.name,
                "position": place,
                "kind": stage.kind,
                "probability": stage.probability,
                "stale_days": stage.stale_days,
                "next_stage_ids": tuple(ids[to] for to in stage.leads_to),
            },
        )
        for stage, place in zip(plan, spread(len(plan)), strict=True)
    ]
    pipeline = insert(Pipeline, pipeline_id, {"name": name, "position": position, "team_id": team_id})
    return (pipeline, *stages)


def founding(
    *,
    organization: str,
    user: str,
    currency: str,
    country: str,
    time_zone: str,
    now: dt.datetime,
    make_id: Callable[[], str] = new_id,
) -> Changeset:
    """The first changeset of a workspace: organization, its admin, a team with a pool, a book, a pipeline, first views.

    Raises:
        Invalid: a name is missing, or the currency, country or time zone is none.
    """
    home = {"name": organization, "currency": currency, "country": country, "time_zone": time_zone}
    home = organization_values(home)
    user = cleaned(User, {"name": user})["name"]
    if not user:
        raise Invalid({"user": "Say who you are: your name stands beside what you do."})
    org_id, user_id, team_id = make_id(), make_id(), make_id()
    settings: dict[str, Any] = {
        "lost_reasons": list(DEFAULT_LOST_REASONS),
        "lead_statuses": list(DEFAULT_LEAD_STATUSES),
    }
    views = (
        ("contacts", "My contacts", "owner:me"),
        ("contacts", "Not touched for 30 days", "owner:me last>30d"),
        ("contacts", "Pool", "owner:pool"),
        ("deals", "My deals", "owner:me"),
        ("deals", "Needs a next step", "owner:me next:none,overdue"),
        ("deals", "Closing this month", "close:thismonth"),
        ("deals", "Stale", "stale:yes"),
    )
    changes = [
        insert(
            Organization,
            org_id,
            {
                **home,
                "settings": settings,
            },
        ),
        insert(Team, team_id, {"name": "Sales"}),
        insert(User, user_id, {"name": user, "role": "admin", "time_zone": home["time_zone"]}),
        insert(Membership, make_id(), {"team_id": team_id, "user_id": user_id}),
        insert(Book, make_id(), {"kind": "own", "name": user, "user_id": user_id}),
        insert(Book, make_id(), {"kind": "pool", "name": "Sales pool", "team_id": team_id}),
        *pipeline_changes("Sales", SALES_PIPELINE, position="V", make_id=make_id),
        *(
            insert(
                SmartView,
                make_id(),
                {
                    "entity": entity,
                    "name": name,
                    "query": query,
                    "shared": True,
                    "user_id": user_id,
                    "position": place,
                },
            )
            for (entity, name, query), place in zip(views, spread(len(views)), strict=True)
        ),
    ]
    return Changeset(make_id(), org_id, user_id, now, "founding", f"Founded {home['name']}", tuple(changes))
