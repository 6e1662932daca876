"""The company whose sales floor the sample data shows: its people, teams, books, pipelines, fields and views."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cli.demo.rows import Ids, instant
from cli.demo.scripts import SCRIPTS
from cli.demo.texts import PERSONAS, RIVALS
from core.changes import Change, Changeset
from core.commands.base import insert
from core.defaults import StagePlan, founding, pipeline_changes
from core.entities import Book, CustomField, Membership, Pipeline, Script, SmartView, Team, User
from core.fractional import between

ORGANIZATION = "Orrinfell Robotics"
DOMAIN = "orrinfell.example"
CURRENCY, COUNTRY, TIME_ZONE = "EUR", "NL", "Europe/Amsterdam"

RENEWALS_PIPELINE = (
    StagePlan("Upcoming", "open", 60, 30, ("Usage review", "Churned")),
    StagePlan("Usage review", "open", 70, 21, ("Quote sent", "Churned")),
    StagePlan("Quote sent", "open", 80, 14, ("Verbal yes", "Renewed", "Churned")),
    StagePlan("Verbal yes", "open", 92, 7, ("Renewed", "Churned")),
    StagePlan("Renewed", "won", 100, None, ()),
    StagePlan("Churned", "lost", 0, None, ("Upcoming",)),
)

Colleague = tuple[str, str, tuple[str, ...], str]
"""Name, role, teams and time zone."""

_COLLEAGUES: tuple[Colleague, ...] = (
    ("Ingrid Solheim", "manager", ("Europe", "Overseas"), "Europe/Amsterdam"),
    ("Tomasz Zieliński", "rep", ("Europe",), "Europe/Warsaw"),
    ("Lucía Ferrer", "rep", ("Europe",), "Europe/Madrid"),
    ("Dana Whitfield", "rep", ("Overseas",), "America/Chicago"),
)
_FIELDS: tuple[tuple[str, str, str, str, tuple[str, ...]], ...] = (
    ("deals", "competitor", "Competitor", "choice", (*RIVALS, "None known")),
    ("deals", "seats", "Seats", "number", ()),
    ("contacts", "persona", "Persona", "choice", PERSONAS),
    ("contacts", "linkedin", "LinkedIn", "url", ()),
    ("companies", "docks", "Docks", "number", ()),
)
_VIEWS = (
    ("contacts", "Call today", "status:New,Attempting owner:me -phone:none"),
    ("contacts", "New leads", "status:New owner:me,pool"),
    ("contacts", "Decision makers", 'persona:"Decision maker" owner:me'),
    ("contacts", "No phone", "phone:none"),
    ("deals", "Big ones", "value>100k"),
    ("deals", "Against Gantrivo", "competitor:Gantrivo"),
    ("deals", "Close date has passed", "close:overdue owner:me"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """A stage as a story needs it."""

    id: str
    name: str
    stale_days: int
    probability: int


@dataclass(frozen=True, slots=True)
class Track:
    """A pipeline as a story needs it: the open stages in order, and the two ends."""

    pipeline_id: str
    open: tuple[Step, ...]
    won: Step
    lost: Step


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose records they are.

    Attributes:
        book_id: where they lie.
        user_id: who works on them; None for a pool.
        first_name: how that person signs.
        name: whole name; the pool's for a pool.
    """

    book_id: str
    user_id: str | None
    first_name: str
    name: str


@dataclass(frozen=True, slots=True)
class House:
    """The company, ready to be filled.

    Attributes:
        founding: the changeset that makes all of it.
        you: who opens the sample data.
        colleagues: the manager, two reps for Europe and one for overseas.
        pools: the pool of Europe, and the one of overseas.
        sales, renewals: the pipelines.
    """

    founding: Changeset
    you: Owner
    colleagues: tuple[Owner, ...]
    pools: tuple[Owner, Owner]
    sales: Track
    renewals: Track


def build(
    *,
    user: str,
    time_zone: str,
    founded: int,
    ids: Ids,
    colleagues: tuple[Colleague, ...] = _COLLEAGUES,
) -> House:
    """The company.

    Args:
        user: the name of who opens the sample data.
        time_zone: where that person is; empty where it is not known.
        founded: when it began to use offhook, in seconds since the epoch.
        ids: makes the ids.
        colleagues: the manager, two reps for Europe, one for overseas.
    """

    def make_id() -> str:
        return ids.at(founded)

    first = founding(
        organization=ORGANIZATION, user=user, currency=CURRENCY, country=COUNTRY, time_zone=TIME_ZONE,
        now=instant(founded), make_id=make_id,
    )  # fmt: skip
    changes = [_renamed(change, user, time_zone) for change in first.changes]
    by_table = _by_table(changes)
    europe, me = by_table["teams"][0], by_table["users"][0]
    my_book, europe_pool = by_table["books"]
    overseas = insert(Team, make_id(), {"name": "Overseas"})
    overseas_pool = insert(Book, make_id(), {"kind": "pool", "name": "Overseas pool", "team_id": overseas.id})
    changes += [overseas, overseas_pool, _member(make_id(), overseas.id, me.id)]
    teams = {"Europe": europe.id, "Overseas": overseas.id}
    owners = []
    for name, role, places, zone in colleagues:
        person = insert(
            User, make_id(), {"name": name, "role": role, "time_zone": zone, "email": _email(name)}
        )
        book = insert(Book, make_id(), {"kind": "own", "name": name, "user_id": person.id})
        changes += [person, book, *(_member(make_id(), teams[place], person.id) for place in places)]
        owners.append(Owner(book.id, person.id, name.split()[0], name))
    sales_position = by_table["pipelines"][0].set["position"]
    renewals = pipeline_changes(
        "Renewals", RENEWALS_PIPELINE, position=between(sales_position, ""), make_id=make_id
    )
    changes += [*renewals, *_fields(make_id), *_views(make_id, me.id, changes)]
    changes += _scripts(make_id, me.id, changes)
    return House(
        founding=dataclasses.replace(first, changes=tuple(changes), summary=f"Founded {ORGANIZATION}"),
        you=Owner(my_book.id, me.id, user.split(maxsplit=1)[0], user),
        colleagues=tuple(owners),
        pools=(
            Owner(europe_pool.id, None, "", europe_pool.set["name"]),
            Owner(overseas_pool.id, None, "", "Overseas pool"),
        ),
        sales=_track(by_table["pipelines"] + by_table["stages"]),
        renewals=_track(renewals),
    )


def _by_table(changes: Iterable[Change]) -> dict[str, list[Change]]:
    out: dict[str, list[Change]] = {}
    for change in changes:
        out.setdefault(change.table, []).append(change)
    return out


def _renamed(change: Change, user: str, time_zone: str) -> Change:
    """A founding row as this company has it: its first team is the one for Europe."""
    values: Mapping[str, Any] = {}
    if change.table == "teams":
        values = {"name": "Europe"}
    elif change.table == "books" and change.set["kind"] == "pool":
        values = {"name": "Europe pool"}
    elif change.table == "users":
        values = {"time_zone": time_zone, "email": _email(user)}
    return dataclasses.replace(change, set={**change.set, **values}) if values else change


def _email(name: str) -> str:
    from cli.demo.people import slug

    local = ".".join(part for part in map(slug, name.split()) if part)
    return f"{local or 'me'}@{DOMAIN}"


def _member(membership_id: str, team_id: str, user_id: str) -> Change:
    return insert(Membership, membership_id, {"team_id": team_id, "user_id": user_id})


def _fields(make_id: Any) -> list[Change]:
    out = []
    last: dict[str, str] = {}
    for entity, key, label, kind, options in _FIELDS:
        last[entity] = between(last.get(entity, ""), "")
        values = {"entity": entity, "key": key, "label": label, "kind": kind, "options": options}
        out.append(insert(CustomField, make_id(), {**values, "position": last[entity]}))
    return out


def _views(make_id: Any, user_id: str, changes: Iterable[Change]) -> list[Change]:
    last = max(change.set["position"] for change in changes if change.table == SmartView.TABLE)
    out = []
    for entity, name, query in _VIEWS:
        last = between(last, "")
        values = {"entity": entity, "name": name, "query": query, "shared": True, "user_id": user_id}
        out.append(insert(SmartView, make_id(), {**values, "position": last}))
    return out


def _scripts(make_id: Any, user_id: str, changes: Iterable[Change]) -> list[Change]:
    """What is read while one calls, shared with everybody."""
    ids = {(change.table, change.set["name"]): change.id for change in changes if "name" in change.set}
    out: list[Change] = []
    position = ""
    for script in SCRIPTS:
        position = between(position, "")
        places = {
            "view_id": ids[SmartView.TABLE, script.view] if script.view else None,
            "pipeline_id": ids[Pipeline.TABLE, script.pipeline] if script.pipeline else None,
        }
        values = {
            "name": script.name,
            "body": script.body,
            "shared": True,
            "user_id": user_id,
            "position": position,
        }
        out.append(insert(Script, make_id(), {**values, **places}))
    return out


def _track(changes: Iterable[Change]) -> Track:
    by_table = _by_table(changes)
    by_kind: dict[str, list[Step]] = {"open": [], "won": [], "lost": []}
    for stage in sorted(by_table["stages"], key=lambda change: change.set["position"]):
        values = stage.set
        by_kind[values["kind"]].append(
            Step(stage.id, values["name"], values["stale_days"] or 0, values["probability"])
        )
    pipeline = by_table[Pipeline.TABLE][0]
    return Track(pipeline.id, tuple(by_kind["open"]), by_kind["won"][0], by_kind["lost"][0])


def founded_at(now: dt.datetime) -> int:
    """When the company began to use offhook: three years ago."""
    return int(now.timestamp()) - 1_100 * 86_400
