"""`offhook status` and `offhook pipelines`: how things stand."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from cli.output import Code, say, say_json, styled, table
from cli.plain import decimal_amount
from cli.session import Session
from core.catalog import Catalog
from core.entities import Pipeline, Stage
from core.filters import EVERYTHING
from core.health import end_of_today
from core.money import format_short
from core.text import printable
from core.when import show_when
from core.workspace import Card, Workspace

_MOST_TASKS = 100_000


def status(session: Session) -> Code:
    """Says which workspace this is, how it is doing, and what waits."""
    with session.open(agent=True) as workspace:
        copy = _copy(session, workspace)
        health, catalog = workspace.health(), workspace.catalog()
        tomorrow = end_of_today(session.now, session.zone)
        due = workspace.tasks(assignee_id=catalog.me.id, due_before=tomorrow, limit=_MOST_TASKS)
        today = dt.datetime.combine(session.local(session.now).date(), dt.time(), session.zone)
        late = sum(1 for line in due if (line.task.due_at < (today if line.task.all_day else session.now)))
        where, size = _place(session)
        data: dict[str, Any] = {
            "mode": health.mode,
            "demo": session.demo,
            "who": health.who,
            "organization": catalog.organization.name,
            "line": health.line,
            "level": health.level,
            "notes": list(health.notes),
            **where,
            **copy,
            "contacts": workspace.count_contacts(EVERYTHING),
            "open_deals": sum(len(workspace.board(p.id, EVERYTHING)) for p in catalog.pipelines),
            "tasks_overdue": late,
            "tasks_today": len(due) - late,
        }
    if session.json:
        say_json(data)
        return Code.FINE
    say(f"{styled(printable(data['organization']), 'bold')}  {printable(data['who'])}, {data['mode']}")
    say(printable(data["line"]))
    say()
    rows = [
        ("Open deals", f"{data['open_deals']:,}"),
        ("Contacts", f"{data['contacts']:,}"),
        ("Due today", f"{data['tasks_today']:,}"),
        ("Overdue", f"{data['tasks_overdue']:,}"),
    ]
    if copy:
        rows += [
            ("To send", f"{data['to_send']:,}"),
            ("For your decision", f"{data['parked']:,}"),
        ]
    for line in table(rows, right=(1,)):
        say(line)
    say()
    say(f"{printable(next(iter(where.values())))}{size}")
    if copy:
        last = copy["last_contact"]
        seen = show_when(last, all_day=False, now=session.now, zone=session.zone) if last else "not yet"
        say(f"{printable(copy['copy'])}  {_size(copy['bytes'])}, last in touch with the server: {seen}")
    for note in data["notes"]:
        say(printable(note))
    return Code.FINE


def _copy(session: Session, workspace: Workspace) -> dict[str, Any]:
    """How the copy and the server stand to each other, once that is known; empty where there is no copy."""
    if not session.in_field:
        return {}
    from sync.standing import last_contact
    from sync.workspace import FieldWorkspace

    assert isinstance(workspace, FieldWorkspace)
    session.reach(workspace)
    standing = workspace.standing
    health, file = workspace.health(), session.home.cache
    return {
        "state": standing.state.value,
        "since": standing.since,
        "reason": standing.reason or None,
        "to_send": health.to_send,
        "parked": health.parked,
        "last_contact": session.now if standing.online else last_contact(workspace.cache),
        "copy": str(file),
        "bytes": sum(beside.stat().st_size for beside in file.parent.glob(f"{file.name}*")),
    }


def _place(session: Session) -> tuple[dict[str, Any], str]:
    """Where the data lies, as JSON tells it, and how large it is, in words."""
    if session.in_team:
        from storage.postgres.profile import Profile

        profile = Profile.load(session.home.team_profile)
        return {"server": str(profile.address), "login": profile.login}, f"  as {profile.login}"
    file = session.home.workspace
    octets = file.stat().st_size
    return {"file": str(file), "bytes": octets}, f"  {_size(octets)}"


def _size(octets: int) -> str:
    if octets < 1000:
        return f"{octets} bytes"
    size, unit = octets / 1000, "kB"
    for larger in ("MB", "GB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:.1f} {unit}"


# --- pipelines ----------------------------------------------------------------------------------------------------


def pipelines(session: Session) -> Code:
    """Lists the pipelines with their stages and what lies in each."""
    with session.open() as workspace:
        catalog = workspace.catalog()
        listed = [_pipeline(workspace, catalog, pipeline) for pipeline in catalog.pipelines]
    if session.json:
        say_json(listed)
        return Code.FINE
    for number, pipeline in enumerate(listed):
        if number:
            say()
        say(
            styled(printable(pipeline["name"]), "bold")
            + (f"  {printable(pipeline['team'])}" if pipeline["team"] else "")
        )
        rows = [
            (
                stage["name"],
                f"{stage['probability']} %" if stage["kind"] == "open" else stage["kind"],
                f"{stage['open']:,}" if stage["kind"] == "open" else "",
                " + ".join(format_short(total["minor"], total["currency"]) for total in stage["totals"]),
                ", ".join(stage["leads_to"]),
            )
            for stage in pipeline["stages"]
        ]
        heads = ("Stage", "Chance", "Deals", "Value", "Leads to")
        for line in table(rows, flexible=(0, 4), right=(1, 2, 3), heads=heads, indent=2):
            say(line)
    return Code.FINE


def _pipeline(workspace: Workspace, catalog: Catalog, pipeline: Pipeline) -> dict[str, Any]:
    cards: dict[str, list[Card]] = defaultdict(list)
    for card in workspace.board(pipeline.id, EVERYTHING):
        cards[card.stage_id].append(card)
    teams = {team.id: team.name for team in catalog.teams}
    return {
        "id": pipeline.id,
        "name": pipeline.name,
        "team": teams.get(pipeline.team_id or ""),
        "stages": [_stage(catalog, stage, cards[stage.id]) for stage in catalog.stages_of(pipeline.id)],
    }


def _stage(catalog: Catalog, stage: Stage, cards: list[Card]) -> dict[str, Any]:
    totals: dict[str, int] = defaultdict(int)
    for card in cards:
        if card.value_minor is not None:
            totals[card.currency] += card.value_minor
    return {
        "id": stage.id,
        "name": stage.name,
        "kind": stage.kind,
        "probability": stage.probability,
        "stale_days": stage.stale_days,
        "leads_to": [catalog.stage_by_id[i].name for i in stage.next_stage_ids if i in catalog.stage_by_id],
        "open": len(cards),
        "totals": [
            {"currency": currency, "minor": minor, "value": decimal_amount(minor, currency)}
            for currency, minor in sorted(totals.items())
        ],
    }
