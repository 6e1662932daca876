"""Two people changed the same field: what a person is asked, and the command that their answer comes to.

An answer is a new decision, based on what the other one wrote: the new command expects *theirs*. If somebody has
changed the field once more by then, it is a conflict again, and nothing is overwritten that nobody has seen.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from core.changes import Change, FieldConflict, merge_list
from core.commands.base import SUBJECTS, Command
from core.commands.calls import LogCall
from core.commands.deals import MOVED, MoveDeal, SwitchPipeline
from core.commands.tasks import EDITABLE
from core.commands.undo import Undo
from core.entities import RECORDS
from core.ids import new_id
from core.parked import Parked
from core.schema import Kind, fields_of

Side = Literal["mine", "theirs", "original"]
"""Whose value a field gets: the command's, the other person's, or the one that both of them saw."""


@dataclass(frozen=True, slots=True)
class Edited:
    """A value that a person typed when they were asked: none of the three."""

    value: Any


Choice = Side | Edited
"""What a person decided about one field."""

EVERY_WAY = frozenset({"mine", "theirs", "original", "edited"})
"""All that can be answered."""
TYPED_WITH: Mapping[str, str] = {"value_minor": "currency", "due_at": "all_day"}
"""Fields that are typed and told together with another one."""
MOVING = frozenset(MOVED) | {"position"}
"""Fields that a move sets."""
_FOLLOWING: Mapping[str, frozenset[str]] = {
    "stage_id": MOVING,
    **{name: frozenset({second}) for name, second in TYPED_WITH.items()},
}
"""Fields that mean nothing by themselves: whoever decides the first one has decided them."""


def asked(conflicts: Sequence[FieldConflict]) -> tuple[FieldConflict, ...]:
    """The conflicts that a person decides one by one; the others follow (the time of a move, an amount's currency)."""
    return tuple(conflict for conflict in conflicts if _leader(conflict, conflicts) is conflict)


def key_of(conflict: FieldConflict, conflicts: Sequence[FieldConflict]) -> str:
    """What a decision about a conflict is called: its field, and which row's where several have one of that name.

    Args:
        conflict: the one.
        conflicts: all that are decided together.
    """
    several = sum(other.field == conflict.field for other in conflicts) > 1
    return f"{conflict.field} {conflict.table}/{conflict.id}" if several else conflict.field


def contested(parked: Parked) -> tuple[FieldConflict, ...]:
    """What can be decided, field by field, about work that waits for a person; see `asked`.

    Where two people changed the same fields it is those. Where the work was refused, it is what the work would change:
    each field as it was is both the original and theirs, and to leave it so is to send the work without it.
    """
    if parked.conflicts or parked.kind == "duplicate":
        return parked.conflicts
    out: list[FieldConflict] = []
    for change in parked.changeset.changes:
        names = set(change.set)
        if change.insert:
            # Of a new record what was refused, where it was put (a stage goes out of use), and what it can do without.
            names &= {
                *parked.fields,
                *(("stage_id",) if change.table == "deals" else ()),
                *_spared(parked, change),
            }
        if change.table == "activities" or "deleted_at" in names:
            continue
        for name in sorted(names):
            base = change.base.get(name)
            out.append(FieldConflict(change.table, change.id, name, base, change.set[name], base, None, None))
    return tuple(out)


def _spared(parked: Parked, change: Change) -> Iterator[str]:
    """The references of a new record without which it could be sent, should it be what they point to that is gone."""
    made = {(one.table, one.id) for one in parked.changeset.changes if one.insert}
    if parked.kind != "gone" or change.table not in SUBJECTS:
        return
    for name, spec in fields_of(RECORDS[change.table]).items():
        to = change.set.get(name)
        if spec.ref in SUBJECTS and spec.nullable and to is not None and (spec.ref, to) not in made:
            yield name


def offered_for(parked: Parked) -> frozenset[str]:
    """What can be answered about work that waits for a person; see `offered`.

    A value that was typed into a field can be decided in every way; what was done to a record as a whole (taken,
    ticked off, deleted) stands or falls.
    """
    if parked.changeset.command == Undo.NAME:
        return frozenset({"theirs"})
    moved = {change.id for change in parked.changeset.changes if "stage_id" in change.set}
    for conflict in asked(contested(parked)):
        move = conflict.id in moved and conflict.field in MOVING
        if not move and not is_typed(conflict.table, conflict.field):
            return frozenset({"mine", "theirs"})
    return EVERY_WAY


def is_typed(table: str, name: str) -> bool:
    """Whether a field holds what a person types into a form, and not what comes of moving, taking or ticking off."""
    if table == "tasks":
        return name in EDITABLE
    return table in SUBJECTS and name not in MOVING | {"book_id", "deleted_at"}


def offered(command: Command) -> frozenset[str]:
    """What can be answered where the command met a conflict: mine, theirs, original, edited.

    Edits and moves can be decided in every way. Other commands are done all the same or left (mine, theirs); an undo
    cannot be done over somebody's later change.
    """
    if isinstance(command, Undo):
        return frozenset({"theirs"})
    if _is_edit(command) or isinstance(command, (MoveDeal, SwitchPipeline)):
        return EVERY_WAY
    return frozenset({"mine", "theirs"})


def resolve(
    command: Command, conflicts: Sequence[FieldConflict], choices: Mapping[str, Choice]
) -> Command | None:
    """The command that does what a person decided about each field; its id is new, and it expects *theirs*.

    Fields of the command that nobody else changed stay as they are in it.

    Args:
        command: what met the conflicts.
        conflicts: all of them, as the answer told them.
        choices: for each of the `asked` fields what was decided.

    A call was made, whatever anybody decides about what follows from it: it is logged once more, and its effects are
    decided anew against what the others wrote.

    Returns:
        The new command; None where theirs stands and nothing is left to do.

    Raises:
        ValueError: a field was not decided, or in a way that is not `offered`.
    """
    decided = {conflict.field: choice_of(conflict, conflicts, choices) for conflict in conflicts}
    names = {"edited" if isinstance(choice, Edited) else choice for choice in decided.values()}
    if unfit := names - offered(command):
        raise ValueError(f"{command.NAME} cannot be decided as {', '.join(sorted(unfit))}")
    if isinstance(command, (MoveDeal, SwitchPipeline)):
        return _moved(command, conflicts, decided)
    if _is_edit(command):
        return _edited(command, conflicts, decided)
    if isinstance(command, LogCall):
        return dataclasses.replace(command, id=new_id())
    return dataclasses.replace(command, id=new_id()) if "mine" in names else None


def _is_edit(command: Command) -> bool:
    return {"values", "expected"} <= {field.name for field in dataclasses.fields(command)}


def _leader(conflict: FieldConflict, conflicts: Sequence[FieldConflict]) -> FieldConflict:
    """The conflict whose decision holds for this one, too; itself where it has a decision of its own."""
    for other in conflicts:
        same_row = (other.table, other.id) == (conflict.table, conflict.id)
        # Whoever deletes a record that somebody has edited is asked about the record and not field by field.
        leads = other.field == "deleted_at" or conflict.field in _FOLLOWING.get(other.field, frozenset())
        if same_row and other is not conflict and leads:
            return other
    return conflict


def choice_of(
    conflict: FieldConflict, conflicts: Sequence[FieldConflict], choices: Mapping[str, Choice]
) -> Choice:
    """What was decided about one field, itself or by the one that it follows.

    Args:
        conflict: the field.
        conflicts: all that were decided together.
        choices: what was decided, by `key_of` or by the field alone where it holds for every row.

    Raises:
        ValueError: nothing was.
    """
    for name in (key_of(conflict, conflicts), conflict.field):
        if name in choices:
            return choices[name]
    leader = _leader(conflict, conflicts)
    if leader is conflict:
        raise ValueError(f"nothing was decided about {conflict.field}")
    choice = choice_of(leader, conflicts, choices)
    # A value that was typed for one field says nothing of the other one.
    return "mine" if isinstance(choice, Edited) else choice


def decided_value(conflict: FieldConflict, choice: Choice) -> Any:
    """The value that a field gets."""
    if isinstance(choice, Edited):
        return choice.value
    if choice == "theirs":
        return conflict.theirs
    if choice == "original":
        return conflict.base
    if "." not in conflict.field and fields_of(RECORDS[conflict.table])[conflict.field].kind is Kind.SET:
        # Item by item: a number that they added beside the one in question is no part of the question.
        return merge_list(conflict.theirs or (), conflict.base or (), conflict.mine or ())[0]
    return conflict.mine


def _edited(
    command: Any, conflicts: Sequence[FieldConflict], decided: Mapping[str, Choice]
) -> Command | None:
    values, expected = _by_name(command.values), _by_name(command.expected)
    changes: dict[str, Any] = {"id": new_id(), "values": values, "expected": expected}
    company_name = getattr(command, "company_name", "")
    for conflict in conflicts:
        name, choice = conflict.field, decided[conflict.field]
        expected[name] = conflict.theirs
        if name == "company_id" and company_name:
            if choice == "mine":
                continue
            changes["company_name"] = company_name = ""
        value = decided_value(conflict, choice)
        if value == conflict.theirs:
            values.pop(name, None)
        else:
            values[name] = value
    edit: Command = dataclasses.replace(command, **changes)
    return edit if values or company_name else None


def _by_name(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with each custom field under its own name, as conflicts name it."""
    out = dict(values)
    for key, value in out.pop("custom", {}).items():
        out.setdefault(f"custom.{key}", value)
    return out


def _moved(
    command: MoveDeal | SwitchPipeline, conflicts: Sequence[FieldConflict], decided: Mapping[str, Choice]
) -> Command | None:
    by_field = {conflict.field: conflict for conflict in conflicts}
    stage = by_field.get("stage_id")
    if stage is None:
        return dataclasses.replace(command, id=new_id()) if "mine" in decided.values() else None
    choice = decided["stage_id"]
    target = command.stage_id if choice == "mine" else decided_value(stage, choice)
    if target == stage.theirs:
        return None
    if choice != "original":
        return dataclasses.replace(command, id=new_id(), stage_id=target, from_stage_id=stage.theirs)
    pipeline = by_field.get("pipeline_id")
    if pipeline is not None and pipeline.theirs != pipeline.base:
        return SwitchPipeline(deal_id=command.deal_id, stage_id=target, from_stage_id=stage.theirs)
    lost, outcome = by_field.get("lost_reason"), by_field.get("outcome")
    return MoveDeal(
        deal_id=command.deal_id,
        stage_id=target,
        from_stage_id=stage.theirs,
        reason=lost.base if lost else getattr(command, "reason", ""),
        abandoned=outcome is not None and outcome.base == "abandoned",
    )
