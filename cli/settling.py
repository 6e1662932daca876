"""`offhook conflicts settle`: deciding what waits, field by field or as a whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cli.conflicts import find_parked, tell
from cli.naming import find_stage, typed
from cli.output import Code, Usage, require_applied
from cli.plain import answer_data
from cli.session import Session
from core.catalog import Catalog
from core.changes import FieldConflict
from core.commands.settle import SendAgain
from core.conflicts import TYPED_WITH, Choice, Edited, asked, contested, key_of, offered_for
from core.entities import RECORDS, Stage
from core.errors import Invalid
from core.money import parse_money
from core.parked import Parked
from core.schema import Kind, fields_of
from core.text import printable
from core.when import parse_when


@dataclass(frozen=True, slots=True)
class Decision:
    """What was said on the command line.

    Attributes:
        whole: whose values stand in the fields that are not named: mine, theirs or original; one at most.
        take: single fields, as `name=mine`.
        values: other values, as `name=value`.
        drop: give the work up.
        hand_in: give it to whoever has the record now.
    """

    whole: tuple[str, ...] = ()
    take: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    drop: bool = False
    hand_in: bool = False


def settle(session: Session, which: str, decision: Decision) -> Code:
    """Decides one: field by field, or as a whole."""
    _require_one_way(decision)
    with session.open(agent=decision.hand_in) as workspace:
        parked = find_parked(workspace, which)
        if decision.drop:
            workspace.drop(parked)
            tell(
                session,
                {"dropped": parked.id},
                f"Given up: {parked.changeset.summary}. It stays in the history.",
            )
        elif decision.hand_in:
            session.reach(workspace)
            name = workspace.hand_in(parked.id)
            told = f"Handed to {name or 'whoever has it now'}, as a note and a task."
            tell(session, {"handed_to": name or None}, told)
        else:
            choices = _choices(session, workspace.catalog(), parked, decision)
            answer = require_applied(workspace.execute(SendAgain(parked=parked, choices=choices)))
            sent = session.send(workspace)
            summary = answer.changeset.summary if answer.changeset else ""
            tell(session, answer_data(answer, sent), summary)
            return session.tell_sent(sent)
    return Code.FINE


def _require_one_way(decision: Decision) -> None:
    by_field = bool(decision.whole or decision.take or decision.values)
    if by_field + decision.drop + decision.hand_in != 1 or len(decision.whole) > 1:
        raise Usage(
            "Say one thing: --mine, --theirs or --original (and single fields with --take and --set), or --drop, or"
            " --hand-in."
        )


def _choices(session: Session, catalog: Catalog, parked: Parked, decision: Decision) -> dict[str, Choice]:
    """What was said about each field.

    Raises:
        Usage: a field was not named, or there is none of that name, or it cannot be decided so.
        Invalid: a value does not fit.
    """
    fields = contested(parked)
    leaders = {key_of(one, fields): one for one in asked(fields)}
    ways = offered_for(parked)
    choices: dict[str, Choice] = {}
    for said in decision.take:
        name, side = _pair(said, leaders)
        match side:
            case "mine" | "theirs" | "original":
                choices[name] = side
            case _:
                raise Usage(f"“{printable(said)}”: a field is taken as mine, theirs or original.")
    for said in decision.values:
        name, text = _pair(said, leaders)
        choices |= _edited(session, catalog, name, leaders[name], text, fields)
    for name in leaders:
        if name in choices:
            continue
        match decision.whole:
            case ("mine" | "theirs" | "original" as side,):
                choices[name] = side
            case _:
                raise Usage(
                    f"Nothing is said about {name}. Say it with --take {name}=mine (or theirs, original), or for all the"
                    " rest with --mine, --theirs or --original."
                )
    for choice in choices.values():
        way = "edited" if isinstance(choice, Edited) else choice
        if way not in ways:
            able = ", ".join(f"--{each}" for each in ("mine", "theirs", "original") if each in ways)
            raise Usage(f"This can only be decided as a whole: {able or '--drop'}.")
    return choices


def _pair(said: str, names: Mapping[str, FieldConflict]) -> tuple[str, str]:
    name, sign, value = typed(said).partition("=")
    name = name.strip()
    if not sign or name not in names:
        there = ", ".join(names) or "none"
        raise Usage(f"“{printable(said)}” names no field that waits for a decision. There are: {there}.")
    return name, value.strip()


def _edited(
    session: Session,
    catalog: Catalog,
    name: str,
    conflict: FieldConflict,
    text: str,
    among: Sequence[FieldConflict],
) -> dict[str, Choice]:
    """Another value, read from what was typed."""
    head, _, key = conflict.field.partition(".")
    spec = fields_of(RECORDS[conflict.table])[head]
    if head == "value_minor":
        own = next((one.mine for one in among if one.field == "currency" and one.id == conflict.id), None)
        money = parse_money(text, own or catalog.organization.currency) if text else None
        choices: dict[str, Choice] = {name: Edited(money.minor if money else None)}
        if money and own is not None:
            choices[TYPED_WITH["value_minor"]] = Edited(money.currency)
        return choices
    if head == "stage_id":
        return {name: Edited(_stage(catalog, conflict, text).id)}
    if key:
        return {name: Edited(_as_before(conflict, text))}
    match spec.kind:
        case Kind.LINE | Kind.TEXT:
            return {name: Edited(text)}
        case Kind.INT:
            return {name: Edited(_number(name, text))}
        case Kind.BOOL:
            return {name: Edited(text.lower() in ("yes", "true", "1"))}
        case Kind.DATE:
            when = parse_when(text, session.now, session.zone)[0] if text else None
            return {name: Edited(when.astimezone(session.zone).date() if when else None)}
        case Kind.TIME:
            when = parse_when(text, session.now, session.zone)[0] if text else None
            return {name: Edited(when.astimezone(dt.UTC) if when else None)}
    raise Usage(f"{name} cannot be typed here. Take a side: --take {name}=mine (or theirs, original).")


def _stage(catalog: Catalog, conflict: FieldConflict, text: str) -> Stage:
    """A stage of the pipeline that the deal is in."""
    sides = (conflict.theirs, conflict.base, conflict.mine)
    held = next((catalog.stage_by_id[side] for side in sides if side in catalog.stage_by_id), None)
    return find_stage(catalog, held.pipeline_id if held else catalog.pipelines[0].id, text)


def _as_before(conflict: FieldConflict, text: str) -> Any:
    """A custom field's value, of the type that it has."""
    known = next(
        (value for value in (conflict.mine, conflict.theirs, conflict.base) if value not in (None, "")), ""
    )
    if isinstance(known, bool):
        return text.lower() in ("yes", "true", "1")
    return _number(conflict.field, text) if isinstance(known, (int, float)) and text else text


def _number(name: str, text: str) -> int | float | None:
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        raise Invalid({name: f"“{printable(text[:40])}” is not a number. Try 1200 or 2.5."}) from None
