"""Why a server did not take a changeset, and how that is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.changes import FieldConflict, decode_value, encode_value
from core.entities import RECORDS
from core.parked import Kind
from core.schema import Kind as FieldKind
from core.schema import fields_of


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the server did not take a changeset; see `core.parked.Parked` for the fields.

    Attributes:
        kind: conflict, gone or rejected; duplicate where it was taken.
        reason: in the user's words.
    """

    kind: Kind
    reason: str
    conflicts: tuple[FieldConflict, ...] = ()
    taken_by: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    about: tuple[str, str] | None = None
    title: str = ""
    can_hand_in: bool = False
    other: tuple[str, str] | None = None
    joined: int = 0


def refusal_json(refusal: Refusal) -> dict[str, Any]:
    """A refusal as JSON, without its kind and reason, which are kept beside it."""
    return {
        "conflicts": [_conflict_json(conflict) for conflict in refusal.conflicts],
        "taken_by": refusal.taken_by,
        "fields": dict(refusal.fields),
        "about": refusal.about,
        "title": refusal.title,
        "can_hand_in": refusal.can_hand_in,
        "other": refusal.other,
        "joined": refusal.joined,
    }


def read_refusal(kind: Kind, reason: str, answer: Mapping[str, Any]) -> Refusal:
    """The refusal that `refusal_json` was made of."""
    return Refusal(
        kind,
        reason,
        conflicts=tuple(_conflict(each) for each in answer["conflicts"]),
        taken_by=answer["taken_by"],
        fields=answer["fields"],
        about=_key(answer["about"]),
        title=answer["title"],
        can_hand_in=answer["can_hand_in"],
        other=_key(answer["other"]),
        joined=answer["joined"],
    )


def _key(pair: Sequence[str] | None) -> tuple[str, str] | None:
    return None if pair is None else (pair[0], pair[1])


def _kind(table: str, name: str) -> FieldKind | None:
    """The kind of a field; None for what lies in a mapping, where values are JSON's."""
    return None if "." in name else fields_of(RECORDS[table])[name].kind


def _conflict_json(conflict: FieldConflict) -> dict[str, Any]:
    kind = _kind(conflict.table, conflict.field)
    values = {name: getattr(conflict, name) for name in ("base", "mine", "theirs")}
    if kind is not None:
        values = {name: encode_value(kind, value) for name, value in values.items()}
    return {
        "table": conflict.table, "id": conflict.id, "field": conflict.field, **values, "who": conflict.who,
        "when": encode_value(FieldKind.TIME, conflict.when),
    }  # fmt: skip


def _conflict(told: Mapping[str, Any]) -> FieldConflict:
    kind = _kind(told["table"], told["field"])
    values = {name: told[name] for name in ("base", "mine", "theirs")}
    if kind is not None:
        values = {name: decode_value(kind, value) for name, value in values.items()}
    return FieldConflict(
        told["table"], told["id"], told["field"], **values, who=told["who"],
        when=decode_value(FieldKind.TIME, told["when"]),
    )  # fmt: skip
